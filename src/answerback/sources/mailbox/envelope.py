"""Who wrote a mail to whom, when, which one it is and which ones it answers: its header in the words of the trade."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from answerback.sources.addresses import Sellers
from answerback.sources.mailbox.correspondents import Correspondent, correspondents
from answerback.sources.mailbox.dates import Sent, sent
from answerback.sources.mailbox.headers import Headers
from answerback.sources.mailbox.settings import Settings
from answerback.sources.mailbox.tokens import answered, own_id, thread_token

_TAG: Final = r"^[\s'\"]*(?:\[[^\]]{1,60}\]\s*)?"
_REPLY: Final = re.compile(
    _TAG + r"(?:re|aw|antw|antwort|sv|rif|res|odp|ynt|回复|答复|回覆)(?:\[\d{1,3}\]|\^\d{1,3})?\s*[:\uff1a]",
    re.IGNORECASE,
)
_FORWARD: Final = re.compile(_TAG + r"(?:fwd?|wg|doorst|tr|rv|enc|vb|pd|转发|轉寄)\s*[:\uff1a]", re.IGNORECASE)
_DELIVERED: Final = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody whom a mail goes to."""

    role: str
    """`to`, `cc` or `bcc`."""
    address: str
    name: str
    rep: str | None
    """The seller it is, by their canonical address; None for an outside party."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail's header says about the event that it is."""

    id: str
    """The message id, or a hash of people, date and subject where the mail has none."""
    own_token: str
    """`message:…`, empty where the mail has no message id."""
    answers: tuple[str, ...]
    """Ids of the mails that it answers, the direct one last."""
    thread: str
    subject: str
    sender: Correspondent
    sender_rep: str | None
    recipients: tuple[Recipient, ...]
    sent: Sent | None

    @property
    def outside(self) -> list[Recipient]:
        """The recipients who are outside parties."""
        return [each for each in self.recipients if each.rep is None]

    @property
    def inside(self) -> list[Recipient]:
        """The recipients who are sellers."""
        return [each for each in self.recipients if each.rep is not None]

    @property
    def is_reply(self) -> bool:
        """Whether it answers something, by its ids or by its subject."""
        return bool(self.answers) or bool(_REPLY.match(self.subject))

    @property
    def is_forward(self) -> bool:
        """Whether its subject says that it passes a mail on."""
        return bool(_FORWARD.match(self.subject))

    @property
    def reps(self) -> set[str]:
        """Every seller on it."""
        found = {each.rep for each in self.recipients if each.rep is not None}
        return found | {self.sender_rep} if self.sender_rep is not None else found

    @property
    def outside_addresses(self) -> list[str]:
        """Every outside party on it, the sender first."""
        own = [self.sender.address] if self.sender_rep is None and self.sender.address else []
        return own + [each.address for each in self.recipients if each.rep is None]


def envelope_of(headers: Headers, settings: Settings) -> Envelope:
    """The envelope of a mail. A sender that names no address is one with an empty address."""
    sellers = settings.sellers
    sender = _sender(headers)
    recipients = _recipients(headers, sender.address, sellers)
    message_id = own_id(headers)
    addresses = {sender.address, *(each.address for each in recipients)}
    subject = headers.text("subject")
    return Envelope(
        id=message_id or _content_id(headers),
        own_token=f"message:{message_id}" if message_id else "",
        answers=tuple(answered(headers, message_id, addresses)),
        thread=thread_token(headers),
        subject=subject,
        sender=sender,
        sender_rep=sellers.rep_of(sender.address) if sender.address else None,
        recipients=recipients,
        sent=sent(headers.joined("date")[:200], headers.all("received"), settings.exported_at),
    )


def _sender(headers: Headers) -> Correspondent:
    for name in ("from", "sender", "reply-to", "return-path"):
        if name in headers:
            found = correspondents(headers.joined(name))
            if found:
                return found[0]
    return Correspondent("", "")


def _recipients(headers: Headers, sender: str, sellers: Sellers) -> tuple[Recipient, ...]:
    found: dict[str, Recipient] = {}
    seen_reps: set[str] = set()
    for role in ("to", "cc", "bcc"):
        if role in headers:
            for address, name in correspondents(headers.joined(role)):
                rep = sellers.rep_of(address)
                # One rep under two aliases took part once.
                if address != sender and address not in found and (rep is None or rep not in seen_reps):
                    found[address] = Recipient(role, address, name, rep)
                    if rep is not None:
                        seen_reps.add(rep)
    if not seen_reps:
        found |= _delivered(headers, sender, sellers)
    return tuple(found.values())


def _delivered(headers: Headers, sender: str, sellers: Sellers) -> dict[str, Recipient]:
    """Sellers who got the mail without being named on it: blind copies, as their own server noted."""
    if sellers.rep_of(sender) is not None:
        return {}
    found = {}
    for name in _DELIVERED:
        for address, _ in correspondents(headers.joined(name)) if name in headers else ():
            rep = sellers.rep_of(address)
            if rep is not None:
                found[address] = Recipient("bcc", address, "", rep)
    return found


def _content_id(headers: Headers) -> str:
    """Tells apart mails without a message id: the same mail in two mailboxes gets the same id."""
    digest = hashlib.blake2b(digest_size=16)
    for name in ("from", "to", "cc", "date", "subject"):
        digest.update(headers.joined(name).encode("utf-8", errors="replace") + b"\0")
    return f"content:{digest.hexdigest()}"
