"""A mailbox written by hand: each mail a line of a story, told to the minute."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

ANN = "ann@acme.example"
BO = "bo@acme.example"
END = datetime(2024, 4, 1, 9, tzinfo=UTC)
"""When the last mail of a mailbox is written."""


@dataclass(slots=True)
class Mailbox:
    """Mails in the order in which they are added; ids count up."""

    mails: list[tuple[datetime, str]] = field(default_factory=list)

    def add(
        self,
        sender: str,
        to: str,
        days: float,
        *,
        answers: str = "",
        cc: str = "",
        subject: str = "Matter",
        more: str = "",
    ) -> str:
        """A mail so many days before the end; its message id."""
        at = END - timedelta(days=days)
        mail_id = f"m{len(self.mails)}@mail.example"
        lines = [f"From: {sender}", f"To: {to}", f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000", f"Message-ID: <{mail_id}>"]
        lines += [f"Subject: {'Re: ' if answers else ''}{subject}"]
        lines += [f"Cc: {cc}"] if cc else []
        lines += [f"In-Reply-To: <{answers}>", f"References: <{answers}>"] if answers else []
        lines += [f"Delivered-To: {ANN}"] if ANN not in sender else []
        lines += [more] if more else []
        self.mails.append((at, "\n".join([*lines, "", "Text that nobody keeps.", "", ""])))
        return mail_id

    def exchange(self, buyer: str, *days: float) -> str:
        """Ann and a buyer in turns, Ann first, each answering the one before; the last id."""
        last = ""
        for number, day in enumerate(days):
            last = self.add(*((ANN, buyer) if number % 2 == 0 else (buyer, ANN)), day, answers=last)
        return last

    def write(self, path: Path) -> Path:
        """The mailbox as an mbox."""
        if not any(at == END for at, _ in self.mails):
            self.add("robot <no-reply@shop.example>", ANN, 0, more="Auto-Submitted: auto-generated")
        ordered = sorted(self.mails)
        text = "".join(f"From x@mail.example {at:%a %b %d %H:%M:%S %Y}\n{mail}" for at, mail in ordered)
        path.write_text(text, encoding="utf-8")
        return path
