"""The mails of a practice company: who wrote what to whom, in which conversation, below which earlier mail.

Facts say that a mail was sent, in answer to what. Here it gets a subject, the ids of the conversation so far, words and
a quotation. A buyer's mail that names nothing (its program stripped the ids) answers by its subject alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from answerback.simulate.exports.addressbook import AddressBook, Person
from answerback.simulate.exports.drawing import Draw
from answerback.simulate.exports.invitations import Message, invitations
from answerback.simulate.exports.letter import MANNERS, Lying, Mail, Manner, greeting_of, signed
from answerback.simulate.exports.reports import AUTOMATIC, undelivered
from answerback.simulate.exports.routes import Routes, is_mail
from answerback.simulate.exports.wording import Situation, by_buyer, by_seller, subject
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import message_id

Row = dict[str, Any]
_NEW_MAILS = frozenset({"inquired"})
"""Buyers' acts that begin a conversation."""
_AWAY_DAYS = (2, 12)
_BY_TELEPHONE = 5
"""One in so many answers of buyers is typed on a telephone."""


class Correspondence:
    """All mails of some facts, those included that no system recorded: later mails quote and name them."""

    def __init__(self, facts: Facts, book: AddressBook) -> None:
        self._facts, self._book = facts, book
        self._efforts = {row["effort"]: row for row in facts.rows("effort")}
        self._acts = {row["action"]: row for row in facts.rows("action")}
        self._routes = Routes(facts)
        self._mails: dict[tuple[str, int], Mail] = {}
        self._subjects: dict[int, str] = {}
        self._written: dict[tuple[int, str], int] = defaultdict(int)
        self._said: dict[int, str] = {}
        self._deals: dict[int, int] = {}
        for row in (*self._efforts.values(), *self._acts.values()):
            if row["thread"] is not None and row["deal"] is not None:
                self._deals.setdefault(row["thread"], row["deal"])

    def recorded(self) -> Iterator[Lying]:
        """The mails that mailboxes hold, in order of time."""
        messages = {each.action["action"]: each for each in invitations(self._facts, self._book)[1]}
        for kind, row in self._in_order(messages):
            if kind == "action" and row["action"] in messages:
                mail: Mail | None = self._answer_to_invitation(messages[row["action"]])
            else:
                mail = self._mail(kind, row[kind])
            if row["system"] != "none" and mail is not None:
                whose = row["seller"] if kind == "effort" else self._routes.recipient(row)
                yield Lying(whose, mail, kind == "action")

    def _in_order(self, messages: dict[int, Message]) -> list[tuple[str, Row]]:
        rows = [("effort", row) for row in self._efforts.values() if is_mail(row)]
        rows += [("action", row) for row in self._acts.values() if is_mail(row) or row["action"] in messages]
        return sorted(rows, key=lambda each: (each[1]["at"], each[0] == "action", each[1][each[0]]))

    def _mail(self, kind: str, number: int | None) -> Mail | None:
        """The mail that an event is, whose parents are made before it whatever their clocks say; None for no mail."""
        if number is None:
            return None
        if (kind, number) not in self._mails:
            row = self._efforts[number] if kind == "effort" else self._acts[number]
            if not is_mail(row):
                return None
            self._mails[kind, number] = self._by_seller(row) if kind == "effort" else self._by_buyer(row)
        return self._mails[kind, number]

    # What sellers write --------------------------------------------------------------------------------------------

    def _by_seller(self, row: Row) -> Mail:
        draw = Draw(self._facts.seed, "effort", row["effort"])
        writer, reader = self._book.seller(row["seller"], row["at"]), self._book.contact(row["contact"])
        parent = self._mail("action", row["answers"])
        answered = self._acts[row["answers"]] if parent is not None else None
        told = (-1 if row["thread"] is None else row["thread"], row["step"] or "")
        situation = self._situation(row, row["step"], answered, nth=0 if row["thread"] is None else self._written[told])
        self._written[told] += 1
        sequence = row["origin"] == "sequence"
        manner = Manner.WEB if sequence else Manner.OUTLOOK
        text = signed(writer, manner, draw, by_seller(draw, situation), greeting_of(draw, reader))
        others = () if parent is None else (parent.sender, *parent.cc)
        return Mail(
            at=row["at"],
            id=message_id("effort", row["effort"], self._facts.seed, self._facts.domain),
            sender=writer,
            to=(reader,),
            cc=tuple(each for each in others if each.address not in (reader.address, writer.address)),
            subject=self._subject(row, row["step"] or "approach", situation, parent),
            references=_chain(parent),
            text=text,
            quoted=parent,
            manner=manner,
            more=_marks_of_sequence(self._facts.domain, row, draw) if sequence else (),
        )

    # What buyers write ---------------------------------------------------------------------------------------------

    def _by_buyer(self, row: Row) -> Mail:
        kind, at = row["kind"], row["at"]
        draw = Draw(self._facts.seed, "action", row["action"])
        named = self._mail("effort", row["answers"])
        writer = self._book.contact(row["contact"])
        reader = self._book.seller(self._routes.recipient(row), at)
        sent = self._routes.effort_before(row)
        parent = named or (self._mail("effort", sent["effort"]) if sent is not None else None)
        other = self._other(row)
        if kind == "introduced" and (other is None or other.address == writer.address or _was_on(named, other)):
            kind = "replied"  # nobody is brought in
        situation = self._situation(row, sent["step"] if sent is not None else None, None, other=other, draw=draw)
        mail_id = message_id("action", row["action"], self._facts.seed, self._book.domain(row["account"]))
        if kind == "bounced":
            return undelivered(at, mail_id, failed=writer, sender=reader, original=named, draw=draw)
        references = () if kind in _NEW_MAILS else _chain(named)
        if kind in AUTOMATIC:
            text, mark = "\n\n".join(by_buyer(draw, kind, situation)[0]), AUTOMATIC[kind]
            title = mark.prefix + (parent.subject if parent is not None else "your mail")
            return Mail(at, mail_id, writer, (reader,), title, f"{text}\n\n{writer.name}\n{writer.company}",
                        self._manner(row), references=references, more=mark.fields)  # fmt: skip
        manner = self._manner(row)
        if manner is not Manner.THUNDERBIRD and draw.below(_BY_TELEPHONE) == 0:
            manner = Manner.TELEPHONE
        paragraphs, self._said[row["action"]] = by_buyer(draw, kind, situation)
        asked_for_list = kind == "unsubscribed"
        if asked_for_list:
            title = subject(draw, "unsubscribed", situation)
        else:
            title = self._subject(row, "inquired", situation, parent if kind not in _NEW_MAILS else None)
        to, cc = (reader,), (other,) if kind == "introduced" and other is not None else ()
        if kind == "forwarded" and other is not None:
            to, cc, title = (other,), (reader,), f"Fwd: {title.removeprefix('Re: ')}"
        return Mail(at, mail_id, writer, to, title, signed(writer, manner, draw, paragraphs, greeting_of(draw, to[0])),
                    manner, cc=cc, references=references,
                    quoted=None if kind in _NEW_MAILS or asked_for_list else parent)  # fmt: skip

    def _answer_to_invitation(self, message: Message) -> Mail:
        row, guest = message.action, message.guest
        draw = Draw(self._facts.seed, "action", row["action"])
        mail_id = message_id("action", row["action"], self._facts.seed, self._book.domain(row["account"]))
        said = by_buyer(draw, row["kind"], Situation("", "", ""))[0] if message.method == "COUNTER" else []
        manner = self._manner(row)
        text = signed(guest, manner, draw, said, greeting_of(draw, message.invitation.organiser))
        return Mail(row["at"], mail_id, guest, (message.invitation.organiser,), message.title, text, manner,
                    calendar=(message.method, message.calendar))  # fmt: skip

    def _other(self, row: Row) -> Person | None:
        if row["brings"] is not None:
            return self._book.contact(row["brings"])
        return self._book.colleague(row["account"], row["contact"]) if row["kind"] != "introduced" else None

    def _manner(self, row: Row) -> Manner:
        return Draw(self._facts.seed, "program", row["account"]).one_of(MANNERS)

    # What both have in common --------------------------------------------------------------------------------------

    def _situation(
        self, row: Row, step: str | None, answered: Row | None, *, nth: int = 0, other: Person | None = None,
        draw: Draw | None = None,
    ) -> Situation:  # fmt: skip
        about = answered or row
        if answered is not None and answered["brings"] is not None:
            other = self._book.contact(answered["brings"])
        deal = row["deal"] if row["thread"] is None else self._deals.get(row["thread"])
        back = ""
        if row.get("kind") == "out_of_office" and draw is not None:
            day = self._book.contact(row["contact"]).local(row["at"])
            day += timedelta(days=_AWAY_DAYS[0] + draw.below(_AWAY_DAYS[1] - _AWAY_DAYS[0]))
            day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
            back = f"{day:%A}, {day.day} {day:%B}"
        return Situation(
            product=self._book.product(row["account"], deal),
            buyer=self._book.company(row["account"]),
            seller=self._facts.company,
            step=step or "approach",
            nth=nth,
            answered=answered["kind"] if answered is not None else "",
            refused=about.get("stance") == "retreat" or about["kind"] == "declined",
            objection=about.get("objection") or "",
            other=other.name if other is not None else "",
            when=back,
            said=self._said.get(answered["action"], "") if answered is not None else "",
        )

    def _subject(self, row: Row, first: str, situation: Situation, parent: Mail | None) -> str:
        if parent is not None:
            title = parent.subject
            return title if title[:3] in ("Re:", "AW:") else f"Re: {title}"
        if row["thread"] is None:
            return subject(Draw(self._facts.seed, "subject", first, row["at"]), first, situation)
        if row["thread"] not in self._subjects:
            draw = Draw(self._facts.seed, "thread", row["thread"])
            self._subjects[row["thread"]] = subject(draw, first, situation)
        title = self._subjects[row["thread"]]
        # A buyer's mail that names nothing is an answer all the same, if it is none that begins a conversation.
        return title if "effort" in row or row["kind"] in _NEW_MAILS else f"Re: {title}"


def _was_on(mail: Mail | None, person: Person) -> bool:
    """Whether somebody was on a mail or on one that it answers."""
    while mail is not None:
        if any(each.address == person.address for each in (mail.sender, *mail.to, *mail.cc)):
            return True
        mail = mail.quoted if mail.references else None
    return False


def _chain(parent: Mail | None) -> tuple[str, ...]:
    return () if parent is None else (*parent.references, parent.id)


def _marks_of_sequence(domain: str, row: Row, draw: Draw) -> tuple[tuple[str, str], ...]:
    """What sending programs leave in the header of a mail that nobody wrote by hand."""
    return (
        ("List-Unsubscribe", f"<mailto:unsubscribe@{domain}?subject=unsubscribe-{draw.hexadecimal(8)}>"),
        ("X-Campaign-Id", row["template"] or "sequence"),
    )
