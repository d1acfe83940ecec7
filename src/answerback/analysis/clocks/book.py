"""The clocks of an organisation's reps: where each of them is from when to when, and when they are away.

Clocks are made when they are asked for, over the years that the question spans. Reps who are in the same places at the
same times share what the calendars say; only absences are their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from answerback.analysis.clocks.calendars import Calendar, calendar_clock, year_begins
from answerback.stats.working_time import Clock, between, clock, together, without

NOBODY = 0
"""A key that no book knows: its rows go by the organisation's clock."""


@dataclass(frozen=True, slots=True)
class Stay:
    """The calendar that holds for a rep from an instant to another, the second excluded; seconds since 1970."""

    since: int
    until: int
    calendar: Calendar


class Taken(StrEnum):
    """Why something of the organisation's was taken for a rep."""

    ZONE_NOT_STATED = "zone_not_stated"
    ZONE_UNKNOWN = "zone_unknown"
    HOLIDAYS_NOT_STATED = "holidays_not_stated"
    HOLIDAYS_UNKNOWN = "holidays_unknown"


@dataclass(frozen=True, slots=True)
class Assumption:
    """What is not known of a rep, so that the organisation's holds."""

    rep_key: int
    taken: Taken
    said: str = ""
    """What was stated, where nobody knows such a zone or such holidays."""


@dataclass(frozen=True, slots=True, eq=False)
class ClockBook:
    """Who works when."""

    organisation: Calendar
    """For whoever the book does not know."""
    stays: Mapping[int, tuple[Stay, ...]] = field(default_factory=dict)
    """By rep, where they are; what no stay covers goes by the organisation's calendar."""
    away: Mapping[int, Clock] = field(default_factory=dict)
    """By rep, their absences."""
    assumed: tuple[Assumption, ...] = ()
    _made: dict[tuple[tuple[Stay, ...], int, int], Clock] = field(default_factory=dict, repr=False)

    def clock_of(self, rep_key: int, first_year: int, last_year: int) -> Clock:
        """A rep's clock from the beginning of a year to the end of another, in UTC.

        >>> from answerback.stats.working_time import elapsed
        >>> book = ClockBook(Calendar((), "UTC"), away={7: clock([year_begins(2026)], [year_begins(2026) + 86_400])})
        >>> [
        ...     int(elapsed(book.clock_of(rep, 2026, 2026), year_begins(2026), year_begins(2027))) / 86_400
        ...     for rep in (7, 8)
        ... ]
        [364.0, 365.0]
        """
        work = self._places(self.stays.get(rep_key, ()), first_year, last_year)
        return without(work, self.away[rep_key]) if rep_key in self.away else work

    def gone_until(self, rep_key: int) -> int:
        """The end of a rep's last absence; 0 where there is none."""
        return int(self.away[rep_key].ends[-1]) if rep_key in self.away and len(self.away[rep_key].ends) else 0

    def _places(self, stays: tuple[Stay, ...], first_year: int, last_year: int) -> Clock:
        known = (stays, first_year, last_year)
        if known not in self._made:
            begins, ends = year_begins(first_year), year_begins(last_year + 1)
            parts, at = [], begins
            for stay in sorted(stays, key=lambda each: each.since):
                parts += _years(self.organisation, at, min(stay.since, ends))
                parts += _years(stay.calendar, max(at, stay.since), min(stay.until, ends))
                at = max(at, stay.until)
            parts += _years(self.organisation, at, ends)
            self._made[known] = together(parts)
        return self._made[known]


def _years(calendar: Calendar, since: int, until: int) -> list[Clock]:
    """A calendar from an instant to another, year by year, so that calendars of a year are made once."""
    if since >= until:
        return []
    first, last = _year_of(since), _year_of(until - 1)
    return [between(calendar_clock(calendar, year), since, until) for year in range(first, last + 1)]


def _year_of(instant: int) -> int:
    year = 1970 + instant // 31_556_952  # the mean length of a year: near enough to be off by one at most
    return year - (instant < year_begins(year)) + (instant >= year_begins(year + 1))


def absences(starts_and_ends: list[tuple[int, int]]) -> Clock:
    """Absences in any order as one clock.

    >>> absences([(5, 9), (1, 6)]).ends
    array([9])
    """
    starts, ends = zip(*starts_and_ends, strict=True) if starts_and_ends else ((), ())
    return clock(starts, ends)
