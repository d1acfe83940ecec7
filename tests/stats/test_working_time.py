"""Working time: against counting second by second, and what must hold of any clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.stats.working_time import (
    NEVER,
    Clock,
    between,
    clock,
    due,
    due_by,
    elapsed,
    elapsed_by,
    together,
    without,
)

LAST = 60
STRETCHES = st.lists(st.tuples(st.integers(0, LAST), st.integers(-2, 9)), max_size=8)
INSTANT = st.integers(-5, LAST + 15)


def made(stretches: list[tuple[int, int]]) -> Clock:
    return clock([start for start, _ in stretches], [start + length for start, length in stretches])


def seconds_of(stretches: list[tuple[int, int]]) -> set[int]:
    """The seconds that are worked, each by the instant at which it begins."""
    return {second for start, length in stretches for second in range(start, start + length)}


def held(work: Clock) -> set[int]:
    """The same of a clock, whose stretches must be in order and apart."""
    assert (work.starts < work.ends).all()
    assert (work.ends[:-1] < work.starts[1:]).all()
    assert work.before.tolist() == [0, *np.cumsum(work.ends - work.starts)]
    return {second for start, end in zip(work.starts, work.ends, strict=True) for second in range(start, end)}


@given(STRETCHES, STRETCHES, INSTANT, INSTANT)
def test_clocks_are_sets_of_seconds(one: list[tuple[int, int]], two: list[tuple[int, int]], a: int, b: int) -> None:
    assert held(made(one)) == seconds_of(one)
    assert held(without(made(one), made(two))) == seconds_of(one) - seconds_of(two)
    assert held(together([made(one), made(two)])) == seconds_of(one) | seconds_of(two)
    assert held(between(made(one), min(a, b), max(a, b))) == seconds_of(one) & set(range(min(a, b), max(a, b)))


@given(STRETCHES, INSTANT, INSTANT)
def test_elapsed_counts_the_seconds_between(stretches: list[tuple[int, int]], a: int, b: int) -> None:
    counted = len(seconds_of(stretches) & set(range(min(a, b), max(a, b))))
    assert elapsed(made(stretches), [a], [b]).tolist() == [counted if a <= b else -counted]


@given(STRETCHES, INSTANT, st.integers(0, 40))
def test_due_is_the_last_second_in_time(stretches: list[tuple[int, int]], start: int, allowed: int) -> None:
    """The last instant by which no more was worked than allowed, found by trying them all."""
    work, worked = made(stretches), seconds_of(stretches)
    in_time = [at for at in range(start, LAST + 30) if len(worked & set(range(start, at))) <= allowed]
    found = int(due(work, [start], allowed)[0])
    assert found == (NEVER if in_time[-1] == LAST + 29 else in_time[-1])


@given(STRETCHES, st.lists(INSTANT, min_size=3, max_size=3), st.integers(0, 30), st.integers(0, 30))
def test_what_holds_of_any_clock(stretches: list[tuple[int, int]], at: list[int], some: int, more: int) -> None:
    work, (a, b, c) = made(stretches), sorted(at)
    # Additive: in one go or in two.
    assert elapsed(work, a, c) == elapsed(work, a, b) + elapsed(work, b, c)
    # Monotone: more time never falls due sooner, a later start neither.
    assert due(work, a, some) <= due(work, a, some + more)
    assert due(work, a, some) <= due(work, b, some)
    # Inverse: by then just that much was worked, and a second later more.
    reached = due(work, a, some)
    if reached != NEVER:
        assert elapsed(work, a, reached) == some
        assert elapsed(work, a, reached + 1) == some + 1
    # Late by the one exactly where late by the other.
    assert (c > reached) == (elapsed(work, a, c) > some)
    # In two parts: due from where the first part is used up.
    if reached != NEVER:
        assert due(work, reached, more) == due(work, a, some + more)


def test_a_clock_without_any_work() -> None:
    never = clock([], [])
    assert elapsed(never, [0, 9], [5, 3]).tolist() == [0, 0]
    assert due(never, [0, 9], [0, 5]).tolist() == [NEVER, NEVER]
    assert without(never, clock([0], [9])).starts.tolist() == []
    assert together([]).before.tolist() == [0]


def test_rows_go_each_by_its_own_clock_in_their_order() -> None:
    clocks = [clock([0], [100]), clock([50], [100]), clock([], [])]
    asked: list[int] = []

    def clock_of(number: int) -> Clock:
        asked.append(number)
        return clocks[number]

    which = [1, 0, 2, 0, 1]
    assert elapsed_by(clock_of, which, [0] * 5, [60, 60, 60, 10, 99]).tolist() == [10, 60, 0, 10, 49]
    assert sorted(asked) == [0, 1, 2]
    assert due_by(clock_of, which, [0] * 5, [1, 2, 3, 4, 50]).tolist() == [51, 2, NEVER, 4, NEVER]
    assert due_by(clock_of, [], [], []).tolist() == []


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        elapsed_by([clock([], [])].__getitem__, [0], [0, 1], [1, 2])
    with pytest.raises(ValueError, match="one length"):
        clock([0], [])
