"""The efforts of the newest weeks as they were known at the end of any week: who still waits, who was answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, Floats, Ints, Lags, week_of
from answerback.stats.slower import slower

NEWEST_DAYS = 56
"""Whether answers have become slower is asked of those to the efforts of so many days."""


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """Efforts of some weeks as known at the end of the last of them: parallel columns, one row per cell.

    `age` is for how many whole days an answer could have been seen; `answered` came within them; `share` of the answers
    are due by then, `answers` is on how many the curve rests; `full`: the waiting time is over.
    """

    begin: int
    weeks: int
    week: NDArray[np.int64]
    stream: Ints
    age: Ints
    n: Floats
    answered: Floats
    share: Floats
    answers: Floats
    full: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.bool_]) -> Open:
        """Some of the rows."""
        columns = (self.week, self.stream, self.age, self.n, self.answered, self.share, self.answers, self.full)
        return Open(self.begin, self.weeks, *(column[chosen] for column in columns))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Efforts whose answer can be seen, by day, and to which of them each answer belongs."""

    cells: Cells
    stream: Ints
    day: Ints
    cap: Ints
    """Whole days that an answer can be seen at most."""
    n: Floats
    cell: NDArray[np.int64]
    """Of each answer: the row of its efforts."""
    answer_day: Ints
    lag: Ints
    answers: Floats

    @classmethod
    def of(cls, cells: Cells) -> Index:
        """The index of all cells."""
        made, moved = cells.efforts, cells.answers
        seen = np.flatnonzero(~made.claimed & (made.seen >= 0))
        size = np.int64(len(cells.streams) or 1)
        span = np.int64(max(int(made.seen.max(initial=0)), 0) + 1)

        def key(day: Ints, stream: Ints, cap: Ints) -> NDArray[np.int64]:
            return (day.astype(np.int64) * size + stream) * span + cap

        own = key(made.day[seen], made.stream[seen], made.seen[seen])
        wanted = key(moved.day, moved.stream, moved.seen)
        order = np.argsort(own, kind="stable")
        cell = order[np.minimum(np.searchsorted(own[order], wanted), max(own.size - 1, 0))] if own.size else wanted
        cap = np.minimum(made.seen[seen], cells.waiting[made.stream[seen]]) if own.size else made.seen[seen]
        return cls(
            cells,
            made.stream[seen],
            made.day[seen],
            cap.astype(np.int32),
            made.n[seen].astype(np.float64),
            cell,
            moved.day,
            moved.lag,
            moved.n.astype(np.float64),
        )

    def slower(self, week: int, streams: Ints, lags: Lags) -> float:
        """The p-value that the newest answers to streams are slower than their lag curves, at the end of a week."""
        end = (week + 1) * WEEK + FIRST_MONDAY
        rows = slice(*np.searchsorted(self.answer_day, (end - NEWEST_DAYS, end)))
        cell = self.cell[rows]
        age, lag = np.minimum(end - self.day[cell] - 1, self.cap[cell]), self.lag[rows]
        own = np.isin(self.stream[cell], streams) & (lag < age)
        curve = lags.curve_of[self.stream[cell[own]]]
        return slower(age[own], lag[own], self.answers[rows][own], lags.share, curve)

    def open_weeks(self, week: int, depth: int, lags: Lags) -> Open:
        """The efforts of a week and of `depth` weeks before it, as known when it is over."""
        begin = week - depth
        first, end = begin * WEEK + FIRST_MONDAY, (week + 1) * WEEK + FIRST_MONDAY
        rows = slice(*np.searchsorted(self.day, (first, end)))
        stream, day = self.stream[rows], self.day[rows]
        age = np.minimum(end - day - 1, self.cap[rows]).astype(np.int32)
        own = slice(*np.searchsorted(self.answer_day, (first, end)))
        cell = self.cell[own] - rows.start
        due = self.lag[own] < age[cell]
        answered = np.bincount(cell[due], self.answers[own][due], day.size)
        share = lags.at(stream, age)
        known = share > 0.0
        return Open(
            begin,
            depth + 1,
            np.asarray(week_of(day), np.int64),
            stream,
            age,
            self.n[rows] * known,
            np.minimum(answered, self.n[rows]) * known,
            share,
            lags.answers[lags.curve_of[stream]],
            age >= self.cells.waiting[stream],
        )
