"""How far data can be relied on: what is loaded, filled in, typed in and recorded, and why deals were lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader
from answerback.analysis.trust import raised
from answerback.analysis.trust.cover import read_cover
from answerback.analysis.trust.filled import USED_FOR, filled
from answerback.analysis.trust.raised import findings, silent
from answerback.analysis.trust.reasons import Agreed, Ending, Reasons, agreed, agreement, reasons
from answerback.analysis.trust.trusting import Fresh, doubtful, pooled, trust
from answerback.analysis.trust.typed_in import TypedIn, added
from answerback.domain.findings import Role
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.present.trust import (
    BY,
    answer_lines,
    before_text,
    endings_for_eyes,
    notes,
    reason_lines,
    rows_for_eyes,
    rows_for_machines,
    typed_in_text,
)
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
AS_OF = START + timedelta(days=200)
PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied"]
aim = ["replied"]
"""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def touch(name: str, number: float, rep: str = "ann", kind: str = "call", **more: Any) -> Row:
    row = {"effort_id": name, "rep_id": rep, "account_id": "acme", "contact_id": "zoe", "kind": kind}
    return row | {"occurred_at": text(day(number))} | more


def typed(name: str, number: float, rep: str = "ann", **more: Any) -> Row:
    return touch(name, number, rep, evidence="claimed", **more)


def lost(name: str, reason: str, owner: str = "ann") -> list[Row]:
    change = {"deal_id": name, "occurred_at": text(day(150))}
    found = [change | {"field": "outcome", "new": "lost"}]
    return found + ([change | {"field": "loss_reason", "new": reason}] if reason else [])


def act(name: str, number: float, kind: str, deal: str, **more: Any) -> Row:
    row = {"action_id": name, "account_id": f"of-{deal}", "deal_id": deal, "kind": kind}
    return row | {"occurred_at": text(day(number))} | more


TABLES: dict[str, list[Row]] = {
    "rep": [{"rep_id": "ann", "name": "Ann", "team": "north"}, {"rep_id": "ben", "name": "Ben"}],
    "coverage": [
        {"rep_id": "ann", "channel": "email", "from": text(day(0)), "to": text(day(155))},
        {"rep_id": "ann", "channel": "email", "from": text(day(150)), "to": text(day(170))},
        {"rep_id": "", "channel": "calendar", "from": text(day(155)), "to": ""},
        {"rep_id": "ann", "channel": "call", "from": text(day(100)), "to": text(day(190))},
        {"rep_id": "ben", "channel": "", "from": text(day(0)), "to": text(day(191))},
    ],
    "account": [{"account_id": "acme", "segment": "large"}, {"account_id": "other"}],
    "contact": [{"contact_id": "zoe", "account_id": "acme", "level": "manager"}],
    "effort": [
        typed("near", 120),
        touch("recorded", 120.9),  # within a day, the same rep and company
        typed("far", 130),
        touch("day-later", 131.1),
        typed("by-another", 140),
        touch("of-ben", 140.1, "ben"),  # another rep's call confirms nothing
        typed("answered", 160),
        typed("unseen", 30),
        typed("visited", 165, kind="visit"),
        typed("not-on-calendar", 110, kind="meeting"),
        typed("elsewhere", 170, account_id="other", contact_id=""),
        touch("nobody", 195, "ben", "email", account_id="", contact_id=""),
    ],
    "buyer_action": [
        {"action_id": "picked-up", "account_id": "acme", "kind": "answered_call", "occurred_at": text(day(160.2))},
        {"action_id": "came", "account_id": "acme", "kind": "attended", "occurred_at": text(day(164.5))},
        act("no", 149, "declined", "said-no"),
        act("question", 149, "asked", "waited"),
    ],
    "deal": [
        {"deal_id": each, "account_id": f"of-{each}", "owner_id": "ben" if each == "bens" else "ann",
         "created_at": text(day(100)), "amount_minor": "" if each == "quiet" else 100}
        for each in ("said-no", "waited", "quiet", "nothing", "bens", "open")
    ],
    "deal_change": [
        *lost("said-no", "Price"), *lost("waited", "no_need"), *lost("quiet", "price"), *lost("nothing", ""),
        *lost("bens", "price"),
    ],
    "obstacle": [
        {"deal_id": "said-no", "kind": "price", "said_by": "buyer", "occurred_at": text(day(149))},
        {"event_id": "question", "kind": "timing", "said_by": "buyer"},
        {"deal_id": "quiet", "kind": "price", "said_by": "rep", "occurred_at": text(day(149))},
    ],
}  # fmt: skip
TABLES["effort"].append(touch("last", 140, kind="email", account_id="of-quiet", contact_id="", deal_id="quiet"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("trust"), TABLES, PLAYBOOK), AS_OF) as reader:
        yield reader


