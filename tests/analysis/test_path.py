"""The buyer's path: one small case by hand, many chains by plain loops, findings that are there and that are not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from answerback.analysis.path import Asked, Measure, Path, Paths, Spread, path_of, paths, pooled, raised
from answerback.analysis.path.walked import counted_paths
from answerback.analysis.path.walking import CHANNELS
from answerback.analysis.reader import Reader
from answerback.domain.court import Court, Side, court_after
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.findings import Measure as Found
from answerback.domain.findings import Role
from answerback.domain.kinds import DEFAULT_STANCE, ActionKind
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope
from answerback.present import path as words
from answerback.present.charts import turns_chart
from tests.analysis.asking import looking, scope_of, workspace_of
from tests.analysis.team import Row, text

EVERYBODY = Scope("test", everybody=True)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
AS_OF = START + timedelta(days=60)
PLAYBOOK = """
version = 1
[[play]]
name = "email"
kind = "email"
answered_by = ["replied", "asked", "declined"]
aim = ["replied", "asked"]
seen_on = ["email"]
[[stage]]
name = "New"
[[stage]]
name = "Priced"
[[stage]]
name = "Lost"
outcome = "lost"
[[policy]]
name = "question"
after = ["asked"]
within_hours = 24
working_time = false
"""
BUYER = ("asked", "asked", "replied", "called", "attended", "declined", "no_show")
SELLER = ("email", "email", "call", "meeting", "task")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def touch(deal: str, number: float, kind: str = "email", rep: str = "ann", **more: str) -> Row:
    own = {"effort_id": f"{deal}-{number}", "rep_id": rep, "deal_id": deal, "account_id": f"a-{deal}", "kind": kind}
    return {**own, "occurred_at": text(day(number)), **more}


def act(deal: str, number: float, kind: str, contact: str = "zoe", **more: str) -> Row:
    own = {
        "action_id": f"{deal}-{number}-did",
        "contact_id": f"{contact}-{deal}",
        "deal_id": deal,
        "account_id": f"a-{deal}",
    }
    return {**own, "kind": kind, "occurred_at": text(day(number)), **more}


@cache
def made_up() -> dict[str, list[Row]]:
    """Chains with ties of both sides, sequences, tasks, refusals, and ends in the middle."""
    rng = random.Random(4)
    found: dict[str, list[Row]] = {"effort": [], "buyer_action": [], "deal": [], "deal_change": []}
    for number in range(40):
        deal, at = f"m{number}", 0.0
        found["deal"].append({"deal_id": deal, "account_id": f"a-{deal}", "created_at": text(day(-1))})
        taken: set[tuple[str, float]] = set()
        for _ in range(rng.randrange(1, 16)):
            at += rng.choice((0, 0.25, 1, 2.5))
            side = rng.choice(("ours", "theirs"))
            if (side, at) in taken:
                continue
            taken.add((side, at))
            if side == "ours":
                origin = rng.choice(("hand", "hand", "sequence"))
                rep = rng.choice(("ann", "ben"))
                found["effort"].append(touch(deal, at, rng.choice(SELLER), rep, origin=origin))
            else:
                found["buyer_action"].append(act(deal, at, rng.choice(BUYER), rng.choice(("zoe", "yan"))))
        if number % 3 == 0:
            ended = {"deal_id": deal, "occurred_at": text(day(at - 1)), "field": "outcome"}
            found["deal_change"].append({**ended, "new": "won" if number % 2 else "lost"})
    return found


def tables() -> dict[str, list[Row]]:
    told: dict[str, list[Row]] = {
        "rep": [{"rep_id": name, "name": name} for name in ("ann", "ben", "cleo")],
        "deal": [{"deal_id": "told", "account_id": "a-told", "owner_id": "ann", "created_at": text(day(0))}],
        "deal_change": [
            {"deal_id": "told", "occurred_at": text(day(at)), "field": "stage", "new": stage}
            for at, stage in ((0, "New"), (3, "Priced"), (6, "New"))
        ],
        "effort": [
            touch("told", 1),
            touch("told", 2, origin="sequence"),
            touch("told", 5, "call", "ben"),
            touch("told", 5.5, "task", "ben"),
            touch("told", 8, rep="ann"),
        ],
        "buyer_action": [
            act("told", 3, "asked"),
            act("told", 4, "asked", "yan"),
            act("told", 4.5, "called"),
            act("told", 6, "opened"),
            act("told", 9, "asked"),
        ],
    }
    for name, rows in made_up().items():
        told[name] = [*told.get(name, []), *rows]
    return told


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("path"), tables(), PLAYBOOK), AS_OF) as reader:
        yield reader


@pytest.fixture(scope="module")
def found(reader: Reader) -> Paths:
    return paths(Asked(reader, EVERYBODY))


def seconds(days: float) -> int:
    return round(days * 86_400)


def test_one_deal_as_told_by_hand(reader: Reader) -> None:
    path = path_of(Asked(reader, EVERYBODY), "told")
    assert (path.acts, path.steps, path.touches, path.reps, path.contacts) == (4, 1, 4, 2, 2)
    assert path.waiting_seconds == seconds(2) + seconds(51)  # from day 3 to 5, and from day 9 to day 60
    assert path.longest_wait_seconds == seconds(51)
    assert path.buyer_seconds == seconds(2) + seconds(4)
    assert (path.asks, path.asked_again, path.unanswered) == (4 - 1, 1, 1)
    assert (path.hand_offs, path.pushes, path.longest_run, path.went_back) == (2, 2, 2, 1)
    assert (path.stage, path.court, path.court_since, path.outcome) == ("New", "seller", day(9), "")
    assert path.acts_by == {"email": 3, "call": 1, "message": 0}
    assert path.touches_by == {"email": 3, "call": 1, "message": 0}


def test_an_earlier_day_knows_nothing_later(reader: Reader) -> None:
    path = path_of(Asked(replace(reader, as_of=day(4.25)), EVERYBODY), "told")
    assert (path.acts, path.touches, path.went_back, path.stage) == (2, 2, 0, "Priced")
    assert (path.waiting_seconds, path.court, path.unanswered) == (seconds(1.25), "seller", 1)


@dataclass
class Walk:
    """A walk through the events of one deal."""

    told: Counter[str] = field(default_factory=Counter)
    court: Court = Court.NOBODY
    since: datetime = START
    wait_from: datetime = START
    before: str = ""
    run: int = 0
    asked: bool = False
    people: set[str] = field(default_factory=set)

    def ours(self, row: Row, at: datetime) -> None:
        if row["kind"] == "task":
            return
        self.told["touches"] += 1
        self.told["pushes"] += self.run > 0
        self.run += 1
        self.told["longest_run"] = max(self.told["longest_run"], self.run)
        if row["kind"] in CHANNELS:
            self.told[f"touches_{row['kind']}"] += 1
        if row["origin"] == "hand":
            self.told["reps"] += row["rep_id"] not in self.people
            self.people.add(row["rep_id"])
            self.told["hand_offs"] += self.before not in {"", row["rep_id"]}
            self.before, self.asked = row["rep_id"], False
            self.turn(court_after(Side.SELLER), at)

    def theirs(self, row: Row, at: datetime) -> None:
        self.run = 0
        kind = ActionKind(row["kind"])
        self.told["acts"] += 1
        self.told["contacts"] += row["contact_id"] not in self.people
        self.people.add(row["contact_id"])
        if kind == "asked":
            self.told["asks"] += 1
            self.told["asked_again"] += self.asked
            self.asked = True
        if channel := {"called": "call", "replied": "email", "asked": "email"}.get(kind):
            self.told[f"acts_{channel}"] += 1
        self.turn(court_after(Side.BUYER, kind=kind, stance=DEFAULT_STANCE[kind]), at)

    def turn(self, court: Court, at: datetime) -> None:
        gone = round((at - self.since).total_seconds())
        if self.court is Court.BUYER:
            self.told["buyer_seconds"] += gone
        if self.court is Court.SELLER:
            self.told["waiting_seconds"] += gone
            waited = round((at - self.wait_from).total_seconds())
            self.told["longest_wait_seconds"] = max(self.told["longest_wait_seconds"], waited)
        elif court is Court.SELLER:
            self.wait_from = at
        self.court, self.since = court, at


def walked(deal: str, until: datetime) -> Walk:
    """The path of a made-up deal by a walk through its events."""
    rows = made_up()
    ends = [row for row in rows["deal_change"] if row["deal_id"] == deal and row["occurred_at"] <= text(until)]
    until = min(until, datetime.fromisoformat(ends[0]["occurred_at"])) if ends else until
    events = [
        (row["occurred_at"], place, row)
        for place, name in enumerate(("effort", "buyer_action"))
        for row in rows[name]
        if row["deal_id"] == deal and row["occurred_at"] <= text(until)
    ]
    walk = Walk()
    for at, place, row in sorted(events, key=lambda each: each[:2]):
        (walk.theirs if place else walk.ours)(row, datetime.fromisoformat(at))
    last = Court.NOBODY if ends else walk.court
    walk.turn(last, until)
    return walk


@pytest.mark.parametrize("until", [AS_OF, day(6), day(1)])
def test_every_path_is_what_a_walk_finds(reader: Reader, until: datetime) -> None:
    found = paths(Asked(replace(reader, as_of=until), EVERYBODY)).rows
    keys = {row["key"]: row["id"] for row in reader.query("select id, key from ids where space = 'deal'").to_pylist()}
    names = (
        *("acts", "touches", "pushes", "longest_run", "asks", "asked_again", "hand_offs", "reps", "contacts"),
        *("waiting_seconds", "longest_wait_seconds", "buyer_seconds"),
        *(f"{side}_{channel}" for side in ("acts", "touches") for channel in CHANNELS),
    )
    seen = 0
    for row in found.to_pylist():
        deal = keys[row["chain_key"]]
        if deal != "told":
            walk = walked(deal, until)
            assert {name: row[name] for name in names} == {name: walk.told[name] for name in names}, deal
            assert row["court"] == walk.court
            seen += 1
    assert seen > 20


def test_what_is_counted_alone_is_what_the_paths_have(reader: Reader) -> None:
    counted, whole = counted_paths(reader, EVERYBODY), paths(Asked(reader, EVERYBODY))
    assert counted.rows.num_rows > 0
    assert counted.of_deals is whole.of_deals
    assert counted.rows.to_pylist() == whole.rows.select(counted.rows.column_names).to_pylist()


def test_a_path_opens_for_who_worked_on_it_or_owns_it(reader: Reader) -> None:
    own = {row["deal_id"] for row in made_up()["effort"] if row["rep_id"] == "ben"} | {"told"}
    assert paths(Asked(reader, scope_of(reader, "ben"))).rows.num_rows <= len(own)
    assert path_of(Asked(reader, scope_of(reader, "ben")), "told") == path_of(Asked(reader, EVERYBODY), "told")
    assert paths(Asked(reader, scope_of(reader, "cleo"))).rows.num_rows == 0
    with pytest.raises(NotFoundError, match="nothing happened"):
        path_of(Asked(reader, scope_of(reader, "cleo")), "told")
    with pytest.raises(NotFoundError):
        path_of(Asked(reader, EVERYBODY), "never")


def test_places(reader: Reader, found: Paths) -> None:
    won = paths(Asked(reader, EVERYBODY, {"outcome": "won"})).rows
    assert set(won["outcome"].to_pylist()) == {"won"}
    assert won.num_rows == sum(each == "won" for each in found.rows["outcome"].to_pylist()) > 0
    with pytest.raises(UsageError, match="deals have no 'moon'"):
        Asked(reader, EVERYBODY, {"moon": "full"})


def test_pooled_are_the_quartiles_of_the_rows(found: Paths) -> None:
    told = pooled(found)
    waits = np.array(found.rows["waiting_seconds"].to_pylist(), float)
    spread = told.spreads[Measure.WAITING, "all"]
    assert isinstance(spread, Spread)
    assert (spread.lower, spread.median, spread.upper) == tuple(np.percentile(waits, (25, 50, 75)))
    assert spread.any == (waits > 0).mean()
    assert sum(told.chains.values()) == found.rows.num_rows == spread.chains
    assert isinstance(told.spreads[Measure.WAITING, "won"], CannotTell)  # fewer than ten
    assert sum(turn.chains for turn in told.turns) == told.chains["open"]


def test_the_words(reader: Reader, found: Paths) -> None:
    path = path_of(Asked(reader, EVERYBODY), "told")
    lines = words.account("told", path, AS_OF)
    assert (
        lines[0]
        == "Deal told: the seller's turn since 2026-03-11, for 51 d. From the first event to the last 8 d went by."
    )
    assert "They waited for us 53 d in all, 51 d at a stretch; for 6 d it was their turn." in lines
    assert "They asked 3 times, 1 time for the same as before, unanswered; 1 question has no answer" in " ".join(lines)
    assert "They came by email (3) and call (1); we by email (3) and call (1)." in lines
    nothing = replace(path, acts=0, steps=0, waiting_seconds=0, asks=0, pushes=0, contacts=0, acts_by={"email": 0})
    assert "They never waited for us." in words.account("told", nothing, AS_OF)
    told = pooled(found)
    assert words.answer_lines(found, told)[0].startswith(f"{found.rows.num_rows} deals: ")
    assert words.measures_for_eyes(told).num_rows > 5
    assert words.turns_for_eyes(told).num_rows == len({(turn.stage, turn.court) for turn in told.turns})
    assert words.rows_for_machines(told).num_rows == len(told.spreads) + len(CHANNELS) + len(told.turns)
    assert words.row_of("told", path)["waiting_seconds"].to_pylist() == [path.waiting_seconds]
    assert turns_chart(told).startswith("<svg")
    assert len(words.notes(found)) == 2
    assert "no [[policy]]" in words.notes(replace(found, policies=False))[-1]


def test_nothing_at_all(reader: Reader) -> None:
    nothing = paths(Asked(reader, EVERYBODY, {"segment": "none"}))
    told = pooled(nothing)
    assert words.answer_lines(nothing, told) == ["No deal or company fits: nothing happened in one."]
    assert words.measures_for_eyes(told).num_rows == 0
    with pytest.raises(UsageError, match="no deal is open"):
        turns_chart(told)
    assert isinstance(path_of(Asked(reader, EVERYBODY), "m1"), Path)


def company(*, calls: float, again: float, seed: int = 1) -> Paths:
    """Deals of two segments: buyers of `b` call with this share, and ask again in that share of their deals."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(200):
        large = number % 2 == 0
        acts, touches = int(rng.integers(1, 5)), int(rng.integers(2, 8))
        called = int(rng.binomial(acts, calls if large else 0.1))
        rung = int(rng.binomial(touches, 0.1))
        row = {"chain_key": number, "account_key": number, "acts_call": called, "acts_email": acts - called}
        row |= {"acts_message": 0, "touches_call": rung, "touches_email": touches - rung, "touches_message": 0}
        rows.append(row | {"asks": 1, "asked_again": int(rng.random() < (again if large else 0.1))})
    return Paths(AS_OF, True, pa.Table.from_pylist(rows), policies=True)


