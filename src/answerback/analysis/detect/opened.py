"""The efforts of the newest weeks as they were known at the end of any week: who still waits, who was answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, Floats, Ints, Lags, week_of
from answerback.stats.arrays import weighted_count
from answerback.stats.slower import slower

NEWEST_DAYS = 56
"""Whether answers have become slower is asked of those to the efforts of so many days."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Efforts that still wait: one row per stream, day and time seen.

    `of` is the row of its stream and week in `Open`; `still` are those without an answer so far; `share` of the answers
    are due by now, and `error` is the curve's standard error there; `moved`: some of the row have an answer.
    """

    of: NDArray[np.int64]
    still: Floats
    share: Floats
    error: Floats
    moved: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """Efforts of some weeks as known at the end of the last of them, one row per stream and week (a pair).

    `n` efforts whose age says anything, `answered` those with an answer within it; `due` and `due_squared` are the sums
    over efforts of the share of answers due by now, and of its square. `full_n` and `full_answered` are the part that
    has waited in full; `waiting` is the other.
    """

    begin: int
    weeks: int
    week: NDArray[np.int64]
    stream: Ints
    n: Floats
    answered: Floats
    due: Floats
    due_squared: Floats
    full_n: Floats
    full_answered: Floats
    waiting: Waiting

    def only(self, pairs: NDArray[np.int64]) -> Open:
        """Some pairs."""
        number = np.full(self.n.size, -1)
        number[pairs] = np.arange(pairs.size)
        waits = self.waiting
        rows = np.flatnonzero(number[waits.of] >= 0)
        few = (waits.still[rows], waits.share[rows], waits.error[rows], waits.moved[rows])
        return replace(self._pairs(pairs), waiting=Waiting(number[waits.of[rows]], *few))

    def only_full(self, pairs: NDArray[np.int64]) -> Open:
        """Some pairs, as if nobody had made any effort that still waits."""
        none = np.zeros(0)
        nobody = Waiting(np.zeros(0, np.int64), none, none, none, np.zeros(0, np.bool_))
        few = self._pairs(pairs)
        n, answered = few.full_n, few.full_answered
        return replace(few, n=n, answered=answered, due=n, due_squared=n, waiting=nobody)

    def _pairs(self, pairs: NDArray[np.int64]) -> Open:
        """The columns of some pairs; who waits stays as it is."""
        return replace(
            self,
            week=self.week[pairs],
            stream=self.stream[pairs],
            n=self.n[pairs],
            answered=self.answered[pairs],
            due=self.due[pairs],
            due_squared=self.due_squared[pairs],
            full_n=self.full_n[pairs],
            full_answered=self.full_answered[pairs],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Efforts whose answer can be seen, by day, and to which of them each answer belongs."""

    cells: Cells
    stream: Ints
    day: Ints
    cap: Ints
    """Whole days that an answer can be seen at most."""
    n: Floats
    pair: NDArray[np.int64]
    """Of each row: its stream and week, numbered by week, then stream."""
    pair_week: NDArray[np.int64]
    pair_stream: Ints
    kind: NDArray[np.int64]
    """Of each stream: the number of its kind of touch."""
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
        order = slice(None) if np.all(own[1:] >= own[:-1]) else np.argsort(own, kind="stable")
        cell = np.minimum(np.searchsorted(own[order], wanted), max(own.size - 1, 0))
        cell = cell if isinstance(order, slice) else order[cell]
        cap = np.minimum(made.seen[seen], cells.waiting[made.stream[seen]]) if own.size else made.seen[seen]
        week = np.asarray(week_of(made.day[seen]), np.int64)
        begin = int(week.min()) if week.size else 0
        place = (week - begin) * size + made.stream[seen]
        there = np.zeros(int(place.max(initial=0)) + 1, np.bool_)
        there[place] = True
        pair = (np.cumsum(there) - 1)[place]
        pairs = np.flatnonzero(there) + begin * size if place.size else place
        return cls(
            cells,
            made.stream[seen],
            made.day[seen],
            cap.astype(np.int32),
            made.n[seen].astype(np.float64),
            np.asarray(pair, np.int64),
            pairs // size,
            (pairs % size).astype(np.int32),
            np.unique([each.play for each in cells.streams], return_inverse=True)[1],
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
        n = self.n[rows] * (share > 0.0)
        answered = np.minimum(answered, n)
        pairs = slice(*np.searchsorted(self.pair_week, (begin, week + 1)))
        of = self.pair[rows] - pairs.start
        full = age >= self.cells.waiting[stream]
        young = np.flatnonzero(~full & (n > 0.0))
        due = share[young]
        error = np.sqrt(due * (1.0 - due) / np.maximum(lags.answers[lags.curve_of[stream[young]]], 1.0))

        def total(column: NDArray[Any]) -> Floats:
            return weighted_count(of, np.asarray(column, np.float64), int(pairs.stop - pairs.start))

        return Open(
            begin,
            depth + 1,
            self.pair_week[pairs],
            self.pair_stream[pairs],
            n=total(n),
            answered=total(answered),
            due=total(n * share),
            due_squared=total(n * share**2),
            full_n=total(n * full),
            full_answered=total(answered * full),
            waiting=Waiting(of[young], (n - answered)[young], due, error, answered[young] > 0.0),
        )
