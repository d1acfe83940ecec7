"""Evidence averaged over what the rate before may be: its theorem, its points against a fine grid, layings anew."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.detect import FALLS, Direction, changed_rate, log_ratio, settle, weights
from answerback.stats.settled_weeks import SettledWeeks
from answerback.stats.special import logistic
from answerback.stats.usual_rate import NODES, SHARES, UsualRate, lay_anew, null_likelihood

A, B = 30.0, 120.0


def watched(answered: np.ndarray, efforts: int, *, every: int = 100) -> np.ndarray:
    """Evidence after all weeks, shape (streams,); `answered` of (weeks, streams)."""
    streams = answered.shape[1]
    usual = UsualRate.beta(np.full(streams, A), np.full(streams, B))
    state = np.zeros((streams, NODES.size, len(FALLS)))
    for week, of in enumerate(answered):
        if week and week % every == 0:
            (state,) = lay_anew(usual, (state,), 0.0)
        s, odds = of[:, None], usual.odds()
        state = settle(state, log_ratio(s, efforts - s, weights(logistic(odds), direction=Direction.FALL)), 1.0)
        usual.learn(null_likelihood(s, efforts - s, odds))
    return np.asarray((state.mean(axis=-1) * usual.weight()).sum(axis=1))


def by_hand(answered: np.ndarray, efforts: int) -> float:
    """The definition for one stream: likelihoods averaged over a fine grid of rates, starts and factors."""
    p = np.linspace(0.0005, 0.9995, 4000)
    prior = (A - 1) * np.log(p) + (B - 1) * np.log1p(-p)

    def log(s: np.ndarray, rate: np.ndarray) -> np.ndarray:
        return np.asarray(s.sum() * np.log(rate) + (efforts * s.size - s.sum()) * np.log1p(-rate))

    below = prior + log(answered, p)
    top, total = below.max(), 0.0
    for begin in range(answered.size):
        for factor in FALLS:
            q = changed_rate(p, [factor])[:, 0]
            above = prior + log(answered[:begin], p) + log(answered[begin:], q)
            total += np.exp(above - top).sum() / len(FALLS)
    return float(total / np.exp(below - top).sum())


def test_the_points_integrate_a_normal_distribution_up_to_the_fifth_degree() -> None:
    moments = [SHARES @ NODES**degree for degree in range(6)]
    assert moments == pytest.approx([1.0, 0.0, 1.0, 0.0, 3.0, 0.0])


@pytest.mark.parametrize("every", [100, 2])
def test_three_points_are_near_a_fine_grid(every: int) -> None:
    answered = default_rng(1).binomial(20, 0.2, (6, 12))
    answered[3:, :6] = default_rng(2).binomial(20, 0.06, (3, 6))
    found = watched(answered.astype(float), 20, every=every)
    expected = [by_hand(of, 20) for of in answered.T]
    np.testing.assert_allclose(np.log(found), np.log(expected), atol=0.25)


def test_without_a_change_its_mean_over_peers_is_the_weeks_watched() -> None:
    rng = default_rng(3)
    answered = rng.binomial(4, rng.beta(A, B, 40_000), (6, 40_000)).astype(float)
    found = watched(answered, 4)
    assert abs(found.mean() - 6.0) < 4.0 * found.std() / np.sqrt(found.size) + 0.1


def test_taken_for_known_the_same_baselines_would_break_that() -> None:
    """The negative control: the rate in the middle, for everybody, is too high for half of them."""
    rng = default_rng(3)
    answered = rng.binomial(20, rng.beta(A, B, 20_000), (10, 20_000)).astype(float)
    weight = weights(A / (A + B), direction=Direction.FALL)
    state = np.zeros((20_000, len(FALLS)))
    for s in answered:
        state = settle(state, log_ratio(s, 20.0 - s, weight))
    assert state.mean(axis=1).mean() > 1.5 * watched(answered, 20).mean()


def test_laying_anew_without_news_or_drift_changes_nothing() -> None:
    usual = UsualRate.normal(np.array([-1.4]), np.array([0.2]))
    state = default_rng(4).gamma(2.0, size=(1, 3, 5))
    (again,) = lay_anew(usual, (state,), 0.0)
    np.testing.assert_allclose(again, state, rtol=1e-12)
    assert (usual.middle[0], usual.error[0]) == pytest.approx((-1.4, 0.2))


def test_drift_widens_what_is_known() -> None:
    usual = UsualRate.normal(np.array([-1.4]), np.array([0.03]))
    lay_anew(usual, (), 0.04)
    assert usual.error[0] == pytest.approx(0.05)


def test_a_state_that_has_not_begun_stays_so_and_no_past_stays_none() -> None:
    usual = UsualRate.normal(np.array([np.nan, -1.0]), np.ones(2))
    (state,) = lay_anew(usual, (np.zeros((2, 3, 5)),))
    assert not state.any()
    assert np.isnan(usual.middle[0])


@pytest.mark.parametrize(("threads", "chunk"), [(1, 64), (2, 7)])
def test_many_settled_streams_at_once_are_those_week_by_week(threads: int, chunk: int) -> None:
    answered = default_rng(5).binomial(20, 0.2, (11, 30)).astype(float)
    answered[6:, 0] = 0.0
    usual = UsualRate.beta(np.full(30, A), np.full(30, B))
    watch = SettledWeeks(usual, drift=0.0, threads=threads, chunk=chunk)
    found = [watch.week(of, 20.0) for of in answered][-1]
    np.testing.assert_allclose(found[Direction.FALL], watched(answered, 20, every=4), rtol=1e-4)
    assert found[Direction.FALL][0] > 1e3 > found[Direction.RISE].max()
    np.testing.assert_array_equal(usual.middle, np.log(A / B))


@pytest.mark.parametrize("chunk", [64, 7])
def test_a_week_folded_in_from_its_ratios_is_the_week(chunk: int) -> None:
    answered = default_rng(6).binomial(20, 0.2, (4, 30)).astype(float)
    usual = UsualRate.beta(np.full(30, A), np.full(30, B))
    watch, folded = SettledWeeks(usual, chunk=chunk), SettledWeeks(usual, chunk=chunk)
    begins = np.ones(30, np.bool_)
    found = [watch.week(of, 20.0) for of in answered][-1]
    for of in answered:
        odds, s = folded.usual.odds(), of[:, None]
        rates = {side: log_ratio(s, 20 - s, weights(logistic(odds), direction=side)) for side in Direction}
        folded.fold(rates, null_likelihood(s, 20 - s, odds), begins)
    for side in Direction:
        mixed = (folded.state(side).mean(axis=1).T * folded.usual.weight()).sum(axis=1)
        np.testing.assert_allclose(mixed, found[side], rtol=1e-5)
    before = folded.state(Direction.FALL).copy()
    folded.fold({side: np.zeros((30, 3, 5)) for side in Direction}, np.zeros((30, 3)), ~begins)
    np.testing.assert_array_equal(folded.state(Direction.FALL), before)


def test_after_an_alarm_nothing_is_left_but_what_was_learnt() -> None:
    watch = SettledWeeks(UsualRate.beta(np.full(2, A), np.full(2, B)))
    for _ in range(6):
        watch.week([0.0, 0.0], 20.0)
    watch.begin_anew(np.array([True, False]))
    found = watch.week([4.0, 4.0], 20.0)[Direction.FALL]
    assert found[0] < 1.0 < found[1]
