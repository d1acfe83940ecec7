"""Lots: against R, by all draws, and how often they are wrong where nothing happened."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.lottery import Drawn, drawn_lots
from tests.stats.reference import reference


def test_lins_form_is_that_of_r() -> None:
    data, expected = reference("ancova")
    drawn = drawn_lots(
        post=data["post"],
        now=np.array(data["treated"]) == 1,
        recent=data["recent"],
        earlier=data["earlier"],
        interacted=True,
    )
    assert isinstance(drawn, Drawn)
    assert drawn.effect.value == pytest.approx(expected["lin_effect"], abs=1e-10)
    assert drawn.effect.error == pytest.approx(expected["lin_error"], rel=1e-8)


def test_without_interaction_it_is_the_analysis_of_covariance() -> None:
    data, expected = reference("ancova")
    now = np.array(data["treated"]) == 1
    drawn = drawn_lots(post=data["post"], now=now, recent=data["recent"], earlier=data["earlier"])
    assert isinstance(drawn, Drawn)
    assert drawn.effect.value == pytest.approx(expected["effect"], abs=1e-10)
    assert drawn.effect.low == pytest.approx(expected["low"], abs=1e-9)


def test_the_p_value_counts_all_draws() -> None:
    """Eight people, seventy draws; by loops, with the textbook difference over its standard error."""
    rng = default_rng(4)
    post, flat, now = rng.uniform(0.1, 0.4, 8), np.full(8, 0.2), np.array([1, 0, 1, 1, 0, 0, 1, 0], bool)

    def t(arm: tuple[int, ...]) -> float:
        one, other = post[list(arm)], np.delete(post, list(arm))
        error = np.sqrt(one.var(ddof=1) / 4 + other.var(ddof=1) / 4)
        return float(abs(one.mean() - other.mean()) / error)

    own = t(tuple(np.flatnonzero(now)))
    expected = np.mean([t(arm) >= own - 1e-12 for arm in combinations(range(8), 4)])
    drawn = drawn_lots(post=post, now=now, recent=flat, earlier=flat)
    assert isinstance(drawn, Drawn)
    assert drawn.draws == 70
    assert drawn.p_value == pytest.approx(float(expected))


@pytest.mark.parametrize("started", [3, 7])
def test_fewer_than_four_on_a_side_are_refused(started: int) -> None:
    zero = np.linspace(0.1, 0.2, 10)
    answer = drawn_lots(post=zero, now=np.arange(10) < started, recent=zero**2, earlier=zero**3)
    reason = Refused.TOO_FEW_TREATED if started < 4 else Refused.NOBODY_UNTREATED
    assert answer == CannotTell(reason, have=3, need=4)


def test_without_an_effect_one_in_twenty_at_most_is_called_one() -> None:
    rng, wrong, runs = default_rng(6), 0, 300
    below = 0
    for _ in range(runs):
        true = rng.beta(4, 16, 16)
        recent, earlier, post = (rng.binomial(n, true) / n for n in (80, 160, 120))
        drawn = drawn_lots(post=post, now=rng.permutation(16) < 8, recent=recent, earlier=earlier)
        assert isinstance(drawn, Drawn)
        wrong += not drawn.effect.low <= 0.0 <= drawn.effect.high
        below += drawn.p_value <= 0.05
    bound = 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert wrong / runs <= bound
    assert below / runs <= bound
