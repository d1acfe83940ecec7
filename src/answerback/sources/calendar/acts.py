"""What a meeting says was done: the seller's efforts and the buyer's acts in it, as records.

A plain calendar (no METHOD, or PUBLISH) tells how things stand; a scheduling message (RFC 5546) tells what somebody did
at a stated instant. An act that is only known as a state lies somewhere between the invitation and the calendar's last
change; it is put at the end of that interval, so that whatever is said to be in time would be so wherever it lay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from answerback.domain.kinds import ActionKind, Evidence
from answerback.domain.reading import NonEvent, Record
from answerback.sources.calendar import records
from answerback.sources.calendar.meetings import Meeting, Person, Unreadable
from answerback.sources.calendar.recurrence import starts

STORED: Final = frozenset({"", "PUBLISH"})
"""The methods of a calendar that only tells how things stand."""
SAME_MOMENT: Final = timedelta(minutes=1)
"""A request written this soon after the meeting was made is the first one, whatever number it bears."""

_BUYER_ANSWER: Final = {
    "ACCEPTED": (ActionKind.ACCEPTED_MEETING, ""),
    "DECLINED": (ActionKind.DECLINED_MEETING, ""),
    "TENTATIVE": (ActionKind.REPLIED, "tentative"),
    "DELEGATED": (ActionKind.DELEGATED, ""),
}
_SELLER_ANSWER: Final = {
    "ACCEPTED": "acceptance",
    "DECLINED": "refusal",
    "TENTATIVE": "tentative",
    "DELEGATED": "delegation",
}


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time in which the meetings of a series are looked up."""

    after: datetime
    before: datetime


@dataclass(frozen=True, slots=True)
class Sides:
    """A meeting with both sides told apart."""

    meeting: Meeting
    organiser: Person
    ours: tuple[Person, ...]
    """Sellers among the attendees."""
    theirs: tuple[Person, ...]
    """Outside parties among the attendees."""
    evidence: Evidence
    window: Window
    sender: str = ""
    """Who sent the message, where the mail around it says so."""

    @property
    def contact(self) -> Person | None:
        """The buyer's person: the organiser, or the first outside attendee who is asked and not only informed."""
        if self.organiser.rep is None:
            return self.organiser
        return next((each for each in self.theirs if each.role != "informed"), next(iter(self.theirs), None))

    @property
    def outside(self) -> tuple[Person, ...]:
        """All outside parties."""
        return self.theirs if self.organiser.rep else (self.organiser, *self.theirs)

    @property
    def everybody(self) -> tuple[Person, ...]:
        """All who take part."""
        return (self.organiser, *self.ours, *self.theirs)


def sides_of(meeting: Meeting, owner: str, window: Window, sender: str = "") -> Sides | NonEvent:
    """The two sides of a meeting, or the reason why it is none between seller and buyer.

    A meeting that names no organiser was put into the calendar by its `owner` (a rep's address, or empty), and no
    system saw an invitation go out: as a state of the calendar it is evidence of the claimed kind.
    """
    organiser = meeting.organiser
    evidence = Evidence.CAPTURED
    attendees = meeting.attendees
    if organiser is None:
        if not owner:
            return NonEvent("no_organiser")
        organiser = Person(owner, owner, role="organizer")
        evidence = Evidence.CLAIMED if meeting.method in STORED else Evidence.CAPTURED
        attendees = tuple(each for each in attendees if each.rep != owner)
    ours = tuple(each for each in attendees if each.rep)
    theirs = tuple(each for each in attendees if not each.rep)
    if organiser.rep and not theirs:
        return NonEvent("no_outside_party")
    if not organiser.rep and not ours:
        return NonEvent("no_own_party")
    return Sides(meeting, organiser, ours, theirs, evidence, window, sender)


def acts_in(sides: Sides) -> tuple[Record, ...] | NonEvent:
    """The records of what was done. Raises Unreadable where a needed time is missing."""
    method = sides.meeting.method
    if method in STORED:
        found = tuple(_stored(sides))
        return found or NonEvent("occurrence")
    if method in {"REQUEST", "ADD"}:
        return tuple(_requested(sides))
    if method == "REPLY":
        return tuple(_replied(sides)) or NonEvent("no_answer")
    if method == "CANCEL":
        return tuple(_cancelled(sides)) or NonEvent("uninvited")
    if method == "COUNTER":
        return tuple(_countered(sides)) or NonEvent("unknown_sender")
    if method == "DECLINECOUNTER":
        return tuple(_counter_declined(sides))
    return NonEvent("refresh" if method == "REFRESH" else "other_method")


