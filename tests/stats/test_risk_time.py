"""Rates over strata of person-time: against loops, and against the conditional likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.event_study import DAY, events
from answerback.stats.risk_time import after_touches, rate_ratio
from answerback.stats.sccs import conditional_poisson
from calibration.increment_worlds import DAYS, SETTINGS, world


def test_it_is_near_the_conditional_maximum() -> None:
    """Mantel and Haenszel's ratio is consistent for what the case series estimates."""
    rng = default_rng(2)
    strata = 800
    time, other_time = rng.uniform(2, 12, strata), rng.uniform(2, 12, strata)
    rate = rng.gamma(1.0, 0.1, strata)
    exposed, other = rng.poisson(2.0 * rate * time), rng.poisson(rate * other_time)
    found = rate_ratio(exposed, time, other, other_time)
    case = np.tile(np.arange(strata), 2)
    design = np.repeat([1.0, 0.0], strata)[:, None]
    maximum = conditional_poisson(case, np.concatenate([exposed, other]), np.concatenate([time, other_time]), design)
    assert found is not None
    assert maximum is not None
    assert found.ratio == pytest.approx(float(maximum.ratio[0]), rel=0.05)
    low, high = maximum.interval
    assert np.log(found.high / found.low) == pytest.approx(float(np.log(high[0] / low[0])), rel=0.15)


def test_strata_are_cut_as_loops_cut_them() -> None:
    rng = default_rng(6)
    account, at = np.zeros(12, np.int64), np.sort(rng.integers(0, 84, 12)) * DAY
    own, act = np.zeros(30, np.int64), rng.integers(0, 84, 30) * DAY + DAY // 2
    found = after_touches(
        events(account, at, begins=0), events(own, act, begins=0), window=3 * DAY, stratum_days=28, lasts=84 * DAY
    )
    hours = np.arange(84 * 24) * 3600
    felt = np.array([any(0 <= hour - each < 3 * DAY for each in at) for hour in hours])
    risky = np.array([any(0 < hit - each <= 3 * DAY for each in at) for hit in act])
    up = down = 0.0
    for first in range(0, 84, 28):
        inside = (hours >= first * DAY) & (hours < (first + 28) * DAY)
        hit = (act >= first * DAY) & (act < (first + 28) * DAY)
        one, all_time = float((felt & inside).sum()), 28 * 24
        up += (hit & risky).sum() * (all_time - one) / all_time
        down += (hit & ~risky).sum() * one / all_time
    assert found is not None
    assert found.ratio == pytest.approx(up / down)


def test_it_misses_little_where_all_is_quiet() -> None:
    told = world(SETTINGS["S0 clean"], default_rng(1))
    found = after_touches(
        events(told.touch_account, told.touch_at, begins=0), events(told.act_account, told.act_at, begins=0),
        window=7 * DAY, stratum_days=28, lasts=DAYS * DAY,
    )  # fmt: skip
    assert found is not None
    assert found.incremental / len(told.act_at) == pytest.approx(told.share, abs=0.09)


def test_without_anything_to_compare_there_is_no_ratio() -> None:
    assert rate_ratio([1], [10], [0], [10]) is None
    assert rate_ratio([1], [10], [1], [0]) is None
