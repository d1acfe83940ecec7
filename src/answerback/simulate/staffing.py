"""Who of the sellers works when: who holds a territory, who is away, and how many efforts there is time for."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.parameters import WEEK, Habits, Parameters
from answerback.simulate.people import territories, zone_of
from answerback.simulate.worktime import Worktime

Ints = NDArray[np.int64]

_AWAY_WEEKS = 2
"""Weeks of holiday of each rep in forty."""
_TOLD_IN_WEEKS = 40


class Staffing:
    """The reps of one company, day by day."""

    def __init__(self, parameters: Parameters, worktime: Worktime, rng: np.random.Generator) -> None:
        self._parameters, self._worktime, self._rng = parameters, worktime, rng
        self._seats = territories(parameters)
        usual = Habits(efforts_per_week=parameters.efforts_per_week)
        self.habits = {seller: parameters.habits.get(seller, usual) for seller in range(parameters.sellers)}
        self.private = np.array([self.habits[seller].private_share for seller in range(parameters.sellers)])
        self.zone = np.array([zone_of(seller, parameters) for seller in range(parameters.sellers)], dtype=np.int64)
        """By seller, where they sit."""
        self.absences = self._holidays()
        """Seller, first day, day after the last."""
        self._taken: dict[int, Ints] = defaultdict(lambda: np.zeros(parameters.sellers, dtype=np.int64))

    def holders(self, day: int) -> Ints:
        """By territory (the rep whose it was at the start), the rep who holds it on a day; -1: nobody."""
        held = np.full(self._parameters.sellers, -1, dtype=np.int64)
        for seller in range(self._parameters.reps):
            joined = self._parameters.joins.get(seller, -1)
            if joined <= day < self._parameters.leaves.get(seller, 1 << 30):
                held[self._parameters.seats.get(seller, seller)] = seller
        return held

    def busy(self, day: Ints, seat: Ints) -> None:
        """Notes efforts that were promised for days to come: they take the place of others."""
        for each in np.unique(day):
            np.add.at(self._taken[int(each)], seat[day == each], 1)

    def room(self, day: int) -> Ints:
        """By territory, how many efforts of their own choice its holder has time for on a day."""
        parameters, room = self._parameters, np.zeros(self._parameters.sellers, dtype=np.int64)
        held, season = self.holders(day), self._worktime.season(day)
        away = {seller for seller, first, end in self.absences if first <= day < end}
        for seat in self._seats.tolist():
            seller = int(held[seat])
            if seller < 0 or seller in away or not self._worktime.workdays[self.zone[seat], day]:
                continue
            room[seat] = self._rng.poisson(self.habits[seller].efforts_per_week / 5 * season)
        taken = self._taken.pop(day, None)
        return room if taken is None else np.maximum(room - taken[: parameters.sellers], 0)

    def _holidays(self) -> list[tuple[int, int, int]]:
        weeks = self._parameters.weeks
        count = round(weeks * _AWAY_WEEKS / _TOLD_IN_WEEKS)
        found = []
        for seller in range(self._parameters.reps):
            chosen = self._rng.choice(max(weeks - 4, 1), min(count, max(weeks - 4, 1)), replace=False) + 2
            found += [(seller, int(week) * WEEK, int(week + 1) * WEEK) for week in np.sort(chosen)]
        return found
