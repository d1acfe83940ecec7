"""Mailboxes as an archive of them is exported: one mbox a seller, all that they sent and got in order of time.

Incoming mail bears what servers wrote on its way: the return path, to whom it was delivered, when each relay had it.
Every file bears the instant of the export as its time of change.
"""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

from answerback.simulate.exports.addressbook import AddressBook, Person, recorded_spans
from answerback.simulate.exports.correspondence import Correspondence
from answerback.simulate.exports.drawing import Draw
from answerback.simulate.exports.house_mail import house_mail
from answerback.simulate.exports.letter import Lying, Mail, content, header
from answerback.simulate.facts import Facts

_LOOKS_LIKE_A_START = re.compile(r"^(>*From )", re.MULTILINE)
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
"""Networks that RFC 5737 keeps for examples."""


def write_mailboxes(facts: Facts, folder: Path) -> list[Path]:
    """Writes `mail/<address>.mbox` for each rep and manager who has any mail; the files."""
    book, place = AddressBook(facts), folder / "mail"
    place.mkdir(parents=True, exist_ok=True)
    boxes: dict[int, list[Lying]] = defaultdict(list)
    for each in Correspondence(facts, book).recorded():
        boxes[each.seller].append(each)
    written = []
    for seller in book.mailbox_owners:
        mails = boxes.get(seller, [])
        mails += house_mail(facts, book, seller, _seen(facts, seller, mails))
        if not mails:
            continue  # an empty file is no mbox
        path = place / f"{book.mailbox_name(seller)}.mbox"
        with path.open("w", encoding="ascii", newline="\n") as out:
            for each in sorted(mails, key=lambda each: (each.mail.at, each.mail.id)):
                out.writelines(_in_mbox(facts.seed, book, each))
        os.utime(path, (facts.end, facts.end))
        written.append(path)
    return written


def _seen(facts: Facts, seller: int, mails: list[Lying]) -> list[tuple[int, int]]:
    """The stretches of time in which a mailbox was recorded, within its first and last mail if it has any."""
    first, last = (mails[0].mail.at, mails[-1].mail.at) if mails else (facts.start, facts.end)
    spans = recorded_spans(facts, "mail").get(seller, [(facts.start, facts.end)])
    return [(max(start, first), min(end, last)) for start, end in spans]


def _in_mbox(seed: int, book: AddressBook, lying: Lying) -> Iterator[str]:
    """A mail with its separator line, and the line that follows it."""
    mail = lying.mail
    draw = Draw(seed, "way", mail.id)
    sender = "MAILER-DAEMON" if mail.report[0] else mail.sender.address
    yield f"From {sender} {time.asctime(time.gmtime(mail.at))}\n"
    if lying.incoming:
        reader = book.seller(lying.seller, mail.at)
        yield _way(mail, reader, draw, return_path="" if mail.automatic else mail.sender.address)
    yield header(mail)
    form, _, body = content(mail, draw).partition("\n\n")
    yield f"{form}\n\n"
    yield _LOOKS_LIKE_A_START.sub(r">\1", body)
    yield "\n" if body.endswith("\n") else "\n\n"


def _way(mail: Mail, reader: Person, draw: Draw, *, return_path: str) -> str:
    """What servers wrote on top of an incoming mail, the last of them first."""
    host = mail.sender.host.removeprefix("mail.")
    relay, address = f"mail.{host}", f"{draw.one_of(_NETWORKS)}.{1 + draw.below(254)}"
    handed, delivered = mail.at + draw.below(3), mail.at + 3 + draw.below(20)
    return (
        f"Return-Path: <{return_path}>\n"
        f"Delivered-To: {reader.address}\n"
        f"Received: from {relay} ({relay} [{address}])\n"
        f"\tby mx1.{reader.host} (Postfix) with ESMTPS id {draw.hexadecimal(10).upper()}\n"
        f"\tfor <{reader.address}>; {formatdate(delivered)[:-6]} +0000 (UTC)\n"
        f"Received: from [10.{draw.below(256)}.{draw.below(256)}.{1 + draw.below(254)}] (unknown)\n"
        f"\tby {relay} with ESMTPSA id {draw.hexadecimal(12)};\n"
        f"\t{formatdate(handed)[:-6]} +0000\n"
    )
