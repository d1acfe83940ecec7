"""Touches, answers and answers due by week and group, as known on any day, where many days are asked for in turn.

It is what `Cells.weekly` counts, without what cannot be seen and what was typed in. A week in which nobody waits any
longer is counted once, whatever day it is looked at from; only weeks still open are counted touch by touch, and touches
whose answer could be seen for less than their waiting time: what they say depends on the lag curve of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Answers, Cells, Efforts, Floats, Ints, Lags, week_of
from answerback.stats.arrays import weighted_count


@dataclass(frozen=True, slots=True, eq=False)
class Due:
    """Counts of touches whose answer can be seen, shape (weeks, groups): see `Weekly` for what each says."""

    weeks: NDArray[np.int64]
    efforts: Floats
    answered: Floats
    matured: Floats


@dataclass(frozen=True, eq=False)
class DueWeeks:
    """All weeks of some cells; `group` says of each stream in which group it is counted."""

    cells: Cells
    group: NDArray[np.int64]
    groups: int

    @classmethod
    def by_stream(cls, cells: Cells) -> DueWeeks:
        """Every stream a group of its own."""
        return cls(cells, np.arange(len(cells.streams)), len(cells.streams))

    def known(self, week: int, lags: Lags, *, last: int | None = None) -> Due:
        """The weeks before a week (`last` of them), as they were known at its start, which the data must reach."""
        weeks = self.cells.weeks()
        begin = min(weeks.start if last is None else max(weeks.start, week - last), week)
        settled = min(max(week - self._depth, begin), week)
        efforts, answered, matured = (
            np.concatenate([of[begin - weeks.start : settled - weeks.start], np.zeros((week - settled, self.groups))])
            for of in self._settled
        )
        for (efforts_of, answers_of), first, end in ((self._short, begin, settled), (self._all, settled, week)):
            self._add((efforts, answered, matured), efforts_of, answers_of, (begin, first, end, week), lags)
        return Due(np.arange(begin, week), efforts, answered, matured)

    @cached_property
    def _depth(self) -> int:
        """Weeks after which nobody waits any longer."""
        return int(-(-int(self.cells.waiting.max(initial=1)) // WEEK))

    @cached_property
    def _all(self) -> tuple[Efforts, Answers]:
        """Efforts whose answer can be seen, and all answers."""
        made = self.cells.efforts
        return made.rows(~made.claimed & (made.seen >= 0)), self.cells.answers

    @cached_property
    def _short(self) -> tuple[Efforts, Answers]:
        """Efforts that could be seen for less than their waiting time, and answers to them."""
        (made, moved), waiting = self._all, self.cells.waiting
        return made.rows(made.seen < waiting[made.stream]), moved.rows(moved.seen < waiting[moved.stream])

    @cached_property
    def _settled(self) -> tuple[NDArray[np.float32], ...]:
        """Efforts, answers and matured efforts of every week, of those that could be seen for their waiting time."""
        (made, moved), waiting, weeks = self._all, self.cells.waiting, self.cells.weeks()
        made = made.rows(made.seen >= waiting[made.stream])
        moved = moved.rows((moved.seen >= waiting[moved.stream]) & (moved.lag < moved.seen))
        efforts, answered = (
            self._summed(of.stream, of.day, of.n, weeks.start, weeks.stop).astype(np.float32) for of in (made, moved)
        )
        return efforts, answered, efforts

    def _summed(self, stream: Ints, day: Ints, n: NDArray[Any], begin: int, end: int) -> Floats:
        """By week and group; rows of later weeks are left out."""
        place = (np.asarray(week_of(day), np.int64) - begin) * self.groups + self.group[stream]
        size = (end - begin) * self.groups
        inside = place < size
        return weighted_count(place[inside], np.asarray(n, np.float64)[inside], size).reshape(-1, self.groups)

    def _add(
        self,
        to: tuple[Floats, Floats, Floats],
        made: Efforts,
        moved: Answers,
        span: tuple[int, int, int, int],
        lags: Lags,
    ) -> None:
        """Adds efforts and answers of the weeks from one to another, as known at the start of a third."""
        begin, first, last, week = span
        if first == last:
            return
        day, days = week * WEEK + FIRST_MONDAY, tuple(each * WEEK + FIRST_MONDAY for each in (first, last))
        made = made.rows(slice(*np.searchsorted(made.day, days)))
        moved = moved.rows(slice(*np.searchsorted(moved.day, days)))
        waiting = self.cells.waiting

        def add(column: Floats, stream: Ints, at: Ints, n: NDArray[Any]) -> None:
            column[first - begin : last - begin] += self._summed(stream, at, n, first, last)

        age = np.minimum(np.minimum(day - made.day - 1, made.seen), waiting[made.stream])
        add(to[0], made.stream, made.day, made.n)
        add(to[2], made.stream, made.day, made.n * lags.at(made.stream, age))
        age = np.minimum(day - moved.day - 1, moved.seen)
        counts = (moved.lag < age) & (lags.at(moved.stream, np.minimum(age, waiting[moved.stream])) > 0.0)
        add(to[1], moved.stream, moved.day, moved.n * counts)
