"""Builds that make only what changed, in the corners: other ids under the same words, one event in two sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.domain.log import log_columns
from answerback.domain.records import RECORDS
from answerback.engine.current import current_sql
from answerback.engine.duckdb import engine
from answerback.workspace.home import Home
from tests.workspace.test_increments import assert_equal, fresh, half_a_year, make
from tests.workspace.world import act, effort, kept, relations, take

LATER = "2026-06-02T00:00:00Z"


def grown_is_whole(home: Home) -> None:
    """What the next build makes of what changed is what one build of everything makes."""
    grown = relations(home, make(home))
    assert_equal(grown, relations(home, make(home, afresh=True)))


def test_the_same_words_about_another_systems_people_are_another_effort(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    mail = effort("m1", contact_id="c1", version_at="2026-05-01")
    take(home, [mail, act("b1")], name="mailbox", ids_of="mailbox")
    make(home)
    take(home, [effort("m1", contact_id="c1", version_at="2026-05-02")], name="mailbox", ids_of="crm")
    grown_is_whole(home)


def test_a_mail_of_two_sources_is_one_whatever_each_calls_it(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    for name in ("one", "two"):
        take(home, [effort("m1", reference="message:m@host")], name=name, ids_of="crm")
    assert make(home).snapshot.relations["effort"].rows == 1


def test_guests_of_two_sources_events_of_one_id(tmp_path: Path) -> None:
    home = fresh(tmp_path)
    for name, account in (("one", "a1"), ("two", "a2")):
        take(
            home,
            [effort("m1", account_id=account), kept("participant", event_id="m1", contact_id="c1", role="to")],
            name=name,
            ids_of="crm",
        )
    assert make(home).snapshot.relations["effort_guest"].rows == 2


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_versions_of_one_age_the_same_stands_whichever_came_first(first: int) -> None:
    record = RECORDS["absence"]
    columns = log_columns(record)
    rows = [{"absence_key": 1, "content_hash": 1, "rep_key": rep, "deleted": False} for rep in (7, 8)]
    chosen = [
        ", ".join(f'cast({row.get(name, "null")} as {kind}) as "{name}"' for name, kind in columns.items())
        for row in rows
    ]
    with engine() as duck:
        duck.make("log_absence", f"select {chosen[first]} union all select {chosen[1 - first]}")
        assert duck.query(current_sql(record, extents=False)).column("rep_key").to_pylist() == [8]


def test_settled_for_the_effort_but_not_for_the_act_of_the_same_id(tmp_path: Path) -> None:
    """Two records of one mail: both ids are also those of acts. The word on the second settles the mail, no act."""
    home = fresh(tmp_path)
    lines = [
        effort("x1", reference="message:m"),
        effort("x2", reference="message:m", evidence="claimed", occurred_at="2026-03-01"),
    ]
    take(home, [*lines, act("x1", occurred_at="2026-03-01"), act("x2", occurred_at="2026-04-01")])
    word = {"subject_kind": "event", "subject_id": "x1", "occurred_at": "2026-06-01"}
    take(home, [kept("decision", kind="contest", **word)])
    make(home)
    take(home, [kept("decision", kind="upheld", **(word | {"subject_id": "x2", "occurred_at": "2026-06-02"}))])
    grown_is_whole(home)


@pytest.mark.slow
def test_what_is_gone_is_said_by_its_id_alone(tmp_path: Path) -> None:
    home = half_a_year(tmp_path)
    make(home)
    take(home, [kept("effort", source_id="e2", deleted=True, version_at=LATER), effort("e9", occurred_at="2026-06-20")])
    take(home, [kept("buyer_action", source_id="never", deleted=True)])
    grown_is_whole(home)
    assert make(home).snapshot.relations["effort"].rows == 6


@pytest.mark.parametrize("of", ["state", "relations"])
def test_a_file_that_is_damaged_but_as_long_as_it_was_is_made_again(of: str, tmp_path: Path) -> None:
    home = fresh(tmp_path)
    take(home, [effort("e1"), act("b1")])
    before = make(home)
    name = {"state": "several_effort", "relations": "effort"}[of]
    file = home.root / getattr(before.snapshot, of)[name].parts[0].path
    file.write_bytes(b"x" * file.stat().st_size)
    take(home, [effort("e2", version_at=LATER)])
    grown_is_whole(home)
