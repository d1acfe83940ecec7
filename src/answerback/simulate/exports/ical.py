"""iCalendar as calendar programs write it (RFC 5545): lines, names, times, zones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from answerback.simulate.exports.addressbook import Person

_MOST_BYTES = 75
_PROGRAM = "-//Answerback//Practice company//EN"
_NOT_PLAIN = re.compile(r"[^\w .!#$%&*+@/-]")


def calendar(method: str, components: Iterable[str], *, name: str = "") -> str:
    """A calendar of these components, with lines folded and ended as the standard asks."""
    head = ["BEGIN:VCALENDAR", f"PRODID:{_PROGRAM}", "VERSION:2.0", "CALSCALE:GREGORIAN", f"METHOD:{method}"]
    if name:
        head.append(f"X-WR-CALNAME:{text(name)}")
    lines = [*head, *(line for component in components for line in component.split("\n")), "END:VCALENDAR"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def text(value: str) -> str:
    r"""A text value.

    >>> print(text("Flow, Flow Plus; all\nof it"))
    Flow\, Flow Plus\; all\nof it
    """
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def person(prop: str, who: Person, **parameters: str) -> str:
    r"""An organiser or attendee, with the name as a parameter.

    >>> person("ORGANIZER", Person('Day, "Ann"', "ann@x.example", ZoneInfo("UTC"), "", ""))
    'ORGANIZER;CN="Day, ^\'Ann^\'":mailto:ann@x.example'
    """
    # Marks that a parameter cannot hold are written as RFC 6868 says.
    name = who.name.replace("^", "^^").replace('"', "^'")
    shown = f'"{name}"' if _NOT_PLAIN.search(name) else name
    stated = {**parameters, **({"CN": shown} if name else {})}
    return f"{prop}{''.join(f';{key}={value}' for key, value in stated.items())}:mailto:{who.address}"


def utc(at: int) -> str:
    """An instant, seconds since 1970.

    >>> utc(0)
    '19700101T000000Z'
    """
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def local(prop: str, at: int, zone: ZoneInfo) -> str:
    """A property with an instant at the clock of a zone.

    >>> local("DTSTART", 0, ZoneInfo("Europe/Berlin"))
    'DTSTART;TZID=Europe/Berlin:19700101T010000'
    """
    return f"{prop};TZID={zone.key}:{datetime.fromtimestamp(at, zone):%Y%m%dT%H%M%S}"


@cache
def zone_definition(zone: ZoneInfo, first_year: int, last_year: int) -> str:
    """The `VTIMEZONE` of a zone: every change of its clock from the year before `first_year` on to `last_year`."""
    at = at_midnight = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    changes = [(at, _offset(zone, at))]
    while at.year <= last_year:
        later = at + timedelta(hours=1)
        if _offset(zone, later) != changes[-1][1]:
            changes.append((later, _offset(zone, later)))
        at = later
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    before = changes[0][1]
    changes[0] = (at_midnight - before, before)
    for instant, offset in changes:
        local_time = instant.astimezone(zone)
        kind = "DAYLIGHT" if local_time.dst() else "STANDARD"
        lines += [
            f"BEGIN:{kind}",
            # The clock that shows when it is changed is the one from before.
            f"DTSTART:{instant + before:%Y%m%dT%H%M%S}",
            f"TZOFFSETFROM:{_distance(before)}",
            f"TZOFFSETTO:{_distance(offset)}",
            f"TZNAME:{local_time.tzname()}",
            f"END:{kind}",
        ]
        before = offset
    return "\n".join([*lines, "END:VTIMEZONE"])


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _distance(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, never cut inside a letter."""
    if len(line) <= _MOST_BYTES and line.isascii():
        return line
    pieces: list[bytes] = []
    coded = line.encode()
    while len(coded) > _MOST_BYTES - bool(pieces):
        end = _MOST_BYTES - bool(pieces)
        while coded[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(coded[:end])
        coded = coded[end:]
    return b"\r\n ".join([*pieces, coded]).decode()
