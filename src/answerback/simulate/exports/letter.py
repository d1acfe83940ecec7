"""One mail as it lies in a mailbox: its header, what was written, and below it the mail that it answers.

Mail programs have manners: what they put above a quotation, whether they write HTML beside the plain text, how they
end a letter. Everybody at a company uses the same program.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import Enum
from html import escape

from answerback.simulate.exports import headers
from answerback.simulate.exports.addressbook import Person
from answerback.simulate.exports.drawing import Draw

_WIDTH = 74
_QUOTED_DEPTH = 2
"""How many earlier mails stand below a mail: people cut off the rest."""


class Manner(Enum):
    """A mail program, by its value as it names itself."""

    OUTLOOK = "Microsoft Outlook 16.0"
    WEB = ""
    THUNDERBIRD = "Mozilla Thunderbird"
    TELEPHONE = "iPhone Mail (22F76)"


MANNERS = (Manner.OUTLOOK, Manner.OUTLOOK, Manner.OUTLOOK, Manner.WEB, Manner.WEB, Manner.THUNDERBIRD)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that somebody wrote.

    Attributes:
        at: When it was sent, seconds since 1970.
        id: Its message id, without angle brackets.
        references: The ids of the mails before it in the conversation, the answered one last.
        text: What was written, a paragraph a line.
        quoted: The mail below it.
        more: Further header fields, name and text.
        calendar: Method and content of a calendar part; empty in most mails.
        report: Of a mail that could not be delivered, the report's parts: the status of the delivery, and the header
            that is returned. Empty in all others.
    """

    at: int
    id: str
    sender: Person
    to: tuple[Person, ...]
    subject: str
    text: str
    manner: Manner
    cc: tuple[Person, ...] = ()
    references: tuple[str, ...] = ()
    quoted: Mail | None = None
    more: tuple[tuple[str, str], ...] = ()
    calendar: tuple[str, str] = ("", "")
    report: tuple[str, str] = ("", "")

    @property
    def automatic(self) -> bool:
        """Whether a program wrote it, as it says itself."""
        return any(name == "Auto-Submitted" for name, _ in self.more)


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail in a mailbox: whose it is, and whether it came in."""

    seller: int
    mail: Mail
    incoming: bool


def header(mail: Mail) -> str:
    """The header that the sender's program wrote, without the form of the content."""
    return "".join((
        headers.addressed("From", (mail.sender,)),
        headers.addressed("To", mail.to),
        headers.addressed("Cc", mail.cc),
        headers.field("Subject", mail.subject),
        f"Date: {headers.date(mail.sender, mail.at)}\n",
        f"Message-ID: <{mail.id}>\n",
        headers.ids("In-Reply-To", mail.references[-1:]),
        headers.ids("References", mail.references),
        *(headers.field(name, text) for name, text in mail.more),
        f"{_program(mail)}MIME-Version: 1.0\n",
    ))  # fmt: skip


def content(mail: Mail, draw: Draw) -> str:
    """The form of the content and the content, ready to stand below the header."""
    if mail.report[0]:
        return _report(mail, draw)
    plain = _with_quotation(mail, _QUOTED_DEPTH)
    if mail.calendar[0]:
        method, calendar = mail.calendar
        event = _part(f"text/calendar; charset=UTF-8; method={method}", calendar.replace("\r\n", "\n"))
        return _multipart("alternative", draw, (_text(plain), event))
    if mail.manner is Manner.WEB:
        return _multipart("alternative", draw, (_text(plain), _part('text/html; charset="UTF-8"', _html(mail))))
    return _text(plain)


def signed(writer: Person, manner: Manner, draw: Draw, paragraphs: list[str], greeting: str) -> str:
    """A letter of these paragraphs with its beginning and end: what `Mail.text` holds."""
    if manner is Manner.TELEPHONE:
        return "\n\n".join((*paragraphs, writer.first_name, "Sent from my iPhone"))
    closing = draw.one_of(("Best regards", "Kind regards", "Regards", "Best", "Many thanks and best regards"))
    mark = "-- \n" if manner is Manner.THUNDERBIRD else ""
    card = "\n".join(filter(None, (writer.name, writer.title, writer.company, writer.phone and f"Tel. {writer.phone}")))
    return "\n\n".join((f"{greeting},", *paragraphs, f"{closing}\n{writer.first_name}", f"{mark}{card}"))


