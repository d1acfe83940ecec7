"""Lots, and what they say: shares kept, differences right whoever overrules, and how long it takes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.holdout import difference, lots, units_to_settle

BRINGS = 0.3


def drawn(rng: Generator, units: int = 600, overrule: float = 0.0) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Acts, who was held, who was touched; hotter ones are overruled more often."""
    heat = rng.gamma(1.0, 0.5, units)
    held = lots(np.repeat(np.arange(10), units // 10), 0.125, rng)
    treated = ~held | (rng.random(units) < overrule * np.minimum(heat, 1.0))
    return rng.poisson(heat + BRINGS * treated).astype(float), held, treated


def test_lots_keep_the_share_in_every_stratum() -> None:
    stratum = np.repeat(np.arange(5), [8, 16, 40, 3, 1])
    counts = np.array([np.bincount(stratum, lots(stratum, 0.125, default_rng(seed)), 5) for seed in range(4000)])
    assert counts[:, :3].tolist() == [[1, 2, 5]] * 4000
    assert counts[:, 3].mean() == pytest.approx(0.375, abs=0.03)
    assert counts[:, 4].mean() == pytest.approx(0.125, abs=0.02)


def test_same_seed_same_lots() -> None:
    stratum = np.zeros(100, np.int64)
    assert np.array_equal(lots(stratum, 0.1, default_rng(3)), lots(stratum, 0.1, default_rng(3)))
    assert not np.array_equal(lots(stratum, 0.1, default_rng(3)), lots(stratum, 0.1, default_rng(4)))


@pytest.mark.parametrize("overrule", [0.0, 0.8])
def test_its_intervals_hold_the_truth(overrule: float) -> None:
    rng, runs = default_rng(9), 400
    held_truth, values = 0, []
    for _ in range(runs):
        acts, held, treated = drawn(rng, overrule=overrule)
        found = difference(acts, held, treated, np.zeros(len(acts), np.int64))
        assert found is not None
        assert found.on_compliers is not None
        value, low, high = found.on_compliers
        held_truth += low <= BRINGS <= high
        values.append(value)
        if not overrule:
            assert value == pytest.approx(found.value)
    assert held_truth / runs > 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)
    assert np.mean(values) == pytest.approx(BRINGS, abs=4 * np.std(values) / np.sqrt(runs))


def test_as_the_lots_fell_is_less_where_reps_overrule_and_never_by_who_was_touched() -> None:
    acts, held, treated = drawn(default_rng(1), units=40_000, overrule=0.9)
    found = difference(acts, held, treated, np.zeros(len(acts), np.int64))
    assert found is not None
    assert 0.0 < found.value < 0.25
    by_touch = acts[treated].mean() - acts[~treated].mean()
    assert by_touch > BRINGS + 0.2


def test_strata_do_not_mix_what_differs_by_themselves() -> None:
    stratum = np.repeat([0, 1], [100, 100])
    held = np.concatenate([np.arange(100) < 50, np.arange(100) < 5])
    acts = np.where(stratum == 0, 5.0, 1.0)
    found = difference(acts, held, ~held, stratum)
    assert found is not None
    assert found.value == pytest.approx(0.0)
    small = difference(
        np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False]), np.ones(4, bool), np.arange(4)
    )
    assert small is not None
    assert small.value == pytest.approx(1.0)


def test_one_company_held_back_says_nothing() -> None:
    held = np.array([True, False, False])
    assert difference(np.ones(3), held, ~held, np.zeros(3, np.int64)) is None


def test_so_many_companies_do_show_it() -> None:
    rng, effect, share = default_rng(5), 0.3, 0.125
    units = round(units_to_settle(float(np.sqrt(0.75)), share, effect))
    seen = 0
    for _ in range(300):
        acts, held, treated = drawn(rng, units=units - units % 10)
        found = difference(acts, held, treated, np.zeros(len(acts), np.int64))
        seen += found is not None and found.low > 0
    assert 0.7 < seen / 300 < 0.92
