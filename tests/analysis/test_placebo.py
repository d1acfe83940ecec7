"""Dealt data keep what they should and lose what they must; an analysis that looks at more than it may is caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import comb, exp, factorial
from typing import Any

import numpy as np
import pytest

from answerback.analysis.placebo.checks import checks
from answerback.analysis.placebo.dealing import LEAST_WEEKS, READS, WAYS, WEEK_SECONDS, dealt, drawn_from
from answerback.analysis.placebo.run import Check, Shown, Vanished, run_checks
from answerback.analysis.placebo.standin import StandIns
from answerback.analysis.reader import Reader
from answerback.api import Workspace
from answerback.domain.scope import Scope
from tests.analysis.asking import OWNER, looking
from tests.analysis.conftest import AS_OF

Rows = list[dict[str, Any]]


@pytest.fixture
def mine(built: Workspace) -> Iterator[Reader]:
    """A reader of the test's own: what it holds is replaced."""
    with looking(built, AS_OF) as reader:
        yield reader


def rows(reader: Reader, sql: str) -> Rows:
    found: Rows = reader.query(sql).to_pylist()
    return found


def dealing(reader: Reader, way: str, seed: int = 1) -> StandIns:
    stand_ins = StandIns(reader)
    WAYS[way](stand_ins, np.random.default_rng(seed))
    return stand_ins


def outcomes(reader: Reader) -> Rows:
    return rows(
        reader,
        "select effort_key, rep_key, account_key, play, occurred_at, waiting_seconds, seen_seconds, "
        "epoch(proved_at) - epoch(occurred_at) as lag, proved_action_key as act from outcome order by effort_key",
    )


def week_of(row: dict[str, Any]) -> int:
    return int(row["occurred_at"].timestamp()) // WEEK_SECONDS


def test_units_are_dealt_within_their_stratum_each_once() -> None:
    stratum = np.random.default_rng(2).integers(0, 9, 500)
    places = dealt(stratum, np.random.default_rng(3))
    assert sorted(places) == list(range(500))
    assert (stratum[places] == stratum).all()
    assert (places != np.arange(500)).sum() > 400


def test_every_deal_of_a_stratum_is_as_likely() -> None:
    deals = Counter(tuple(dealt([0, 0, 0], np.random.default_rng(seed)).tolist()) for seed in range(6_000))
    assert len(deals) == 6
    assert all(abs(count - 1_000) < 150 for count in deals.values())  # 5 standard errors


def test_units_are_drawn_from_the_pool_of_their_stratum() -> None:
    stratum, pool = np.array([0, 0, 0, 1, 1, 2]), np.array([True, True, False, False, True, False])
    drawn = np.array([drawn_from(stratum, pool, np.random.default_rng(seed)) for seed in range(400)])
    assert set(drawn[:, 2]) == {0, 1}
    assert set(drawn[:, 3]) == {4}
    assert set(drawn[:, 5]) == {-1}


def test_answers_stay_in_their_week_and_kind_of_touch(mine: Reader) -> None:
    before = outcomes(mine)
    dealing(mine, "answers")
    after = outcomes(mine)

    def counted(found: Rows) -> Counter[Any]:
        return Counter((week_of(row), row["play"], row["lag"]) for row in found if row["seen_seconds"] is not None)

    assert counted(after) == counted(before)
    assert sum(one["lag"] != other["lag"] for one, other in zip(before, after, strict=True)) > 20
    same = ("effort_key", "rep_key", "account_key", "play", "occurred_at", "seen_seconds")
    assert [[row[name] for name in same] for row in after] == [[row[name] for name in same] for row in before]


def test_answers_stay_with_the_rep_when_weeks_are_dealt(mine: Reader) -> None:
    before = outcomes(mine)
    dealing(mine, "weeks")
    after = outcomes(mine)
    end = AS_OF.timestamp()

    def counted(found: Rows) -> Counter[Any]:
        full = [
            row for row in found if row["seen_seconds"] is not None and row["seen_seconds"] >= row["waiting_seconds"]
        ]
        over = [row for row in full if end - row["occurred_at"].timestamp() >= row["waiting_seconds"]]
        return Counter((row["rep_key"], row["play"], row["lag"]) for row in over)

    assert {key: n for key, n in counted(after).items() if key[2]} == {
        key: n for key, n in counted(before).items() if key[2]
    }
    assert [row["lag"] for row in after] != [row["lag"] for row in before]


def test_a_company_goes_to_one_rep_as_a_whole(mine: Reader) -> None:
    before = outcomes(mine)
    dealing(mine, "reps")
    after = outcomes(mine)
    of_account: dict[int, set[int]] = {}
    for row in after:
        of_account.setdefault(row["account_key"], set()).add(row["rep_key"])
    assert all(len(reps) == 1 for reps in of_account.values())
    assert [row["lag"] for row in after] == [row["lag"] for row in before]
    assert {row["rep_key"] for row in after} <= {row["rep_key"] for row in before}


def test_acts_of_a_company_move_together_by_whole_weeks(mine: Reader) -> None:
    sql = "select action_key, account_key, occurred_at from buyer_action order by action_key"
    before = {row["action_key"]: row for row in rows(mine, sql)}
    dealing(mine, "acts")
    after = rows(mine, sql)
    seen = {key: row for key, row in before.items() if row["occurred_at"].timestamp() <= AS_OF.timestamp()}
    assert {row["action_key"] for row in after} == seen.keys()
    moved: dict[int, set[int]] = {}
    for row in after:
        seconds = int((row["occurred_at"] - before[row["action_key"]]["occurred_at"]).total_seconds())
        assert seconds % WEEK_SECONDS == 0
        assert abs(seconds) >= LEAST_WEEKS * WEEK_SECONDS
        assert row["occurred_at"].timestamp() <= AS_OF.timestamp()
        moved.setdefault(row["account_key"], set()).add(seconds)
    assert all(len(each) <= 2 for each in moved.values())  # forward, or around the clock
    assert len({each for some in moved.values() for each in some}) > 5


