"""The journal: what was accepted is never lost, what was cut short never counts, and compaction happens once."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from answerback.domain.errors import NoRoomError, UsageError
from answerback.domain.kinds import DecisionReason
from answerback.workspace.batches import read_batches
from answerback.workspace.home import Home
from answerback.workspace.journal import KEPT_SECONDS, Entry, append, compact_journal, let_go, mark_built, set_aside
from answerback.workspace.journal import written as not_built
from answerback.workspace.snapshots import read_snapshot
from tests.workspace.dying import Mortals
from tests.workspace.world import NOW, PLAYBOOK, PROCESSES, current, make


def entry(number: object, source: str = "crm") -> Entry:
    fields = {"source_id": f"h{number}", "text": f"h{number}", "from": "2026-01-01"}
    return Entry(source, "happening", fields, NOW + timedelta(seconds=1))


def written(home: Home) -> set[str]:
    """What all happenings of the log say."""
    return {row["text"] for row in current(home, "happening")["happening"]}


def test_an_entry_is_in_the_log_after_the_next_build(home: Home) -> None:
    append(home, entry(1))
    append(home, entry(2, source="mail"))
    make(home)
    assert written(home) == {"h1", "h2"}
    assert not_built(home, "happening") == []
    assert sorted((batch.source_kind, batch.source, batch.kept) for batch in read_batches(home)) == [
        ("journal", "crm", 1),
        ("journal", "mail", 1),
    ]


def test_a_line_cut_short_is_mended_and_skipped(home: Home) -> None:
    append(home, entry(1))
    with (home.journal / "open.jsonl").open("ab") as file:
        file.write(b'{"source": "crm", "type": "happening", "fie\xc3')
    append(home, entry(2))
    with (home.journal / "open.jsonl").open("ab") as file:
        file.write(b'{"source": "crm"')
    compact_journal(home, PLAYBOOK, now=NOW)
    assert written(home) == {"h1", "h2"}
    assert [(batch.read, batch.kept, batch.rejects) for batch in read_batches(home)] == [(2, 2, 0)]


def test_nothing_but_a_line_cut_short_is_nothing(home: Home) -> None:
    (home.journal / "open.jsonl").write_bytes(b'{"source"\n[]\n"x"\nnull\n')
    closed = compact_journal(home, PLAYBOOK, now=NOW)
    assert read_batches(home) == []
    let_go(home, now=NOW, closed=closed)
    assert list(home.journal.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("hapening", {}, "no record"),
        ("happening", {"text": "x", "txt": "y"}, "no field txt"),
        ("happening", {}, "text: missing"),
        ("happening", {"text": "x", "from": "soon"}, "from: bad_time"),
        ("decision", {"subject_kind": "weather"}, "subject_kind: not_allowed"),
    ],
)
def test_what_the_log_could_not_take_is_refused_at_once(
    home: Home, kind: str, fields: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        append(home, Entry("crm", kind, fields, NOW))
    assert list(home.journal.iterdir()) == []


def test_a_build_killed_between_load_and_snapshot_loads_once(home: Home) -> None:
    append(home, entry(1))
    append(home, entry(2, source="mail"))
    compact_journal(home, PLAYBOOK, now=NOW)
    before = [batch.batch_id for batch in read_batches(home)]
    assert len(before) == 2
    assert texts(home) == ["h1", "h2"]
    closed = compact_journal(home, PLAYBOOK, now=NOW + timedelta(hours=1))
    assert [batch.batch_id for batch in read_batches(home)] == before
    assert len(closed) == 1
    assert written(home) == {"h1", "h2"}


def texts(home: Home, since: int | None = None) -> list[object]:
    """What the journal says of happenings that no snapshot has, or not the one of this number."""
    return [each.fields["text"] for each in not_built(home, "happening", since=since)]


def test_an_entry_is_read_from_the_journal_until_the_snapshot_that_has_it_is_the_reader_s(home: Home) -> None:
    append(home, entry(1))
    make(home)
    first = read_snapshot(home).number
    append(home, entry(2))
    seen = []

    def look(step: str, _done: int, _total: int) -> None:
        seen.append((step, read_snapshot(home).number, texts(home, first)))

    append(home, entry(3))
    make(home, on_step=look)
    assert {number for _, number, _ in seen} == {first}
    assert all(texts == ["h2", "h3"] for _, _, texts in seen)
    assert texts(home) == []
    assert texts(home, first) == ["h2", "h3"]  # whoever still reads the one before
    assert texts(home, first + 1) == []
    assert written(home) == {"h1", "h2", "h3"}


def test_what_was_written_while_a_build_came_to_nothing_is_in_order(home: Home) -> None:
    for number in range(1, 9):
        append(home, replace(entry(number), written_at=NOW + timedelta(seconds=number)))
        set_aside(home)
    assert texts(home) == [f"h{number}" for number in range(1, 9)]


def test_built_entries_go_after_some_minutes(home: Home) -> None:
    append(home, entry(1))
    mark_built(home, compact_journal(home, PLAYBOOK, now=NOW), 1, at=NOW)
    soon = NOW + timedelta(seconds=KEPT_SECONDS - 60)
    let_go(home, now=soon)
    assert texts(home, 0) == ["h1"]
    let_go(home, now=NOW + timedelta(seconds=KEPT_SECONDS))
    assert list(home.journal.iterdir()) == []


def _append_many(home: Home, worker: int, told: Path) -> None:
    with told.open("ab", buffering=0) as file:
        for number in range(40):
            append(home, entry(f"{worker}-{number}"))
            file.write(f"h{worker}-{number}\n".encode())


def test_writers_lose_nothing_while_builds_set_the_journal_aside(home: Home, tmp_path: Path) -> None:
    told = [tmp_path / f"told-{worker}" for worker in range(4)]
    writers = [PROCESSES.Process(target=_append_many, args=(home, n, path)) for n, path in enumerate(told)]
    for each in writers:
        each.start()
    turns = 0
    while any(each.is_alive() for each in writers):
        set_aside(home)
        turns += 1
    for each in writers:
        each.join()
        assert each.exitcode == 0
    compact_journal(home, PLAYBOOK, now=NOW)
    accepted = {line for path in told for line in path.read_text().split()}
    assert len(accepted) == 160
    assert written(home) == accepted
    assert turns > 1


def _append_some(home: Home) -> None:
    _append_many(home, os.getpid(), home.root.parent / "told")


def test_what_a_killed_writer_was_told_is_kept(home: Home) -> None:
    mortals = Mortals()
    for step in range(1, 41):
        assert mortals.killed(_append_some, home, step=step)
        if step % 10 == 0:
            compact_journal(home, PLAYBOOK, now=NOW)
    mortals.end()
    accepted = set((home.root.parent / "told").read_text().split())
    assert len(accepted) > 100
    assert accepted <= written(home)
    assert len(written(home)) <= len(accepted) + 40, "at most the one that each writer was killed over"


def test_a_full_disk_takes_no_half_entry(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    append(home, entry(1))
    before = (home.journal / "open.jsonl").read_bytes()
    room = [10]
    real = os.write

    def scarce(descriptor: int, content: bytes) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        taken = real(descriptor, content[: room[0]])
        room[0] -= taken
        return taken

    with monkeypatch.context() as patched:
        patched.setattr("answerback.workspace.journal.os.write", scarce)
        with pytest.raises(NoRoomError, match="no space left"):
            append(home, entry(2))
    assert (home.journal / "open.jsonl").read_bytes() == before
    append(home, entry(3))
    compact_journal(home, PLAYBOOK, now=NOW)
    assert written(home) == {"h1", "h3"}


def test_the_journal_is_the_owner_s(home: Home) -> None:
    append(home, entry(1))
    assert (home.journal / "open.jsonl").stat().st_mode & 0o777 == 0o600
    (closed,) = set_aside(home)
    assert closed.stat().st_mode & 0o777 == 0o600
    assert json.loads(closed.read_bytes())["fields"]["source_id"] == "h1"


def test_a_decision_gives_one_of_the_reasons_that_the_product_offers(home: Home) -> None:
    said = {
        "subject_kind": "account",
        "subject_id": "a1",
        "other_id": "a2",
        "kind": "merge",
        "occurred_at": "2026-01-01",
    }
    append(home, Entry("crm", "decision", said, NOW))
    append(home, Entry("crm", "decision", said | {"subject_id": "a3", "reason": DecisionReason.SAME_COMPANY}, NOW))
    with pytest.raises(UsageError, match="same_company"):
        append(home, Entry("crm", "decision", said | {"reason": "Bo told me in private"}, NOW))
    make(home)
    assert {row["reason"] for row in current(home, "decision")["decision"]} == {None, "same_company"}
