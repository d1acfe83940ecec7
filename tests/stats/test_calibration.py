"""The calibration tables: how often the intervals hold the truth, within bounds from the simulation's own error.

`TABLE` and `YOUNG` hold what an independent prototype of the same methods measured on 300 teams. A figure measured here
on `TEAMS` teams differs from it by chance only: by less than four standard errors of the difference.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.random import default_rng

from tests.stats import calibration
from tests.stats.calibration import EXTREME, REPS, SETTINGS, Method, Score, settled, young

TEAMS = 200
PROTOTYPE_TEAMS = 300
ROUNDED = 0.0006
WITHIN = 4.0

# Coverage, width, error, coverage of the 4 extreme reps, in the order of SETTINGS.
TABLE: dict[str, tuple[Method | None, list[tuple[float, float, float, float]]]] = {
    "wald": (
        calibration.wald,
        [
            (0.619, 0.486, 0.173, 0.67),
            (0.890, 0.318, 0.088, 0.85),
            (0.930, 0.192, 0.050, 0.93),
            (0.658, 0.193, 0.064, 0.86),
        ],
    ),
    "wilson": (
        calibration.by_wilson,
        [
            (0.958, 0.549, 0.173, 0.95),
            (0.953, 0.317, 0.088, 0.95),
            (0.953, 0.191, 0.050, 0.95),
            (0.954, 0.248, 0.064, 0.96),
        ],
    ),
    "jeffreys": (
        calibration.by_jeffreys,
        [
            (0.968, 0.547, 0.153, 0.94),
            (0.945, 0.313, 0.085, 0.95),
            (0.950, 0.190, 0.050, 0.94),
            (0.957, 0.228, 0.064, 0.95),
        ],
    ),
    "peers": (
        calibration.by_peers,
        [
            (0.948, 0.340, 0.086, 0.72),
            (0.932, 0.238, 0.064, 0.72),
            (0.950, 0.169, 0.044, 0.86),
            (0.943, 0.192, 0.054, 0.87),
        ],
    ),
    "true prior": (
        None,
        [
            (0.951, 0.300, 0.078, 0.66),
            (0.947, 0.238, 0.062, 0.77),
            (0.953, 0.169, 0.043, 0.87),
            (0.946, 0.188, 0.053, 0.86),
        ],
    ),
}
CASES = [
    pytest.param(method, setting, expected[index], id=f"{name}-{setting[0]:g}-{setting[1]:g}-{setting[2]}")
    for name, (method, expected) in TABLE.items()
    for index, setting in enumerate(SETTINGS)
]


def near(measured: tuple[float, float], published: float, *, rounded: float = ROUNDED) -> bool:
    """Whether two simulations of different size differ by chance only."""
    value, se = measured
    return abs(value - published) < WITHIN * se * math.sqrt(1 + TEAMS / PROTOTYPE_TEAMS) + rounded


@pytest.mark.parametrize(("method", "setting", "expected"), CASES)
def test_teams_with_all_answers_in(
    method: Method | None, setting: tuple[float, float, int], expected: tuple[float, float, float, float]
) -> None:
    a, b, efforts = setting
    score = settled(method or calibration.from_beta(a, b), a, b, efforts, teams=TEAMS, rng=default_rng(11))
    assert near(score.coverage, expected[0])
    assert near(score.width, expected[1])
    assert near(score.rmse, expected[2])
    assert near(score.extreme, expected[3], rounded=0.006)


def test_a_single_most_likely_prior_is_far_too_sure_with_few_efforts() -> None:
    score = settled(calibration.plug_in, 4, 16, 5, teams=TEAMS, rng=default_rng(12))
    assert near(score.coverage, 0.666)
    assert near(score.width, 0.225)
    assert near(score.rmse, 0.088)
    assert score.coverage[0] + WITHIN * score.coverage[1] < 0.8


def test_borrowing_from_peers_is_worth_as_many_efforts_again() -> None:
    """At 20 efforts the error falls from that of 20 to that of about 37 efforts alone."""
    alone = settled(calibration.by_wilson, 4, 16, 20, teams=TEAMS, rng=default_rng(13))
    more = settled(calibration.by_wilson, 4, 16, 37, teams=TEAMS, rng=default_rng(14))
    peers = settled(calibration.by_peers, 4, 16, 20, teams=TEAMS, rng=default_rng(13))
    assert alone.rmse[0] > 1.3 * peers.rmse[0]
    assert peers.rmse[0] == pytest.approx(more.rmse[0], rel=0.06)


# Bias, coverage, width, error. The prototype's times of answers had the same median and as great a naive bias.
YOUNG = {
    "naive": (-0.082, 0.907, 0.272, 0.114),
    "matured_alone": (0.022, 0.945, 0.389, 0.111),
    "matured": (0.002, 0.937, 0.284, 0.076),
}
YOUNG_SLACK = 0.008
"""How much the shape of the lag curve, which the prototype did not publish, may move a figure."""


@pytest.fixture(scope="module")
def young_scores() -> dict[str, Score]:
    return {
        name: young(getattr(calibration, name), teams=TEAMS, rng=default_rng(21))
        for name in (*YOUNG, "matured_by_learnt_curve")
    }


@pytest.mark.parametrize("name", YOUNG)
def test_this_weeks_efforts(name: str, young_scores: dict[str, Score]) -> None:
    score, (bias, coverage, width, error) = young_scores[name], YOUNG[name]
    assert near(score.bias, bias, rounded=0.003)
    assert near(score.coverage, coverage, rounded=YOUNG_SLACK)
    assert near(score.width, width, rounded=YOUNG_SLACK)
    assert near(score.rmse, error, rounded=0.003)


def test_answers_so_far_over_efforts_is_wrong_by_just_what_is_still_to_come(young_scores: dict[str, Score]) -> None:
    """The negative control: without maturity the rate of 20 % comes out as 12 %."""
    ages = (np.arange(7000.0) + 0.5) / 1000
    still_to_come = 0.2 * (calibration.share_answered(ages).mean() - 1)
    bias, se = young_scores["naive"].bias
    assert abs(bias - still_to_come) < WITHIN * se
    assert bias < -0.07


@pytest.mark.parametrize("name", ["matured", "matured_by_learnt_curve"])
def test_matured_exposure_and_peers_are_nearly_unbiased_and_cover(name: str, young_scores: dict[str, Score]) -> None:
    score = young_scores[name]
    assert abs(score.bias[0]) < WITHIN * score.bias[1] + 0.002
    assert score.coverage[0] + WITHIN * score.coverage[1] > 0.93
    assert score.coverage[0] > 0.92
    assert score.rmse[0] < 0.75 * young_scores["naive"].rmse[0]


def test_the_teams_are_what_they_claim() -> None:
    week = calibration.this_week(default_rng(1))
    assert week.ages.shape == (REPS, calibration.EFFORTS_A_WEEK)
    assert 0 < week.ages.min() < week.ages.max() < 7
    assert EXTREME * 10 == REPS
    drawn = calibration.lags(20_000, default_rng(2))
    for age in (0.5, 2.0, 10.0, 60.0):
        assert (drawn <= age).mean() == pytest.approx(float(calibration.share_answered(np.array(age))), abs=0.015)


def test_the_rule_publishes_nothing_from_five_efforts_and_everything_from_sixty() -> None:
    few, many = (calibration.published(4, 16, n, teams=30, rng=default_rng(31)) for n in (5, 60))
    assert few.share == 0.0
    assert many.share > 0.99


def test_what_the_rule_publishes_from_twenty_efforts_covers_a_little_less() -> None:
    """It lets narrow intervals through, and among these are more of the lucky ones: 92 to 93 %, not 95 %."""
    some = calibration.published(4, 16, 20, teams=100, rng=default_rng(32))
    assert 0.4 < some.share < 0.8
    assert some.coverage + WITHIN * some.coverage_error > 0.93
    assert some.coverage > 0.905


def test_the_command_prints_its_tables() -> None:
    lines = list(calibration.tables(teams=2, seed=1))
    assert sum(line.startswith("|---") for line in lines) == 3
    assert len([line for line in lines if line]) == 20
