"""Made-up counts of a team by day, for the watch over changes: no workspace, no SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Answers, Cells, Efforts, Stream

LAGS = (0.5, 0.25, 0.15, 0.1)
"""The share of answers on each day after the effort."""


@dataclass
class Team:
    """Reps with one kind of touch each: rates by week and rep, and how many touches a day from Monday to Friday."""

    rates: np.ndarray
    a_day: int = 4
    waiting: int = 14
    unseen_from: int | None = None
    """A week from which nothing of the first rep could be recorded."""
    slower_from: int | None = None
    """A week from which every answer takes four days more."""

    def cells(self, rng: Generator) -> Cells:
        """The counts, up to the end of the last week."""
        weeks, reps = self.rates.shape
        made, moved = [], []
        for week in range(weeks):
            for rep in range(reps):
                for weekday in range(5):
                    day = FIRST_MONDAY + WEEK * (week + 2600) + weekday
                    hidden = self.unseen_from is not None and rep == 0 and week >= self.unseen_from
                    made.append((rep, day, -1 if hidden else self.waiting, self.a_day))
                    late = 4 if self.slower_from is not None and week >= self.slower_from else 0
                    if hidden:
                        continue
                    answered = rng.binomial(self.a_day, self.rates[week, rep])
                    for lag, n in enumerate(rng.multinomial(answered, LAGS)):
                        if n:
                            moved.append((rep, day, self.waiting, lag + late, n))
        return cells_of(made, moved, reps, self.waiting)


def cells_of(made: Sequence[tuple[int, ...]], moved: Sequence[tuple[int, ...]], reps: int, waiting: int) -> Cells:
    """Cells of rows (stream, day, seen, n) and (stream, day, seen, lag, n)."""
    made, moved = sorted(made, key=lambda row: row[1]), sorted(moved, key=lambda row: row[1])
    stream, day, seen, n = (np.array([row[each] for row in made], np.int32) for each in range(4))
    columns = [np.array([row[each] for row in moved], np.int32) for each in range(5)]
    answers = Answers(*columns)
    end = (int(day.max()) - FIRST_MONDAY) // WEEK * WEEK + FIRST_MONDAY + WEEK
    kinds = (Stream(0, "call", "call", "call", waiting),)
    return Cells(
        streams=tuple(Stream(rep + 1, "call", "call", "call", waiting) for rep in range(reps)),
        efforts=Efforts(stream, day, seen, n, np.zeros(day.size, np.bool_)),
        answers=answers,
        basis="proved",
        as_of_day=end,
        pooled=Answers(np.zeros_like(columns[0]), *columns[1:]),
        kinds=kinds,
    )
