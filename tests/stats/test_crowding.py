"""Touches close together, told apart: against a plain solution, and on worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats import crowding
from answerback.stats.crowding import Brought, Delays, Design, before_and_after, brought, delays, early_and_late
from answerback.stats.event_study import DAY, Events, event_study, events
from calibration.increment_worlds import BRINGS, DAYS, SETTINGS, Setting, World, larger, world

LASTS = DAYS * DAY


def found_in(told: World, design: Design | None = None) -> tuple[Brought, float]:
    """What touches bring, and the acts that all of them bring together."""
    kind = told.touch_kind[np.lexsort((told.touch_at, told.touch_account))]
    curve = delays(told.delay, longest=30 * DAY)
    said = brought(
        events(told.touch_account, told.touch_at, begins=0), kind, events(told.act_account, told.act_at, begins=0),
        design or early_and_late(curve), curve, lasts=LASTS, checked=np.arange(int(kind.max()) + 1) < 2,
    )  # fmt: skip
    return said, said.total(np.bincount(kind))[0]


def test_it_solves_the_equations_that_loops_write_down() -> None:
    rng = default_rng(8)
    account, at = np.sort(rng.integers(0, 12, 60)), rng.integers(0, 90 * DAY, 60)
    order = np.lexsort((at, account))
    account, at, kind = account[order], at[order], rng.integers(0, 2, 60)
    own, act = rng.integers(0, 12, 90), rng.integers(0, 90 * DAY, 90)
    curve = delays(rng.integers(0, 9 * DAY, 400), longest=20 * DAY)
    windows = early_and_late(curve).windows

    def felt(later: int) -> float:
        return sum(
            weight * float(curve.by(np.array([until - later]))[0] - curve.by(np.array([after - later]))[0])
            for after, until, weight in windows
        )

    last = max(until for _, until, _ in windows)
    matrix, right = np.zeros((2, 2)), np.zeros(2)
    for i in range(60):
        if at[i] + last > 90 * DAY:
            continue
        for j in range(60):
            if account[i] == account[j]:
                matrix[kind[i], kind[j]] += felt(int(at[j] - at[i]))
        for k in range(90):
            if own[k] == account[i]:
                right[kind[i]] += sum(weight for after, until, weight in windows if after < act[k] - at[i] <= until)
    said = brought(
        events(account, at, begins=0), kind, events(own, act, begins=0), early_and_late(curve), curve,
        lasts=90 * DAY, checked=np.ones(2, bool),
    )  # fmt: skip
    assert said.extra == pytest.approx(np.linalg.solve(matrix, right), abs=0.02)


@pytest.mark.parametrize("setting", [SETTINGS["S0 clean"], SETTINGS["S1 hot accounts"], Setting(bursts=True)])
def test_each_kind_gets_its_own(setting: Setting) -> None:
    said, _ = found_in(world(larger(setting, 2000), default_rng(11)))
    error = np.sqrt(np.diag(said.covariance))[:2]
    assert np.all(np.abs(said.extra[:2] - BRINGS) < 3 * error)
    assert np.all(error < 0.02)


def test_runs_of_touches_are_not_credited_with_one_another() -> None:
    told = world(larger(Setting(bursts=True), 1500), default_rng(3))
    truth = float(told.brought.sum())
    plain = event_study(
        events(told.touch_account, told.touch_at, begins=0), events(told.act_account, told.act_at, begins=0),
        window=7 * DAY, lasts=LASTS,
    )  # fmt: skip
    assert plain.lift * len(told.touch_at) > 1.15 * truth
    for design in (None, before_and_after(7 * DAY)):
        said, total = found_in(told, design)
        assert total == pytest.approx(truth, abs=3 * said.total(np.bincount(told.touch_kind))[1])


def test_reps_who_pounce_do_it_little_harm() -> None:
    told = world(larger(SETTINGS["S5 pouncing"], 1000), default_rng(4))
    share = float(told.brought.mean())
    early, both = found_in(told)[1], found_in(told, before_and_after(7 * DAY))[1]
    assert abs(early / len(told.act_at) - share) < 0.06
    assert both / len(told.act_at) - share > 0.1


def test_its_drift_sees_episodes_that_end() -> None:
    hot = [found_in(world(larger(SETTINGS["S2 hot episodes"], 1000), default_rng(seed)))[0].check for seed in range(3)]
    clean = [found_in(world(SETTINGS["S0 clean"], default_rng(seed)))[0].check for seed in range(12)]
    assert min(hot) > 2
    assert sum(abs(each) > 2 for each in clean) <= 3


def test_a_crowded_account_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowding, "MOST_NEIGHBOURS", 5)
    at = np.concatenate([np.arange(50) * DAY, np.array([10, 60]) * DAY])
    account = np.concatenate([np.zeros(50, np.int64), np.ones(2, np.int64)])
    curve = Delays(np.array([0.0, 1.0]))
    said = brought(
        events(account, at, begins=0), np.zeros(52, np.int64), events(account[-1:], at[-1:] + 600, begins=0),
        early_and_late(curve), curve, lasts=200 * DAY, checked=np.ones(1, bool),
    )  # fmt: skip
    assert (said.crowded, said.used.tolist(), said.extra.round(6).tolist()) == (50, [2], [0.5])


def test_a_kind_that_nobody_watched_long_enough_is_refused() -> None:
    curve = Delays(np.array([0.0, 1.0]))
    touch = events(np.array([0]), np.array([5]), begins=0)
    with pytest.raises(ValueError, match="long enough"):
        brought(
            touch, np.zeros(1, np.int64), Events(touch.place[:0], 0), early_and_late(curve), curve,
            lasts=3 * DAY, checked=np.ones(1, bool),
        )  # fmt: skip
    with pytest.raises(ValueError, match="longest"):
        delays(np.array([], np.int64), longest=DAY)