def found_in(made: Paths, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    monkeypatch.setattr(raised, "counted_paths", lambda *_: made)
    accounts = [{"account_key": number, "segment": "large" if number % 2 == 0 else "small"} for number in range(200)]
    reader: Any = SimpleNamespace(as_of=AS_OF, query=lambda _: pa.Table.from_pylist(accounts))
    told = raised.findings(reader, EVERYBODY)
    assert all(each.first_for in {Role.LEADER, Role.OPERATIONS} for each in told)
    assert all(each.subject.key is None for each in told)
    return [(str(each.measure), each.subject.name, each.play) for each in told]


def test_a_channel_that_one_segment_chooses_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (Found.CHANNEL, "large", "call") in found_in(company(calls=0.6, again=0.1), monkeypatch)
    assert not any(name == "small" for _, name, _ in found_in(company(calls=0.6, again=0.1), monkeypatch))


def test_a_segment_that_has_to_ask_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found_in(company(calls=0.1, again=0.5), monkeypatch) == [(Found.ASKED_AGAIN, "large", "")]


def test_where_nothing_is_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [found_in(company(calls=0.1, again=0.1, seed=seed), monkeypatch) for seed in range(20)] == [[]] * 20


def test_findings_are_for_who_sees_everybody(reader: Reader) -> None:
    assert raised.findings(reader, scope_of(reader, "ann")) == ()
    assert isinstance(raised.findings(reader, EVERYBODY), tuple)
