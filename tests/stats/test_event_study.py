"""The symmetric event study against plain loops, and what must hold whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.arrays import IntArray
from answerback.stats.event_study import DAY, EventStudy, clustered_mean, event_study, events, overlap, within
from calibration.increment_worlds import DAYS, SETTINGS, Setting, World, larger, world

LASTS = DAYS * DAY
WINDOW = 7 * DAY


def study_of(told: World, *, shift: IntArray | int = 0, copies: int = 1) -> EventStudy:
    first = told.touch_kind < 2
    account, at = told.touch_account[first], (told.touch_at[first] + shift) % LASTS
    acts = np.concatenate([told.act_account + copy * 10_000 for copy in range(copies)])
    own = np.concatenate([account + copy * 10_000 for copy in range(copies)])
    return event_study(
        events(own, np.tile(at, copies), begins=0),
        events(acts, np.tile(told.act_at, copies), begins=0),
        window=WINDOW,
        lasts=LASTS,
    )


def test_windows_hold_what_loops_count() -> None:
    rng = default_rng(3)
    for _ in range(20):
        account, at = rng.integers(0, 4, 30), rng.integers(0, 40, 30)
        own, act = rng.integers(0, 4, 40), rng.integers(0, 40, 40)
        touches, acts = events(account, at, begins=0), events(own, act, begins=0)
        low, high = sorted(int(each) for each in rng.integers(-15, 15, 2))
        order = np.lexsort((at, account))
        counted = [sum(own[j] == account[i] and at[i] + low < act[j] <= at[i] + high for j in range(40)) for i in order]
        assert within(touches, acts, low, high).tolist() == counted


def test_it_is_after_less_before_of_touches_observed_on_both_sides() -> None:
    rng = default_rng(4)
    account, at = rng.integers(0, 6, 80), rng.integers(0, 60 * DAY, 80)
    own, act = rng.integers(0, 6, 120), rng.integers(0, 60 * DAY, 120)
    found = event_study(events(account, at, begins=0), events(own, act, begins=0), window=WINDOW, lasts=60 * DAY)
    differences: dict[int, list[int]] = {}
    for i in range(80):
        if WINDOW <= at[i] <= 60 * DAY - WINDOW:
            after = sum(own[j] == account[i] and 0 < act[j] - at[i] <= WINDOW for j in range(120))
            before = sum(own[j] == account[i] and 0 < at[i] - act[j] <= WINDOW for j in range(120))
            differences.setdefault(int(account[i]), []).append(after - before)
    flat = [each for own_ones in differences.values() for each in own_ones]
    lift = sum(flat) / len(flat)
    assert found.touches == len(flat)
    assert found.lift == pytest.approx(lift)
    spread = sum((sum(each) - lift * len(each)) ** 2 for each in differences.values())
    assert found.error == pytest.approx(spread**0.5 / len(flat))


def test_acts_of_the_same_day_count_on_neither_side_where_only_days_are_known() -> None:
    touch = events(np.array([0]), np.array([20 * DAY]), begins=0)
    act = events(np.array([0, 0]), np.array([20 * DAY, 21 * DAY]), begins=0)
    assert event_study(touch, act, window=WINDOW, lasts=60 * DAY, days_only=True).lift == 1.0
    same_day = events(np.array([0]), np.array([20 * DAY + 5]), begins=0)
    assert event_study(touch, same_day, window=WINDOW, lasts=60 * DAY, days_only=True).lift == 0.0


def test_touches_that_bring_nothing_are_found_to_bring_nothing() -> None:
    nothing = Setting(act_rate=0.04)
    hits = 0
    for seed in range(20):
        told = world(nothing, default_rng(seed))
        own = ~told.brought
        found = event_study(
            events(told.touch_account, told.touch_at, begins=0),
            events(told.act_account[own], told.act_at[own], begins=0),
            window=WINDOW,
            lasts=LASTS,
        )
        hits += abs(found.lift) <= 1.96 * found.error
    assert hits >= 16


def test_shifting_every_touch_at_random_takes_the_effect_away() -> None:
    told = world(larger(SETTINGS["S1 hot accounts"], 800), default_rng(1))
    true, shifted = (
        study_of(told),
        study_of(told, shift=default_rng(2).integers(0, LASTS, int((told.touch_kind < 2).sum()))),
    )
    assert true.lift / true.error > 8
    assert abs(shifted.lift) < 3 * shifted.error


def test_every_account_twice_is_as_sure_as_twice_the_data() -> None:
    told = world(SETTINGS["S0 clean"], default_rng(5))
    once, twice = study_of(told), study_of(told, copies=2)
    assert twice.lift == pytest.approx(once.lift)
    assert twice.error == pytest.approx(once.error / np.sqrt(2))


def test_its_placebo_sees_reps_who_pounce() -> None:
    pounced = [study_of(world(SETTINGS["S5 pouncing"], default_rng(seed))) for seed in range(6)]
    clean = [study_of(world(SETTINGS["S0 clean"], default_rng(seed))) for seed in range(12)]
    assert sum(abs(each.placebo) > 2 for each in pounced) >= 5
    assert sum(abs(each.placebo) > 2 for each in clean) <= 3
    assert all(abs(each.pre_gain) > 3 for each in pounced)


def test_nothing_is_no_mistake() -> None:
    none = events(np.array([], np.int64), np.array([], np.int64), begins=0)
    assert event_study(none, none, window=WINDOW, lasts=LASTS) == EventStudy(0.0, 0.0, 0, 0.0, 0.0, 0.0)
    assert clustered_mean(np.array([], np.int64), np.array([], np.int64)) == (0.0, 0.0)
    assert overlap(none, window=WINDOW, lasts=LASTS) == 0.0
