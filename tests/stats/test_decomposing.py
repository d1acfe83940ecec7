"""Mantel-Haenszel, Kitagawa, the funnel, and usual rates: against R, and what must hold of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.stats.funnel import funnel, over_dispersion
from answerback.stats.kitagawa import take_apart
from answerback.stats.mantel_haenszel import odds_ratio
from answerback.stats.special import logistic
from answerback.stats.standard import expected_log_odds, shifts, together
from tests.stats.reference import reference


def test_the_common_odds_ratio_is_that_of_r() -> None:
    data, expected = reference("mantel_haenszel")
    found = odds_ratio(data["success"], data["exposure"], data["other_success"], data["other_exposure"])
    assert found is not None
    assert found.ratio == pytest.approx(expected["ratio"], abs=1e-9)
    assert (found.low, found.high) == pytest.approx((expected["low"], expected["high"]), abs=1e-8)
    assert found.p_value == pytest.approx(expected["p_value"], abs=1e-9)
    assert found.log_error == pytest.approx(expected["log_error"], abs=1e-9)


def test_without_both_sorts_there_is_no_odds_ratio() -> None:
    assert odds_ratio([0, 0], [5, 5], [3, 2], [5, 5]) is None
    with pytest.raises(ValueError, match="exceed"):
        odds_ratio([6], [5], [1], [5])


COUNT = st.integers(0, 50)
CELL = st.tuples(COUNT, COUNT, COUNT, COUNT)


@given(st.lists(CELL, min_size=1, max_size=8))
def test_the_parts_of_a_change_add_up_exactly(cells: list[tuple[int, int, int, int]]) -> None:
    s0, f0, s1, f1 = (np.array(each, dtype=float) for each in zip(*cells, strict=True))
    parts = take_apart(s0, s0 + f0, s1, s1 + f1)
    if parts is None:
        assert not (s0 + f0).sum() or not (s1 + f1).sum()
        return
    assert parts.rate + parts.mix == pytest.approx(parts.change, abs=1e-12)
    assert parts.change == pytest.approx(s1.sum() / (s1 + f1).sum() - s0.sum() / (s0 + f0).sum())


def test_only_shares_moved_or_only_rates() -> None:
    moved = take_apart([20, 10], [50, 100], [40, 190], [100, 1900])
    assert moved is not None
    assert moved.rate == pytest.approx(0.0)
    assert moved.mix < -0.05
    fell = take_apart([20, 10], [50, 100], [10, 5], [50, 100])
    assert fell is not None
    assert fell.mix == pytest.approx(0.0)
    assert fell.rate == pytest.approx(-0.1)


def test_a_kind_that_is_new_changes_the_mix_and_not_the_rates() -> None:
    parts = take_apart([20, 0], [100, 0], [20, 5], [100, 100])
    assert parts is not None
    assert parts.rate == pytest.approx(0.0)
    assert parts.mix == pytest.approx(parts.change)


def test_limits_of_the_funnel_are_exact_binomial() -> None:
    data, expected = reference("funnel")
    found = funnel(data["successes"], data["exposure"])
    assert found is not None
    assert found.common == pytest.approx(expected["common"], abs=1e-12)
    assert found.p_value == pytest.approx(expected["p_value"], abs=1e-10)
    assert found.phi == pytest.approx(expected["phi"], abs=1e-10)
    assert found.z * np.sqrt(found.phi) == pytest.approx(expected["plain_z"], abs=1e-9)
    # One hospital lies outside the plain limits, none once over-dispersion is allowed for.
    assert (found.p_value < 0.002).sum() == 1
    assert not found.outside.any()


def test_ordinary_members_lie_inside_and_a_strange_one_outside() -> None:
    rng = np.random.default_rng(2)
    outside = [
        found.outside.sum() for _ in range(300) if (found := funnel(rng.binomial(200, 0.2, 30), np.full(30, 200)))
    ]  # fmt: skip
    assert np.mean(outside) <= 30 * 0.002 + 3 * np.sqrt(30 * 0.002 / 300)
    strange = rng.binomial(200, 0.2, 30)
    strange[4] = 75
    found = funnel(strange, np.full(30, 200))
    assert found is not None
    assert np.flatnonzero(found.outside).tolist() == [4]


def test_members_are_held_against_what_their_own_efforts_usually_bring() -> None:
    found = funnel([20, 60, 20], [200, 200, 200], expected=[0.1, 0.3, 0.1])
    assert found is not None
    assert not found.outside.any()
    assert np.abs(found.z).max() == 0.0


def test_there_is_no_funnel_of_nothing() -> None:
    assert funnel([0, 0], [0, 0]) is None
    assert funnel([0, 0], [5, 5]) is None
    assert over_dispersion([]) == 1.0


def test_usual_rates_are_those_of_a_penalised_regression_in_r() -> None:
    data, expected = reference("standard")
    levels = [np.array(data["a"]), np.array(data["b"])]
    found = expected_log_odds(
        levels, np.array(data["successes"], float), np.array(data["exposure"], float), np.ones(12)
    )  # fmt: skip
    assert found == pytest.approx(expected["log_odds"], abs=1e-4)


def test_usual_rates_are_learnt_from_the_baseline_alone() -> None:
    level = np.array([0, 1, 0, 1])
    success, learn = np.array([30.0, 10.0, 90.0, 0.0]), np.array([1.0, 1.0, 0.0, 0.0])
    found = logistic(expected_log_odds([level], success, np.full(4, 100.0), learn))
    assert found == pytest.approx([0.3, 0.1, 0.3, 0.1], abs=0.02)


def test_a_shift_is_the_log_odds_less_the_usual_ones() -> None:
    usual = np.array([-1.0, -1.0, 0.5])
    found = shifts(usual, np.array([3.0, 2.0, 0.0]), np.array([10.0, 10.0, 6.0]), np.array([0, 0, 1]), 2)
    # Half an answer is added with the efforts it takes at the usual rate, or half a failure where most are answered.
    rate = logistic(-1.0)
    assert found.shift[0] == pytest.approx(np.log(5.5 / (15.0 + 0.5 / rate - 0.5)) + 1.0)
    most = 0.5 / (1.0 - logistic(0.5))
    assert found.shift[1] == pytest.approx(np.log((most - 0.5) / 6.5) - 0.5)


def test_of_two_cells_without_answers_the_smaller_one_looks_no_better() -> None:
    anchor = np.full(2, -3.0)
    found = shifts(np.zeros(2), np.zeros(2), np.array([20.0, 200.0]), np.array([0, 1]), 2, anchor=anchor)
    assert found.shift[1] < found.shift[0] < -3.0


def test_combinations_are_numbered_without_gaps() -> None:
    found = together([np.array([3, 0, 3]), np.array([-1, 7, -1])], 3)
    assert found.tolist() == [1, 0, 1]
    assert together([], 2).tolist() == [0, 0]
