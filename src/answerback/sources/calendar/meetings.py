"""One VEVENT read as a meeting: who called it, who was asked, what each answered, and when.

This is translation only: what of it is an effort or a buyer's act is decided in `acts`. A meeting whose needed lines
cannot be read raises Unreadable, which names the property and never its content.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Final

from icalendar.parser import Contentline

from answerback.sources.addresses import Sellers, clean_address
from answerback.sources.calendar.components import WANTED, Calendar, Component, line_name
from answerback.sources.calendar.recurrence import Series
from answerback.sources.calendar.times import EARLIEST, BadTime, Moment, moment

LONGEST_UID: Final = 1000
MOST_DATES: Final = 2000
"""Further and removed dates of a series that are looked at."""

UNANSWERED: Final = frozenset({"", "NEEDS-ACTION"})

_PLACEHOLDER_HOST: Final = "calendar.google.com"
"""Google's stand-ins for unknown organisers, rooms, shared and imported calendars: no person has an address there."""
_THINGS: Final = frozenset({"ROOM", "RESOURCE"})


class Unreadable(ValueError):
    """A property that is needed is missing or cannot be read."""

    def __init__(self, reason: str, name: str, hint: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Line:
    """A property: its name in capitals, its parameters (names in capitals) and its value."""

    name: str
    value: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """The organiser or an attendee."""

    address: str
    rep: str | None = None
    """The seller's canonical address; None for an outside party."""
    role: str = "attendee"
    status: str = ""
    """PARTSTAT in capitals; empty where none is stated."""
    answered_at: datetime | None = None
    """The instant of the answer, where the calendar kept it."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """When the component was made, last changed and written. None: not stated, or a placeholder."""

    created: datetime | None = None
    modified: datetime | None = None
    written: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A VEVENT."""

    uid: str
    method: str
    organiser: Person | None
    attendees: tuple[Person, ...]
    stamps: Stamps
    sequence: int = 0
    cancelled: bool = False
    occurrence: Moment | None = None
    """Which meeting of a series is meant; None for the whole."""
    start: Moment | None = None
    series: Series | None = None

    @property
    def id(self) -> str:
        """The UID, and behind # the one meeting of a series that is meant."""
        return f"{self.uid}#{self.occurrence.token}" if self.occurrence else self.uid


def lines_of(component: Component) -> list[Line]:
    """The component's wanted lines. Raises Unreadable at one that is no property."""
    return [_line(text) for text in component.lines]


def people_of(lines: list[Line], sellers: Sellers) -> tuple[Person | None, tuple[Person, ...]]:
    """The organiser, and the attendees who are persons: each once, rooms and the organiser left out."""
    organiser = next(
        (found for line in lines if line.name == "ORGANIZER" if (found := _organiser(line, sellers))), None
    )
    attendees: dict[str, Person] = {}
    for line in lines:
        if line.name == "ATTENDEE" and (found := _attendee(line, sellers)):
            # Somebody listed twice is one person; the line with an answer is the one that says more.
            known = attendees.get(found.address)
            if known is None or known.status in UNANSWERED:
                attendees[found.address] = found
    if organiser:
        attendees.pop(organiser.address, None)
    return organiser, tuple(attendees.values())


def meeting_of(
    lines: list[Line],
    people: tuple[Person | None, tuple[Person, ...]],
    *,
    calendar: Calendar,
    floating: tzinfo,
) -> Meeting:
    """The meeting that the lines describe. Raises Unreadable."""
    first = {line.name: line for line in reversed(lines)}

    def at(line: Line) -> Moment:
        try:
            return moment(line.value, line.params.get("TZID", ""), calendar, floating)
        except BadTime as error:
            raise Unreadable("bad_time", line.name, "a date or a date with a time, as 20260504T093000Z") from error

    def stamp(name: str) -> datetime | None:
        found = at(first[name]).instant if name in first else None
        return found if found and found >= EARLIEST else None

    # A blank inside would break the token in two.
    uid = "%20".join(first["UID"].value.split()) if "UID" in first else ""
    if not uid:
        raise Unreadable("missing", "UID", "the meeting's own id")
    if len(uid) > LONGEST_UID:
        raise Unreadable("too_large", "UID", f"at most {LONGEST_UID} characters")
    start = at(first["DTSTART"]) if "DTSTART" in first else None
    return Meeting(
        uid=uid,
        method=calendar.method,
        organiser=people[0],
        attendees=people[1],
        stamps=Stamps(stamp("CREATED"), stamp("LAST-MODIFIED"), stamp("DTSTAMP")),
        sequence=_sequence(first.get("SEQUENCE")),
        cancelled="STATUS" in first and first["STATUS"].value.strip().upper() == "CANCELLED",
        occurrence=at(first["RECURRENCE-ID"]) if "RECURRENCE-ID" in first else None,
        start=start,
        series=_series(lines, start, calendar, floating) if start else None,
    )


def sensitivity_of(lines: list[Line]) -> frozenset[str]:
    """The words of the playbook's `exclude_sensitivity` that fit the component's CLASS.

    A class that nobody knows is private (RFC 5545, 3.8.1.3).

    >>> sorted(sensitivity_of([Line("CLASS", "CONFIDENTIAL")])), sorted(sensitivity_of([Line("CLASS", "public")]))
    (['company-confidential', 'confidential'], [])
    """
    stated = {line.value.strip().upper() for line in lines if line.name == "CLASS"} - {"", "PUBLIC"}
    words: set[str] = set()
    for each in stated:
        words |= {"confidential", "company-confidential"} if each == "CONFIDENTIAL" else {"private", each.lower()}
    return frozenset(words)


def labels_of(lines: list[Line]) -> frozenset[str]:
    """The component's categories in small letters."""
    return frozenset(
        word.strip().casefold() for line in lines if line.name == "CATEGORIES" for word in line.value.split(",")
    )


def _line(text: str) -> Line:
    name, colon, value = text.partition(":")
    if colon and name.upper() in WANTED and "\\" not in value:
        # Most lines are this plain; the full grammar costs ten times as much.
        return Line(name.upper(), value)
    try:
        name, params, value = Contentline(text).parts()  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise Unreadable("bad_line", line_name(text), "NAME;PARAMETER=value:value") from error
    flat = {key.upper(): value[0] if isinstance(value, list) else str(value) for key, value in params.items() if value}
    return Line(name.upper(), value, flat)


def _address(line: Line) -> str:
    """The person's address: the value, else its EMAIL parameter (RFC 7986); empty for a thing or a placeholder."""
    address = clean_address(line.value) or clean_address(line.params.get("EMAIL", ""))
    host = address.rpartition("@")[2]
    return "" if host == _PLACEHOLDER_HOST or host.endswith(f".{_PLACEHOLDER_HOST}") else address


def _organiser(line: Line, sellers: Sellers) -> Person | None:
    address = _address(line)
    # An invitation sent by a seller for somebody else is the seller's.
    sender = clean_address(line.params.get("SENT-BY", ""))
    rep = sellers.rep_of(address) or sellers.rep_of(sender)
    return Person(address or sender, rep, role="organizer") if address or rep else None


def _attendee(line: Line, sellers: Sellers) -> Person | None:
    if line.params.get("CUTYPE", "").upper() in _THINGS or not (address := _address(line)):
        return None
    role = {"CHAIR": "chair", "OPT-PARTICIPANT": "optional", "NON-PARTICIPANT": "informed"}
    answered_at = None
    with suppress(BadTime):
        # Exchange keeps when each attendee answered ([MS-OXCICAL] 2.1.3.1.1.20.2.6).
        answered_at = moment(line.params.get("X-MS-OLK-RESPTIME", ""), "", Calendar(), UTC).instant
    return Person(
        address,
        sellers.rep_of(address),
        role=role.get(line.params.get("ROLE", "").upper(), "attendee"),
        status=line.params.get("PARTSTAT", "").upper(),
        answered_at=answered_at if answered_at and answered_at >= EARLIEST else None,
    )


def _sequence(line: Line | None) -> int:
    text = line.value.strip() if line else "0"
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise Unreadable("not_a_number", "SEQUENCE", "a whole number")
    return int(text)


def _series(lines: list[Line], start: Moment, calendar: Calendar, floating: tzinfo) -> Series | None:
    rules = tuple(line.value for line in lines if line.name == "RRULE")
    dates: dict[str, list[Moment]] = {"RDATE": [], "EXDATE": []}
    for line in lines:
        for text in line.value.split(",") if line.name in dates else ():
            if len(dates[line.name]) < MOST_DATES:
                try:
                    # Of a period only the start is wanted.
                    begin = text.partition("/")[0]
                    dates[line.name].append(moment(begin, line.params.get("TZID", ""), calendar, floating))
                except BadTime as error:
                    raise Unreadable("bad_time", line.name, "dates, or dates with times, and commas") from error
    if not rules and not dates["RDATE"]:
        return None
    return Series(start, rules, tuple(dates["RDATE"]), tuple(dates["EXDATE"]))
