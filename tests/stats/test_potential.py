"""Targets, seats, factors, yields and comparisons: reference values, oracles that are another algorithm, edges."""

from __future__ import annotations

from math import comb, exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from answerback.stats.compare import exposure_per_event, means, shares, weekly_ratio
from answerback.stats.factors import parts_of_product
from answerback.stats.prior import peer_prior
from answerback.stats.quota import Moments, Reach, at_least, draw_efforts, draw_moments, hits, shortfall
from answerback.stats.seat import Whose, seat, whose
from answerback.stats.yields import _log_weight, draw_rates, draw_yields, yield_prior
from calibration.potential import realism, reliability, upper_quarter
from tests.stats.reference import reference

DATA, EXPECTED = reference("yields")


# ------------------------------------------------------------------------------------------------------ comparisons


@pytest.mark.parametrize(("case", "limits"), list(zip(DATA["ratios"], EXPECTED["ratios"], strict=True)), ids=str)
def test_the_ratio_of_exposures_per_event_has_the_limits_of_r(case: list[float], limits: list[float]) -> None:
    x0, e0, x1, e1 = case
    found = exposure_per_event((x0, e0), (x1, e1))
    assert found is not None
    assert [found.low, found.high] == pytest.approx(limits, rel=1e-6)
    assert found.low < found.change < found.high


def test_the_weekly_change_is_that_of_a_quasi_poisson_regression() -> None:
    found = weekly_ratio(DATA["reached"], DATA["expected"], DATA["later"])
    assert found is not None
    assert [found.change, found.low, found.high] == pytest.approx(
        [EXPECTED[name] for name in ("change", "low", "high")], abs=1e-5
    )


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
    ids=str,
)
def test_shares_have_the_limits_that_newcombe_published(
    after: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """Newcombe (1998), Statistics in Medicine 17(8), table II, method 10: cases a, b, d and h."""
    found = shares(before, after)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)


def test_a_mean_that_did_not_change_is_covered_as_promised() -> None:
    rng = default_rng(5)
    runs = 300
    inside = 0
    for _ in range(runs):
        x, y = np.exp(rng.normal(0, 0.8, 90)), np.exp(rng.normal(0, 0.8, 60))
        found = means(x, y, rng=rng, draws=400)
        inside += found.low <= 0.0 <= found.high
    assert inside >= runs * 0.95 - 3.5 * np.sqrt(runs * 0.95 * 0.05)


def test_comparisons_refuse_what_says_nothing() -> None:
    assert exposure_per_event((0, 100), (5, 100)) is None
    assert weekly_ratio([1, 2], [1, 1], [False, True]) is None
    assert weekly_ratio([0, 0, 3, 4], [1, 1, 1, 1], [False, False, True, True]) is None
    with pytest.raises(ValueError, match="trials"):
        shares((0, 0), (1, 2))
    with pytest.raises(ValueError, match="exposure"):
        exposure_per_event((1, 0), (5, 100))
    with pytest.raises(ValueError, match="two values"):
        means([1.0], [1.0, 2.0], rng=default_rng(1))
    same = means([2.0, 2.0], [3.0, 3.0], rng=default_rng(1))
    assert (same.low, same.change, same.high) == (1.0, 1.0, 1.0)


def test_a_stricter_interval_is_wider() -> None:
    usual, strict = (shares((30, 100), (20, 100), coverage=each) for each in (0.95, 0.99))
    assert strict.low < usual.low < usual.change < usual.high < strict.high


# ---------------------------------------------------------------------------------------------------------- factors

FACTORS = st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=5)


@given(FACTORS)
def test_the_parts_of_a_product_add_up(pairs: list[tuple[float, float]]) -> None:
    own, other = (np.array(each) for each in zip(*pairs, strict=True))
    parts = parts_of_product(own, other)
    assert parts.sum() == pytest.approx(np.prod(own) - np.prod(other), rel=1e-9, abs=1e-6)
    assert np.all(parts[own == other] == 0.0)


def test_of_two_factors_each_part_is_the_change_at_the_mean_of_the_other() -> None:
    """Kitagawa (1955) for a product of two."""
    assert parts_of_product([5.0, 0.3], [4.0, 0.2]) == pytest.approx([1.0 * 0.25, 0.1 * 4.5])


# ----------------------------------------------------------------------------------------------------------- yields


