"""Calendar times into instants: UTC, with a zone, floating, whole days, and zones that nobody knows.

A local time that a clock change skips is read with the offset before the gap, and one that comes twice is its first
(RFC 5545, 3.3.5). A zone is looked up by its name in the time zone database, then in the file's own definition, then
among the names that Windows uses. A time in a zone that stays unknown keeps its local reading and has no instant.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from typing import Final

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from answerback.sources.calendar.components import Calendar

EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""No calendar program wrote a stamp before: an earlier one (1900, 1601) stands for "not known"."""
LATEST_ZONE_YEAR: Final = 2099

_TIME: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?", re.ASCII)
MOST_ZONE_RULES: Final = 40
"""In the definition of one zone. The longest history in the time zone database has fewer."""
_ZONE_RULE: Final = re.compile(r"(?im)^((?:RRULE|EXRULE)[^:\r\n]*):(.*)$")


_ZONE_RULE_PARTS: Final = frozenset({"FREQ", "UNTIL", "BYMONTH", "BYDAY", "BYMONTHDAY", "WKST"})
"""All that clock changes are stated with. An INTERVAL of nought, for one, would be counted for ever."""


class BadTime(ValueError):
    """The text is no date and no time."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A calendar time as it was written, and where it lies."""

    local: datetime | date
    """What the clock on the wall shows: without a zone; a date for a whole day."""
    zone: tzinfo | None = None
    """None for a whole day, and for a zone that nobody knows."""

    @property
    def instant(self) -> datetime | None:
        """The instant in UTC, whole seconds; None for a whole day or an unknown zone."""
        if self.zone is None or not isinstance(self.local, datetime):
            return None
        try:
            return self.local.replace(tzinfo=self.zone).astimezone(UTC).replace(microsecond=0)
        except (OverflowError, ValueError):
            # The first and last hours of the calendar have no UTC.
            return None

    @property
    def text(self) -> str:
        """ISO 8601: with Z where the instant is known, a date for a whole day, else local time without an offset.

        >>> (
        ...     Moment(date(2026, 5, 4)).text,
        ...     Moment(datetime(2026, 5, 4, 9, 30), UTC).text,
        ...     Moment(datetime(2026, 5, 4)).text,
        ... )
        ('2026-05-04', '2026-05-04T09:30:00Z', '2026-05-04T00:00:00')
        """
        instant = self.instant
        return self.local.isoformat() if instant is None else instant.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def token(self) -> str:
        """The same in the short form that is put into tokens and ids.

        >>> Moment(date(2026, 5, 4)).token, Moment(datetime(2026, 5, 4, 9, 30), UTC).token
        ('20260504', '20260504T093000Z')
        """
        return self.text.replace("-", "").replace(":", "")


def moment(value: str, tzid: str, calendar: Calendar, floating: tzinfo) -> Moment:
    """The time in a property's value, whose TZID parameter is `tzid` (empty where it has none).

    Raises BadTime.

    >>> moment("20260504T093000", "Europe/Berlin", Calendar(), UTC).text
    '2026-05-04T07:30:00Z'
    >>> moment("20260504T093000", "Nowhere/Atlantis", Calendar(), UTC).text
    '2026-05-04T09:30:00'
    """
    found = _TIME.fullmatch(value.strip())
    if not found:
        raise BadTime
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    try:
        if found[4] is None:
            return Moment(date(year, month, day))
        # A leap second is the second before it: nothing in a calendar turns on it.
        local = datetime(year, month, day, int(found[4]), int(found[5]), min(int(found[6]), 59))  # noqa: DTZ001
    except ValueError as error:
        raise BadTime from error
    if found[7]:
        return Moment(local, UTC)
    if tzid:
        return Moment(local, zone(tzid, calendar))
    return Moment(local, (zone(calendar.zone, calendar) if calendar.zone else None) or floating)


def zone(tzid: str, calendar: Calendar) -> tzinfo | None:
    """The zone of this name; None where nobody knows it."""
    name = tzid.strip().strip('"')
    if name in _known_zones():
        return zoneinfo.ZoneInfo(name)
    if name in calendar.zones and (own := _defined(calendar.zones[name])):
        return own
    if name in WINDOWS_TO_OLSON:
        return zoneinfo.ZoneInfo(WINDOWS_TO_OLSON[name])
    if name.startswith("/"):
        # A globally unique name, as /vendor/2026/Europe/Berlin: its end is the zone (RFC 5545, 3.2.19).
        parts = name.split("/")
        for start in range(1, len(parts)):
            if (end := "/".join(parts[start:])) in _known_zones():
                return zoneinfo.ZoneInfo(end)
    return None


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@lru_cache(maxsize=64)
def _defined(text: str) -> tzinfo | None:
    """The zone that a VTIMEZONE defines; None where it is none that can be followed in bounded time."""
    bounded, rules = _ZONE_RULE.subn(_bounded_rule, text)
    if "FREQ=NEVER" in bounded or rules > MOST_ZONE_RULES:
        return None
    try:
        component = Timezone.from_ical(bounded)
        if not isinstance(component, Timezone):
            return None
        own: tzinfo = component.to_tz(lookup_tzid=False)
        # The first look at it follows its rules: what fails, fails here.
        own.utcoffset(datetime(2026, 1, 1))  # noqa: DTZ001 - a local time is what a zone is asked about
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        return None
    return own


def _bounded_rule(found: re.Match[str]) -> str:
    """A zone's rule, held to one change a year and an end, so that a hostile one cannot count for ever."""
    parts = [part for part in found[2].strip().upper().split(";") if part]
    names = {part.partition("=")[0] for part in parts}
    if "FREQ=YEARLY" not in parts or names - _ZONE_RULE_PARTS:
        return f"{found[1]}:FREQ=NEVER"
    if "UNTIL" not in names:
        parts.append(f"UNTIL={LATEST_ZONE_YEAR}1231T000000Z")
    return f"{found[1]}:{';'.join(parts)}"
