"""Two ways dealt to buyers, and a way switched by week and team."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ab import Compared, compared, dealt, units_to_show
from answerback.stats.switchback import Switched, by_week, switchback, switched, switching_points


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


def test_a_lot_is_drawn_by_hand() -> None:
    """`printf '42:acme' | sha256sum`: 0 to 7 is the new way."""
    for unit in ("acme", "b", "müller"):
        first = hashlib.sha256(f"42:{unit}".encode()).hexdigest()[0]
        assert dealt(unit, 42) == (first in "01234567")


def test_looking_every_week_and_at_the_end_keeps_the_error() -> None:
    rng, runs = default_rng(4), 200
    wrong = usual = 0
    for _ in range(runs):
        arm, rate = rng.random(100) < 0.5, rng.beta(2, 8, 100)
        touched = rng.poisson(0.8, (100, 6))
        answers = rng.binomial(touched, rate[:, None])
        every = [
            compared(arm, touched[:, :week].sum(axis=1), answers[:, :week].sum(axis=1), done=week / 6)
            for week in range(1, 7)
        ]
        looks = [each for each in every if isinstance(each, Compared)]
        end = looks[-1].effect
        wrong += any(not each.low <= 0 <= each.high for each in looks[:-1]) or not end.low <= 0 <= end.high
        usual += any(not each.effect.low <= 0 <= each.effect.high for each in looks)
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert usual > wrong


def test_so_many_companies_show_the_difference_in_four_of_five_trials() -> None:
    rng, runs = default_rng(6), 200
    arm = np.arange(2_000) % 2 == 0
    pilot = compared(arm, np.full(2_000, 3), rng.binomial(3, 0.2, 2_000))
    assert isinstance(pilot, Compared)
    side = units_to_show(pilot, 0.08)
    seen = 0
    for _ in range(runs):
        new = np.arange(2 * side) % 2 == 0
        found = compared(new, np.full(2 * side, 3), rng.binomial(3, np.where(new, 0.28, 0.2)))
        seen += isinstance(found, Compared) and found.effect.low > 0.0
    assert seen / runs == pytest.approx(0.8, abs=0.1)


def test_weeks_count_by_their_touches_and_weeks_without_any_do_not() -> None:
    rng = default_rng(8)
    on = switched(8, 12, 1, rng)
    answers = rng.binomial(10, 0.3, on.shape).astype(float)
    plain, even = (
        switchback(answers / 10, on, carry_over=1),
        switchback(answers, on, carry_over=1, efforts=np.full(on.shape, 10)),
    )
    assert isinstance(plain, Switched)
    assert isinstance(even, Switched)
    assert even.effect.value == pytest.approx(plain.effect.value)
    assert even.effect.error == pytest.approx(plain.effect.error)
    assert even.p_value == plain.p_value
    away = np.where(np.arange(12) == 5, 0.0, 10.0) * np.ones(on.shape)
    fewer = switchback(np.where(away > 0, answers, 0.0), on, carry_over=1, efforts=away)
    assert isinstance(fewer, Switched)
    assert sum(fewer.weeks) < sum(even.weeks)


def test_weeks_that_are_not_over_are_not_looked_at() -> None:
    rng = default_rng(9)
    on = switched(8, 12, 1, rng)
    rate = rng.normal(0, 1, on.shape)
    other = np.where(np.arange(12) < 7, rate, 99.0)
    one, same = (switchback(each, on, carry_over=1, done=7, draws=1) for each in (rate, other))
    assert isinstance(one, Switched)
    assert isinstance(same, Switched)
    assert one.effect == same.effect
    assert one.low < one.effect.low
    assert isinstance(switchback(rate, on, carry_over=1, done=0, draws=1), CannotTell)


def test_coins_hold_until_the_next_is_thrown() -> None:
    assert switching_points(8, 2).tolist() == [0, 4]
    assert by_week([[True, False]], 8, 2).astype(int).tolist() == [[1, 1, 1, 1, 0, 0, 0, 0]]
    with pytest.raises(ValueError, match="coins"):
        by_week([[True]], 8, 2)
