"""When a mail was sent: its own `Date`, unless that cannot be, and then what the relays wrote on their way.

A sender's clock is the only witness of the moment of sending, and sometimes it is wrong by years. Each relay stamps a
`Received` line on top of the others. `Date` is believed while it fits them; where it does not, or is missing, the
earliest stamp that fits the other stamps takes its place, and the mail bears the reason.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import Final

EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""No mail that is loaded today was sent before."""
LATEST_AFTER_EXPORT: Final = timedelta(days=1)
"""A clock may be a zone off; what lies further beyond the export is no date of a mail in it."""
FARTHEST_FROM_RELAYS: Final = timedelta(days=7)
"""Relays give up on a mail after about five days; a longer way means that a clock is wrong."""
MOST_STAMPS: Final = 40
_LONGEST_DATE: Final = 100
_WIDEST_ZONE_SECONDS: Final = 15 * 3600

_USUAL: Final = re.compile(
    r"\s*(?:[A-Za-z]{3},?\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+([+-])(\d\d)(\d\d)(?!\d)"
)
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}


@dataclass(frozen=True, slots=True)
class Sent:
    """When a mail was sent, and why another time than its own was taken."""

    at: datetime
    repaired: str = ""
    """Empty, or `missing`, `unreadable`, `before_1980`, `in_the_future`, `far_from_received`."""


def sent(date: str, received: Sequence[str], exported_at: datetime) -> Sent | None:
    """When the mail was sent, UTC; None where neither its date nor any relay's stamp can be used.

    Args:
        date: The `Date` field, empty where there is none.
        received: The `Received` fields as they stand, newest first.
        exported_at: When the file was made: nothing in it is younger.

    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> sent("Thu, 1 Nov 2001 11:19:12 -0500", [], now).at.isoformat()
    '2001-11-01T16:19:12+00:00'
    >>> sent("1 Jan 1970 00:00 GMT", ["by x.example; Thu, 1 Nov 2001 11:19:12 +0000"], now).repaired
    'before_1980'
    """
    own = instant(date) if date else None
    reason = _wrong(own, exported_at, missing=not date.strip())
    if own is not None and not reason:
        if not received or _fits_ends(own, received):
            return Sent(own)
        stamps = _stamps(received, exported_at)
        if not stamps or abs(own - _middle(stamps)) <= FARTHEST_FROM_RELAYS:
            return Sent(own)
        reason = "far_from_received"
    else:
        stamps = _stamps(received, exported_at)
    if not stamps:
        return None
    middle = _middle(stamps)
    return Sent(min(stamp for stamp in stamps if abs(stamp - middle) <= FARTHEST_FROM_RELAYS), reason)


def instant(text: str) -> datetime | None:
    """The instant that a date of a mail names, cut to whole seconds; None where it names none.

    Without a zone, or with one that nobody knows, the time is taken as UTC. Two-digit years up to 68 are 20xx.

    >>> instant("Mon, 5 Oct 92 09:00:00 PDT").isoformat(), instant("2016-03-01T10:00:00+01:00").isoformat()
    ('1992-10-05T16:00:00+00:00', '2016-03-01T09:00:00+00:00')
    """
    usual = _USUAL.match(text[:_LONGEST_DATE])
    try:
        if usual is not None:
            return _from_usual(usual)
        return _from_any(text.strip()[:_LONGEST_DATE])
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _from_usual(match: re.Match[str]) -> datetime | None:
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    local = datetime(int(year), number, int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC)
    zone = int(zone_hours) * 3600 + int(zone_minutes) * 60
    if not zone or zone > _WIDEST_ZONE_SECONDS:
        return local
    return local - timedelta(seconds=zone if sign == "+" else -zone)


def _from_any(text: str) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is not None and parts[0] > 0:
        zone = parts[9] or 0
        seconds = timegm((*parts[:6], 0, 1, 0)) - (zone if abs(zone) <= _WIDEST_ZONE_SECONDS else 0)
        # timegm carries the 31st of February over; a calendar does not have it.
        datetime(*parts[:3], tzinfo=UTC)
        return datetime.fromtimestamp(seconds, tz=UTC)
    if not text[:4].isdigit():
        return None
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=0)


def _wrong(own: datetime | None, exported_at: datetime, *, missing: bool) -> str:
    if missing:
        return "missing"
    if own is None:
        return "unreadable"
    if own < EARLIEST:
        return "before_1980"
    return "in_the_future" if own > exported_at + LATEST_AFTER_EXPORT else ""


def _stamp(received: str) -> datetime | None:
    _, semicolon, date = received.rpartition(";")
    return instant(date) if semicolon else None


def _fits_ends(own: datetime, received: Sequence[str]) -> bool:
    """Whether the date fits the first and the last relay: then it fits the middle one too, and the rest is not read."""
    for line in (received[0], received[-1]) if len(received) > 1 else received:
        stamp = _stamp(line)
        if stamp is None or abs(own - stamp) > FARTHEST_FROM_RELAYS:
            return False
    return True


def _stamps(received: Sequence[str], exported_at: datetime) -> list[datetime]:
    found = (_stamp(line) for line in received[:MOST_STAMPS])
    return [stamp for stamp in found if stamp is not None and not _wrong(stamp, exported_at, missing=False)]


def _middle(stamps: Sequence[datetime]) -> datetime:
    """The lower median: one relay with a wrong clock, or a later move of the mailbox, does not shift it."""
    return sorted(stamps)[(len(stamps) - 1) // 2]