def test_the_grid_has_the_likelihoods_of_r() -> None:
    x, e = (np.array(DATA[name], dtype=np.float64) for name in ("events", "exposure"))
    mean, shape = np.array(DATA["points"]).T
    # Without the part of the prior, a^(-1/2), and what does not depend on the point.
    found = np.array(
        [
            _log_weight(x, e, np.array([[m, mean[0]]]), np.array([[a, shape[0]]]))[0] @ [1, -1]
            + 0.5 * np.log(a / shape[0])
            for m, a in zip(mean, shape, strict=True)
        ]
    )
    expected = np.array(EXPECTED["log_likelihood"])
    assert found == pytest.approx(expected - expected[0], abs=1e-8)


def test_yields_are_drawn_toward_all_and_cover_what_is_true() -> None:
    rng = default_rng(2)
    runs, inside, narrower = 60, 0, 0.0
    for _ in range(runs):
        true = 0.1 * rng.gamma(9.0, 1.0 / 9.0, 20)
        exposure = rng.uniform(30, 120, 20)
        events = rng.poisson(true * exposure)
        drawn = draw_yields(yield_prior(events, exposure), events, exposure, rng=rng, draws=400)
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        inside += int(((low <= true) & (true <= high)).sum())
        narrower += float(np.abs(drawn.mean(axis=0) - true).mean() / np.abs(events / exposure - true).mean())
    assert abs(inside / (20 * runs) - 0.95) < 0.03
    assert narrower / runs < 0.95


def test_draws_of_rates_have_the_mean_that_the_grid_gives() -> None:
    prior = peer_prior([2, 4, 3, 9], [20, 20, 20, 20])
    drawn = draw_rates(prior, [2, 9], [20, 20], rng=default_rng(1), draws=20_000).mean(axis=0)
    expected = [float((prior.weight * (prior.a + s) / (prior.a + prior.b + 20)).sum()) for s in (2, 9)]
    assert drawn == pytest.approx(expected, abs=0.005)


def test_a_yield_needs_exposure() -> None:
    with pytest.raises(ValueError, match="exposure"):
        yield_prior([0], [0])


# ------------------------------------------------------------------------------------------------------------ quota


@pytest.mark.parametrize(("wins", "near"), [(1.0, 0.1), (3.0, 0.04), (8.0, 0.02), (25.0, 0.01)])
def test_the_chance_of_a_sum_agrees_with_counting_it_out(wins: float, near: float) -> None:
    """Panjer's recursion (1981) for whole amounts: another algorithm, and exact."""
    amounts, chance = np.array([1, 2, 5, 9]), np.array([0.4, 0.3, 0.2, 0.1])
    most = 600
    exact = np.zeros(most)
    exact[0] = exp(-wins)
    for total in range(1, most):
        exact[total] = sum(
            wins * amount * p / total * exact[total - amount]
            for amount, p in zip(amounts, chance, strict=True)
            if amount <= total
        )
    first, second, third = (float((amounts**power * chance).sum()) for power in (1, 2, 3))
    mean = wins * first
    for target in np.unique(np.ceil([0.5 * mean, mean, 1.5 * mean, 2.0 * mean])):
        truth = exact[int(target) :].sum()
        # Amounts are whole here, so the curve runs through the middles of the steps.
        assert float(at_least(target - 0.5, wins, first, second, third)) == pytest.approx(truth, abs=near)


def test_targets_of_moved_touches_are_binomial() -> None:
    found = hits(Reach(np.full((1, 1), 20.0), np.full((1, 1), 0.3)), [8])
    assert found.chance[0] == pytest.approx(sum(comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(8, 21)))


def test_targets_of_wins_are_poisson() -> None:
    reach = Reach(np.full((1, 1), 100.0), np.full((1, 1), 0.2), np.full((1, 1), 0.1))
    below = sum(exp(-2.0) * 2.0**k / np.prod(range(1, k + 1)) for k in range(3))
    assert hits(reach, [3]).chance[0] == pytest.approx(1.0 - below)


def test_a_good_rate_is_the_upper_quarter_of_each_draw() -> None:
    rate = np.array([[0.1, 0.2, 0.3, 0.4, 0.5], [0.5, 0.4, 0.3, 0.2, 0.1]])
    good = Reach(np.full((2, 5), 10.0), rate).at_good_rate()
    assert good.rate == pytest.approx(np.full((2, 5), 0.4))


