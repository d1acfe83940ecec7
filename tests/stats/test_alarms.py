"""Alarms, lists, runs; weeks still open; slower answers; what all share; tempered counts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.alarms import ALARM, alarm_level, cusum_path, e_bh, hazard_from, posterior, runs, set_fdr
from answerback.stats.detect import FALLS, Direction, evidence, log_ratio, settle, weights
from answerback.stats.open_weeks import log_ratios
from answerback.stats.shared_shift import MOST, shared_shift
from answerback.stats.slower import slower
from answerback.stats.tempered import count_ratio, dispersion, share_ratio

CURVE = np.array([0.0, 0.4, 0.6, 0.75, 0.85, 0.92, 0.96, 1.0])


def test_shiryaevs_posterior_is_at_least_what_is_said() -> None:
    """Shiryaev's recursion by hand, the chance of a change 1/520 in each week."""
    hazard, odds, state = 1 / 520, 0.0, np.zeros((1, 1))
    for ratio in (1.5, 2.0, 0.7, 3.0, 2.5, 4.0, 5.0):
        odds = (odds + hazard) / (1 - hazard) * ratio
        state = settle(state, np.log([[ratio]]))
        said = float(posterior(state.mean(axis=-1), hazard)[0])
        assert said <= odds / (1 + odds) <= said * 1.02


def test_the_alarm_level_is_where_the_posterior_is_nine_tenths() -> None:
    assert float(posterior(alarm_level(1 / 520), 1 / 520)) == pytest.approx(0.9)
    assert alarm_level(1e-6) == ALARM


def test_more_alarms_in_the_past_make_a_change_more_probable() -> None:
    assert hazard_from(0, 0) == pytest.approx(1 / 520)
    assert hazard_from(0, 52_000) < hazard_from(50, 52_000) < hazard_from(100, 52_000)
    assert hazard_from(1000, 520_000) == pytest.approx(1 / 520, rel=0.01)


def e_bh_by_hand(values: list[float], level: float) -> set[int]:
    """The largest k for which k values are at least n / (level k)."""
    best: set[int] = set()
    for k in range(1, len(values) + 1):
        chosen = {number for number, value in enumerate(values) if value >= len(values) / (level * k)}
        if len(chosen) >= k:
            best = set(sorted(chosen, key=lambda number: -values[number])[:k]) if len(chosen) == k else chosen
    return best


@pytest.mark.parametrize("seed", range(5))
def test_e_bh_lists_what_its_definition_says(seed: int) -> None:
    rng = default_rng(seed)
    values = np.exp(rng.normal(2, 3, 40))
    listed = set(np.flatnonzero(e_bh(values * 10, 10)).tolist())
    assert listed == e_bh_by_hand(values.tolist(), 0.1)


def test_what_was_raised_before_lets_nothing_else_in() -> None:
    sure = np.array([0.999] * 20 + [0.5, 0.6])
    raised = np.arange(22) < 20
    assert not set_fdr(sure, raised).any()
    assert set_fdr(sure, np.zeros(22, bool)).sum() >= 21


def test_a_path_falls_back_to_nothing_and_streams_are_paths_of_their_own() -> None:
    path = np.array([[0.5, -1.0], [-2.0, 1.0], [1.0, 1.0]])
    both = cusum_path(path)
    for stream in range(2):
        assert both[:, stream].tolist() == cusum_path(path[:, stream]).tolist()
    assert (both >= 0).all()


def test_runs_turn_where_the_side_does() -> None:
    assert runs([0.3, 0.4, 0.1], 0.2).tolist() == [1, 2, -1]
    assert runs([], 0.2).tolist() == []


@pytest.mark.parametrize("side", list(Direction))
def test_cells_add_up_to_the_ratios_of_detect(side: Direction) -> None:
    rng = default_rng(1)
    share, rate = np.array([0.3, 0.6, 1.0]), 0.17
    n, s = rng.integers(1, 20, 3), np.array([1, 0, 2])
    weight = weights(rate, share, direction=side)
    each = log_ratio(s, n - np.minimum(s, n), weight)
    s, young = np.minimum(s, n), [0, 1]
    found = log_ratios(
        [n[0], n[1] + n[2]],
        [s[0], s[1] + s[2]],
        np.full(2, rate),
        of=np.array([0, 1]),
        still=(n - s)[young],
        share_in=share[young],
        factors=side.factors,
    )
    np.testing.assert_allclose(found[0], each[0])
    np.testing.assert_allclose(found[1], each[1] + each[2])


