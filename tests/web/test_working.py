"""The work beside the pages: when it builds, what it says of trouble, that a decision reaches the figures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from answerback.api import Workspace, open_workspace
from answerback.domain.errors import BusyError, SourceError, WorkspaceError
from answerback.domain.playbook_file import default_playbook
from answerback.web.running import working
from answerback.web.running.working import (
    FIRST_RETRY_SECONDS,
    LONGEST_SECONDS,
    QUIET_SECONDS,
    Pace,
    Worker,
    build_apart,
)
from answerback.workspace.journal import Entry, append
from answerback.workspace.pending import Pending, pending

ONE = Pending(frozenset({"a"}), 0, playbook=False)
TWO = Pending(frozenset({"a"}), 7, playbook=False)
NONE = Pending(frozenset(), 0, playbook=False)

EFFORTS = "effort_id,rep_id,account_id,occurred_at,kind,reference\ne1,ann,acme,2026-03-01T09:00:00Z,email,message:1\n"
ACTS = "action_id,account_id,occurred_at,kind,refers_to\nb1,acme,2026-03-02T10:00:00Z,replied,message:1\n"


@pytest.fixture
def small(tmp_path: Path) -> Workspace:
    """A workspace with one touch and one answer, loaded and not built."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "effort.csv").write_text(EFFORTS)
    (tables / "buyer_action.csv").write_text(ACTS)
    made = open_workspace(tmp_path / "small-home", create=True)
    made.load(tables)
    return made


def said(workspace: Workspace, event: str) -> None:
    now = datetime.now(UTC)
    fields = {"subject_kind": "event", "subject_id": event, "kind": "contest", "occurred_at": now.isoformat()}
    append(workspace.home, Entry("folder", "decision", fields, now))


def test_what_came_in_is_pending_until_it_is_built(small: Workspace) -> None:
    playbook = default_playbook()
    assert len(pending(small.home, playbook).loads) == 1
    small.build()
    assert not pending(small.home, playbook).anything
    said(small, "e1")
    assert pending(small.home, playbook).journal_bytes > 0
    small.build()
    assert not pending(small.home, playbook).anything
    changed = playbook.model_copy(
        update={"version": 1, "court": playbook.court.model_copy(update={"quiet_below": 0.5})}
    )
    assert pending(small.home, changed).playbook


def test_it_waits_until_nothing_more_comes_in() -> None:
    pace = Pace()
    assert not pace.due(ONE, 0)
    assert not pace.due(TWO, QUIET_SECONDS - 1)
    assert not pace.due(TWO, QUIET_SECONDS + 1)
    assert pace.due(TWO, 2 * QUIET_SECONDS)


def test_it_does_not_wait_for_ever() -> None:
    pace, now = Pace(), 0.0
    while now < LONGEST_SECONDS:
        assert not pace.due(Pending(frozenset(), int(now) + 1, playbook=False), now)
        now += 2
    assert pace.due(Pending(frozenset(), 9999, playbook=False), now)


def test_it_rests_after_a_build_as_long_as_that_took() -> None:
    pace = Pace()
    pace.due(ONE, 0)
    assert pace.due(ONE, QUIET_SECONDS)
    pace.built(QUIET_SECONDS + 100, 100)
    assert not pace.due(TWO, QUIET_SECONDS + 101)
    assert not pace.due(TWO, QUIET_SECONDS + 301)
    assert pace.due(TWO, QUIET_SECONDS + 401)


