"""Until when something is in time, and how much working time went by: many rows at once, each by its rep's clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from answerback.analysis.clocks.book import ClockBook
from answerback.analysis.clocks.calendars import year_begins
from answerback.stats.arrays import BoolArray, IntArray
from answerback.stats.working_time import NEVER, Clock, due_by, elapsed_by

YEARS_AHEAD: Final = (2, 12)
"""How many years after its start something may fall due: looked for in the first, then in the second."""


def due(
    book: ClockBook,
    rep_keys: npt.ArrayLike,
    starts: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    working_time: npt.ArrayLike = True,
) -> IntArray:
    """By row, the last instant that is still in time: whatever comes later is late, and nothing else is.

    Args:
        book: The clocks.
        rep_keys: By row, whose clock runs; `NOBODY`, or anybody whom the book does not know: the organisation's.
        starts: By row, since when it runs; seconds since 1970.
        seconds: How long it may take; one number or one by row.
        working_time: Whether working seconds alone count; one answer or one by row.

    Returns:
        Seconds since 1970; `stats.working_time.NEVER` where the rep works no more than that within twelve years.

    >>> from answerback.analysis.clocks.calendars import Calendar
    >>> due(ClockBook(Calendar((), "UTC")), [1, 2], [0, 60], [30, 90])
    array([ 30, 150])
    """
    rep, start, length, working = _rows(rep_keys, starts, seconds, working_time)
    found = start + length
    open_ = np.flatnonzero(working)
    for ahead in YEARS_AHEAD:
        if len(open_):
            first, latest = _year(start[open_].min()), _year(start[open_].max())
            reps, which = np.unique(rep[open_], return_inverse=True)
            clock_of = _clocks(book, reps, first, latest + ahead)
            found[open_] = due_by(clock_of, which, start[open_], length[open_])
            looked = year_begins(latest + YEARS_AHEAD[-1] + 1)
            back = np.array([book.gone_until(int(each)) < looked for each in reps], dtype=np.bool_)
            open_ = open_[(found[open_] == NEVER) & back[which]]
    return found


def elapsed(
    book: ClockBook,
    rep_keys: npt.ArrayLike,
    starts: npt.ArrayLike,
    ends: npt.ArrayLike,
    *,
    working_time: npt.ArrayLike = True,
) -> IntArray:
    """By row, the seconds between two instants: working seconds by the rep's clock, or all of them.

    >>> from answerback.analysis.clocks.calendars import Calendar
    >>> elapsed(ClockBook(Calendar((), "UTC")), [1, 1], [0, 60], [30, 90])
    array([30, 30])
    """
    rep, start, end, working = _rows(rep_keys, starts, ends, working_time)
    found = end - start
    if working.any():
        instants = np.concatenate([start[working], end[working]])
        reps, which = np.unique(rep[working], return_inverse=True)
        clock_of = _clocks(book, reps, _year(instants.min()), _year(instants.max()))
        found[working] = elapsed_by(clock_of, which, start[working], end[working])
    return found


def _clocks(book: ClockBook, reps: IntArray, first: int, last: int) -> Callable[[int], Clock]:
    return lambda number: book.clock_of(int(reps[number]), first, last)


def _rows(
    rep_keys: npt.ArrayLike, starts: npt.ArrayLike, numbers: npt.ArrayLike, working_time: npt.ArrayLike
) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """All columns as long as the longest."""
    rep, start, number, working = np.broadcast_arrays(
        np.atleast_1d(np.asarray(rep_keys, dtype=np.int64)),
        np.asarray(starts, dtype=np.int64),
        np.asarray(numbers, dtype=np.int64),
        np.asarray(working_time, dtype=np.bool_),
    )
    return rep, start, number, working


def _year(instant: int) -> int:
    return datetime.fromtimestamp(int(instant), UTC).year
