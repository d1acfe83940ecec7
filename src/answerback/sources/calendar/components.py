"""A calendar file cut into its components line by line, so that a broken one costs one reject and not the file.

Nothing is kept but what the calendar source needs: names of people, times and answers. Titles, texts, places and
attachments are passed over while they are read. Memory is bounded whatever the file holds: by one line, one component
and a fixed number of time zones.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from answerback.sources.files import Truncated, text_encoding

_WHO: Final = frozenset({"UID", "SEQUENCE", "STATUS", "CLASS", "CATEGORIES", "ORGANIZER", "ATTENDEE"})
_WHEN: Final = frozenset(
    {"DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE"}
)
WANTED: Final = _WHO | _WHEN
"""The properties that are looked at. A line of any other name is dropped as soon as it has been unfolded."""

LONGEST_LINE: Final = 64 * 1024
"""Bytes of one unfolded line. No address or time is longer; an attachment's line is cut and passed over."""
LARGEST_COMPONENT: Final = 2 * 1024 * 1024
"""Bytes of wanted lines: some thirty thousand attendees."""
LARGEST_ZONE: Final = 64 * 1024
MOST_ZONES: Final = 256

_ON_ITS_OWN: Final = frozenset(("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE", "VAVAILABILITY", "VPOLL"))
"""Components that stand side by side. One that begins inside another shows that the other was cut off."""
_BREAK: Final = re.compile(rb"\r\n|\n|\r")
_NAME: Final = re.compile(r"\s*([^:;\s]*)\s*[:;]")


@dataclass(slots=True)
class Calendar:
    """What a calendar says of itself before its components."""

    method: str = ""
    """The iTIP method in capitals; empty where the file is a plain calendar."""
    name: str = ""
    zone: str = ""
    zones: dict[str, str] = field(default_factory=dict)
    """Time zones that the file defines: TZID to the text of the VTIMEZONE."""


@dataclass(frozen=True, slots=True)
class Component:
    """One component: its wanted lines unfolded, and the calendar that it stands in."""

    name: str
    number: int
    """1-based, counted over the file; time zones do not count."""
    calendar: Calendar
    lines: tuple[str, ...] = ()
    flaw: str = ""
    """Empty, `truncated` or `too_large`."""

    def has(self, name: str) -> bool:
        """Whether a property of this name is there."""
        return any(line_name(line) == name for line in self.lines)


def line_name(line: str) -> str:
    """The property's name in capitals; empty where the line has none.

    >>> line_name("attendee;CN=Ann:mailto:ann@example.com"), line_name("no property")
    ('ATTENDEE', '')
    """
    found = _NAME.match(line)
    return found[1].upper() if found else ""


def unfolded(reader: io.BufferedReader) -> Iterator[tuple[str, bool]]:
    """The file's lines, unfolded (RFC 5545, 3.1), each with whether it was cut at LONGEST_LINE."""
    parts: list[bytes] = []
    length = 0
    for piece, begins in _pieces(reader):
        if begins and piece[:1] not in {b" ", b"\t"}:
            if parts:
                yield _decoded(parts), length > LONGEST_LINE
            parts, length = [], 0
        elif begins:
            piece = piece[1:]  # noqa: PLW2901 - the fold's own blank is no part of the line
        if length <= LONGEST_LINE:
            parts.append(piece[: LONGEST_LINE + 1 - length])
        length += len(piece)
    if parts:
        yield _decoded(parts), length > LONGEST_LINE


class CalendarFile:
    """The components of a file, in order, each as soon as it ends. It can be gone through once."""

    def __init__(self, reader: io.BufferedReader) -> None:
        self._reader = reader
        self._cutter = _Cutter()

    @property
    def is_calendar(self) -> bool:
        """Whether anything of a calendar has been found so far."""
        return self._cutter.any_calendar

    def __iter__(self) -> Iterator[Component]:
        """Raises Truncated after the last component where the compressed file is damaged."""
        try:
            for line, cut in unfolded(self._reader):
                yield from self._cutter.take(line, cut=cut)
        except Truncated:
            yield from self._cutter.close(flaw="truncated")
            raise
        yield from self._cutter.close(flaw="truncated")


