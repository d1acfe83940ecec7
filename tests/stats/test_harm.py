"""Harm after many touches: R's figures, identities, and that one buyer's own touches are no fair comparison."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.harm import Harm, harm
from calibration.friction import compared, harmed
from tests.stats.reference import reference

DATA, EXPECTED = reference("harm")


@pytest.mark.parametrize("name", sorted(DATA))
def test_as_r_says(name: str) -> None:
    told = harm(*(DATA[name][each] for each in ("a", "n1", "b", "n0")))
    assert isinstance(told, Harm)
    assert told.ratio == pytest.approx(EXPECTED[name]["ratio"], rel=1e-6)
    assert told.pooled_ratio == pytest.approx(EXPECTED[name]["pooled"], rel=1e-6)
    assert told.p_value == pytest.approx(EXPECTED[name]["p_value"], rel=1e-6)


def test_the_p_value_by_counting_every_way() -> None:
    """Three events in one stratum, three in another: each falls among the many with its stratum's share."""
    told = harm([2, 2], [10, 30], [1, 1], [30, 30])
    assert isinstance(told, Harm)
    chance = 0.0
    for way in product((0, 1), repeat=6):
        weight = float(
            np.prod([(0.25 if k < 3 else 0.5) if hit else (0.75 if k < 3 else 0.5) for k, hit in enumerate(way)])
        )
        chance += weight * (1.0 if sum(way) > 4 else 0.5 if sum(way) == 4 else 0.0)
    assert told.p_value == pytest.approx(chance)


def test_identities() -> None:
    whole = harm([20], [200], [10], [300])
    halves = harm([10, 10], [100, 100], [5, 5], [150, 150])
    doubled = harm([20], [200], [10], [300])
    assert isinstance(whole, Harm)
    assert isinstance(halves, Harm)
    assert whole.ratio == pytest.approx(3.0)
    assert (halves.ratio, halves.low, halves.high) == pytest.approx((whole.ratio, whole.low, whole.high))
    assert doubled == whole
    alone = harm([20, 7], [200, 70], [10, 0], [300, 0])
    assert isinstance(alone, Harm)
    assert alone.ratio == pytest.approx(whole.ratio), "a stratum without the other sort says nothing"


def test_edges() -> None:
    assert harm([0], [0], [0], [0]) == CannotTell(Refused.TOO_FEW_ACTS, have=0.0, need=5)
    none = harm([0], [50], [9], [500])
    assert isinstance(none, Harm)
    assert (none.ratio, none.low) == (0.0, 0.0)
    every = harm([9], [50], [0], [500])
    assert isinstance(every, Harm)
    assert every.ratio == every.high == float("inf")
    assert every.p_value < 1e-6
    many = harm([3000], [10_000], [3000], [10_000])
    assert isinstance(many, Harm)
    assert many.p_value == pytest.approx(0.5)
    with pytest.raises(ValueError, match="exceed trials"):
        harm([3], [2], [0], [1])


def test_size_and_power_and_the_comparison_that_is_not_fair() -> None:
    """As in docs/methods/friction.md: nominal 5 %; the bounds are three standard errors of 60 sets."""
    rng = default_rng(21)
    like, own, power = [], [], []
    for _ in range(60):
        told, buyer = harmed(rng, 3000, ratio=1.0)
        ours, theirs = compared(told, np.searchsorted([2, 4], told["number"], side="right")), compared(told, buyer)
        like.append(isinstance(ours, Harm) and ours.p_value <= 0.05)
        own.append(isinstance(theirs, Harm) and theirs.p_value <= 0.05)
        told, _ = harmed(rng, 3000, ratio=6.0)
        found = compared(told, np.searchsorted([2, 4], told["number"], side="right"))
        power.append(isinstance(found, Harm) and found.p_value <= 0.05)
    assert np.mean(like) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)
    assert np.mean(power) >= 0.9
    assert np.mean(own) >= 0.5, "within one buyer, harm is found where there is none"
