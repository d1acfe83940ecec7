"""What comes back by itself: the closed forms against simulation, and one person's change beside them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.prior import peer_prior
from answerback.stats.rebound import dispersion_of, expected_rebound, own_change, rebound_of_selected


def test_the_expected_rebound_is_the_posterior_mean_less_what_was_seen() -> None:
    mean, strength, s, m = 0.2, 20.0, 2.0, 60.0
    posterior = (mean * strength + s) / (strength + m)
    assert float(expected_rebound(s, m, mean=mean, strength=strength)) == pytest.approx(posterior - s / m)


def test_the_expected_rebound_is_what_happens_to_the_lowest() -> None:
    rng = default_rng(1)
    true = rng.beta(4, 16, 200_000)
    before, after = rng.binomial(80, true), rng.binomial(120, true) / 120
    lowest = before <= 8
    expected = expected_rebound(before[lowest], np.full(lowest.sum(), 80.0), mean=0.2, strength=20.0).mean()
    moved = after[lowest] - before[lowest] / 80
    assert moved.mean() == pytest.approx(expected, abs=4 * moved.std() / np.sqrt(moved.size))


@pytest.mark.parametrize(("cutoff", "measured"), [(0.15, 1), (0.2, 4), (0.12, 2)])
def test_the_closed_form_of_barnett_is_what_happens_to_those_below_a_cut_off(cutoff: float, measured: int) -> None:
    rng = default_rng(2)
    true = rng.normal(0.2, 0.05, 400_000)
    seen = true + rng.normal(0, 0.06 / np.sqrt(measured), true.size)
    chosen = seen < cutoff
    moved = true[chosen] - seen[chosen]
    expected = rebound_of_selected(mean=0.2, between=0.05, within=0.06, cutoff=cutoff, measured=measured)
    assert moved.mean() == pytest.approx(expected, abs=4 * moved.std() / np.sqrt(moved.size))


def peers() -> tuple[np.ndarray, np.ndarray]:
    rng = default_rng(3)
    return rng.binomial(80, rng.beta(4, 16, 40)).astype(float), np.full(40, 80.0)


def test_a_rise_from_three_to_thirty_percent_is_more_than_a_rebound() -> None:
    change = own_change((2, 64), (36, 120), prior=peer_prior(*peers()))
    assert change.rise == pytest.approx(0.3 - 2 / 64)
    assert 0.02 < change.rebound < 0.06
    assert change.sure > 0.999
    assert change.low > 0.1


def test_a_rise_that_the_market_brought_is_not_ones_own() -> None:
    prior = peer_prior(*peers())
    alone = own_change((8, 80), (24, 120), prior=prior)
    drifted = own_change((8, 80), (24, 120), prior=prior, drift=0.08, drift_error=0.01)
    assert alone.sure > 0.9
    assert drifted.sure < 0.6
    assert drifted.beyond == pytest.approx(alone.beyond - 0.08)


def test_where_people_move_more_than_counting_explains_less_is_sure() -> None:
    s, m = peers()
    rng = default_rng(4)
    calm = rng.binomial(120, np.clip(s / m, 0.01, 1)).astype(float)
    wild = rng.binomial(120, np.clip(s / m + rng.normal(0, 0.15, 40), 0.01, 0.99)).astype(float)
    after = np.full(40, 120.0)
    prior = peer_prior(s, m)
    still, moving = (dispersion_of((s, m), (each, after), prior=prior) for each in (calm, wild))
    assert 1.0 <= still < 1.4
    assert moving > 1.8
    sure = [own_change((8, 80), (24, 120), prior=prior, dispersion=each).sure for each in (1.0, moving)]
    assert sure[1] < sure[0]


def test_few_people_say_nothing_of_dispersion() -> None:
    few = (np.array([1.0, 9.0]), np.full(2, 10.0))
    assert dispersion_of(few, few, prior=peer_prior(*few)) == 1.0


def test_the_lowest_of_forty_is_seldom_called_risen() -> None:
    rng, called, runs = default_rng(5), 0, 60
    for _ in range(runs):
        true = rng.beta(4, 16, 40)
        before, after = rng.binomial(80, true).astype(float), rng.binomial(120, true).astype(float)
        rep = int(np.argmin(before))
        change = own_change((before[rep], 80), (after[rep], 120), prior=peer_prior(before, np.full(40, 80.0)))
        called += change.sure >= 0.975
    assert called / runs <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / runs)


@pytest.mark.parametrize(("before", "after"), [((0, 0), (1, 2)), ((1, 2), (0, 0)), ((-1, 2), (1, 2))])
def test_without_touches_there_is_no_change(before: tuple[float, float], after: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"exposure|negative"):
        own_change(before, after, prior=peer_prior(*peers()))


def test_nothing_before_and_nothing_after_is_no_rise() -> None:
    change = own_change((0, 40), (0, 40), prior=peer_prior(*peers()))
    assert change.rise == 0.0
    assert change.sure < 0.5
