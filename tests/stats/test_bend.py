"""Where a share bends: planted bends are found within people, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.bend import Bend, bend


def world(
    seed: int, *, at: float, below: float, above: float, people: int = 15, weeks: int = 40, of_load: float = 0.0
) -> Bend | CannotTell:
    """Weeks of people who carry more or less than each other; `of_load` makes those who carry more miss more anyway."""
    rng = np.random.default_rng(seed)
    level = rng.integers(20, 70, people)
    who = np.repeat(np.arange(people), weeks)
    carried = np.maximum(level[who] + rng.integers(-20, 21, who.size), 0)
    tasks = rng.poisson(5, who.size)
    share = np.where(carried > at, above, below) + of_load * (level[who] - 20)
    return bend(who, carried, tasks, rng.binomial(tasks, share), rng=np.random.default_rng(seed + 1))


def test_a_planted_bend_is_found_where_it_is() -> None:
    hits, covered = 0, 0
    for seed in range(8):
        found = world(seed, at=45, below=0.04, above=0.18)
        assert isinstance(found, Bend)
        hits += abs(found.at - 45) <= 6
        covered += found.at_low - 3 <= 45 <= found.at_high + 3
        assert found.below == pytest.approx(0.04, abs=0.03)
        assert found.above == pytest.approx(0.18, abs=0.04)
        assert found.difference_low < 0.14 < found.difference_high + 0.03
    assert hits >= 6
    assert covered >= 6


def test_where_there_is_none_none_is_told() -> None:
    told = [world(seed, at=45, below=0.1, above=0.1) for seed in range(20)]
    assert sum(isinstance(each, Bend) for each in told) <= 1
    assert {each.reason for each in told if isinstance(each, CannotTell)} == {Refused.NOTHING_STANDS_OUT}


def test_people_who_carry_more_and_miss_more_all_the_time_make_no_bend() -> None:
    told = [world(seed, at=45, below=0.05, above=0.05, of_load=0.005) for seed in range(8)]
    assert sum(isinstance(each, Bend) for each in told) <= 1


def test_sorts_of_tasks_that_are_missed_more_make_no_bend() -> None:
    week = np.arange(40)
    who = np.repeat(np.arange(8), 80)
    carried = np.tile(np.concatenate([week, week + 40]), 8)
    sort = np.tile(np.repeat([0, 1], 40), 8)
    tasks = np.full(who.size, 5)
    missed = np.where(sort == 1, 3, 0)
    rng = np.random.default_rng(1)
    assert isinstance(bend(who, carried, tasks, missed, rng=rng), Bend)
    assert isinstance(bend(who, carried, tasks, missed, rng=rng, sort=sort), CannotTell)


def test_too_few_are_refused() -> None:
    few = world(1, at=45, below=0.1, above=0.3, people=4)
    assert isinstance(few, CannotTell)
    assert (few.reason, few.have) == (Refused.TOO_FEW_REPS, 4)
    nobody = bend([], [], [], [], rng=np.random.default_rng(1), sort=[])
    assert isinstance(nobody, CannotTell)
    tasks = np.ones(80)
    scarce = bend(
        np.repeat(np.arange(8), 10), np.tile(np.arange(10), 8), tasks, 0 * tasks, rng=np.random.default_rng(1)
    )
    assert isinstance(scarce, CannotTell)
    assert scarce.reason is Refused.TOO_FEW_ACTS


def test_a_wrong_array_is_an_error() -> None:
    with pytest.raises(ValueError, match="missed"):
        bend([1], [1], [1], [2], rng=np.random.default_rng(1))
