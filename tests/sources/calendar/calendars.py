"""Small calendars to read in tests, and what came of reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from answerback.domain.playbook import Organisation, Playbook, Privacy
from answerback.domain.reading import Also, Item, Kept, NonEvent, Note, Reading, Record, Reject
from answerback.sources.calendar import SOURCE

SELLER = "ann@seller.example"
COLLEAGUE = "cem@seller.example"
BUYER = "bob@buyer.example"
OTHER_BUYER = "bea@buyer.example"

EXPORTED = datetime(2026, 6, 1, tzinfo=UTC)
OPEN = Privacy(outside="all")


def playbook(privacy: Privacy = OPEN, time_zone: str = "UTC") -> Playbook:
    """A seller's playbook: the domain seller.example is ours."""
    return Playbook(organisation=Organisation(own_domains=("seller.example",), time_zone=time_zone), privacy=privacy)


def reading(
    book: Playbook | None = None,
    knows: Callable[[str, str], bool] = lambda _field, _text: False,
    /,
    **options: str,
) -> Reading:
    """A load, exported on 1 June 2026."""
    return Reading(book or playbook(), EXPORTED, knows=knows, options=options)


def calendar(*events: str, method: str = "", head: Iterable[str] = ()) -> str:
    """A VCALENDAR around the events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *([f"METHOD:{method}"] if method else []), *head]
    return "\r\n".join(lines) + "\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def event(
    *lines: str,
    organiser: str = SELLER,
    attendees: Iterable[str] = (f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:{BUYER}",),
    uid: str = "1@seller.example",
) -> str:
    """A VEVENT made on 4 May, changed on 6 May and exported on 1 June, unless the lines say otherwise."""
    usual = {
        "UID": uid,
        "CREATED": "20260504T080000Z",
        "LAST-MODIFIED": "20260506T080000Z",
        "DTSTAMP": "20260601T000000Z",
        "DTSTART": "20260511T120000Z",
    }
    stated = {line.replace(";", ":").split(":")[0] for line in lines}
    written = [f"{name}:{value}" for name, value in usual.items() if name not in stated]
    call = [f"ORGANIZER:mailto:{organiser}"] if organiser else []
    every = ["BEGIN:VEVENT", *written, *(line for line in lines if not line.endswith(":-")), *call, *attendees]
    return "\r\n".join([*every, "END:VEVENT"]) + "\r\n"


def asked(address: str, status: str = "NEEDS-ACTION", more: str = "") -> str:
    """An ATTENDEE line."""
    return f"ATTENDEE;PARTSTAT={status}{more}:mailto:{address}"


@dataclass(frozen=True)
class Outcome:
    """All items of a reading, by what they are."""

    items: tuple[Item, ...]

    def of(self, record: str) -> list[dict[str, object]]:
        """The fields of all kept records of a type."""
        return [dict(each.fields) for each in self._kept if each.type == record]

    def one(self, record: str) -> dict[str, object]:
        """The fields of the only record of a type."""
        (found,) = self.of(record)
        return found

    def attributes(self, name: str) -> list[object]:
        """The values of an attribute."""
        return [each["value"] for each in self.of("attribute") if each["name"] == name]

    def also(self, record: str) -> list[dict[str, object]]:
        """The fields of records that are no item of their own."""
        found = (each for item in self.items if isinstance(item, Also) for each in item.records)
        return [dict(each.fields) for each in found if each.type == record]

    @property
    def kinds(self) -> Counter[str]:
        """Non-events by kind."""
        counts: Counter[str] = Counter()
        for item in self.items:
            if isinstance(item, NonEvent):
                counts[item.kind] += item.count
        return counts

    @property
    def rejects(self) -> list[tuple[str, str]]:
        """Reason and field of every reject."""
        return [(item.reason, item.field) for item in self.items if isinstance(item, Reject)]

    @property
    def notes(self) -> list[str]:
        """Reasons of the notes."""
        return [item.reason for item in self.items if isinstance(item, Note)]

    @property
    def read(self) -> int:
        """Components accounted for."""
        kept = sum(isinstance(item, Kept) for item in self.items)
        return kept + self.kinds.total() + sum(isinstance(item, Reject) and item.place.at > 0 for item in self.items)

    @property
    def _kept(self) -> list[Record]:
        return [record for item in self.items if isinstance(item, Kept) for record in item.records]


def outcome(path: Path, load: Reading | None = None) -> Outcome:
    """What reading a path gives."""
    return Outcome(tuple(SOURCE.read(path, load or reading())))


def translated(tmp_path: Path, text: str | bytes, load: Reading | None = None) -> Outcome:
    """What reading this text from a file gives."""
    path = tmp_path / "calendar.ics"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return outcome(path, load)
