"""Answers by touch number: published fits, an oracle by other means, how often the test is right, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.touch_curve import (
    Departure,
    TouchCounts,
    departure,
    fit_curve,
    large_sample_p,
    touch_counts,
    usable,
)
from calibration.friction import runs
from tests.stats.reference import reference

DATA, EXPECTED = reference("fader_hardie")


def renewed(name: str, years: int) -> TouchCounts:
    still = np.array(DATA[name][: years + 1], np.float64)
    return TouchCounts(still[:-1], -np.diff(still))


@pytest.mark.parametrize("name", ["regular", "high_end"])
@pytest.mark.parametrize(("years", "word"), [(4, "four"), (7, "seven")])
def test_the_published_fits(name: str, years: int, word: str) -> None:
    curve = fit_curve(renewed(name, years))
    assert (round(curve.alpha, 3), round(curve.beta, 3)) == pytest.approx(
        tuple(EXPECTED["published"][name][word]), abs=0.0011
    )
    found = EXPECTED["found"][name][word]
    assert curve.alpha == pytest.approx(found["alpha"], rel=1e-3)
    assert curve.beta == pytest.approx(found["beta"], rel=1e-3)
    assert curve.log_likelihood == pytest.approx(found["log_likelihood"], abs=1e-5)


def test_the_fitted_share_is_the_closed_form() -> None:
    curve = fit_curve(renewed("regular", 7))
    n = np.arange(1, 8)
    assert curve.hazard == pytest.approx(curve.alpha / (curve.alpha + curve.beta + n - 1), abs=1e-9)


def test_the_share_with_a_departure_is_that_of_many_drawn_buyers() -> None:
    """The oracle averages over buyers; the code over moments."""
    from answerback.stats.touch_curve import _hazard

    rng = default_rng(3)
    p = rng.beta(0.8, 6.0, 1_000_000) * (rng.random(1_000_000) >= 0.2)
    silent = np.ones_like(p)
    expected = []
    for n in range(1, 9):
        now = p * 0.8 ** max(0, n - 3)
        expected.append(np.sum(silent * now) / np.sum(silent))
        silent *= 1.0 - now
    place = np.array([[np.log(0.8 / 6.0), -np.log(6.8), np.log(0.2 / 0.8)]])
    assert _hazard(place, np.array([0.8]), 8)[0] == pytest.approx(expected, rel=0.02)


def test_stopping_the_runs_does_not_bend_the_curve() -> None:
    """Runs that sellers stop are like those they do not: the fit is the same."""
    rng = default_rng(4)
    chance = rng.beta(1.0, 6.0, 200_000)
    stop = rng.integers(1, 9, chance.size)
    ended = rng.geometric(np.maximum(chance, 1e-9))
    curve = fit_curve(touch_counts(np.minimum(ended, stop), ended <= stop))
    assert curve.alpha == pytest.approx(1.0, abs=0.05)
    assert curve.beta == pytest.approx(6.0, abs=0.35)


def test_runs_are_counted_by_plain_loops() -> None:
    length, answered = [1, 3, 2, 3, 5], [True, False, True, True, False]
    told = touch_counts(length, answered)
    for touch in range(1, 6):
        assert told.at_risk[touch - 1] == sum(each >= touch for each in length)
        assert told.answered[touch - 1] == sum(a and e == touch for a, e in zip(answered, length, strict=True))


def test_a_fall_by_itself_is_not_shown_and_a_true_one_is() -> None:
    shown = []
    for seed in range(12):
        calm = departure(runs(default_rng(seed), 6000), rng=default_rng(1), draws=59)
        assert isinstance(calm, Departure)
        shown.append(calm.shown)
    assert sum(shown) <= 2, "nominal 5 %: three of twelve happen in 2 of 100 sets of twelve"
    true = departure(runs(default_rng(7), 20_000, ratio=0.75), rng=default_rng(1), draws=99)
    assert isinstance(true, Departure)
    assert true.shown
    assert true.low <= 0.75 <= true.high
    assert true.departing.ratio == pytest.approx(0.75, abs=0.08)


def test_buyers_who_never_answer_are_no_departure() -> None:
    told = departure(runs(default_rng(5), 20_000, two_sorts=True), rng=default_rng(1), draws=59)
    assert isinstance(told, Departure)
    assert not told.shown


def test_it_refuses_where_little_can_be_told() -> None:
    few = departure(runs(default_rng(1), 1500), rng=default_rng(1))
    assert isinstance(few, CannotTell)
    assert (few.reason, few.have, few.need) == (Refused.TOO_FEW_SEQUENCES, 1500, 2000)
    short = departure(touch_counts([1, 2, 3, 4] * 1000, [True, False, True, False] * 1000), rng=default_rng(1))
    assert isinstance(short, CannotTell)
    assert (short.reason, short.have) == (Refused.TOO_SHORT_SEQUENCES, 4)


def test_edges() -> None:
    assert touch_counts([], []).sequences == 0
    assert usable(touch_counts([1] * 40 + [2] * 10, [True] * 50)).at_risk.tolist() == [50.0]
    assert large_sample_p(0.0) == 1.0
    with pytest.raises(ValueError, match="no runs"):
        fit_curve(touch_counts([], []))
    with pytest.raises(ValueError, match="at least 1"):
        touch_counts([0], [True])
    with pytest.raises(ValueError, match="answered must not exceed"):
        fit_curve(TouchCounts(np.array([5.0]), np.array([6.0])))


def test_the_same_chance_gives_the_same_answer() -> None:
    one, other = (departure(runs(default_rng(2), 4000), rng=default_rng(9), draws=19) for _ in range(2))
    assert isinstance(one, Departure)
    assert isinstance(other, Departure)
    assert (one.p_value, one.statistic) == (other.p_value, other.statistic)
