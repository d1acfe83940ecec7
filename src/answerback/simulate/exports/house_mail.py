"""Mail that is no selling and lies in every seller's mailbox all the same: what colleagues write, and newsletters.

It is here so that a mailbox looks like one, and so that whoever reads it has something to leave out. It lies within the
time that the mailbox recorded, so it does not make that time look longer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from answerback.simulate.exports.addressbook import AddressBook, Person
from answerback.simulate.exports.drawing import Draw
from answerback.simulate.exports.letter import Lying, Mail, Manner, signed
from answerback.simulate.facts import Facts

_HOST = "energypractice.example"
_NEWSLETTER = Person("Energy Practice", f"newsletter@{_HOST}", ZoneInfo("UTC"), "", "")
_ISSUES = (
    "What a leaking tap costs in a year",
    "Seven sites, seven ways to read a meter",
    "The new rules for energy audits in plain words",
    "Night loads: the figure that nobody looks at",
    "Compressed air, and where it goes",
    "A brewery that halved its water",
)


def house_mail(facts: Facts, book: AddressBook, seller: int, seen: Sequence[tuple[int, int]]) -> list[Lying]:
    """The notes on a seller's one-to-ones and the newsletters they got, within the stretches `seen`."""
    found = [*_notes(facts, book, seller), *_newsletters(facts, book, seller)]
    return [each for each in found if any(start <= each.mail.at <= end for start, end in seen)]


def _notes(facts: Facts, book: AddressBook, seller: int) -> Iterator[Lying]:
    for number, row in enumerate(facts.rows("conversation")):
        if seller not in (row["seller"], row["coach"]) or row["coach"] is None or row["coach"] == row["seller"]:
            continue
        at = row["at"] + 60 * (row["minutes"] or 30) + 300
        coach, other = book.seller(row["coach"], at), book.seller(row["seller"], at)
        draw = Draw(facts.seed, "note", number)
        paragraphs = [
            f"Thank you for today. We talked about: {row['topic'] or 'the week'}.",
            draw.one_of((
                "Try it on three companies until we meet again, and note what they answer.",
                "I will listen in on one of your calls next week.",
                "Please write down what they object to. We will go through it next time.",
            )),
        ]  # fmt: skip
        text = signed(coach, Manner.OUTLOOK, draw, paragraphs, f"Hi {other.first_name}")
        mail = Mail(
            at, f"{draw.hexadecimal(12)}.note{number}@{facts.domain}", coach, (other,), "Our one-to-one", text,
            Manner.OUTLOOK,
        )  # fmt: skip
        yield Lying(seller, mail, seller == row["seller"])


def _newsletters(facts: Facts, book: AddressBook, seller: int) -> Iterator[Lying]:
    first, last = (datetime.fromtimestamp(at, UTC) for at in (facts.start, facts.end))
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        at = int(datetime(month // 12, month % 12 + 1, 6, 6, 5, tzinfo=UTC).timestamp())
        reader = book.seller(seller, at)
        title = _ISSUES[month % len(_ISSUES)]
        text = f"{title}\n\nRead the whole of it at https://www.{_HOST}/{month % 12 + 1}.\n\nEnergy Practice, monthly."
        more = (
            ("List-Id", f"Energy Practice <monthly.{_HOST}>"),
            ("List-Unsubscribe", f"<https://www.{_HOST}/leave>"),
            ("Precedence", "bulk"),
        )
        mail = Mail(
            at, f"{month}.{seller}@{_HOST}", _NEWSLETTER, (reader,), title, text, Manner.WEB, more=more
        )  # fmt: skip
        yield Lying(seller, mail, True)
