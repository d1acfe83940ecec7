"""When people work: days, hours, zones, public holidays, the season. Days count from the start; instants are UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.parameters import DAY

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ZONES = ("Europe/Berlin", "Europe/Lisbon", "America/New_York")
"""Where sellers and buyers sit: one zone a region."""
REGIONS = ("central", "iberia", "east coast")
_HOLIDAYS = (
    ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26)),
    ((1, 1), (4, 25), (6, 10), (12, 8), (12, 25)),
    ((1, 1), (7, 4), (11, 11), (11, 26), (12, 25)),
)
"""Month and day of the public holidays of each zone."""
SPANS = ((9 * 3600, 12 * 3600 + 1800), (13 * 3600 + 900, 17 * 3600 + 1800))
"""Working hours of a day, with a break at noon."""
_WORKED = sum(end - start for start, end in SPANS)


@dataclass(frozen=True)
class Worktime:
    """The calendar of one company over so many days from its start (a Monday, midnight UTC)."""

    first: date
    days: int
    before: int = 0
    """Days before the start: negative numbers, which stand at the end of arrays by day, where -1 finds them."""

    @cached_property
    def start(self) -> int:
        """The first instant, seconds since 1970."""
        return int(datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC).timestamp())

    @cached_property
    def offsets(self) -> Ints:
        """Seconds that the clock of a zone is ahead of UTC, by zone and day; shape (zones, all days and a year)."""
        noon = datetime(self.first.year, self.first.month, self.first.day, 12, tzinfo=UTC)
        noons = [noon + timedelta(days=day) for day in self._numbers]
        ahead = [[at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0) for at in noons] for zone in ZONES]
        return np.array([[int(each.total_seconds()) for each in zone] for zone in ahead], dtype=np.int64)

    @cached_property
    def workdays(self) -> Bools:
        """Whether people of a zone work on a day; shape as `offsets`."""
        dates = [self.first + timedelta(days=day) for day in self._numbers]
        return np.array(
            [[each.weekday() < 5 and (each.month, each.day) not in closed for each in dates] for closed in _HOLIDAYS]
        )

    @cached_property
    def next_workday(self) -> Ints:
        """The first day from a day on, itself included, on which a zone works; shape as `workdays`."""
        zones, days = self.workdays.shape
        in_order = np.roll(self.workdays, self.before, axis=1)
        numbered = np.where(in_order, np.arange(days), days - 1) - self.before
        following = np.minimum.accumulate(numbered[:, ::-1], axis=1)[:, ::-1].reshape(zones, days)
        return np.roll(following, -self.before, axis=1)

    @property
    def _numbers(self) -> list[int]:
        """The days in the order of arrays by day."""
        return [*range(self.days + 366), *range(-self.before, 0)]

    def season(self, day: int) -> float:
        """How much sellers do on a day against the average: less in August and in winter, more as a quarter ends."""
        on = self.first + timedelta(days=day)
        if (on.month, on.day) >= (12, 21) or (on.month, on.day) <= (1, 5):
            return 0.5
        if on.month == 8:
            return 0.8
        return 1.15 if on.month % 3 == 0 and on.day > 16 else 1.0

    def instants(self, day: Ints, zone: Ints, rng: np.random.Generator) -> Ints:
        """Random instants of working hours on these days, at the clock of these zones."""
        worked = rng.integers(0, _WORKED, len(day))
        morning = SPANS[0][1] - SPANS[0][0]
        local = np.where(worked < morning, SPANS[0][0] + worked, SPANS[1][0] + worked - morning)
        return self.start + day * DAY + local - self.offsets[zone, day]

    def working(self, at: Ints, zone: Ints, rng: np.random.Generator) -> Ints:
        """The same instants if somebody works then, else some time in the first two hours of the next working day."""
        day = self.day_of(at)
        local = at + self.offsets[zone, day] - self.start
        day, second = local // DAY, local % DAY
        inside = self.workdays[zone, day] & (second >= SPANS[0][0]) & (second < SPANS[1][1])
        later = self.next_workday[zone, np.where(second < SPANS[0][0], day, day + 1)]
        moved = later * DAY + SPANS[0][0] + rng.integers(0, 7200, len(at))
        return np.where(inside, at, self.start + moved - self.offsets[zone, later])

    def waking(self, at: Ints, zone: Ints, rng: np.random.Generator) -> Ints:
        """When a buyer answers who would have at these instants: from seven to half past eight, seldom on days off."""
        day = self.day_of(at)
        local = at + self.offsets[zone, day] - self.start
        day, second = local // DAY, local % DAY
        open_ = self.workdays[zone, day] | (rng.random(len(at)) < 0.12)
        inside = open_ & (second >= 7 * 3600) & (second < 20 * 3600 + 1800)
        same = open_ & (second < 7 * 3600)
        later = np.where(same, day, self.next_workday[zone, day + 1])
        moved = later * DAY + 7 * 3600 + 1800 + rng.gamma(2.0, 2700.0, len(at)).astype(np.int64)
        return np.where(inside, at, self.start + moved - self.offsets[zone, later])

    def day_of(self, at: Ints) -> Ints:
        """The day (UTC) in which an instant lies, at most a year after the end."""
        return np.minimum((at - self.start) // DAY, self.days + 364)


def quarter_of(at: int) -> str:
    """The quarter (UTC) in which an instant lies.

    >>> quarter_of(0)
    '1970Q1'
    """
    on = datetime.fromtimestamp(at, tz=UTC)
    return f"{on.year}Q{(on.month - 1) // 3 + 1}"
