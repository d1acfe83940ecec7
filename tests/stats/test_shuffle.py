"""Shuffling: what is there is found; what is not is not, as often as said, also where answers hang together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from answerback.stats.shuffle import unlike_the_rest

UNITS, GROUPS = 300, 5
GROUP = np.arange(UNITS) % GROUPS


def told(rng: np.random.Generator, before: float, after: Any, *, alike: float) -> tuple[Any, Any]:
    """Efforts and answers of units with rates of their own: the smaller `alike`, the more they hang together."""
    efforts = rng.poisson(8, (UNITS, 2))
    middle = np.column_stack([np.full(UNITS, before), np.broadcast_to(after, UNITS)])
    rates = rng.beta(middle * alike, (1 - middle) * alike)
    return efforts, rng.binomial(efforts, rates)


@pytest.mark.parametrize("alike", [1e6, 5.0])
def test_where_no_group_differs_a_small_share_of_sets_says_so(alike: float) -> None:
    rng = np.random.default_rng(5)
    said = [
        (unlike_the_rest(GROUP, *told(rng, 0.25, 0.2, alike=alike), draws=99, seed=each).as_large <= 0.05).any()
        for each in range(300)
    ]
    # Binomial: 5 % of 300 are 15, give or take 3.8.
    assert abs(int(sum(said)) - 15) <= 3 * 3.8


def test_a_group_that_fell_is_found_and_is_the_one() -> None:
    rng = np.random.default_rng(6)
    after = np.where(GROUP == 1, 0.12, 0.3)
    found = [unlike_the_rest(GROUP, *told(rng, 0.3, after, alike=20.0), draws=99, seed=each) for each in range(40)]
    assert sum(int(np.argmin(each.unlike)) == 1 for each in found) >= 38
    assert sum(each.as_large[1] <= 0.01 for each in found) >= 36


def test_a_change_of_all_is_nobodys() -> None:
    efforts, answers = told(np.random.default_rng(7), 0.4, 0.1, alike=1e6)
    assert (unlike_the_rest(GROUP, efforts, answers).as_large > 0.05).all()


def test_groups_that_always_differ_have_not_changed() -> None:
    rng, rate = np.random.default_rng(8), 0.1 + 0.1 * GROUP[:, None]
    efforts = rng.poisson(8, (UNITS, 2))
    found = [unlike_the_rest(GROUP, efforts, rng.binomial(efforts, rate), draws=99, seed=each) for each in range(60)]
    assert sum((each.as_large <= 0.05).any() for each in found) <= 9


def test_the_same_seed_gives_the_same_answer_in_whatever_order_units_come() -> None:
    efforts, answers = told(np.random.default_rng(9), 0.3, 0.25, alike=20.0)
    one = unlike_the_rest(GROUP, efforts, answers, draws=50, seed=3)
    order = np.random.default_rng(1).permutation(UNITS)
    two = unlike_the_rest(GROUP[order], efforts[order], answers[order], draws=50, seed=3)
    assert np.array_equal(one.as_large, two.as_large)
    assert np.array_equal(one.largest, two.largest)


@pytest.mark.parametrize(
    ("group", "efforts", "answers"),
    [
        ([0, 0], [[1, 2], [3, 4]], [[1, 1], [1, 1]]),
        ([0, 1], [1, 2], [1, 1]),
        ([0, 1], [[1, 2], [3, 4]], [[2, 2], [3, 4]]),
        ([], np.zeros((0, 2)), np.zeros((0, 2))),
    ],
)
def test_what_cannot_be_is_refused(group: Any, efforts: Any, answers: Any) -> None:
    with pytest.raises(ValueError, match="efforts"):
        unlike_the_rest(group, efforts, answers)
