"""When the meetings of a series begin, inside a window.

The rules are followed in local time, as RFC 5545 wants it, so a clock change moves the instant and not the hour on the
wall. Rules that would keep a machine counting (every second, twenty hours a day, two centuries long) are not followed:
no meeting is held like that, and a hostile file must not stop a load.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Final

import icalendar
import recurring_ical_events

from answerback.sources.calendar.times import Moment

LONGEST_SERIES: Final = timedelta(days=20 * 366)
"""From the first meeting to the end of the window."""
MOST_STARTS: Final = 500
"""Starts that are kept of one series."""
MOST_A_DAY: Final = 2
MOST_RULES: Final = 4
"""Of one series. RFC 5545 asks for one."""

_CYCLE_YEARS: Final = 400
"""After so many years the calendar repeats, weekdays and leap days included."""
_FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


@dataclass(frozen=True, slots=True)
class Series:
    """A meeting that repeats: its first start, and the text of its rules and dates."""

    first: Moment
    rules: tuple[str, ...] = ()
    added: tuple[Moment, ...] = ()
    removed: tuple[Moment, ...] = ()


def starts(series: Series, after: datetime, before: datetime) -> tuple[Moment, ...] | None:
    """The starts of a series from `after` to `before` (aware instants), at most MOST_STARTS, in order.

    None where its rules cannot be read, or are not followed for what they would cost.

    >>> from datetime import UTC
    >>> weekly = Series(Moment(datetime(2026, 3, 2, 9), UTC), ("FREQ=WEEKLY;COUNT=3",))
    >>> [each.text for each in starts(weekly, datetime(2026, 3, 5, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))]
    ['2026-03-09T09:00:00Z', '2026-03-16T09:00:00Z']
    """
    lower, upper = _local(after, series.first), _local(before, series.first)
    if upper - _as_datetime(series.first.local) > LONGEST_SERIES or len(series.rules) > MOST_RULES:
        return None
    try:
        return _Course(series, lower, upper).starts()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        # What the two libraries raise on rules that are none.
        return None


class _Course:
    """A series on its way through a window, in local time, moved to the last whole cycle of the calendar.

    A rule that never comes true (the 30th of February) is counted by the library to the year 9999. There, that is near.
    """

    def __init__(self, series: Series, lower: datetime, upper: datetime) -> None:
        self._years = (MAXYEAR - 1 - upper.year) // _CYCLE_YEARS * _CYCLE_YEARS
        self._series = series
        self._whole_day = not isinstance(series.first.local, datetime)
        self._first = self._moved(_as_datetime(series.first.local))
        self._lower, self._upper = self._moved(lower), self._moved(upper)

    def starts(self) -> tuple[Moment, ...] | None:
        """The starts in the window; None where a rule is not followed."""
        rules = [self._followable(text) for text in self._series.rules]
        event = self._event()
        for rule in rules:
            if rule is None:
                return None
            event.add("rrule", rule)
        for name, moments in (("rdate", self._series.added), ("exdate", self._series.removed)):
            for each in moments:
                local = _like_first(each, self._series.first)
                if abs(local.year + self._years - self._upper.year) < LONGEST_SERIES.days // 365:
                    event.add(name, [self._plain(self._moved(local))])
        found = sorted({each for each in self._between(event, self._lower) if self._lower <= each < self._upper})
        local_starts = (self._moved(each, back=True) for each in found[:MOST_STARTS])
        zone = self._series.first.zone
        return tuple(Moment(each.date() if self._whole_day else each, zone) for each in local_starts)

    def _followable(self, text: str) -> icalendar.vRecur | None:
        """The rule with an end that can be reached in bounded time; None where it is not followed."""
        rule: icalendar.vRecur = icalendar.vRecur.from_ical(text.strip().upper())
        a_day = 1
        for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            a_day *= len(rule.get(part, [0]))
        # Easter does not repeat with the calendar's cycle.
        if rule.get("FREQ", [""])[0] not in _FREQUENCIES or a_day > MOST_A_DAY or "BYEASTER" in rule:
            return None
        count = rule.pop("COUNT", [None])[0]
        if rule.get("INTERVAL", [1])[0] < 1 or (count is not None and count < 1):
            return None
        end = self._upper
        if (until := rule.pop("UNTIL", None)) is not None:
            end = self._until(until[0])
        rule["UNTIL"] = [self._plain(end)]
        if count is not None:
            # Counted here, up to the window's end, so that an end takes the place of a number.
            event = self._event()
            event.add("rrule", rule)
            counted = sorted({each for each in self._between(event, self._first) if each <= end})
            if len(counted) > count:
                rule["UNTIL"] = [self._plain(counted[count - 1])]
        return rule

    def _until(self, value: datetime | date) -> datetime:
        if isinstance(value, datetime):
            end = _local(value, self._series.first) if value.tzinfo else value
        else:
            # A date as the end of a timed series: the whole of that day.
            end = _as_datetime(value) + (timedelta(0) if self._whole_day else timedelta(days=1, seconds=-1))
        return self._upper if end.year + self._years >= self._upper.year + 1 else self._moved(end)

    def _event(self) -> icalendar.Event:
        event = icalendar.Event()
        event.add("uid", "series")
        event.add("dtstart", self._plain(self._first))
        return event

    def _between(self, event: icalendar.Event, lower: datetime) -> list[datetime]:
        calendar = icalendar.Calendar()
        calendar.add_component(event)
        return [_as_datetime(found.start) for found in recurring_ical_events.of(calendar).between(lower, self._upper)]

    def _plain(self, at: datetime) -> datetime | date:
        return at.date() if self._whole_day else at

    def _moved(self, at: datetime, *, back: bool = False) -> datetime:
        return at.replace(year=at.year + (-self._years if back else self._years))


def _like_first(each: Moment, first: Moment) -> datetime:
    """A further or removed date, in the zone and the sort (day or time) of the first start."""
    if not isinstance(first.local, datetime):
        return _as_datetime(_as_datetime(each.local).date())
    instant = each.instant
    if instant is not None:
        return _local(instant, first)
    if isinstance(each.local, datetime):
        return each.local
    return datetime.combine(each.local, first.local.time())


def _local(instant: datetime, first: Moment) -> datetime:
    return (instant.astimezone(first.zone) if first.zone else instant).replace(tzinfo=None)


def _as_datetime(value: datetime | date) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - local time of a series