def test_stretches_that_overlap_count_once_and_everybodys_are_each_ones(reader: Reader) -> None:
    cover, keys = read_cover(reader, ("email", "calendar", "call")), rep_keys(reader)
    ann, ben = keys["ann"], keys["ben"]
    assert cover.share(ann, "email", day(0), day(200)) == pytest.approx(170 / 200)
    assert cover.share(ann, "calendar", day(110), day(200)) == pytest.approx(45 / 90)
    assert cover.share(ann, "call", day(100), day(200)) == pytest.approx(0.9)
    assert cover.share(ben, "calendar", day(0), day(200)) == pytest.approx(1.0)  # his own, and then everybody's
    assert cover.share(0, "calendar", day(145), day(165)) == cover.share(99, "calendar", day(145), day(165)) == 0.5
    assert cover.share(99, "email", day(0), day(200)) == cover.share(ann, "email", day(5), day(5)) == 0.0


def test_in_columns_it_is_the_same(reader: Reader) -> None:
    cover, keys = read_cover(reader), rep_keys(reader)
    asked = [(keys["ann"], 110, 200), (99, 0, 200), (keys["ann"], 5, 5), (keys["ann"], 0, 120), (keys["ben"], 3, 90)]
    rep, start, end = (np.array(each) for each in zip(*asked, strict=True))
    both = cover.of_sides(rep, START.timestamp() + 86_400.0 * start, START.timestamp() + 86_400.0 * end)
    assert both.tolist() == [
        sum(cover.share(who, channel, day(first), day(last)) for channel in ("email", "calendar")) / 2
        for who, first, last in asked
    ]
    assert both[0] == pytest.approx((60 / 90 + 45 / 90) / 2)
    assert cover.of_sides(rep[:0], rep[:0] * 1.0, rep[:0] * 1.0).shape == (0,)


def test_loaded_time_is_that_of_a_walk_hour_by_hour(reader: Reader) -> None:
    cover, keys, rng = read_cover(reader), rep_keys(reader), random.Random(1)
    for _ in range(60):
        rep, channel = rng.choice(("ann", "ben")), rng.choice(("email", "calendar"))
        first = rng.randrange(0, 190 * 24)
        last = first + rng.randrange(1, 60 * 24)
        hours = 0
        for hour in range(first, last):
            at = START + timedelta(hours=hour)
            hours += any(
                row["rep_id"] in (rep, "")
                and row["channel"] in (channel, "")
                and (not row["from"] or datetime.fromisoformat(row["from"]) <= at)
                and (not row["to"] or at < datetime.fromisoformat(row["to"]))
                for row in TABLES["coverage"]
            )
        share = cover.share(keys[rep], channel, START + timedelta(hours=first), START + timedelta(hours=last))
        assert share == pytest.approx(hours / (last - first))


def test_typed_in_ones_are_confirmed_within_a_day_by_the_same_rep_or_the_buyer(reader: Reader) -> None:
    keys = rep_keys(reader)
    found = {(row.rep_key, row.sort): row for row in trust(reader, OWNER).typed_in}
    # near and answered are confirmed; far, by-another and elsewhere are not; unseen lies before calls were loaded
    assert found[keys["ann"], "call"] == TypedIn(keys["ann"], "call", 5, 2, 1, 2, 1)
    # the visit is confirmed by who attended; the meeting lies before the calendar was loaded
    assert found[keys["ann"], "meeting"] == TypedIn(keys["ann"], "meeting", 1, 1, 1, 0, 0)
    assert found[keys["ben"], "call"] == TypedIn(keys["ben"], "call", 0, 0, 0, 1, 0)
    assert added(list(found.values()), "call") == TypedIn(0, "call", 5, 2, 1, 3, 1)
    own = trust(reader, scope_of(reader, "ben")).typed_in
    assert {row.rep_key for row in own} == {keys["ben"]}


def test_fields_are_counted_by_source_and_rep(reader: Reader) -> None:
    keys = rep_keys(reader)
    rows = filled(reader, OWNER)
    of = {(row.relation, row.field): (row.rows, row.filled) for row in pooled(rows)}
    assert of["deal", "amount_minor"] == (6, 5)
    assert of["deal", "loss_reason"] == (5, 4)  # of lost ones
    assert of["deal", "stage"] == (6, 0)
    assert of["effort", "account_key"] == (13, 12)
    assert of["account", "segment"] == (2, 1)
    assert of["rep", "team"] == (2, 1)
    assert {row.source for row in rows if row.relation == "effort"} == {"crm"}
    owned = {row.rep_key: row.rows for row in rows if (row.relation, row.field) == ("deal", "owner_key")}
    assert owned == {keys["ann"]: 5, keys["ben"]: 1}
    assert set(of) <= set(USED_FOR)


def test_who_sees_some_reps_sees_nothing_of_the_whole(reader: Reader) -> None:
    own = trust(reader, scope_of(reader, "ben"))
    assert own.sources == ()
    assert {row.relation for row in own.filled} == {"effort", "deal"}
    assert [row.rows for row in own.filled if row.field == "owner_key"] == [1]
    assert own.reasons.lost == 1
    nobody = trust(reader, Scope("nothing"))
    assert (nobody.reps, nobody.loaded, nobody.filled, nobody.typed_in, nobody.reasons.lost) == ((), (), (), (), 0)
    assert answer_lines(nobody) == ["Nothing is loaded that could be relied on."]


