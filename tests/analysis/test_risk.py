"""Risk taken: what counts as an attempt, what came of it, whose it is; by plain counting, and on a made-up team."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from answerback.analysis.findings.audience import OWN_CRAFT
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import Reader
from answerback.analysis.risk import raised
from answerback.analysis.risk.attempts import (
    LEAST_EARLIER,
    LEAST_OF_ALL,
    WINDOW,
    Came,
    Deals,
    Firsts,
    Tried,
    of_deals,
    of_persons,
)
from answerback.analysis.risk.raised import findings
from answerback.analysis.risk.taken import Risk, deals_opened, ids_behind, risk_taken
from answerback.domain.findings import FindingKind
from answerback.domain.money import Missing
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope, Stretch
from answerback.present.risk import answer_lines, attempts_for_machines, kinds_for_eyes, notes, reps_for_eyes
from tests.analysis.asking import OWNER, looking, rep_keys, scope_of, workspace_of
from tests.analysis.team import Row, text

START = datetime(2025, 1, 6, 9, tzinfo=UTC)
AS_OF = START + timedelta(days=500)
PLAYBOOK = """
version = 1
[organisation]
currency = "EUR"
[[play]]
name = "email"
kind = "email"
answered_by = ["replied"]
aim = ["replied"]
waiting_days = 14
seen_on = ["email"]
"""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


# ------------------------------------------------------------------------------------------------- what is counted ---


@dataclass(frozen=True, slots=True)
class Deal:
    key: int
    at: datetime
    rep_key: int
    product_line: str
    worth: int | None
    came: Came


def columns(deals: list[Deal]) -> Deals:
    lines = ["a", "b", "c"]
    return Deals(
        key=np.array([each.key for each in deals]),
        at=np.array([int(each.at.timestamp()) for each in deals]),
        rep_key=np.array([each.rep_key for each in deals]),
        line=np.array([lines.index(each.product_line) if each.product_line else -1 for each in deals]),
        worth=np.array([np.nan if each.worth is None else each.worth for each in deals], np.float64),
        came=[each.came for each in deals],
    )


def made_up(seed: int, size: int = 400) -> list[Deal]:
    rng = random.Random(seed)
    return [
        Deal(
            key=key,
            at=day(rng.randrange(0, 500)),
            rep_key=rng.randrange(1, 5),
            product_line=rng.choice(("", "a", "a", "b", "c" if key % 40 == 0 else "a")),
            worth=rng.choice((None, *range(1, 60))),
            came=rng.choice(list(Came)),
        )
        for key in range(size)
    ]


def plainly(deals: list[Deal], since: datetime) -> Counter[tuple[int, Tried, bool]]:
    """Each deal against all earlier ones, by loops."""
    found: Counter[tuple[int, Tried, bool]] = Counter()
    for deal in deals:
        if deal.at <= since:
            continue
        own = [each for each in deals if each.rep_key == deal.rep_key and each.at < deal.at]
        if deal.worth is not None:
            sizes = [each.worth for each in own if each.worth is not None]
            if len(sizes) >= LEAST_EARLIER:
                as_large = sum(size >= deal.worth for size in sizes)
                found[deal.key, Tried.LARGER, as_large / len(sizes) < 0.1] += 1
            year = [each.worth for each in deals if each.worth is not None and deal.at - WINDOW < each.at < deal.at]
            if len(year) >= LEAST_OF_ALL:
                found[deal.key, Tried.LARGE, sum(size >= deal.worth for size in year) / len(year) < 0.1] += 1
        lines = [each.product_line for each in own if each.product_line]
        if deal.product_line and len(lines) >= LEAST_EARLIER:
            found[deal.key, Tried.NEW_LINE, deal.product_line not in lines] += 1
    return found


@pytest.mark.parametrize("seed", range(4))
def test_deals_by_plain_loops(seed: int) -> None:
    deals, since = made_up(seed), day(100)
    looks = of_deals(columns(deals), since)
    assert Counter((each.key, each.tried, each.is_attempt) for each in looks) == plainly(deals, since)
    assert {each.tried for each in looks if each.is_attempt} >= {Tried.LARGER, Tried.LARGE}
    shuffled = random.Random(seed).sample(deals, len(deals))
    assert of_deals(columns(shuffled), since) == looks


def test_chance_alone_brings_at_most_one_in_ten() -> None:
    rng = random.Random(3)
    deals = [Deal(key, day(key / 100), 1, "", rng.randrange(10**9), Came.OPEN) for key in range(4000)]
    looks = [each for each in of_deals(columns(deals), START - timedelta(days=1)) if each.tried is Tried.LARGER]
    assert 0.07 < sum(each.is_attempt for each in looks) / len(looks) <= 0.11


def test_a_person_above_ones_usual_level() -> None:
    told = [(key, key, 1, 2 if key % 12 else 1, Came.NOT) for key in range(1, 12)]
    told += [
        (20, 20, 1, 0, Came.OPEN),  # a level that nobody knows
        (21, 21, 1, 5, Came.WORKED),
        (22, 22, 1, 2, Came.NOT),
        (23, 23, 2, 5, Came.NOT),  # somebody else's first
    ]
    key, days, rep, height, came = zip(*told, strict=True)
    at = [int(day(number).timestamp()) for number in days]
    firsts = Firsts(np.array(key), np.array(at), np.array(rep), np.array(height), came)
    looks = of_persons(firsts, START)
    assert [(each.key, each.is_attempt, each.came) for each in looks] == [
        (11, False, Came.NOT),
        (21, True, Came.WORKED),
        (22, False, Came.NOT),
    ]
    assert of_persons(firsts, day(21)) == looks[2:]


# ------------------------------------------------------------------------------------------------- on a workspace ---


def touch(name: str, number: float, rep: str = "ann", **more: Any) -> Row:
    row = {"effort_id": name, "rep_id": rep, "account_id": "steady", "occurred_at": text(day(number)), "kind": "email"}
    return row | more


def account(name: str, segment: str, region: str = "north") -> Row:
    return {"account_id": name, "segment": segment, "industry": "rail", "region": region}


def deal(number: int, amount: Any, line: str = "old", owner: str = "ann", **more: Any) -> Row:
    opened = text(day(200 + number))
    row: Row = {"deal_id": f"{owner}{number}", "account_id": "steady", "owner_id": owner, "created_at": opened}
    return row | {"amount_minor": amount, "currency": "EUR", "product_line": line} | more


TABLES: dict[str, list[Row]] = {
    "rep": [{"rep_id": each, "name": each} for each in ("ann", "ben")],
    "coverage": [{"channel": "email", "from": text(day(0)), "to": text(AS_OF)}],
    "account": [
        account("steady", "large"), account("fresh", "small"), account("asleep", "middle"), account("came", "tiny"),
        account("blank", ""),
    ],
    "contact": [{"contact_id": f"m{number}", "account_id": "steady", "level": "Manager"} for number in range(11)]
    + [{"contact_id": "top", "account_id": "steady", "level": "executive"}],
    "deal": [deal(number, 100 + number) for number in range(12)]
    + [
        deal(20, 900),
        deal(21, 950, "new"),
        deal(22, 105),
        deal(23, "", currency=""),
        deal(24, 500, currency="USD"),
        deal(30, 999, owner="ben"),
    ],
    "deal_change": [
        {"deal_id": "ann20", "occurred_at": text(day(300)), "field": "outcome", "new": "won"},
        {"deal_id": "ann21", "occurred_at": text(day(498)), "field": "outcome", "new": "lost"},
        {"deal_id": "ann20", "occurred_at": text(day(300)), "field": "owner", "old_rep_id": "ann", "new_rep_id": "ben"},
    ],
    "effort": [
        *(touch(f"s{number}", 30 * number) for number in range(17)),
        *(touch(f"p{number}", 250 + number, contact_id=f"m{number}") for number in range(11)),
        touch("up", 270, contact_id="top"),
        touch("first", 400, "ben", account_id="fresh"),
        touch("again", 420, account_id="fresh"),
        touch("long-ago", 10, account_id="asleep"),
        touch("woken", 390, account_id="asleep"),
        touch("after-an-act", 401, account_id="came"),
        touch("unplaced", 402, account_id="blank"),
        touch("by-a-sequence", 380, account_id="fresh", origin="sequence"),
    ],
    "buyer_action": [
        {"action_id": "inquiry", "account_id": "came", "occurred_at": text(day(400.5)), "kind": "inquired"},
        {"action_id": "answer", "account_id": "fresh", "occurred_at": text(day(403)), "kind": "replied"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with looking(workspace_of(tmp_path_factory.mktemp("risk"), TABLES, PLAYBOOK), AS_OF) as reader:
        yield reader


@pytest.fixture(scope="module")
def found(reader: Reader) -> Risk:
    return risk_taken(reader, OWNER)


def names(reader: Reader, found: Risk, tried: Tried) -> list[tuple[str, str]]:
    ids = ids_behind(reader, found, "deal") | ids_behind(reader, found, "event")
    return [(ids[each.key], str(each.came)) for each in found.attempts(tried)]


def test_deals_are_their_first_owners_and_larger_than_their_own(reader: Reader, found: Risk) -> None:
    assert names(reader, found, Tried.LARGER) == [
        ("ann10", "open"), ("ann11", "open"), ("ann20", "worked"), ("ann21", "not"),
    ]  # fmt: skip
    assert {each.rep_key for each in found.attempts(Tried.LARGER)} == {rep_keys(reader)["ann"]}
    assert names(reader, found, Tried.NEW_LINE) == [("ann21", "not")]
    assert found.no_rate == (Missing("USD", day(224).date()),)
    assert found.refused[Tried.LARGE] == CannotTell(Refused.TOO_FEW_EARLIER, have=18, need=50)


def test_a_market_is_new_where_nobody_touched_or_acted_for_a_year(reader: Reader, found: Risk) -> None:
    assert names(reader, found, Tried.NEW_MARKET) == [("woken", "not"), ("first", "worked")]


def test_levels_above_ones_usual(reader: Reader, found: Risk) -> None:
    assert names(reader, found, Tried.HIGHER) == [("up", "not")]


def test_what_is_new_cannot_be_known_without_a_year_before(reader: Reader) -> None:
    early = risk_taken(replace(reader, as_of=day(300)), OWNER)
    assert early.refused[Tried.NEW_MARKET] == CannotTell(Refused.REACHES_BACK, have=300, need=365)
    assert names(reader, early, Tried.LARGER)[-1] == ("ann21", "open")  # its end lay ahead
    said = notes(early)
    assert "the data reach back 300 days, more than 365 are needed" in said[0]
    assert kinds_for_eyes(early).to_pylist()[0]["attempts"] == "cannot tell"


def test_nothing_is_told_of_others(reader: Reader, found: Risk) -> None:
    keys = rep_keys(reader)
    own = risk_taken(reader, scope_of(reader, "ben"))
    assert {each.rep_key for each in own.looks} == {keys["ben"]}
    assert [each.key for each in own.looks] == [each.key for each in found.looks if each.rep_key == keys["ben"]]
    assert names(reader, own, Tried.NEW_MARKET) == [("first", "worked")]
    cut = Scope("test", stretches=(Stretch(keys["ann"], day(265), day(275)),))
    assert names(reader, risk_taken(reader, cut), Tried.HIGHER) == [("up", "not")]
    assert risk_taken(reader, cut).attempts(Tried.LARGER) == []
    assert risk_taken(reader, Scope("nothing")).looks == ()


def test_in_words(reader: Reader, found: Risk) -> None:
    ids = id_of(reader, "rep")
    (said,) = answer_lines(found)
    assert said.startswith(
        "Tried in the last 365 days: first touches of a market that was silent for a year (2); deals"
    )
    rows = reps_for_eyes(found, ids).to_pylist()
    assert [row["rep"] for row in rows] == ["ann", "ben"]
    assert rows[1]["new market"].startswith("1 of ")
    machine = attempts_for_machines(found, ids, ids_behind(reader, found, "deal"), ids_behind(reader, found, "event"))
    first = next(row for row in machine.to_pylist() if row["tried"] == "new_market")
    assert (first["rep_id"], first["effort_id"], first["deal_id"], first["came_of_it"]) == ("ann", "woken", None, "not")
    assert any("Deals in USD have no size here" in line for line in notes(found))
    nothing = risk_taken(reader, Scope("nothing"))
    assert answer_lines(nothing) == ["Nothing unusual was tried in the last 365 days."]
    early = risk_taken(replace(reader, as_of=day(-1)), OWNER)
    assert answer_lines(early) == ["Cannot tell what was tried: there is too little to hold it against."]
    assert set(early.refused) == set(Tried)


def test_large_deals_clearly_more_often_are_good_news_for_the_rep_alone(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside usual deals of a year, two of each rep's forty a year are large, and twenty of the first one's."""
    before = [Deal(key, day(-70 + key / 2), 9, "", 10 + key % 10, Came.WORKED) for key in range(400)]

    def of(rep: int, large: int, deals: int = 40) -> list[Deal]:
        return [
            Deal(1000 * rep + key, day(200 + key), rep, "", 99 if key < large else 5, Came.NOT) for key in range(deals)
        ]

    told = [*before, *of(1, 20), *(each for rep in range(2, 8) for each in of(rep, 2))]
    monkeypatch.setattr(raised, "deals_opened", lambda *_: (columns(told), ()))
    (found,) = findings(reader, OWNER)
    assert (found.subject.key, found.good_news, found.kind) == (1, True, FindingKind.RISK)
    assert found.since == (AS_OF - WINDOW).date()
    assert FindingKind.RISK in OWN_CRAFT
    assert (found.evidence.efforts, found.evidence.answers) == (40, 20)
    assert findings(reader, scope_of(reader, "ann")) == ()
    few = [*before, *of(1, 20), *(each for rep in range(2, 6) for each in of(rep, 2))]
    monkeypatch.setattr(raised, "deals_opened", lambda *_: (columns(few), ()))
    assert findings(reader, OWNER) == ()  # beside too few others


def test_a_finding_reads_the_deals_that_its_year_is_held_against(reader: Reader) -> None:
    everything, _ = deals_opened(reader)
    since = day(205)
    some, _ = deals_opened(reader, since)
    kept = everything.at > since.timestamp()
    assert 0 < len(some.key) < len(everything.key)
    assert some.key.tolist() == everything.key[kept].tolist()
    assert np.array_equal(some.worth, everything.worth[kept], equal_nan=True)
