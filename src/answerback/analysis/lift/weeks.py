"""Every rep's proved rate week by week, as what was given to reps is judged by it.

A rep's rate also moves when they do more of one kind of touch and less of another. So rates are told at the usual mix:
what somebody's touches would have brought on average is taken away, and the average of all is put back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray

EARLIER_WEEKS, RECENT_WEEKS, POST_WEEKS = 8, 4, 6
"""How long the rate before is looked at, in two parts, and the rate after."""
LEAST_EFFORTS = 10.0
"""Matured touches that somebody must have in each of these stretches to be counted."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, eq=False)
class RepWeeks:
    """Answers and matured touches by rep and week; arrays of shape (reps, weeks).

    Attributes:
        reps: Keys in ascending order, shape (reps,).
        monday: The first day of the first week (UTC).
        done: How many weeks are over.
        success: Touches that moved a buyer, by proof.
        exposure: Touches, each weighted by the share of its answers that should be in by now.
        expected: What these touches would have brought anybody: matured touches times the rate of all in their kind.
    """

    reps: IntArray
    monday: date
    done: int
    success: FloatArray
    exposure: FloatArray
    expected: FloatArray
    _known: dict[tuple[int, int], Stretch] = field(default_factory=dict, repr=False)

    @property
    def weeks(self) -> int:
        """How many weeks there are."""
        return int(self.success.shape[1])

    def week_of(self, day: date) -> int:
        """The number of the week that a day lies in; below 0 before the first.

        >>> empty = np.zeros((0, 2))
        >>> RepWeeks(np.zeros(0, np.int64), date(2026, 1, 5), 2, empty, empty, empty).week_of(date(2026, 1, 12))
        1
        """
        return (day - self.monday).days // 7

    def day_of(self, week: int) -> date:
        """The Monday of a week."""
        return self.monday + week * WEEK

    def stretch(self, first: int, weeks: int) -> Stretch:
        """All reps over some weeks, worked out once; weeks outside what there is count nothing."""
        if (first, weeks) not in self._known:
            self._known[first, weeks] = self._summed(first, weeks)
        return self._known[first, weeks]

    def _summed(self, first: int, weeks: int) -> Stretch:
        part = slice(max(0, first), max(0, first + weeks))
        total = max(float(self.exposure.sum()), 1e-300)
        success, exposure, expected = (
            each[:, part].sum(axis=1) for each in (self.success, self.exposure, self.expected)
        )
        return Stretch(success, exposure, expected, float(self.success.sum()) / total)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Answers, matured touches and expected answers of all reps over some weeks, shape (reps,); the rate of all."""

    success: FloatArray
    exposure: FloatArray
    expected: FloatArray
    usual: float

    @property
    def rate(self) -> FloatArray:
        """At the usual mix of touches; 0 where there is none."""
        there = np.maximum(self.exposure, 1e-300)
        return np.where(self.enough, (self.success - self.expected) / there + self.usual, 0.0)

    @property
    def enough(self) -> BoolArray:
        """Who has enough touches to be counted."""
        return np.asarray(self.exposure >= LEAST_EFFORTS)