def _stored(sides: Sides) -> Iterator[Record]:
    meeting = sides.meeting
    sent = meeting.stamps.created
    if sent is None:
        raise Unreadable("missing", "CREATED", "when the invitation was made: without it nothing can be placed in time")
    changed = meeting.stamps.modified or meeting.stamps.written
    if changed is None:
        raise Unreadable("missing", "LAST-MODIFIED", "when the meeting last changed")
    seen = max(sent, changed)
    if meeting.occurrence is None:
        # One meeting of a series that was changed has no instant of its own: the series' invitation is the effort.
        yield from _invitation(sides, meeting.id, sent, "invitation")
    if sides.organiser.rep:
        for person in sides.theirs:
            yield from _stored_answer(sides, person, sent, seen)
    else:
        for person in sides.ours:
            yield from _stored_answer(sides, person, sent, seen)
    if meeting.cancelled:
        yield from _cancelled_by_organiser(sides, seen, since=sent)


def _invitation(sides: Sides, identity: str, at: datetime, subkind: str) -> Iterator[Record]:
    """An invitation as an effort, or as a buyer's inquiry, with all that belongs to it."""
    meeting, rep = sides.meeting, sides.organiser.rep
    tokens = {"reference": records.token_of(meeting)}
    if meeting.occurrence:
        tokens["about"] = f"meeting:{meeting.uid}"
    if rep:
        evidence = sides.evidence.value
        yield records.effort(meeting, identity, rep, sides.contact, at, subkind=subkind, evidence=evidence, **tokens)
    else:
        kind = ActionKind.INQUIRED if subkind == "invitation" else ActionKind.RESCHEDULED
        yield records.action(meeting, identity, kind, sides.contact, at, subkind=subkind, **tokens)
    yield from records.participants(meeting, identity, "effort" if rep else "buyer_action", sides.everybody)
    later = starts(meeting.series, sides.window.after, sides.window.before) if meeting.series else ()
    yield from records.meeting_starts(meeting, identity, later)


def _stored_answer(sides: Sides, person: Person, sent: datetime, seen: datetime) -> Iterator[Record]:
    """An answer that the calendar shows: at its own time where it kept one, else at the end of the interval."""
    identity = f"{sides.meeting.id}/{person.address}/status"
    timed = person.answered_at if person.answered_at and person.answered_at >= sent else None
    found = _answer(sides, person, identity, timed or seen)
    if found is None:
        return
    if timed is None:
        subkind = str(found.fields.get("subkind") or "")
        # The seller's own answers keep their names; the interval beside them says that the time is not known.
        if person.rep is None:
            subkind = f"{subkind}_status".removeprefix("_")
        found = replace(found, fields={**found.fields, "subkind": subkind})
    yield found
    if timed is None:
        yield records.attribute(sides.meeting, identity, "interval_start", _text(sent))


def _answer(sides: Sides, person: Person, identity: str, at: datetime) -> Record | None:
    """One person's answer to an invitation of the other side; None where there is none."""
    meeting, tokens = sides.meeting, records.tokens_of(sides.meeting)
    if person.rep:
        subkind = _SELLER_ANSWER.get(person.status)
        if subkind is None:
            return None
        return records.effort(
            meeting, identity, person.rep, sides.contact, at, subkind=subkind, refers_to=tokens, about=tokens
        )
    if person.status not in _BUYER_ANSWER:
        return None
    kind, subkind = _BUYER_ANSWER[person.status]
    evidence = sides.evidence.value
    return records.action(meeting, identity, kind, person, at, subkind=subkind, evidence=evidence, refers_to=tokens)


