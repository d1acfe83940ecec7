"""Working time by walking: one minute after the other, asking a clock on the wall. Shares no code with what it checks.

Everything here is in whole minutes; minutes count from 1970 in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Place:
    """Where somebody is from a minute on."""

    since: int
    zone: str
    closed: frozenset[date]
    """Public holidays there."""


@dataclass(frozen=True)
class Worker:
    """Hours by weekday, as a contract has them: (weekday, from, to), `to` 00:00 for midnight; none: always."""

    hours: tuple[tuple[str, time, time], ...]
    places: tuple[Place, ...]
    away: tuple[tuple[int, int], ...] = ()

    def works_in(self, minute: int) -> bool:
        """Whether they work in the minute that begins then."""
        if any(since <= minute < until for since, until in self.away):
            return False
        place = [each for each in self.places if each.since <= minute][-1]
        wall = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(ZoneInfo(place.zone))
        if wall.date() in place.closed:
            return False
        if not self.hours:
            return True
        return any(
            WEEKDAYS[wall.weekday()] == weekday and start <= wall.time() and (wall.time() < end or end == time(0, 0))
            for weekday, start, end in self.hours
        )


def worked(worker: Worker, start: int, end: int) -> int:
    """Minutes of work between two minutes."""
    return sum(worker.works_in(minute) for minute in range(start, end))


def last_in_time(worker: Worker, start: int, minutes: int, limit: int) -> int | None:
    """The last minute up to which no more than so many minutes were worked; None where that is after the limit."""
    spent, minute = 0, start
    while minute < limit:
        if worker.works_in(minute):
            spent += 1
            if spent > minutes:
                return minute
        minute += 1
    return None


def minute_of(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """A minute of UTC by its date."""
    whole = datetime(year, month, day, hour, minute, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return int(whole.total_seconds()) // 60


def spans(worked_minutes: Sequence[bool]) -> int:
    """How many unbroken stretches of work there are."""
    return sum(now and not before for before, now in zip([False, *worked_minutes], worked_minutes, strict=False))
