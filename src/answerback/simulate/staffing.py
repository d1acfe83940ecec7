"""Who of the sellers works when: who holds a territory, who is away, and how many efforts there is time for."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.parameters import WEEK, Parameters
from answerback.simulate.people import territories, zone_of
from answerback.simulate.worktime import Worktime

Ints = NDArray[np.int64]

_AWAY_WEEKS = 2
"""Weeks of holiday of each rep in forty."""
_TOLD_IN_WEEKS = 40
_TASTE = 0.35
"""Standard deviation of the logarithm of a seller's liking for mails."""


class Staffing:
    """The reps of one company, day by day."""

    def __init__(self, parameters: Parameters, worktime: Worktime, rng: np.random.Generator) -> None:
        self._parameters, self._worktime, self._rng = parameters, worktime, rng
        self._seats = territories(parameters)
        habits = [parameters.habits_of(seller) for seller in range(parameters.sellers)]
        self._pace = np.array([each.efforts_per_week for each in habits])
        self.private = np.array([each.private_share for each in habits])
        self.mail_share = np.array([each.mail_share for each in habits]) * rng.lognormal(0, _TASTE, len(habits))
        """By seller, the weight of mails against what others choose."""
        self.zone = np.array([zone_of(seller, parameters) for seller in range(parameters.sellers)], dtype=np.int64)
        """By seller, where they sit."""
        reps = range(parameters.reps)
        self._joined = np.array([parameters.joins.get(each, -(10**6)) for each in reps])
        self._left = np.array([parameters.leaves.get(each, 1 << 30) for each in reps])
        self._place = np.array([parameters.seats.get(each, each) for each in reps], dtype=np.int64)
        self.absences = self._holidays()
        """Seller, first day, day after the last."""
        self._back = np.tile(np.array([*range(parameters.days + 366), *range(-parameters.days_before, 0)]),
                             (parameters.sellers, 1))  # fmt: skip
        for seller, first, end in sorted(self.absences, reverse=True):
            self._back[seller, first:end] = self._back[seller, end]
        self._taken: dict[int, Ints] = defaultdict(lambda: np.zeros(parameters.sellers, dtype=np.int64))

    def holders(self, day: int) -> Ints:
        """By territory (the rep whose it was at the start), the rep who holds it on a day; -1: nobody."""
        held = np.full(self._parameters.sellers, -1, dtype=np.int64)
        here = np.flatnonzero((self._joined <= day) & (day < self._left))
        held[self._place[here]] = here
        return held

    def back(self, seller: Ints, day: Ints) -> Ints:
        """The day on which sellers are back from the holiday that they are on; the same day for who is not away."""
        found: Ints = self._back[seller, day]
        return found

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
            here = range(max(self._joined[seller], 0), min(self._left[seller], self._parameters.days))
            weeks_off = [int(week) * WEEK for week in np.sort(chosen) if int(week) * WEEK in here]
            found += [(seller, first, first + WEEK) for first in weeks_off]
        return found
