"""Starts one after the other: against what others printed for the same data, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import FloatArray, IntArray
from answerback.stats.staggered import NEVER, Rollout, rollout
from tests.stats.reference import reference


def counties() -> tuple[FloatArray, IntArray]:
    """A panel with exactly the means and covariances of each cohort: the answers rest on nothing else."""
    data, _ = reference("mpdta")
    rng, panel, starts = default_rng(1), [], []
    for cohort in data["cohorts"]:
        n, mean, covariance = cohort["n"], np.array(cohort["mean"]), np.array(cohort["covariance"])
        drawn = rng.normal(size=(n, mean.size))
        drawn -= drawn.mean(axis=0)
        white = drawn @ np.linalg.inv(np.linalg.cholesky(np.cov(drawn.T))).T
        panel.append(mean + white @ np.linalg.cholesky(covariance).T)
        first = cohort["starts"] - data["years"][0] if cohort["starts"] else NEVER
        starts += [first] * n
    return np.concatenate(panel), np.array(starts)


@pytest.mark.parametrize("never_only", [True, False])
def test_group_time_effects_are_those_that_others_printed(never_only: bool) -> None:
    _, expected = reference("mpdta")
    found = rollout(*counties(), never_only=never_only, draws=0)
    assert isinstance(found, Rollout)
    cells = found.cells
    ours = {(c + 2003, p + 2003): e for c, p, e in zip(cells.cohort, cells.period, cells.effect, strict=True)}
    theirs = expected["never_treated" if never_only else "not_yet_treated"]
    assert len(theirs) == 12
    for each in theirs:
        assert ours[each["cohort"], each["period"]] == pytest.approx(each["effect"], abs=5.1e-5)


@pytest.mark.parametrize("never_only", [True, False])
def test_the_simple_average_and_its_error_are_those_of_csdid(never_only: bool) -> None:
    _, expected = reference("mpdta")
    theirs = expected["simple_never_treated" if never_only else "simple_not_yet_treated"]
    found = rollout(*counties(), never_only=never_only, draws=0)
    assert isinstance(found, Rollout)
    assert found.effect == pytest.approx(theirs["effect"], abs=5.1e-5)
    assert found.error == pytest.approx(theirs["error"], abs=1.5e-4)


def test_one_cohort_is_the_difference_of_differences() -> None:
    rng = default_rng(2)
    y, starts = rng.normal(size=(12, 4)), np.array([2] * 5 + [NEVER] * 7)
    found = rollout(y, starts, draws=0)
    assert isinstance(found, Rollout)
    change = y[:, 2:].mean(axis=1) - y[:, 1]
    assert found.effect == pytest.approx(change[:5].mean() - change[5:].mean())


def test_periods_in_which_people_were_picked_can_be_left_out() -> None:
    rng = default_rng(3)
    y, starts = rng.normal(size=(12, 5)), np.array([4] * 5 + [NEVER] * 7)
    found = rollout(y, starts, gap=1, base_periods=2, draws=0)
    assert isinstance(found, Rollout)
    change = y[:, 4] - y[:, 1:3].mean(axis=1)
    assert found.effect == pytest.approx(change[:5].mean() - change[5:].mean())


def test_the_interval_by_redrawing_holds_the_truth_for_four_starters() -> None:
    rng, held, runs = default_rng(4), 0, 60
    for _ in range(runs):
        y = rng.normal(0, 0.1, (24, 6)) + rng.normal(0, 0.1, (24, 1))
        starts = np.array([3, 3, 4, 4] + [NEVER] * 20)
        moved = y + 0.2 * (np.arange(6) >= starts[:, None])
        found = rollout(moved, starts, draws=99, seed=int(rng.integers(1_000_000_000)))
        assert isinstance(found, Rollout)
        held += found.low <= 0.2 <= found.high
    assert held / runs >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)


def test_nobody_left_to_compare_with_is_refused() -> None:
    answer = rollout(np.zeros((4, 3)), np.array([1, 1, 1, 1]), draws=0)
    assert answer == CannotTell(Refused.NOBODY_UNTREATED, have=0, need=1)


def test_a_start_in_the_first_period_has_no_before() -> None:
    assert isinstance(rollout(np.zeros((4, 3)), np.array([0, 0, NEVER, NEVER]), draws=0), CannotTell)


def test_what_does_not_fit_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="fit"):
        rollout(np.zeros((4, 3)), np.zeros(3))
    with pytest.raises(ValueError, match="finite"):
        rollout(np.full((4, 3), np.nan), np.zeros(4))
