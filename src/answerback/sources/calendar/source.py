"""The calendar source: `.ics` files, packed or not, folders of them, and the calendar part of a mail.

A file is read once, from front to back, one component at a time. A file that is damaged gives what it held before the
damage and a reject; in a folder it does not keep the others from being read.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

from answerback.domain.errors import SourceError
from answerback.domain.reading import Item, Note, Place, Progress, Reading, Recognition, Reject
from answerback.sources.calendar.components import CalendarFile
from answerback.sources.calendar.coverage import Seen, stamps_in
from answerback.sources.calendar.translate import OPTIONS, Translator
from answerback.sources.files import Bomb, Truncated, opened

ENDINGS: Final = (".ics", ".ical", ".icalendar", ".ifb")
PROGRESS_EVERY: Final = 500
"""Components between two notes on progress."""
MOST_LOOKED_AT: Final = 1000
"""Files of a folder that are looked at to recognise it."""

_HEAD: Final = re.compile(rb"(?i)\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*BEGIN\s*:\s*V(?:CALENDAR|EVENT)")


class NotACalendar(SourceError):
    """The file holds no calendar."""

    code = "not-a-calendar"


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """Invitations and the answers to them, from iCalendar files (RFC 5545) and scheduling messages (RFC 5546)."""

    name: ClassVar[str] = "calendar"
    meaning: ClassVar[str] = "calendars as .ics files: invitations, and who accepted or declined them"

    def recognise(self, path: Path) -> Recognition:
        """Whether the path is a calendar file, or a folder with one in it."""
        if path.is_dir():
            for count, file in enumerate(_walk(path)):
                if _is_calendar_name(file):
                    return Recognition(0.9, "a folder with calendar files")
                if count >= MOST_LOOKED_AT:
                    break
            return Recognition(0.0, "no calendar file in it")
        try:
            with opened(path) as (reader, _stream):
                head = reader.read(2048)
        except (SourceError, Truncated, OSError):
            head = b""
        if _HEAD.match(head.replace(b"\x00", b"")):
            return Recognition(1.0, "it begins like a calendar")
        if _is_calendar_name(path):
            return Recognition(0.6, "its name ends like a calendar's")
        return Recognition(0.0, "it does not begin like a calendar")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Every component of a file, or of all calendar files in a folder.

        Raises SourceError where the path cannot be read or holds no calendar at all, UsageError at a wrong option.
        """
        work = _Work(Translator(reading), Seen(reading.exported_at))
        if path.is_dir():
            yield from _read_folder(path, reading, work)
        else:
            work.total = path.stat().st_size if path.exists() else 0
            yield from work.read(path, path.name)
        yield from work.seen.records()


def from_mail_part(data: bytes, reading: Reading, place: Place, *, sender: str = "") -> Iterator[Item]:
    """The items in a `text/calendar` part of a mail: data is the part's decoded content.

    `place` is the mail's; every item bears it. `sender` is the address that the mail came from: a counter-proposal does
    not say by itself who made it. No coverage is handed over: what the mailbox could have seen, its own source says.

    >>> from datetime import UTC, datetime
    >>> from answerback.domain.playbook import Playbook, Privacy
    >>> data = b'''BEGIN:VCALENDAR
    ... METHOD:REPLY
    ... BEGIN:VEVENT
    ... UID:1@acme.example
    ... DTSTAMP:20260504T093000Z
    ... ORGANIZER:mailto:ann@acme.example
    ... ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@buyer.example
    ... END:VEVENT
    ... END:VCALENDAR'''
    >>> playbook = Playbook(privacy=Privacy(outside="all"))
    >>> reading = Reading(playbook, datetime(2026, 5, 5, tzinfo=UTC), options={"own": "acme.example"})
    >>> *_, item = from_mail_part(data, reading, Place("inbox.mbox", 7))
    >>> item.records[0].fields["kind"], item.records[0].fields["refers_to"], item.place.at
    ('accepted_meeting', 'meeting:1@acme.example', 7)
    """
    # The reading is the mailbox's: what it is told beyond our own options is not for us to judge.
    options = {name: value for name, value in reading.options.items() if name in OPTIONS}
    translator = Translator(replace(reading, options=options))
    for component in CalendarFile(io.BufferedReader(io.BytesIO(data))):
        owner = translator.owner_of(component.calendar, "")
        yield from translator.translate(component, place, owner=owner, sender=sender).items


@dataclass(slots=True)
class _Work:
    """One reading under way: its settings, what was seen, and how many bytes are done."""

    translator: Translator
    seen: Seen
    total: int = 0
    done: int = 0

    def read(self, path: Path, shown: str) -> Iterator[Item]:
        """Every component of one file. Raises SourceError where it cannot be opened or is no calendar."""
        folder = shown.rpartition("/")[0]
        with opened(path) as (reader, stream):
            file = CalendarFile(reader)
            try:
                for component in file:
                    owner = self.translator.owner_of(component.calendar, path.name)
                    translated = self.translator.translate(component, Place(shown, component.number), owner=owner)
                    yield from translated.items
                    if component.name == "VEVENT":
                        for rep in (owner,) if owner else translated.reps:
                            self.seen.note(folder, rep, stamps_in(component))
                    if component.number % PROGRESS_EVERY == 0:
                        yield Progress(self.done + stream.consumed, self.total)
            except Truncated:
                yield Reject(Place(shown, 0), "truncated", "", "the whole file; what came before was read")
            except Bomb:
                yield Reject(Place(shown, 0), "bomb", "", "a file that does not swell; what came before was read")
            else:
                if not file.is_calendar:
                    raise NotACalendar(
                        "this file holds no calendar",
                        where=shown,
                        next_step="export the calendar as .ics and load that",
                    )
            self.done += stream.size
        yield Progress(self.done, self.total)


def _read_folder(path: Path, reading: Reading, work: _Work) -> Iterator[Item]:
    closed = frozenset(each.casefold() for each in reading.playbook.privacy.exclude_folders)
    files, others, excluded = [], 0, 0
    for file in _walk(path):
        if any(part.casefold() in closed for part in file.relative_to(path).parts[:-1]):
            excluded += 1
        elif _is_calendar_name(file):
            files.append(file)
        else:
            others += 1
    if not files:
        raise NotACalendar(
            "there is no calendar file in this folder", where=str(path), next_step=f"name one that ends in {ENDINGS[0]}"
        )
    if others:
        yield Note(".", "other_files", hint=f"{others} files of other kinds were left alone")
    if excluded:
        yield Note(".", "excluded", hint=f"{excluded} files lie in folders that the playbook excludes")
    work.total = sum(file.stat().st_size for file in files)
    for file in files:
        shown = file.relative_to(path).as_posix()
        try:
            yield from work.read(file, shown)
        except (SourceError, OSError) as error:
            # One bad file is one reject: the others of the folder are still read.
            reason = "not_a_calendar" if isinstance(error, NotACalendar) else "unreadable"
            yield Reject(Place(shown, 0), reason, "", "a calendar file that can be read")


def _walk(path: Path) -> Iterator[Path]:
    """The files below a folder, in a fixed order; links to folders are not followed, so no loop is endless."""
    for folder, folders, names in os.walk(path):
        folders.sort()
        # A pipe would never end, a broken link never open.
        yield from (file for name in sorted(names) if (file := Path(folder, name)).is_file())


def _is_calendar_name(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(ENDINGS)
