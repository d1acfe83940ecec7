"""Will the next step still come: against the truth, against the spells still open, and where it says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.incidence import band, curves, spells_of
from answerback.stats.still_comes import (
    MIN_MOVED,
    RISE,
    Watched,
    movers_quantile,
    quiet_age,
    still_comes,
    watched,
)

Row = tuple[int, float, int, int]
"""Group, age, end, how many."""


def watched_from(rows: list[Row], groups: int | None = None) -> Watched:
    group, age, end, n = zip(*rows, strict=True)
    return watched(spells_of(group, age, end, n, groups=groups, ends=3))


def drawn(rng: Generator, size: int, *, ever: float, median: float, until: float) -> Watched:
    """Spells of which a share moves, at log-normal times, watched for up to so long."""
    comes = np.where(rng.random(size) < ever, median * np.exp(rng.standard_normal(size)), np.inf)
    seen = rng.uniform(0.0, until, size)
    return watched(spells_of(np.zeros(size, int), np.minimum(comes, seen), comes <= seen, np.ones(size)))


def test_without_other_ends_it_is_the_share_of_movers_left() -> None:
    of = watched_from([(0, 1.0, 1, 30), (0, 2.0, 1, 20), (0, 4.0, 1, 10), (0, 90.0, 0, 40)])
    for age, left in ((0.0, 1.0), (1.0, 1 / 2), (2.0, 1 / 6), (4.0, 0.0)):
        expected = 0.6 * left / (0.6 * left + 0.4)
        assert still_comes(of, 0, age).share == pytest.approx(expected)


def test_who_has_refused_is_not_among_the_silent() -> None:
    of = watched_from([(0, 1.0, 1, 40), (0, 1.0, 2, 40), (0, 3.0, 1, 10), (0, 90.0, 0, 10)])
    assert still_comes(of, 0, 1.0).share == pytest.approx(0.5)


rows = st.lists(
    st.tuples(st.just(0), st.sampled_from([1.0, 2.0, 3.0, 5.0, 8.0]), st.integers(0, 3), st.integers(1, 40)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=60)
@given(rows=rows, age=st.sampled_from([0.0, 1.0, 2.5, 4.0, 5.0]))
def test_it_is_the_incidence_among_the_spells_still_open(rows: list[Row], age: float) -> None:
    of = watched_from(rows)
    spells = of.curves.spells
    kinds = spells.ended.shape[1]
    later = spells.age > age
    if not later.any():
        assert still_comes(of, 0, age).share == 0.0
        return
    open_still = curves(
        np.zeros(later.sum() * kinds, int),
        np.repeat(spells.age[later], kinds),
        np.tile(np.arange(kinds), later.sum()),
        spells.ended[later].ravel(),
    )
    told = still_comes(of, 0, age)
    assert told.share == pytest.approx(open_still.share_by(0, 99.0), abs=1e-9)
    low, high = band(open_still, 0, 99.0)
    if 0.0 < told.share < 1.0:
        assert told.low == pytest.approx(low, abs=1e-7)
        assert told.high == pytest.approx(high, abs=1e-7)


def everything(of: Watched, group: int) -> list[float]:
    quiet, middle, later = quiet_age(of, 0.2), movers_quantile(of, 0.5), still_comes(of, group, 2.0)
    ages = [quiet.age, quiet.low, quiet.high, middle.age, middle.low, middle.high, of.ever, of.until, of.rise]
    return [*(float(each[group]) for each in ages), float(later.share), float(later.low), float(later.high)]


@settings(max_examples=40)
@given(rows=rows)
def test_groups_are_a_loop_over_groups(rows: list[Row]) -> None:
    later = [(1, age + 1.0, end, n) for _, age, end, n in rows]
    both = watched_from([*rows, *later], groups=3)
    for group, alone in ((0, rows), (1, [(0, age, end, n) for _, age, end, n in later])):
        np.testing.assert_allclose(everything(both, group), everything(watched_from(alone), 0), atol=1e-9)
    assert np.isnan(quiet_age(both, 0.2).age[2])


def test_from_the_quiet_age_on_it_is_improbable_and_just_before_it_is_not() -> None:
    of = drawn(default_rng(5), 800, ever=0.6, median=3.0, until=200.0)
    found = quiet_age(of, 0.2)
    age = float(found.age[0])
    assert still_comes(of, 0, np.linspace(age, float(of.until[0]), 50)).share.max() < 0.2
    assert still_comes(of, 0, age - 1e-6).share >= 0.2
    assert 0.0 < found.low[0] <= age <= found.high[0]


def test_it_is_quiet_from_the_start_where_few_ever_move() -> None:
    of = watched_from([(0, 1.0, 1, 40), (0, 50.0, 0, 960)])
    assert quiet_age(of, 0.2).age.tolist() == [0.0]


def test_where_nobody_moves_there_is_no_age() -> None:
    of = watched_from([(0, 50.0, 0, 960)])
    assert np.isnan(quiet_age(of, 0.2).age[0])
    assert np.isnan(movers_quantile(of, 0.5).age[0])
    assert still_comes(of, 0, 3.0).share == 0.0


def test_the_median_of_those_who_move_with_its_interval() -> None:
    of = drawn(default_rng(8), 1000, ever=0.5, median=4.0, until=300.0)
    found = movers_quantile(of, 0.5)
    assert found.low[0] < 4.0 < found.high[0]
    assert found.low[0] <= found.age[0] <= found.high[0]
    whole = movers_quantile(watched_from([(0, float(age), 1, 10) for age in range(1, 11)]), 0.5)
    assert whole.age[0] == 5.0
    with pytest.raises(ValueError, match="between 0 and 1"):
        movers_quantile(of, 1.0)


# ---------------------------------------------------------------------------------------- what is not known is not said


def test_fewer_than_thirty_next_steps_are_too_few() -> None:
    few = watched_from([(0, 1.0, 1, MIN_MOVED - 1), (0, 90.0, 0, 50)])
    assert few.why_not(0) == CannotTell(Refused.TOO_FEW_MOVED, have=29, need=30)
    assert watched_from([(0, 1.0, 1, MIN_MOVED), (0, 90.0, 0, 50)]).why_not(0) is None


def test_a_curve_that_still_rises_when_watching_ends_says_nothing() -> None:
    rising = watched_from([(0, float(day), 1, 3) for day in range(1, 21)] + [(0, 20.0, 0, 100)])
    why = rising.why_not(0)
    assert why is not None
    assert (why.reason, why.need) == (Refused.STILL_COMING, RISE)
    assert why.have == pytest.approx(4 / 20)
    flat = watched_from([(0, float(day), 1, 3) for day in range(1, 21)] + [(0, 40.0, 0, 100)])
    assert flat.usable.tolist() == [True]


def test_where_every_spell_has_ended_nothing_is_left_to_come() -> None:
    of = watched_from([(0, float(day), 1 + day % 2, 4) for day in range(1, 21)])
    assert (of.rise.tolist(), of.usable.tolist()) == ([0.0], [True])


def test_a_single_straggler_does_not_move_the_curve() -> None:
    common = [(0, 1.0, 1, 600), (0, 30.0, 0, 395), (0, 60.0, 0, 4)]
    without, with_it = watched_from(common), watched_from([*common, (0, 700.0, 1, 1)])
    assert with_it.ever[0] == pytest.approx(without.ever[0], abs=0.001)
    assert with_it.until[0] < 100.0
    assert with_it.curves.known.tolist() == [1000.0], "it is watched less long, and counted"


def test_small_groups_that_ended_in_full_are_not_cut() -> None:
    of = watched_from([(0, float(day), 1, 1) for day in range(1, 41)])
    assert (of.until[0], of.ever[0]) == (40.0, pytest.approx(1.0))


def test_no_spells_at_all() -> None:
    of = watched(spells_of([], [], [], [], groups=2))
    assert of.usable.tolist() == [False, False]
    assert still_comes(of, [0, 1], 3.0).high.tolist() == [1.0, 1.0]
    assert np.isnan(quiet_age(of, 0.2).age).all()
    assert np.isnan(movers_quantile(of, 0.5).age).all()
    why = of.why_not(1)
    assert why is not None
    assert why.reason is Refused.TOO_FEW_MOVED


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = []
    for seed in range(150):
        of = drawn(default_rng(seed), 400, ever=0.6, median=3.0, until=200.0)
        left = 0.5
        truth = 0.6 * left / (0.6 * left + 0.4)
        told = still_comes(of, 0, 3.0)
        middle = movers_quantile(of, 0.5)
        # A log-normal of median 3 days: 0.6 S / (0.6 S + 0.4) = 0.2 where S = 1/6, at 3 exp(0.967).
        quiet, falls = quiet_age(of, 0.2), 3.0 * np.exp(0.967)
        held.append(
            (
                told.low <= truth <= told.high,
                middle.low[0] <= 3.0 <= middle.high[0],
                quiet.low[0] <= falls <= quiet.high[0],
            )
        )
    share = np.mean(held, axis=0)
    # Standard error at 0.95 of 150: 0.018.
    assert (share > 0.89).all()
