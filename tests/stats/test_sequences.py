"""Looking more than once: all looks together hold the truth, and the usual intervals do not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.special import betaln

from answerback.stats.sequences import difference_sequence, peeking_factor, rate_sequence


def test_all_looks_at_one_rate_together_hold_it() -> None:
    rng, runs = default_rng(1), 400
    n = np.arange(1, 1_001, 9)
    for p in (0.03, 0.2):
        s = (rng.random((runs, 1_000)) < p).cumsum(axis=1)[:, n - 1]
        interval = rate_sequence(s, n)
        missed = ((interval.low > p) | (interval.high < p)).any(axis=1).mean()
        assert missed <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
        usual = np.abs(s / n - p) > 1.96 * np.sqrt(np.maximum(s / n * (1 - s / n), 1e-9) / n)
        assert usual[:, 10:].any(axis=1).mean() > 0.2  # so the looks are many enough to mislead


def test_all_looks_at_a_growing_average_together_hold_it() -> None:
    rng, runs = default_rng(2), 3_000
    looks = np.arange(1, 53)
    mean = rng.normal(0, 1, (runs, 52)).cumsum(axis=1) / looks
    half = peeking_factor(looks / 52) / np.sqrt(looks)
    missed = (np.abs(mean) > half).any(axis=1).mean()
    assert missed <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert (np.abs(mean) > 1.96 / np.sqrt(looks)).any(axis=1).mean() > 0.25


def test_the_ends_are_where_the_mixture_explains_twenty_times_better() -> None:
    interval = rate_sequence(30, 100)
    for end in (float(interval.low), float(interval.high)):
        log_ratio = betaln(31, 71) - 30 * np.log(end) - 70 * np.log1p(-end)
        assert log_ratio == pytest.approx(np.log(20), abs=1e-6)


def test_without_trials_nothing_is_known_and_edges_are_kept() -> None:
    assert (float(rate_sequence(0, 0).low), float(rate_sequence(0, 0).high)) == (0.0, 1.0)
    assert float(rate_sequence(0, 50).low) == 0.0
    assert float(rate_sequence(50, 50).high) == 1.0


def test_the_factor_is_least_about_the_planned_end_and_above_one_looks() -> None:
    planned = [float(peeking_factor(x) / np.sqrt(x)) for x in (0.9, 1.0, 1.1)]
    assert planned == sorted(planned, reverse=True)
    other = [float(peeking_factor(1.0, planned=x)) for x in (0.05, 1.0, 20.0)]
    assert min(other) == other[1]
    assert other[1] > 1.96
    assert float(peeking_factor(1.0, df=12)) > other[1]


def test_the_difference_of_two_rates_is_held_by_both_together() -> None:
    one = difference_sequence((80, 30), (200, 200))
    assert float(one.low) > 0.0
    same = difference_sequence((30, 30), (200, 200))
    assert float(same.low) == pytest.approx(-float(same.high))


def test_what_cannot_be_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="more successes"):
        rate_sequence(3, 2)
    with pytest.raises(ValueError, match="above 0"):
        peeking_factor(0.0)