def test_after_trouble_it_tries_later_and_later_unless_something_new_comes() -> None:
    pace = Pace()
    pace.due(ONE, 0)
    assert pace.due(ONE, 10)
    pace.failed(10)
    assert not pace.due(ONE, 10 + FIRST_RETRY_SECONDS - 1)
    assert pace.due(ONE, 10 + FIRST_RETRY_SECONDS)
    pace.failed(40)
    assert not pace.due(ONE, 40 + 2 * FIRST_RETRY_SECONDS - 1)
    pace.due(TWO, 60)
    assert pace.due(TWO, 60 + QUIET_SECONDS)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_builds_once_and_judges_what_was_built(small: Workspace) -> None:
    clock, judged, built = Clock(), [], []
    worker = Worker(
        small.home,
        lambda: built.append(small.build().snapshot.name),
        lambda: not judged.append(len(built)),  # type: ignore[func-returns-value]
        clock=clock,
    )
    worker.look()
    assert (built, judged) == (["000001"], [1]), "what waits as it begins is built before anything is judged"
    said(small, "e1")
    worker.look()
    assert worker.status.waiting
    assert len(built) == 1, "something more may come in"
    for clock.now in (QUIET_SECONDS, 2 * QUIET_SECONDS, 3 * QUIET_SECONDS):
        worker.look()
    assert built == ["000001", "000002"]
    assert judged == [1, 1, 2, 2, 2]
    assert not worker.status.waiting


@pytest.mark.parametrize(
    ("error", "told"),
    [(SourceError("it is broken", next_step="mend it"), "it is broken. mend it."), (BusyError(""), "")],
)
def test_trouble_is_said_and_busy_is_none(error: Exception, told: str, small: Workspace) -> None:
    clock, calls = Clock(), []

    def failing() -> None:
        calls.append(clock.now)
        raise error

    worker = Worker(small.home, failing, lambda: True, clock=clock)
    for clock.now in (0, QUIET_SECONDS, QUIET_SECONDS + 1, QUIET_SECONDS + 2):
        worker.look()
    assert len(calls) == 1
    assert worker.status.trouble == told


def test_a_build_is_held_while_something_is_loaded(small: Workspace) -> None:
    clock, built = Clock(), []
    worker = Worker(small.home, lambda: built.append(1), lambda: True, hold=lambda: clock.now < 100, clock=clock)
    for clock.now in (0, 50, 99):
        worker.look()
    assert not built
    for clock.now in (100, 110):
        worker.look()
    assert built


def test_a_build_in_a_process_of_its_own_is_there_afterwards(small: Workspace) -> None:
    build_apart(small.home.root, ("--threads=1",), threading.Event())
    assert not pending(small.home, default_playbook()).anything


def test_a_build_that_came_to_nothing_says_why(small: Workspace) -> None:
    small.home.playbook.write_text("nonsense = 1\n")
    with pytest.raises(WorkspaceError, match="came to nothing"):
        build_apart(small.home.root, (), threading.Event())


@pytest.fixture
def at_work(small: Workspace) -> Iterator[Worker]:
    worker = Worker(small.home, lambda: None, lambda: True)
    working._at_work.append(worker)
    yield worker
    working._at_work.clear()


def test_the_data_page_says_what_went_wrong(at_work: Worker, signed_in: Callable[[str], Client]) -> None:
    at_work.status = working.Status(trouble="it is broken", tried_at=datetime(2026, 3, 1, 9, tzinfo=UTC), waiting=True)
    page = signed_in("Revenue operations").get("/data/").content.decode()
    assert "it is broken" in page
    at_work.status = working.Status()
    assert "it is broken" not in signed_in("Revenue operations").get("/data/").content.decode()


@pytest.mark.django_db
def test_whoever_watches_is_told_that_it_is_well_and_no_more(client: Client, workspace: Path) -> None:
    found = client.get("/healthz")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})
    (workspace / "workspace.json").rename(workspace / "gone.json")
    found = client.get("/healthz")
    assert (found.status_code, found.json()) == (503, {"status": "trouble"})


def test_when_the_next_build_begins_is_known_while_something_waits(small: Workspace) -> None:
    clock = Clock()
    worker = Worker(small.home, lambda: None, lambda: True, hold=lambda: True, clock=clock)
    before = datetime.now(UTC)
    worker.look()
    due = worker.status.next_at
    assert due is not None
    assert before + timedelta(seconds=QUIET_SECONDS) <= due <= datetime.now(UTC) + timedelta(seconds=QUIET_SECONDS)
    small.build()
    worker.look()
    assert worker.status.next_at is None
