"""Guessing whose mailbox it is, for somebody who only names a file.

The owner wrote what lies in the folder of sent mail; their server stamped their address on what it delivered; and they
are on nearly every mail, as sender or recipient. The guess says which of these it rests on, so that a person can agree
or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from answerback.domain.errors import SourceError
from answerback.sources.mailbox.containers import Mail, mails_in
from answerback.sources.mailbox.correspondents import correspondents
from answerback.sources.mailbox.headers import Headers, decoded, divided
from answerback.sources.mailbox.places import MailFile, mail_files

_SENT_NAMES: Final = frozenset(
    {
        "sent", "sent mail", "sent items", "sent messages", "gesendet", "gesendete elemente", "gesendete objekte",
        "verzonden", "verzonden items", "envoyés", "éléments envoyés", "enviados", "posta inviata", "skickat", "sendt",
    }
)  # fmt: skip
_DELIVERED: Final = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to")


@dataclass(frozen=True, slots=True)
class OwnerGuess:
    """An address that may be the mailbox's owner."""

    address: str
    mails: int
    """Mails that speak for it, of `looked_at`."""
    looked_at: int
    reason: str
    """`wrote the mails in the folder of sent mail`, `mails were delivered to it`, `is on most mails`."""


@dataclass(slots=True)
class _Counts:
    looked_at: int = 0
    sent_folder: Counter[str] = field(default_factory=Counter)
    delivered: Counter[str] = field(default_factory=Counter)
    wrote: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)


def find_owner(path: Path, *, most_mails: int = 5000) -> list[OwnerGuess]:
    """The addresses whose mailbox this may be, the likeliest first, at most five; empty where no mail was found.

    Looks at up to `most_mails` mails of each folder, and at ten times as many in all. Raises SourceError where a single
    file cannot be read at all.
    """
    counts = _Counts()
    for mail in _some(path, most_mails):
        _count(counts, mail)
    guesses: dict[str, OwnerGuess] = {}
    # An address that never writes, such as a list's, owns no mailbox, unless nobody in it ever writes.
    writers = counts.wrote or counts.present
    everywhere = Counter({each: counts.present[each] for each in writers})
    for counter, reason in (
        (counts.sent_folder, "wrote the mails in the folder of sent mail"),
        (counts.delivered, "mails were delivered to it"),
        (everywhere, "is on most mails"),
    ):
        for address in sorted(counter, key=lambda each: (-counter[each], each)):
            guesses.setdefault(address, OwnerGuess(address, counter[address], counts.looked_at, reason))
            if len(guesses) >= 5:
                return list(guesses.values())
    return list(guesses.values())


def _some(path: Path, most_mails: int) -> Iterator[Mail]:
    by_box: Counter[str] = Counter()
    alone = not path.is_dir()
    if not path.exists():
        raise SourceError("there is no such file", where=str(path), next_step="check the path")
    for file in mail_files(path):
        if not isinstance(file, MailFile) or by_box[file.box] >= most_mails:
            continue
        for taken in mails_in(file, alone=alone, progress=[0]):
            if isinstance(taken, Mail):
                yield taken
                by_box[taken.box] += 1
                if by_box[taken.box] >= most_mails:
                    break
        if by_box.total() >= 10 * most_mails:
            return


def _count(counts: _Counts, mail: Mail) -> None:
    head, _ = divided(mail.content.lstrip(b"\r\n"))
    headers = Headers(head)
    senders = {who.address for who in correspondents(headers.joined("from"))}
    people = set(senders)
    for name in ("to", "cc", "bcc"):
        people |= {who.address for who in correspondents(headers.joined(name))}
    delivered = {who.address for name in _DELIVERED for who in correspondents(headers.joined(name))}
    counts.looked_at += 1
    counts.wrote.update(senders)
    counts.present.update(people | delivered)
    counts.delivered.update(delivered)
    if _is_sent(mail, headers):
        counts.sent_folder.update(senders)


def _is_sent(mail: Mail, headers: Headers) -> bool:
    names = {name.casefold() for name in mail.file.folders}
    if "x-gmail-labels" in headers:
        names |= {label.strip(' "').casefold() for label in decoded(headers.joined("x-gmail-labels")).split(",")}
    return not names.isdisjoint(_SENT_NAMES)
