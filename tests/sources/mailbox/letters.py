"""Mails written for the tests, and a short way to read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from answerback.domain.playbook import Organisation, Playbook, Privacy, Seller
from answerback.domain.reading import Also, Item, Kept, NonEvent, Note, Reading, Record, Reject
from answerback.sources.mailbox import SOURCE, MailboxSource

EXPORTED = datetime(2026, 6, 1, tzinfo=UTC)
DATE = "Mon, 4 May 2026 09:00:00 +0000"


def letter(
    sender: str = "Ann Day <ann@acme.example>",
    to: str = "Bob Buyer <bob@buyer.example>",
    *,
    id: str = "",  # noqa: A002 - the word of the trade
    answers: Iterable[str] = (),
    subject: str = "Offer",
    date: str = DATE,
    text: str = "Good day.",
    **fields: str,
) -> str:
    """One mail. Further fields are named as in `x_mailer="…"`; a field with empty text is left out."""
    references = " ".join(f"<{each}>" for each in answers)
    stated = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": date,
        "Message-ID": f"<{id}>" if id else "",
        "In-Reply-To": references.split(" ")[-1],
        "References": references,
    }
    stated |= {name.replace("_", "-").title(): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\n" for name, value in stated.items() if value) + f"\n{text}\n"


def mbox(*letters: str) -> bytes:
    """An mbox of these mails."""
    return "".join(f"From x@x.example Mon May  4 09:00:00 2026\n{each}\n" for each in letters).encode()


def playbook(
    privacy: Mapping[str, object] = MappingProxyType({}),
    *,
    reps: tuple[Seller, ...] = (),
    own: tuple[str, ...] = ("acme.example",),
) -> Playbook:
    """A playbook whose own domain is acme.example, and that keeps everybody outside unless told otherwise."""
    return Playbook(
        organisation=Organisation(own_domains=own),
        rep=reps,
        privacy=Privacy.model_validate({"outside": "all", **privacy}),
    )


@dataclass
class Outcome:
    """What came of a load."""

    items: list[Item]
    kept: list[Kept] = field(default_factory=list)
    non_events: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    also: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.items:
            if isinstance(item, Kept):
                self.kept.append(item)
            elif isinstance(item, NonEvent):
                self.non_events[item.kind] += item.count
            elif isinstance(item, Reject):
                self.rejects.append(item)
            elif isinstance(item, Note):
                self.notes.append(item)
            elif isinstance(item, Also):
                for record in item.records:
                    self.also.setdefault(record.type, []).append(record.fields)

    @property
    def total(self) -> int:
        """Items that were read."""
        return len(self.kept) + self.non_events.total() + len(self.rejects)

    @property
    def events(self) -> dict[str, Record]:
        """The efforts and buyer actions by their id."""
        return {str(kept.records[0].fields["source_id"]): kept.records[0] for kept in self.kept}

    @property
    def event(self) -> Record:
        """The only event."""
        (kept,) = self.kept
        return kept.records[0]

    def of(self, record_type: str) -> list[Mapping[str, object]]:
        """The fields of all records of a type that belong to events."""
        return [record.fields for kept in self.kept for record in kept.records if record.type == record_type]


def load(path: Path, *, source: MailboxSource = SOURCE, book: Playbook | None = None, **options: str) -> Outcome:
    """Read a path with the usual playbook, or with another; what else is named is an option of the load."""
    return Outcome(list(source.read(path, Reading(book or playbook(), EXPORTED, options=options))))


def load_letters(folder: Path, *letters: str, book: Playbook | None = None, **options: str) -> Outcome:
    """Read these mails as one mbox."""
    path = folder / "Inbox.mbox"
    path.write_bytes(mbox(*letters))
    return Outcome(list(SOURCE.read(path, Reading(book or playbook(), EXPORTED, options=options))))
