"""A calendar (hours of the week in a time zone, less public holidays) as stretches of working seconds.

A shift is worked at every instant at which the clock on the wall shows its hours. So where clocks go forward, the hour
that does not exist is not worked; where they go back, a shift over that hour is an hour longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from answerback.domain.playbook import Shift
from answerback.domain.public_holidays import holidays_in
from answerback.domain.workdays import DAYS
from answerback.stats.arrays import IntArray
from answerback.stats.working_time import Clock, clock

DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done in one place."""

    hours: tuple[Shift, ...]
    """None: every hour of every day that is no holiday."""
    zone: str
    """IANA name."""
    holidays: str = ""
    """Code of the public holidays; empty: none."""


@lru_cache(maxsize=4096)
def calendar_clock(calendar: Calendar, year: int) -> Clock:
    """When work is done in a year, from its first to its last second in UTC.

    Raises KeyError where the holidays of the place are not known.

    >>> from datetime import time
    >>> late = Shift(days=("thu",), start=time(23), end=time(0))  # 2026 begins on a Thursday
    >>> (calendar_clock(Calendar((late,), "Europe/Berlin"), 2026).starts[0] - year_begins(2026)) / 3600
    np.float64(22.0)
    """
    begins, ends = year_begins(year), year_begins(year + 1)
    starts, stops = [], []
    for since, until, ahead in _offsets(calendar.zone, begins, ends):
        # Seconds as the clock on the wall counts them; a day either side, since the date there may be another.
        days = np.arange((since + ahead) // DAY, (until + ahead - 1) // DAY + 1, dtype=np.int64)
        for opens, closes in _shifts(calendar, days):
            starts.append(np.clip(opens - ahead, since, until))
            stops.append(np.clip(closes - ahead, since, until))
    return clock(np.concatenate(starts), np.concatenate(stops))


def year_begins(year: int) -> int:
    """The first second of a year in UTC.

    >>> year_begins(1971)
    31536000
    """
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def _shifts(calendar: Calendar, days: IntArray) -> Iterator[tuple[IntArray, IntArray]]:
    """Begin and end of each shift on these days, in seconds of the clock on the wall; days count from 1970."""
    closed = _holidays(calendar.holidays, days)
    days = days[~np.isin(days, closed)]
    if not calendar.hours:
        yield days * DAY, (days + 1) * DAY
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
    for shift in calendar.hours:
        on = days[np.isin(weekday, [DAYS.index(each) for each in shift.days])] * DAY
        opens, closes = (each.hour * 3600 + each.minute * 60 + each.second for each in (shift.start, shift.end))
        yield on + opens, on + (closes or DAY)


def _holidays(code: str, days: IntArray) -> IntArray:
    if not code:
        return np.zeros(0, dtype=np.int64)
    first, last = (date.fromordinal(int(each) + _EPOCH).year for each in (days[0], days[-1]))
    found = {each for year in range(first, last + 1) for each in holidays_in(code, year)}
    return np.array(sorted(each.toordinal() - _EPOCH for each in found), dtype=np.int64)


def _offsets(zone: str, begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
    """Stretches of time with the seconds that a zone's clocks are ahead of UTC in them.

    Looked at once a day, and within a day that begins and ends differently, by halves: no zone ever changed its clocks
    there and back within one day.
    """
    place = ZoneInfo(zone)
    since, ahead = begins, _ahead(place, begins)
    for day in range(begins, ends, DAY):
        until = min(day + DAY, ends)
        if (after := _ahead(place, until)) != ahead:
            low, high = day, until
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _ahead(place, middle) == ahead else (low, middle)
            yield since, high, ahead
            since, ahead = high, after
    if since < ends:
        yield since, ends, ahead


def _ahead(place: ZoneInfo, at: int) -> int:
    shown = datetime.fromtimestamp(at, place).utcoffset() or timedelta(0)
    return round(shown.total_seconds())