def test_as_of_an_earlier_day_nothing_later_is_known(reader: Reader) -> None:
    earlier = trust(replace(reader, as_of=day(125)), OWNER)
    assert earlier.reasons.lost == 0
    (source,) = earlier.sources
    assert source.newest == day(120.9)
    assert source.age_days == pytest.approx(4.1)
    assert sum(row.typed + row.unseen for row in earlier.typed_in) == 3


def test_how_lost_deals_ended_and_who_says_why(reader: Reader) -> None:
    found = reasons(reader, OWNER)
    assert (found.lost, found.by_rep, found.by_buyer) == (5, 4, 2)
    assert found.beside == {("price", "price"): 1, ("no need", "timing"): 1}
    assert found.endings == {
        ("price", Ending.REFUSED): 1,
        ("no need", Ending.LEFT_WAITING): 1,
        ("price", Ending.QUIET): 1,
        ("", Ending.NOTHING): 1,
        ("price", Ending.NOTHING): 1,
    }
    assert found.agreed == agreed(reader, OWNER) == CannotTell(Refused.TOO_FEW_DEALS, have=2, need=20)
    assert reason_lines(found)[0].endswith("2 lost deals have a reason by both, 20 are needed.")
    rows = endings_for_eyes(found).to_pylist()
    assert [(row["reason by the rep"], row["lost"], row["buyer names the same"]) for row in rows] == [
        ("no need", "1", "0 of 1"),
        ("price", "3", "1 of 1"),
        ("none named", "1", ""),
    ]


def test_agreement_is_a_share_with_an_interval_and_kappa() -> None:
    found = agreement([("price", "price")] * 12 + [("price", "timing")] * 12)
    assert isinstance(found, Agreed)
    assert (found.deals, found.same, found.share) == (24, 12, 0.5)
    assert found.low < 0.5 < found.high
    assert found.kappa is not None
    assert found.kappa.kappa == pytest.approx(0.0)
    same = agreement([("price", "price")] * 20)
    assert isinstance(same, Agreed)
    assert same.kappa is None  # one word only: chance would agree as well
    said = reason_lines(Reasons(30, 24, 24, found, {}, Counter({("price", Ending.LEFT_WAITING): 3})))
    assert said[0].startswith("Of 24 lost deals with a reason by both, rep and buyer name the same for 12: 50 % (")
    assert said[1] == "By the events, 3 of 30 lost deals ended with a buyer who was left waiting."


def test_before_one_rests_on_something(reader: Reader) -> None:
    rows = doubtful(reader, OWNER, [("deal", "stage"), ("deal", "amount_minor"), ("account", "segment")])
    assert [(row.field, row.share) for row in rows] == [("stage", 0.0), ("segment", 0.5)]
    assert before_text("these", rows) == (
        "Before you rest on these: stage of deals is filled in 0 %, segment of companies is filled in 50 %."
    )


def test_operations_hear_of_silent_sources_and_unlike_reasons(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, small = (Fresh(name, records, day(0), age) for name, records, age in
                       (("old", 500, 40.0), ("new", 500, 3.0), ("small", 5, 90.0)))  # fmt: skip
    assert silent((old, new, small)) == [old]
    assert silent((old, small)) == silent(()) == []  # all were loaded that long ago
    assert findings(reader, OWNER) == ()
    unlike = agreement([("price", "price")] * 5 + [("price", "timing")] * 35)
    monkeypatch.setattr(raised, "agreed", lambda *_: unlike)
    monkeypatch.setattr(raised, "sources", lambda _: (old, new))
    found = findings(reader, OWNER)
    assert [(each.subject.name, each.first_for) for each in found] == [("old", Role.OPERATIONS), ("", Role.OPERATIONS)]
    assert findings(reader, scope_of(reader, "ann")) == ()


@pytest.mark.parametrize("by", BY)
def test_told_by_each(reader: Reader, by: str) -> None:
    found, ids = trust(reader, OWNER), id_of(reader, "rep")
    rows = rows_for_eyes(found, by, ids).to_pylist()
    assert rows
    if by == "rep":
        assert [row["rep"] for row in rows] == ["ann", "ben"]
        assert [row["calls confirmed"] for row in rows] == ["2 of 5", ""]
    machine = rows_for_machines(found, ids).to_pylist()
    assert {row["sort"] for row in machine} == {
        "freshness", "coverage", "completeness", "typed_in", "recorded", "loss_reason",
    }  # fmt: skip
    said = answer_lines(found)
    assert said[0] == "The newest record is 5 days old."
    assert said[1].startswith("Loaded of the last 90 days: email ")
    assert said[2].startswith("Before you rest on what needs them: ")
    assert "(1 more on days that were not loaded)" in typed_in_text(added(found.typed_in, "call"))
    assert notes(found)
