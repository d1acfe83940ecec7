"""The limit between the points of its grid."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.detect import changed_rate
from answerback.stats.limit import least_mean_delay
from answerback.stats.quick_limit import A_WEEK, EFFORTS, FACTOR, FALSE_ALARM_WEEKS, LOG_ODDS, quick_limit
from answerback.stats.special import logistic


def exact(rate: float, per_week: float) -> float:
    after = float(changed_rate(rate, [FACTOR])[0])
    return least_mean_delay(rate, after, false_alarm_efforts=FALSE_ALARM_WEEKS * per_week)


def test_every_point_is_the_limit() -> None:
    found = [[exact(float(rate), float(n)) for n in A_WEEK] for rate in logistic(LOG_ODDS)]
    np.testing.assert_allclose(EFFORTS, found, rtol=0.005)


def test_between_the_points_the_error_is_below_two_per_cent() -> None:
    rng = default_rng(1)
    rate, per_week = logistic(rng.uniform(-3.9, 3.0, 60)), np.exp(rng.uniform(0.0, np.log(1000.0), 60))
    found = quick_limit(rate, per_week)[0] * per_week
    np.testing.assert_allclose(
        found, [exact(*each) for each in zip(rate.tolist(), per_week.tolist(), strict=True)], rtol=0.02
    )


@pytest.mark.parametrize(("rate", "per_week"), [(0.007, 8.0), (0.985, 1.5), (0.985, 40.0)])
def test_very_low_and_very_high_rates_are_within_six_per_cent(rate: float, per_week: float) -> None:
    assert quick_limit(rate, per_week)[0] * per_week == pytest.approx(exact(rate, per_week), rel=0.06)


@pytest.mark.parametrize(("rate", "per_week"), [(0.0, 20.0), (1.0, 20.0), (0.2, 0.4), (float("nan"), 20.0)])
def test_where_there_is_no_rate_there_is_no_limit(rate: float, per_week: float) -> None:
    assert np.isnan(quick_limit(rate, per_week)).all()


def test_a_rate_that_falls_further_from_the_middle_takes_longer() -> None:
    weeks = quick_limit(np.linspace(0.01, 0.5, 200), 20.0)[0]
    assert (np.diff(weeks) < 0.0).all()