def test_out_of_reach_is_the_target_and_not_the_rep() -> None:
    rate = np.tile(np.linspace(0.1, 0.3, 9), (50, 1))
    efforts = np.full((50, 9), 200.0)
    assert hits(Reach(efforts, rate), np.full(9, 100.0)).out_of_reach
    one_lazy = efforts.copy()
    one_lazy[:, 0] = 10.0
    assert not hits(Reach(one_lazy, rate), np.full(9, 45.0)).out_of_reach


def test_what_is_missing_adds_up_exactly() -> None:
    rng = default_rng(4)
    own = [rng.uniform(50, 100, (40, 3)), rng.uniform(0.1, 0.3, (40, 3)), rng.uniform(1, 2, (40, 3))]
    usual = [np.full((40, 1), 80.0), np.full((40, 1), 0.2), np.full((40, 1), 1.5)]
    found = shortfall(own, usual, ["efforts", "rate", "value"], target=[40, 30, 50], reached=[20, 25, 5])
    assert found.names == ("target", "efforts", "rate", "value", "luck")
    assert found.parts[:, 0].sum() == pytest.approx(found.missing)
    assert found.missing == 70.0


def test_edges_of_targets() -> None:
    ones = np.ones(1)
    assert float(at_least(0.0, 0.0, 1.0, 1.0, 1.0)) == 1.0
    assert float(at_least(5.0, 0.0, 1.0, 1.0, 1.0)) == 0.0
    none = Reach(
        np.zeros((1, 2)), np.full((1, 2), 0.2), np.full((1, 2), 0.1), np.ones((1, 2)), Moments(ones, ones, ones)
    )
    assert hits(none, [5, 5]).chance.tolist() == [0.0, 0.0]
    assert hits(Reach(np.full((1, 1), 3.0), np.full((1, 1), 0.9)), [4]).chance[0] == 0.0
    with pytest.raises(ValueError, match="two weeks"):
        draw_efforts([20.0], [3.0], [1], 13, rng=default_rng(1), draws=2)
    with pytest.raises(ValueError, match="value"):
        draw_moments([], rng=default_rng(1), draws=2)


# ------------------------------------------------------------------------------------------------------------- seat


def test_a_seat_is_where_every_holder_is_off() -> None:
    found = seat([-1.0, -1.2, -0.9], [0.05] * 3, between=0.06)
    assert found.low < found.common < found.high < 0.0
    assert whose(found, p_value=found.p_value, p_step=found.p_step) is Whose.SEAT


def test_one_who_was_off_alone_is_no_seat() -> None:
    found = seat([-1.6, 0.1, 0.0], [0.03] * 3, between=0.05)
    assert found.least < 0.0
    assert found.step_place == 0
    assert whose(found, p_value=found.p_value, p_step=found.p_step) is Whose.PERSON


def test_usual_reps_are_neither() -> None:
    found = seat([-0.3, 0.2], [0.05] * 2, between=0.08)
    assert whose(found, p_value=found.p_value, p_step=found.p_step) is Whose.CANNOT_TELL


def test_of_reps_drawn_at_random_few_make_a_seat() -> None:
    rng = default_rng(7)
    runs = 2_000
    said = []
    for _ in range(runs):
        found = seat(rng.normal(0, np.sqrt(0.09 + 0.04), 2), [0.04] * 2, between=0.09)
        said.append(whose(found, p_value=found.p_value, p_step=found.p_step))
    assert said.count(Whose.SEAT) / runs < 0.05
    assert said.count(Whose.PERSON) / runs < 0.07


def test_one_holder_is_no_seat() -> None:
    with pytest.raises(ValueError, match="two holders"):
        seat([-1.0], [0.05], between=0.1)


# ------------------------------------------------------------------------------------------- a slice of the calibration


def test_chances_that_are_said_come_true() -> None:
    said, hit = reliability("as assumed", 25, seed=3)
    error = np.sqrt((said * (1.0 - said)).sum()) / said.size
    assert abs(said.mean() - hit.mean()) < 4.0 * error
    high = said > 0.6
    assert hit[high].mean() > 0.6
    assert hit[said < 0.2].mean() < 0.2


def test_targets_are_called_out_of_reach_when_they_are_and_not_otherwise() -> None:
    far, fair = realism(2.5, 6, seed=4), realism(0.5, 6, seed=5)
    assert (far["out"], far["wrong"]) == (1.0, 0.0)
    assert (fair["out"], fair["in"]) == (0.0, 1.0)


def test_the_upper_quarter_promises_no_more_than_there_is() -> None:
    _, promised, raw = upper_quarter(40, 100, seed=6)
    assert promised < 1.08
    assert raw > 1.1
