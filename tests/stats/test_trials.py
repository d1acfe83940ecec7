"""Two ways dealt to buyers, and a way switched by week and team."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ab import Compared, compared, dealt
from answerback.stats.switchback import Switched, switchback, switched, switching_points


def test_a_buyer_is_dealt_the_same_for_ever_and_anew_in_each_trial() -> None:
    units = [f"buyer {number}" for number in range(4_000)]
    one, again, other = ([dealt(unit, trial) for unit in units] for trial in ("a", "a", "b"))
    assert one == again
    agree = np.mean([x == y for x, y in zip(one, other, strict=True)])
    assert abs(agree - 0.5) < 4 * np.sqrt(0.25 / 4_000)
    assert abs(np.mean([dealt(unit, "a", share=0.1) for unit in units]) - 0.1) < 4 * np.sqrt(0.09 / 4_000)


def test_touches_of_one_buyer_hang_together() -> None:
    """Half of the buyers answer everything: touch by touch it would seem ten times as sure."""
    rng, runs = default_rng(1), 300
    held = looked = naive = 0
    for _ in range(runs):
        arm, answers = rng.random(120) < 0.5, 10.0 * (rng.random(120) < 0.5)
        found = compared(arm, np.full(120, 10.0), answers)
        assert isinstance(found, Compared)
        held += found.effect.low <= 0.0 <= found.effect.high
        looked += found.low <= 0.0 <= found.high
        naive += abs(found.effect.value) <= 1.96 * np.sqrt(0.25 / 600 * 2)
    assert held / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)
    assert looked >= held
    assert naive / runs < 0.7


def test_a_buyer_without_touches_is_nobody() -> None:
    arm, efforts = np.arange(60) % 2 == 0, np.where(np.arange(60) < 50, 4.0, 0.0)
    found = compared(arm, efforts, efforts * 0.5)
    assert isinstance(found, Compared)
    assert found.units == (25, 25)
    assert compared(arm[:30], efforts[:30], efforts[:30]) == CannotTell(Refused.TOO_FEW_COMPANIES, have=15, need=20)


def test_first_and_last_run_are_twice_as_long() -> None:
    assert switching_points(20, 4).tolist() == [0, 8, 12]
    assert switching_points(6, 1).tolist() == [0, 2, 3, 4]
    assert switching_points(6, 0).tolist() == [0, 2, 3, 4]
    with pytest.raises(ValueError, match="four times"):
        switching_points(7, 2)


def test_carry_over_hides_part_of_the_effect_unless_it_is_waited_for() -> None:
    rng, runs = default_rng(2), 120
    plain, ours, held = [], [], []
    for _ in range(runs):
        on = switched(10, 24, 2, rng)
        felt = np.stack([np.roll(on, back, axis=1) for back in range(3)]).mean(axis=0)
        felt[:, :2] = on[:, :2]
        rate = 0.06 * felt + rng.normal(0, 0.03, on.shape)
        plain.append(rate[on].mean() - rate[~on].mean())
        found = switchback(rate, on, carry_over=2, draws=1)
        assert isinstance(found, Switched)
        ours.append(found.effect.value)
        held.append(found.effect.low <= 0.06 <= found.effect.high)
    assert np.mean(plain) < 0.045
    assert np.mean(ours) == pytest.approx(0.06, abs=4 * np.std(ours) / np.sqrt(runs))
    assert np.mean(held) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)


def test_coins_thrown_again_are_even_where_nothing_changes() -> None:
    rng, runs, below = default_rng(3), 60, 0
    for _ in range(runs):
        found = switchback(rng.normal(0, 1, (8, 12)), switched(8, 12, 1, rng), carry_over=1, draws=39)
        below += isinstance(found, Switched) and found.p_value <= 0.1
    assert below / runs <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / runs)


def test_few_teams_and_one_way_only_are_refused() -> None:
    assert switchback(np.zeros((3, 8)), np.zeros((3, 8)), carry_over=1) == CannotTell(
        Refused.TOO_FEW_REPS, have=3, need=4
    )
    assert isinstance(switchback(np.zeros((5, 8)), np.ones((5, 8)), carry_over=1), CannotTell)
    with pytest.raises(ValueError, match="fit"):
        switchback(np.zeros((5, 8)), np.ones((5, 7)), carry_over=1)
