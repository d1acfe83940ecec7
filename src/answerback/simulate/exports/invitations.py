"""The meetings to which sellers invited, with who answered what and when.

A calendar holds for each guest the answer that they gave last, and Exchange also keeps when it was given. An answer
that another one replaced, and a proposal of another time, exist only as the message that brought them; they lie in the
organiser's mailbox. So each answer is told in exactly one place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from answerback.simulate.exports import ical
from answerback.simulate.exports.addressbook import AddressBook, Person
from answerback.simulate.exports.drawing import Draw
from answerback.simulate.exports.wording import Situation, subject
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import meeting_uid

PARTSTAT = {
    "accepted_meeting": "ACCEPTED",
    "declined_meeting": "DECLINED",
    "replied": "TENTATIVE",
    "delegated": "DELEGATED",
}
"""What a guest's status is after an act of this kind."""
OPEN = "NEEDS-ACTION"
_MINUTES = 45
_DAYS_AHEAD = 3
_LATER = 7 * 86_400
"""Seconds by which another time that is proposed lies later: the same hour of the same weekday."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting to which a seller invited.

    Attributes:
        effort: The effort that the invitation is.
        guests: Each with their status, and when they answered (None where they have not).
    """

    effort: Row
    uid: str
    title: str
    organiser: Person
    guests: tuple[tuple[Person, str, int | None], ...]

    @property
    def starts(self) -> int:
        """When the meeting begins, seconds since 1970."""
        meets_at = self.effort["meets_at"]
        return int(self.effort["at"] + _DAYS_AHEAD * 86_400 if meets_at is None else meets_at)

    @property
    def ends(self) -> int:
        """When the meeting is over."""
        return self.starts + 60 * _MINUTES

    def component(self, written: int, guests: list[str], *, starts: int | None = None) -> str:
        """The event: `guests` are its attendee lines, `written` is when this text of it was made."""
        zone, begin = self.organiser.zone, self.starts if starts is None else starts
        claimed = self.effort["evidence"] == "claimed"
        return "\n".join((
            "BEGIN:VEVENT",
            f"UID:{self.uid}",
            f"DTSTAMP:{ical.utc(written)}",
            f"CREATED:{ical.utc(self.effort['at'])}",
            f"LAST-MODIFIED:{ical.utc(min(self.changed, written))}",
            "SEQUENCE:0",
            "STATUS:CONFIRMED",
            "CLASS:PUBLIC",
            "TRANSP:OPAQUE",
            f"SUMMARY:{ical.text(self.title)}",
            ical.local("DTSTART", begin, zone),
            ical.local("DTEND", begin + self.ends - self.starts, zone),
            "LOCATION:Online",
            # Whoever typed a meeting into their own calendar invited nobody.
            *([] if claimed else [ical.person("ORGANIZER", self.organiser)]),
            *guests,
            "END:VEVENT",
        ))  # fmt: skip

    @property
    def changed(self) -> int:
        """When the meeting last changed: at the last answer."""
        return int(max([self.effort["at"], *(at for _, _, at in self.guests if at is not None)]))


@dataclass(frozen=True, slots=True)
class Message:
    """An answer that exists only as a message: `REPLY` with a status, or `COUNTER` with another time."""

    action: Row
    invitation: Invitation
    guest: Person
    method: str

    @property
    def title(self) -> str:
        """The subject that calendar programs give it."""
        said = {"ACCEPTED": "Accepted", "DECLINED": "Declined", "TENTATIVE": "Tentative"}
        mark = "New Time Proposed" if self.method == "COUNTER" else said.get(PARTSTAT[self.action["kind"]], "Answer")
        return f"{mark}: {self.invitation.title}"

    @property
    def calendar(self) -> str:
        """The calendar part."""
        at, counter = self.action["at"], self.method == "COUNTER"
        status = "TENTATIVE" if counter else PARTSTAT[self.action["kind"]]
        starts = self.invitation.starts + (_LATER if counter else 0)
        guest = ical.person("ATTENDEE", self.guest, PARTSTAT=status)
        zone = self.invitation.organiser.zone
        year = self.invitation.organiser.local(at).year
        parts = [ical.zone_definition(zone, year, year + 1), self.invitation.component(at, [guest], starts=starts)]
        return ical.calendar(self.method, parts)


def invitations(facts: Facts, book: AddressBook) -> tuple[list[Invitation], list[Message]]:
    """All meetings that were put into calendars, and the answers that are messages."""
    said = _answers(facts)
    found, messages = [], []
    for effort in facts.rows("effort"):
        if effort["system"] != "calendar" or effort["contact"] is None:
            continue
        answers = said.get(effort["effort"], [])
        lasting = {row["contact"]: row for row in answers if row["kind"] in PARTSTAT}
        invited = dict.fromkeys([effort["contact"], *lasting])
        invitation = Invitation(
            effort,
            meeting_uid(effort["effort"], facts.seed, facts.domain),
            _title(facts, book, effort),
            book.seller(effort["seller"], effort["at"]),
            tuple(_guest(book, contact, lasting.get(contact)) for contact in invited),
        )
        found.append(invitation)
        for row in answers:
            if lasting.get(row["contact"]) is not row:
                method = "COUNTER" if row["kind"] not in PARTSTAT else "REPLY"
                messages.append(Message(row, invitation, book.contact(row["contact"]), method))
    return found, messages


def _answers(facts: Facts) -> dict[int, list[Row]]:
    """By effort, the answers that calendars know of, in order of time."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in sorted(facts.rows("action"), key=lambda row: (row["at"], row["action"])):
        if row["system"] == "calendar" and row["kind"] in {*PARTSTAT, "rescheduled"}:
            of = row["answers"] if row["answers"] is not None else row["cause"]
            if of is not None:
                found[of].append(row)
    return dict(found)


def _guest(book: AddressBook, contact: int, answer: Row | None) -> tuple[Person, str, int | None]:
    status, at = (OPEN, None) if answer is None else (PARTSTAT[answer["kind"]], answer["at"])
    return book.contact(contact), status, at


def _title(facts: Facts, book: AddressBook, effort: Row) -> str:
    draw = Draw(facts.seed, "meeting", effort["effort"])
    product = book.product(effort["account"], effort["deal"])
    return subject(draw, "meeting", Situation(product, book.company(effort["account"]), facts.company))


def attendee_lines(invitation: Invitation) -> Iterator[str]:
    """The guests of a meeting as its organiser's calendar has them."""
    for person, status, at in invitation.guests:
        answered = {} if at is None else {"X-MS-OLK-RESPTIME": ical.utc(at)}
        yield ical.person(
            "ATTENDEE", person, CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", PARTSTAT=status, RSVP="TRUE", **answered
        )
