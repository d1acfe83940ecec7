"""The made-up year: one fact per number, whoever asks, and the awkward shapes that a build must carry."""

from __future__ import annotations

import numpy as np

from benchmarks.events import BUSY_DAY, DAY, DAYS, HUB, START, World

WORLD = World(100_000)


def test_a_fact_is_the_same_alone_and_among_others() -> None:
    every = WORLD.some_efforts(np.arange(1_000))
    some = WORLD.some_efforts(np.arange(400, 500))
    for name in ("account", "contact", "deal", "rep", "at", "kind", "thread"):
        assert np.array_equal(getattr(every, name)[400:500], getattr(some, name)), name


def test_another_seed_is_another_year() -> None:
    other = World(100_000, seed=2).some_efforts(np.arange(1_000))
    assert not np.array_equal(WORLD.some_efforts(np.arange(1_000)).account, other.account)


def test_times_rise_with_numbers_and_fill_the_year() -> None:
    at = WORLD.some_efforts(np.arange(WORLD.efforts)).at
    assert (np.diff(at) >= 0).all()
    assert START <= at[0] < START + DAY
    assert START + (DAYS - 1) * DAY <= at[-1] < START + DAYS * DAY


def test_no_act_comes_before_what_it_answers() -> None:
    acts = WORLD.some_acts(np.arange(WORLD.acts))
    answers = acts.parent >= 0
    assert answers.mean() > 0.9
    assert (acts.at >= acts.toward.at)[answers].all()
    assert (acts.toward.number == acts.parent)[answers].all()


def test_one_account_and_one_day_have_one_of_a_hundred_events_and_one_rep_none() -> None:
    efforts = WORLD.some_efforts(np.arange(WORLD.efforts))
    assert 0.008 < (efforts.account == HUB).mean() < 0.012
    busiest = np.bincount((efforts.at - START) // DAY).argmax()
    assert busiest == BUSY_DAY
    assert 0.008 < ((efforts.at - START) // DAY == BUSY_DAY).mean() < 0.015
    assert efforts.rep.max() < WORLD.sellers