def test_without_a_baseline_or_an_age_nothing_is_said() -> None:
    for rate, share in ((np.nan, 1.0), (0.2, 0.0)):
        found = log_ratios([9], [0], [rate], of=np.array([0]), still=[9], share_in=[share], factors=FALLS)
        np.testing.assert_allclose(found, 0.0, atol=1e-12)


def test_evidence_of_maturing_weeks_has_the_mean_of_the_weeks_watched() -> None:
    """Ages differ by day; the mean over many streams without a change, within five of its own standard errors."""
    rng, streams, p = default_rng(2), 4000, 0.3
    share = np.array([0.2, 0.5, 0.8])
    weeks = []
    for week in range(6):
        known = 1.0 if week < 5 else share
        s = rng.binomial(4, p * np.broadcast_to(known, 3), (streams, 3))
        place = np.repeat(np.arange(streams), 3)
        given = np.tile(np.broadcast_to(known, 3), streams)
        waiting = {"of": place, "still": (4 - s).ravel(), "share_in": given}
        made, rate = np.full(streams, 12), np.full(streams, p)
        weeks.append(log_ratios(made, s.sum(axis=1), rate, **waiting, factors=FALLS))
    r = evidence(np.zeros((streams, len(FALLS))), np.array(weeks))
    assert abs(r.mean() - 6) <= 5 * r.std() / np.sqrt(streams)


def drawn_lags(curve: np.ndarray, age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(np.searchsorted(curve[1:], rng.random(age.size) * curve[age], side="right"))


def test_slower_answers_are_called_so_no_more_often_than_stated() -> None:
    rng, calls = default_rng(3), 0
    for _ in range(2000):
        age = rng.integers(1, 8, 40)
        calls += slower(age, drawn_lags(CURVE, age, rng), np.ones(40), CURVE) < 0.05
    assert abs(calls / 2000 - 0.05) <= 4 * np.sqrt(0.05 * 0.95 / 2000) + 0.01


def test_slower_answers_are_found_and_quicker_ones_are_not() -> None:
    rng = default_rng(4)
    age = rng.integers(3, 8, 80)
    late, early = CURVE**2, np.sqrt(CURVE)
    assert slower(age, drawn_lags(late, age, rng), np.ones(80), CURVE) < 0.01
    assert slower(age, drawn_lags(early, age, rng), np.ones(80), CURVE) > 0.5


def test_a_few_answers_say_nothing_of_their_speed_and_late_ones_are_refused() -> None:
    assert slower([5], [4], [9], CURVE) == 1.0
    with pytest.raises(ValueError, match="within the days"):
        slower([3], [3], [20], CURVE)


def test_ones_own_fall_excuses_nothing() -> None:
    group, mean = np.zeros(10, int), np.full(10, 8.0)
    alone = np.full(10, 8.0)
    alone[0] = 0.0
    shift = shared_shift(alone, mean, mean * 0.8, group)
    assert shift[0] == 0.0
    assert -0.2 < shift[1] < 0.0


def test_few_share_nothing_and_no_shift_goes_beyond_what_is_believed() -> None:
    mean = np.full(4, 8.0)
    assert not shared_shift(np.zeros(4), mean, mean, np.zeros(4, int)).any()
    many = np.full(20, 50.0)
    assert shared_shift(np.full(20, 500.0), many, many, np.zeros(20, int)).max() == MOST


def test_tempered_evidence_stays_within_its_promise() -> None:
    """The mean of the ratio is at most 1 without a change, with or without over-dispersion allowed for."""
    rng = default_rng(5)
    for over in (1.0, 3.0):
        for side in Direction:
            counts = np.exp(count_ratio(rng.poisson(10, 20_000), np.full(20_000, 10.0), np.full(20_000, over), side))
            shares = rng.binomial(20, 0.2, 20_000)
            ratios = np.exp(share_ratio(shares, np.full(20_000, 20), np.full(20_000, 0.2), np.full(20_000, over), side))
            for found in (counts, ratios):
                error = found.std(axis=0) / np.sqrt(20_000)
                assert (found.mean(axis=0) <= 1 + 5 * error).all()


def test_weeks_as_chance_has_them_are_not_dispersed() -> None:
    rng = default_rng(6)
    even, uneven = rng.poisson(10, (20, 300)), rng.negative_binomial(5, 1 / 3, (20, 300))
    assert dispersion(even, np.full(even.shape, 10), np.full(even.shape, 10)).mean() < 1.3
    assert dispersion(uneven, np.full(even.shape, 10), np.full(even.shape, 10)).mean() > 2.0