def _pieces(reader: io.BufferedReader) -> Iterator[tuple[bytes, bool]]:
    """Pieces of physical lines without their ends, blank lines left out, each with whether it begins a line."""
    source = _in_utf8(reader)
    begins = True
    for raw in source:
        ended = raw.endswith((b"\n", b"\r"))
        for piece in _BREAK.split(raw):
            if piece:
                yield piece, begins
            begins = True
        begins = ended


def _in_utf8(reader: io.BufferedReader) -> Iterator[bytes]:
    encoding = text_encoding(reader.peek(512)[:512])
    if encoding.startswith("utf-16"):
        text = io.TextIOWrapper(reader, encoding=encoding, errors="replace", newline="")
        while line := text.readline(LONGEST_LINE):
            yield line.encode("utf-8", "replace")
        return
    first = True
    while raw := reader.readline(LONGEST_LINE):
        yield raw.removeprefix(b"\xef\xbb\xbf") if first else raw
        first = False


def _decoded(parts: list[bytes]) -> str:
    whole = b"".join(parts)
    try:
        return whole.decode("utf-8")
    except UnicodeDecodeError:
        # A name written in an old encoding must not cost the address beside it.
        return whole.decode("latin-1")


@dataclass(slots=True)
class _Cutter:
    """The state between two lines: which calendar and component is open, and how deep inside it we are."""

    calendar: Calendar = field(default_factory=Calendar)
    name: str = ""
    lines: list[str] = field(default_factory=list)
    size: int = 0
    flaw: str = ""
    depth: int = 0
    number: int = 0
    any_calendar: bool = False

    def take(self, line: str, *, cut: bool) -> Iterator[Component]:
        name = line_name(line)
        if name == "BEGIN":
            yield from self._begin(line.partition(":")[2].strip().upper(), line)
        elif name == "END":
            yield from self._end(line.partition(":")[2].strip().upper(), line)
        elif self.name:
            self._keep(name, line, cut=cut)
        elif not cut:
            self._describe(name, line)

    def close(self, *, flaw: str = "") -> Iterator[Component]:
        """End the open component, if any."""
        if not self.name:
            return
        if self.name == "VTIMEZONE":
            if not flaw and not self.flaw:
                self._define_zone()
        else:
            self.number += 1
            broken = self.flaw or flaw
            yield Component(self.name, self.number, self.calendar, () if broken else tuple(self.lines), broken)
        self.name, self.lines, self.size, self.flaw, self.depth = "", [], 0, "", 0

    def _begin(self, what: str, line: str) -> Iterator[Component]:
        self.any_calendar |= what.startswith("V")
        if what == "VCALENDAR":
            yield from self.close(flaw="truncated")
            self.calendar = Calendar()
        elif self.name and what not in _ON_ITS_OWN:
            self.depth += 1
            self._keep_in_zone(line)
        else:
            yield from self.close(flaw="truncated")
            self.name = what or "?"
            self._keep_in_zone(line)

    def _end(self, what: str, line: str) -> Iterator[Component]:
        if what == "VCALENDAR":
            yield from self.close(flaw="truncated")
            self.calendar = Calendar()
        elif self.name and what == self.name:
            self._keep_in_zone(line)
            yield from self.close()
        elif self.depth:
            self.depth -= 1
            self._keep_in_zone(line)

    def _keep(self, name: str, line: str, *, cut: bool) -> None:
        if self.name == "VTIMEZONE":
            self._keep_in_zone(line)
        elif not self.depth and name in WANTED and not self.flaw:
            self.size += len(line)
            if cut or self.size > LARGEST_COMPONENT:
                self.flaw, self.lines = "too_large", []
            else:
                self.lines.append(line)

    def _keep_in_zone(self, line: str) -> None:
        if self.name == "VTIMEZONE" and not self.flaw:
            self.size += len(line)
            self.lines.append(line)
            if self.size > LARGEST_ZONE:
                self.flaw, self.lines = "too_large", []

    def _describe(self, name: str, line: str) -> None:
        value = line.partition(":")[2].strip()
        if name == "METHOD":
            self.calendar.method = value.upper()
        elif name == "X-WR-CALNAME":
            self.calendar.name = value
        elif name == "X-WR-TIMEZONE":
            self.calendar.zone = value

    def _define_zone(self) -> None:
        tzid = next((line for line in self.lines if line_name(line) == "TZID"), "").partition(":")[2].strip()
        if tzid and len(self.calendar.zones) < MOST_ZONES:
            self.calendar.zones[tzid] = "\r\n".join(self.lines) + "\r\n"
