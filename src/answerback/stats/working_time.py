"""Working time: how much of it lies between two instants, and until when so much of it lasts.

A clock is when somebody works, as stretches of seconds since 1970 (UTC), each with its end excluded. What a time zone
or a holiday is, others know (`answerback.analysis.clocks`); here are only numbers, whole arrays at a time.

`elapsed` and `due` are two sides of one thing: an instant is later than `due` exactly where more working seconds have
gone by than were allowed. So `due` is the last instant that is still in time: where the time is used up at the end of a
shift, the beginning of the next, since nothing of it is spent in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from answerback.stats.arrays import IntArray, same_shape

NEVER: Final = 1 << 40
"""The instant (some 35,000 years on) by which so much working time has not gone by while the clock says anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """When somebody works: stretches in order that neither overlap nor touch. Made by `clock`."""

    starts: IntArray
    ends: IntArray
    before: IntArray
    """Working seconds before each start, and at last all of them: one more than there are stretches."""


def clock(starts: npt.ArrayLike, ends: npt.ArrayLike) -> Clock:
    """A clock of stretches in any order; what overlaps is counted once, what is empty or turned about not at all.

    Args:
        starts: Seconds since 1970 at which each stretch begins.
        ends: Those at which it ends, excluded.

    Raises:
        ValueError: the two are not of one length.

    >>> clock([20, 0, 5], [30, 8, 10]).starts, clock([20, 0, 5], [30, 8, 10]).before
    (array([ 0, 20]), array([ 0, 10, 20]))
    """
    begin, end = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
    same_shape(starts=begin, ends=end)
    real = begin < end
    order = np.argsort(begin[real], kind="stable")
    begin, end = begin[real][order], end[real][order]
    reached = np.maximum.accumulate(end) if len(end) else end
    fresh = np.ones(len(begin), dtype=np.bool_)
    fresh[1:] = begin[1:] > reached[:-1]
    last = np.append(np.flatnonzero(fresh)[1:] - 1, len(begin) - 1) if len(begin) else np.zeros(0, np.int64)
    return _clock(begin[fresh], reached[last])


def without(work: Clock, away: Clock) -> Clock:
    """A clock less another: work, with the stretches of absence taken out.

    >>> without(clock([0, 20], [10, 30]), clock([5, 28], [22, 40])).starts
    array([ 0, 22])
    """
    if not len(away.starts) or not len(work.starts):
        return work
    # Absences are few: most stretches of work are touched by none, that is, as many had begun at their end as were over
    # at their start.
    whole = np.searchsorted(away.starts, work.ends) == np.searchsorted(away.ends, work.starts, "right")
    cut = _outside(work.starts[~whole], work.ends[~whole], away)
    return clock(np.concatenate([work.starts[whole], cut[0]]), np.concatenate([work.ends[whole], cut[1]]))


def _outside(starts: IntArray, ends: IntArray, away: Clock) -> tuple[IntArray, IntArray]:
    """The parts of stretches (in order, none overlapping) that lie outside another clock."""
    here, gone = np.ones(len(starts), np.int64), np.ones(len(away.starts), np.int64)
    points, where = np.unique(np.concatenate([starts, ends, away.starts, away.ends]), return_inverse=True)
    # Both are in order and do not overlap, so the sum is 1 where there is work and no absence, and else 0 or less.
    change = np.bincount(where, np.concatenate([here, -here, -gone, gone]), len(points))
    inside = np.flatnonzero(np.cumsum(change)[:-1] > 0)
    return points[inside], points[inside + 1]


def between(work: Clock, start: int, end: int) -> Clock:
    """The part of a clock from an instant to another, the second excluded.

    >>> between(clock([0, 20], [10, 30]), 5, 25).ends
    array([10, 25])
    """
    first, last = np.searchsorted(work.ends, start, "right"), np.searchsorted(work.starts, end, "left")
    begins, ends = work.starts[first:last], work.ends[first:last]
    if not len(begins):
        return _clock(begins, ends)
    return _clock(np.maximum(begins, start), np.minimum(ends, end))


def together(clocks: Sequence[Clock]) -> Clock:
    """One clock of several: whatever one of them works. With `between`, a clock that is another from an instant on.

    >>> here, there = clock([0, 20], [10, 30]), clock([3, 23], [13, 33])
    >>> together([between(here, 0, 15), between(there, 15, 99)]).starts
    array([ 0, 23])
    """
    empty = np.zeros(0, dtype=np.int64)
    return clock(
        np.concatenate([empty, *(each.starts for each in clocks)]),
        np.concatenate([empty, *(each.ends for each in clocks)]),
    )