def _requested(sides: Sides) -> Iterator[Record]:
    meeting, stamps = sides.meeting, sides.meeting.stamps
    first = meeting.method == "REQUEST" and meeting.occurrence is None and _is_first(meeting)
    if first:
        at = min(filter(None, (stamps.created, stamps.written)), default=None)
        yield from _invitation(sides, meeting.id, _needed(at), "invitation")
    else:
        # A raised SEQUENCE means another time, rule or state (RFC 5546, 2.1.4), and asks everybody again.
        subkind = "added" if meeting.method == "ADD" else "rescheduled"
        yield from _invitation(sides, f"{meeting.id}/{meeting.sequence}", _needed(stamps.written), subkind)


def _is_first(meeting: Meeting) -> bool:
    created, written = meeting.stamps.created, meeting.stamps.written
    return meeting.sequence == 0 or bool(created and written and abs(written - created) <= SAME_MOMENT)


def _replied(sides: Sides) -> Iterator[Record]:
    for person in sides.theirs if sides.organiser.rep else sides.ours:
        if person.status in _BUYER_ANSWER:
            at = _needed(sides.meeting.stamps.written)
            identity = f"{sides.meeting.id}/{person.address}/{person.status.lower()}/{_compact(at)}"
            if found := _answer(sides, person, identity, at):
                yield found


def _cancelled(sides: Sides) -> Iterator[Record]:
    # Without STATUS:CANCELLED a CANCEL takes the listed attendees off a meeting that still takes place.
    if sides.meeting.cancelled or not sides.organiser.rep:
        yield from _cancelled_by_organiser(sides, _needed(sides.meeting.stamps.written))


def _cancelled_by_organiser(sides: Sides, at: datetime, since: datetime | None = None) -> Iterator[Record]:
    meeting = sides.meeting
    if sides.organiser.rep:
        if meeting.occurrence:
            name, value = "cancelled_occurrence", meeting.occurrence.text
            yield records.attribute(meeting, meeting.uid, name, value, part=meeting.occurrence.token)
        else:
            yield records.attribute(meeting, meeting.uid, "cancelled_at", _text(at))
        return
    identity = f"{meeting.id}/cancelled"
    subkind = "cancelled" if meeting.cancelled else "uninvited"
    subkind = f"{subkind}_status" if since else subkind
    tokens = records.tokens_of(meeting)
    kind = ActionKind.DECLINED_MEETING
    yield records.action(meeting, identity, kind, sides.organiser, at, subkind=subkind, refers_to=tokens, about=tokens)
    if since:
        yield records.attribute(meeting, identity, "interval_start", _text(since))


def _countered(sides: Sides) -> Iterator[Record]:
    """Another time was proposed. Who did is only in the mail around it, or where one person alone can have."""
    meeting, tokens = sides.meeting, records.tokens_of(sides.meeting)
    candidates = sides.theirs if sides.organiser.rep else sides.ours
    sent = tuple(each for each in candidates if sides.sender in {each.address, each.rep})
    candidates = sent or candidates
    person = candidates[0] if len(candidates) == 1 else None
    at = _needed(meeting.stamps.written)
    identity = f"{meeting.id}/counter/{_compact(at)}"
    if sides.organiser.rep:
        shared = {} if person else records.common_account(candidates)
        yield records.action(meeting, identity, ActionKind.RESCHEDULED, person, at, refers_to=tokens, **shared)
    elif person and person.rep:
        yield records.effort(
            meeting, identity, person.rep, sides.contact, at, subkind="counter_proposal", refers_to=tokens, about=tokens
        )
    else:
        return
    if meeting.start:
        yield records.attribute(meeting, identity, "proposed_start", meeting.start.text)


def _counter_declined(sides: Sides) -> Iterator[Record]:
    """The organiser keeps to the time that was asked for."""
    meeting, tokens = sides.meeting, records.tokens_of(sides.meeting)
    at = _needed(meeting.stamps.written)
    identity = f"{meeting.id}/counter_declined/{_compact(at)}"
    if rep := sides.organiser.rep:
        yield records.effort(
            meeting, identity, rep, sides.contact, at, subkind="counter_declined", refers_to=tokens, about=tokens
        )
    else:
        kind = ActionKind.REPLIED
        yield records.action(meeting, identity, kind, sides.contact, at, subkind="counter_declined", refers_to=tokens)


def _needed(at: datetime | None) -> datetime:
    if at is None:
        raise Unreadable("missing", "DTSTAMP", "when the message was written")
    return at


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _compact(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")