def greeting_of(draw: Draw, person: Person) -> str:
    """How somebody is addressed."""
    return f"{draw.one_of(('Hi', 'Hello', 'Dear', 'Good morning', 'Hi', 'Dear'))} {person.first_name}"


def _program(mail: Mail) -> str:
    name = "User-Agent" if mail.manner is Manner.THUNDERBIRD else "X-Mailer"
    return f"{name}: {mail.manner.value}\n" if mail.manner.value and not mail.automatic else ""


def _with_quotation(mail: Mail, depth: int) -> str:
    """What was written and the mail that it answers, above or below as the program has it."""
    written = _wrapped(mail.text)
    if mail.quoted is None or depth == 0:
        return written
    quotation = _quotation(mail, mail.quoted, depth)
    return f"{quotation}\n{written}" if mail.manner is Manner.THUNDERBIRD else f"{written}\n{quotation}"


def _quotation(mail: Mail, parent: Mail, depth: int) -> str:
    written = mail.sender.local(parent.at)
    text = _with_quotation(parent, depth - 1)
    if mail.manner is Manner.OUTLOOK:
        to = "; ".join(f"{each.name} <{each.address}>" for each in parent.to)
        return (
            f"________________________________\nFrom: {parent.sender.name} <{parent.sender.address}>\n"
            f"Sent: {written:%A, %d %B %Y %H:%M}\nTo: {to}\nSubject: {parent.subject}\n\n{text}"
        )
    quoted = "".join(f">{line}" if line.startswith(">") else f"> {line}" for line in text.splitlines(keepends=True))
    return f"{_introduction(mail.manner, parent, f'{written:%d %b %Y, at %H:%M}')}\n{quoted}"


def _introduction(manner: Manner, parent: Mail, when: str) -> str:
    address = "" if manner is Manner.THUNDERBIRD else f" <{parent.sender.address}>"
    return f"On {when}, {parent.sender.name}{address} wrote:\n"


def _html(mail: Mail) -> str:
    written = f'<div dir="ltr">{_lines(mail.text)}</div>\n'
    if mail.quoted is None:
        return written
    when = f"{mail.sender.local(mail.quoted.at):%d %b %Y, at %H:%M}"
    introduction = escape(_introduction(mail.manner, mail.quoted, when).strip())
    return (
        f'{written}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{introduction}<br></div>\n'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);'
        f'padding-left:1ex">{_lines(mail.quoted.text)}</blockquote></div>\n'
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def _wrapped(text: str) -> str:
    """Lines of at most 74 signs, as far as words allow."""
    done = []
    for line in text.split("\n"):
        rest = line
        while len(rest) > _WIDTH:
            end = rest.rfind(" ", 0, _WIDTH + 1)
            if end <= 0:
                break
            done.append(rest[:end])
            rest = rest[end + 1 :]
        done.append(rest)
    return "\n".join(done) + "\n"


def _text(text: str) -> str:
    if text.isascii():
        return f'Content-Type: text/plain; charset="us-ascii"\nContent-Transfer-Encoding: 7bit\n\n{text}'
    return _part('text/plain; charset="UTF-8"', text)


def _part(kind: str, text: str) -> str:
    coded = binascii.b2a_qp(text.encode(), istext=True).decode("ascii")
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: quoted-printable\n\n{coded}"


def _multipart(kind: str, draw: Draw, parts: tuple[str, ...]) -> str:
    boundary = f"_000_{draw.hexadecimal(24)}_"
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind};\n\tboundary="{boundary}"\n\n{body}--{boundary}--\n'


def _report(mail: Mail, draw: Draw) -> str:
    """A delivery report of the form of RFC 3464."""
    status, returned = mail.report
    parts = [_text(_wrapped(mail.text)), f"Content-Type: message/delivery-status\n\n{status}"]
    if returned:
        parts.append(f"Content-Type: text/rfc822-headers\n\n{returned}")
    return _multipart("report; report-type=delivery-status", draw, tuple(parts))