def elapsed(work: Clock, starts: npt.ArrayLike, ends: npt.ArrayLike) -> IntArray:
    """Working seconds between instants; negative where the second comes first.

    >>> elapsed(clock([0, 20], [10, 30]), [5, 12], [25, 15])
    array([10,  0])
    """
    return _worked(work, np.asarray(ends, np.int64)) - _worked(work, np.asarray(starts, np.int64))


def due(work: Clock, starts: npt.ArrayLike, seconds: npt.ArrayLike) -> IntArray:
    """The last instant up to which no more than so many working seconds have gone by since a start.

    Args:
        work: The clock.
        starts: Instants, seconds since 1970.
        seconds: Working seconds after each, 0 or more; one number or as many as starts.

    Returns:
        Instants not before their start; NEVER where the clock holds no more working time than that.

    >>> due(clock([0, 20], [10, 30]), [5, 5, 12, 5], [3, 5, 5, 99])
    array([            8,            20,            25, 1099511627776])
    """
    wanted = _worked(work, np.asarray(starts, np.int64)) + np.asarray(seconds, np.int64)
    found = np.full(wanted.shape, NEVER, dtype=np.int64)
    within = wanted < work.before[-1]
    place = np.searchsorted(work.before, wanted[within], "right") - 1
    found[within] = work.starts[place] + wanted[within] - work.before[place]
    return found


def elapsed_by(
    clock_of: Callable[[int], Clock], which: npt.ArrayLike, starts: npt.ArrayLike, ends: npt.ArrayLike
) -> IntArray:
    """`elapsed`, each row by its own clock.

    Args:
        clock_of: The clock of a number; asked once for each number, and not kept.
        which: By row, the number of its clock.
        starts: By row, seconds since 1970.
        ends: By row, seconds since 1970.

    Raises:
        ValueError: lengths differ.

    >>> clocks = [clock([0], [10]), clock([5], [10])]
    >>> elapsed_by(clocks.__getitem__, [0, 1, 0], [0, 0, 5], [9, 9, 9])
    array([9, 4, 4])
    """
    return _by_clock(elapsed, clock_of, which, starts, ends)


def due_by(
    clock_of: Callable[[int], Clock], which: npt.ArrayLike, starts: npt.ArrayLike, seconds: npt.ArrayLike
) -> IntArray:
    """`due`, each row by its own clock; as `elapsed_by`.

    >>> clocks = [clock([0], [10]), clock([5], [10])]
    >>> due_by(clocks.__getitem__, [0, 1], [0, 0], [3, 3])
    array([3, 8])
    """
    return _by_clock(due, clock_of, which, starts, seconds)


def _clock(starts: IntArray, ends: IntArray) -> Clock:
    return Clock(starts, ends, np.concatenate([np.zeros(1, np.int64), np.cumsum(ends - starts)]))


def _worked(work: Clock, instants: IntArray) -> IntArray:
    """Working seconds before instants."""
    place = np.searchsorted(work.starts, instants, "right")
    if not len(work.starts):
        return np.zeros(instants.shape, dtype=np.int64)
    left = np.maximum(work.ends[np.maximum(place - 1, 0)] - instants, 0)
    return np.asarray(work.before[place] - np.where(place > 0, left, 0))


def _by_clock(
    of: Callable[[Clock, IntArray, IntArray], IntArray],
    clock_of: Callable[[int], Clock],
    which: npt.ArrayLike,
    one: npt.ArrayLike,
    other: npt.ArrayLike,
) -> IntArray:
    number, first, second = (np.asarray(each, dtype=np.int64) for each in (which, one, other))
    same_shape(which=number, one=first, other=second)
    found = np.empty(len(number), dtype=np.int64)
    for each, rows in _rows_of(number):
        found[rows] = of(clock_of(each), first[rows], second[rows])
    return found


def _rows_of(number: IntArray) -> Iterator[tuple[int, IntArray]]:
    """Each number that occurs, and the rows that have it."""
    order = np.argsort(number, kind="stable")
    cuts = np.flatnonzero(np.diff(number[order])) + 1
    for rows in np.split(order, cuts) if len(order) else []:
        yield int(number[rows[0]]), rows
