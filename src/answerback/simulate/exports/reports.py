"""Mails that programs write: absences, confirmations, and reports on mail that could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from answerback.simulate.exports import headers
from answerback.simulate.exports.addressbook import Person
from answerback.simulate.exports.drawing import Draw
from answerback.simulate.exports.letter import Mail, Manner


@dataclass(frozen=True, slots=True)
class Mark:
    """How an automatic answer shows itself: what stands before the subject, and its header fields."""

    prefix: str
    fields: tuple[tuple[str, str], ...]


AUTOMATIC = MappingProxyType(
    {
        "out_of_office": Mark(
            "Automatic reply: ", (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
        ),
        "auto_replied": Mark(
            "Received: ",
            (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "auto_reply")),
        ),
    }
)
"""By kind of act."""

_REFUSALS = (
    ("5.1.1", "550 5.1.1 <{address}>: Recipient address rejected: User unknown in virtual mailbox table"),
    ("5.2.1", "550 5.2.1 <{address}>: Recipient address rejected: account is disabled"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {address} not found by SMTP address lookup"),
)


def undelivered(at: int, mail_id: str, *, failed: Person, sender: Person, original: Mail | None, draw: Draw) -> Mail:
    """The report that a mail to `failed` could not be delivered, as their server sends it to who wrote it."""
    server = f"mail.{failed.host}"
    daemon = Person("Mail Delivery System", f"MAILER-DAEMON@{server}", ZoneInfo("UTC"), "", "")
    code, said = draw.one_of(_REFUSALS)
    said = said.format(address=failed.address)
    text = (
        f"This is the mail system at host {server}.\n\n"
        "Your message could not be delivered to the address below. Its header is attached.\n\n"
        "If you write to the postmaster about it, please include this report.\n\n"
        f"<{failed.address}>: {said}"
    )
    arrived = original.at + 2 if original is not None else at
    status = (
        f"Reporting-MTA: dns; {server}\n"
        f"X-Queue-ID: {draw.hexadecimal(10).upper()}\n"
        f"Arrival-Date: {headers.date(daemon, arrived)}\n"
        "\n"
        f"Final-Recipient: rfc822; {failed.address}\n"
        f"Original-Recipient: rfc822;{failed.address}\n"
        "Action: failed\n"
        f"Status: {code}\n"
        f"Diagnostic-Code: smtp; {said}\n"
    )
    return Mail(
        at=at,
        id=mail_id,
        sender=daemon,
        to=(sender,),
        subject="Undelivered Mail Returned to Sender",
        text=text,
        manner=Manner.WEB,
        more=(("Auto-Submitted", "auto-replied"),),
        report=(status, "" if original is None else _returned(original)),
    )


def _returned(original: Mail) -> str:
    """The header of the mail that came back."""
    return "".join((
        headers.addressed("From", (original.sender,)),
        headers.addressed("To", original.to),
        headers.field("Subject", original.subject),
        f"Date: {headers.date(original.sender, original.at)}\n",
        f"Message-ID: <{original.id}>\n",
        "MIME-Version: 1.0\n",
    ))  # fmt: skip
