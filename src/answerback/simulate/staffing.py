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
        self._pace = np.array([self.habits[seller].efforts_per_week for seller in range(parameters.sellers)])
        self.private = np.array([self.habits[seller].private_share for seller in range(parameters.sellers)])
        self.zone = np.array([zone_of(seller, parameters) for seller in range(parameters.sellers)], dtype=np.int64)
        """By seller, where they sit."""
        reps = range(parameters.reps)
        self._joined = np.array([parameters.joins.get(each, -(10**6)) for each in reps])
        self._left = np.array([parameters.leaves.get(each, 1 << 30) for each in reps])
        self._place = np.array([parameters.seats.get(each, each) for each in reps], dtype=np.int64)
        self.absences = self._holidays()
        """Seller, first day, day after the last."""
        self._taken: dict[int, Ints] = defaultdict(lambda: np.zeros(parameters.sellers, dtype=np.int64))

    def holders(self, day: int) -> Ints:
        """By territory (the rep whose it was at the start), the rep who holds it on a day; -1: nobody."""
        held = np.full(self._parameters.sellers, -1, dtype=np.int64)
        here = np.flatnonzero((self._joined <= day) & (day < self._left))
        held[self._place[here]] = here
        return held

    def busy(self, day: Ints, seat: Ints) -> None:
        """Notes efforts that were promised for days to come: they take the place of others."""
        for each in np.unique(day):
            np.add.at(self._taken[int(each)], seat[day == each], 1)

    def room(self, day: int) -> Ints:
        """By territory, how many efforts of their own choice its holder has time for on a day."""
        sellers, seats = self._parameters.sellers, self._seats
        held = self.holders(day)[seats]
        here = (held >= 0) & self._worktime.workdays[self.zone[seats], day] & ~self._away(day)[held]
        wanted = np.where(here, self._pace[held], 0.0) / 5 * self._worktime.season(day)
        room = np.zeros(sellers, dtype=np.int64)
        room[seats] = self._rng.poisson(wanted)
        taken = self._taken.pop(day, None)
        return room if taken is None else np.maximum(room - taken, 0)

    def _away(self, day: int) -> NDArray[np.bool_]:
        """By seller, whether they are on holiday."""
        away = np.zeros(self._parameters.sellers, dtype=np.bool_)
        away[[seller for seller, first, end in self.absences if first <= day < end]] = True
        return away

    def _holidays(self) -> list[tuple[int, int, int]]:
        weeks = self._parameters.weeks
        count = round(weeks * _AWAY_WEEKS / _TOLD_IN_WEEKS)
        found = []
        for seller in range(self._parameters.reps):
            chosen = self._rng.choice(max(weeks - 4, 1), min(count, max(weeks - 4, 1)), replace=False) + 2
            found += [(seller, int(week) * WEEK, int(week + 1) * WEEK) for week in np.sort(chosen)]
        return found