@pytest.mark.parametrize("way", [way for way in WAYS if way != "treatments"])
def test_all_that_rests_on_what_was_dealt_is_made_again_and_restored(mine: Reader, way: str) -> None:
    names = ("outcome", "effort_count", "answer_count", "buyer_action")

    def all_of() -> list[Rows]:
        return [rows(mine, f"select * from {name} order by all") for name in names]

    before = all_of()
    stand_ins = dealing(mine, way)
    assert all_of() != before
    counted = rows(mine, "select rep_key, sum(n) as n from effort_count group by all order by all")
    assert counted == rows(mine, "select rep_key, count(*) as n from outcome group by all order by all")
    stand_ins.restore()
    assert all_of() == before
    WAYS[way](stand_ins, np.random.default_rng(5))  # again, from what was
    stand_ins.restore()
    assert all_of() == before


def spread(reader: Reader, relation: str) -> Shown:
    """Whether reps differ more than one time in twenty (chi-square, by normal approximation)."""
    counts = rows(
        reader,
        f"select count(*) as n, count(proved_at) as s from {relation} where seen_seconds is not null group by rep_key",
    )
    n, s = (np.array([row[name] for row in counts], float) for name in ("n", "s"))
    share = s.sum() / n.sum()
    df, chi = len(n) - 1, float(((s - n * share) ** 2 / (n * share * (1 - share))).sum())
    cube = (chi / df) ** (1 / 3)  # Wilson & Hilferty 1931
    z = (cube - (1 - 2 / (9 * df))) / np.sqrt(2 / (9 * df))
    return Shown(int(z > 1.645), len(n))


def honest(reader: Reader, _scope: Scope) -> Shown:
    return spread(reader, "outcome")


def peeking(reader: Reader, _scope: Scope) -> Shown:
    """Broken: it looks at what was, whatever it is handed."""
    return Shown(1, spread(reader, "true_outcome" if _has(reader, "true_outcome") else "outcome").looked)


def _has(reader: Reader, name: str) -> bool:
    return bool(rows(reader, f"select 1 from information_schema.tables where table_name = '{name}'"))


def run(reader: Reader, *asked: Check, draws: int = 20) -> tuple[Vanished, ...]:
    return run_checks(reader, OWNER, asked, draws=draws, seed=1, on_step=lambda *_: None)


def promise(share: float) -> Any:
    return lambda _shown: share


def test_an_honest_analysis_passes_and_one_that_peeks_is_caught(mine: Reader) -> None:
    fair, broken = run(
        mine, Check("fair", "answers", honest, promise(0.05)), Check("broken", "answers", peeking, promise(0.05))
    )
    assert fair.vanishes
    assert fair.could_tell
    assert not broken.vanishes
    assert (broken.shown, broken.draws) == (20, 20)


@pytest.mark.parametrize("shown", range(8))
def test_the_chance_of_so_many_is_the_binomial_one(mine: Reader, shown: int) -> None:
    left = iter([0, *[1] * shown, *[0] * (20 - shown)])
    (found,) = run(mine, Check("one", "acts", lambda *_: Shown(next(left), 1), promise(0.05)))
    chance = sum(comb(20, k) * 0.05**k * 0.95 ** (20 - k) for k in range(shown, 21))
    assert found.shown == shown
    assert found.chance == pytest.approx(chance, rel=1e-9)
    assert found.vanishes == (chance >= 0.05)


@pytest.mark.parametrize("each", [0, 1, 2, 3])
def test_the_chance_of_so_many_findings_is_the_poisson_one(mine: Reader, each: int) -> None:
    check = Check("one", "acts", lambda *_: Shown(each, 100), lambda shown: shown.looked * 0.004, True, 2)
    (found,) = run(mine, check, draws=10)
    few = sum(exp(-2.0) * 2.0**k / factorial(k) for k in range(5 * each))
    assert (found.draws, found.shown) == (5, 5 * each)  # one in two
    assert found.promised == pytest.approx(2.0)
    assert found.chance == pytest.approx(1.0 - few, rel=1e-6)
    assert found.vanishes == (each < 2)
    assert found.could_tell


def test_too_few_data_sets_cannot_fail_and_say_so(mine: Reader) -> None:
    (found,) = run(mine, Check("one", "acts", lambda *_: Shown(1, 1), promise(0.3)), draws=2)
    assert found.vanishes
    assert not found.could_tell


def test_where_there_is_nothing_to_look_at_nothing_is_asked(mine: Reader) -> None:
    (found,) = run(mine, Check("one", "acts", lambda *_: Shown(0, 0), promise(0.05)), draws=3)
    assert (found.draws, found.shown, found.vanishes) == (0, 0, True)


def test_the_same_seed_deals_alike(mine: Reader) -> None:
    stand_ins = dealing(mine, "answers", seed=7)
    once = outcomes(mine)
    stand_ins.restore()
    WAYS["answers"](stand_ins, np.random.default_rng(7))
    assert outcomes(mine) == once


def test_each_check_has_its_way_and_a_name_of_its_own() -> None:
    names = [check.name for check in checks()]
    assert len(set(names)) == len(names)
    assert {check.way for check in checks()} <= WAYS.keys() == READS.keys()
    assert all(0 < check.promised(Shown(0, 1_000)) < 1 for check in checks())
    assert all(one <= other for one, other in pairwise([checks()[0].promised(Shown(0, n)) for n in (1, 10, 100)]))
