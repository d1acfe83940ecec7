"""Where a member stands, rises that held, and the same ending: oracles by other means, size, power, edges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.stats import hypergeom, norm

from answerback.stats.groove import grooves
from answerback.stats.prior import peer_prior
from answerback.stats.rate import shrunk_rates
from answerback.stats.same_ending import by_chance, chance_of_as_many
from answerback.stats.standing import Standing, exceeds, listed, standing


def test_a_standing_is_the_rate_that_is_shown() -> None:
    s, m = np.array([2.0, 4, 3, 1, 14, 0]), np.array([20.0, 20, 30, 20, 25, 0])
    prior = peer_prior(s, m)
    told, shown = standing(s, m, prior), shrunk_rates(s, m, prior=prior)
    low, high = told.interval()
    assert told.mean == pytest.approx(shown.rate, abs=0.002)
    assert low == pytest.approx(shown.low, abs=0.004)
    assert high == pytest.approx(shown.high, abs=0.004)


def test_the_chance_to_exceed_is_that_of_drawing() -> None:
    rng = default_rng(1)
    one, other = (
        Standing(np.array([8.0, 3.0]), np.array([30.0, 40.0])),
        Standing(np.array([4.0, 9.0]), np.array([40.0, 30.0])),
    )
    for by in (0.0, 0.03):
        drawn = rng.beta(one.a, one.b, (200_000, 2)) > rng.beta(other.a, other.b, (200_000, 2)) + by
        assert exceeds(one, other, by=by) == pytest.approx(drawn.mean(axis=0), abs=0.01)


def test_a_list_keeps_its_bound() -> None:
    rng = default_rng(2)
    chance = rng.beta(0.4, 0.6, 20_000)
    true = rng.random(20_000) < chance
    named = listed(chance, rate=0.05)
    assert named.sum() > 100
    assert np.mean(~true[named]) == pytest.approx(0.05, abs=0.01)
    assert not listed([0.9, 0.9], rate=0.05).any()
    assert listed([], rate=0.05).size == 0


def test_peers_alike_are_named_by_nobody_and_one_who_stands_out_is() -> None:
    rng = default_rng(3)
    wrong, m = 0, np.full(30, 80.0)
    teams = rng.binomial(80, 0.2, (10, 30)).astype(float)
    for s in teams:
        prior = peer_prior(s, m)
        wrong += int(listed(standing(s, m, prior).above(prior.mean), rate=0.05).sum())
    assert wrong <= 2
    s = teams[-1]
    s[0] = 40
    prior = peer_prior(s, m)
    assert listed(standing(s, m, prior).above(prior.mean), rate=0.05)[0]


def test_no_rise_is_as_rare_as_said() -> None:
    rng = default_rng(4)
    n = rng.poisson(12, (3000, 40)).astype(np.float64)
    told = grooves(rng.binomial(n.astype(np.int64), 0.15).astype(np.float64), n)
    for level in (0.05, 0.01):
        assert np.mean(told.p_value <= level) <= level + 3 * np.sqrt(level * (1 - level) / 3000)


def test_a_rise_that_held_is_told_from_one_that_went() -> None:
    rng = default_rng(5)
    n = np.full((100, 40), 15.0)
    rate = np.full((100, 40), 0.1)
    rate[:, 20:] = 0.3
    held = grooves(rng.binomial(15, rate).astype(np.float64), n)
    assert np.mean((held.p_value < 0.01) & held.held) > 0.85
    assert np.median(held.week) == 20
    assert np.mean((held.low < 0.2) & (held.high > 0.2)) > 0.85
    rate[:, 30:] = 0.1
    gone = grooves(rng.binomial(15, rate).astype(np.float64), n)
    assert np.mean(gone.held) < 0.1


def test_more_of_what_is_easy_is_no_groove() -> None:
    hard, easy = np.full(40, 10.0), np.full(40, 2.0)
    hard[20:], easy[20:] = 2.0, 10.0
    n = np.stack([hard, easy])
    s = np.stack([hard * 0.1, easy * 0.5])
    s = np.stack([np.diff(np.floor(np.cumsum(np.r_[0.0, row]) + 1e-9)) for row in s])
    assert grooves(s.sum(axis=0, keepdims=True), n.sum(axis=0, keepdims=True)).p_value[0] < 0.001
    assert grooves(s, n, [0, 0]).p_value[0] > 0.2


def test_a_groove_is_weighed_by_its_exact_conditional_probability() -> None:
    s, n = np.zeros((2, 24)), np.full((2, 24), 5.0)
    s[0, 12:], s[1, 12:] = 1.0, 2.0
    found = grooves(s, n, [0, 0])
    assert found.week.tolist() == [12]
    few = float(hypergeom(120, 12, 60).pmf(0) * hypergeom(120, 24, 60).pmf(0))
    height, split = -norm.ppf(few), np.log(160 / 80) - np.log(40 / 200)
    tail = norm.pdf(height) * ((height - 1 / height) * split / 2 + 2 / height)
    assert found.p_value[0] == pytest.approx(tail, rel=1e-6)


def test_grooves_at_the_edges() -> None:
    assert grooves(np.zeros((0, 10)), np.zeros((0, 10))).week.size == 0
    assert grooves(np.zeros((1, 1)), np.ones((1, 1))).week.tolist() == [-1]
    assert grooves(np.zeros((2, 30)), np.zeros((2, 30))).p_value.tolist() == [1.0, 1.0]
    assert grooves(np.full((1, 30), 9.0), np.full((1, 30), 9.0)).week.tolist() == [-1]
    with pytest.raises(ValueError, match="one shape"):
        grooves(np.zeros(3), np.zeros(3))


def test_the_chance_of_an_ending_is_that_of_drawing() -> None:
    rng = default_rng(6)
    prior = peer_prior([8, 12, 5, 10, 9, 14, 8, 7], [40] * 8)
    node = rng.choice(prior.a.size, 200_000, p=prior.weight)
    drawn = rng.binomial(35, rng.beta(prior.a[node], prior.b[node]))
    for alike in (8, 14, 18):
        assert chance_of_as_many([alike], [35], prior)[0] == pytest.approx(np.mean(drawn >= alike), abs=0.01)
    assert chance_of_as_many([0], [0], prior).tolist() == [1.0]
    with pytest.raises(ValueError, match="exceed"):
        chance_of_as_many([3], [2], prior)


def test_three_of_five_by_plain_counting() -> None:
    from itertools import product

    share = 0.3
    expected = sum(
        np.prod([share if hit else 1 - share for hit in way]) for way in product((0, 1), repeat=5) if sum(way) >= 3
    )
    assert by_chance(share) == pytest.approx(expected)
