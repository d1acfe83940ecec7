"""Talks: between a coach and a rep, among peers, along to a buyer, with a buyer. What was said stays with those in it.

That a talk took place leaves as a record of the log, so that it can be told whether talks help; nothing else does. A
coach is whom a rep reports to, as an admin has confirmed; of peers nobody leads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from answerback.people import audit
from answerback.people.learning import seen
from answerback.people.learning.models import Talk, TalkKind, TalkNote
from answerback.people.models import Person
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append_all
from answerback.workspace.known import sources_knowing

COACHED = frozenset({TalkKind.ONE_TO_ONE, TalkKind.RIDE_ALONG})
"""Kinds of talks that somebody leads."""
MOST_AHEAD = 100
"""So many talks of one person are planned at a time."""
MOST_GUESTS = 8
MOST_NOTES = 100
WORDS = {
    TalkKind.PEER_SESSION: ("hardest", "advice", "will_try"),
    TalkKind.ONE_TO_ONE: ("lesson", "serves"),
    TalkKind.RIDE_ALONG: ("lesson", "serves"),
    TalkKind.BUYER_INTERVIEW: ("lesson", "serves"),
}
"""What is written down in a talk, by its kind."""
IdsOf = Callable[[Person], Sequence[str]]
"""The ids by which the log knows somebody."""


class NotTheirs(Exception):
    """They do not lead whom they would coach, or would talk to themselves."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What sort of talk, when, for how long, about which kind of touch or step."""

    kind: TalkKind
    at: datetime
    minutes: int = 30
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A talk that the log has already: whose, what and when, who led it, and peers who advised."""

    person: Person
    planned: Planned
    coach: Person | None = None
    guests: tuple[Person, ...] = ()


@transaction.atomic
def plan(
    person: Person, planned: Planned, *, coach: Person | None = None, guests: Iterable[Person] = (), today: date
) -> Talk | None:
    """A talk for somebody; None where too many of theirs are planned already.

    Args:
        person: Whom it is for: who is coached, whose case peers look at, who listens to a buyer.
        planned: What, and when.
        coach: Who leads it; of talks among peers and with buyers nobody does.
        guests: Peers who advise.
        today: The day on which the coach leads them.

    Raises NotTheirs where the coach does not lead this person.
    """
    coached = planned.kind in COACHED
    if coached != (coach is not None) or (coach is not None and person.pk not in seen.led_by(coach, today)):
        raise NotTheirs
    invited = [each for each in guests if each.pk != person.pk][:MOST_GUESTS]
    if planned.kind is TalkKind.PEER_SESSION and not invited:
        raise NotTheirs
    if Talk.objects.filter(person=person, held_at=None, cancelled_at=None).count() >= MOST_AHEAD:
        return None
    made = Talk.objects.create(
        kind=planned.kind,
        coach=coach,
        person=person,
        planned_at=planned.at,
        minutes=planned.minutes,
        topic=planned.topic,
    )
    if planned.kind is TalkKind.PEER_SESSION:
        made.guests.set(invited)
    return made


def leads(talk: Talk, person: Person) -> bool:
    """Whether somebody may change it: whose talk it is, or who leads it. Guests advise, and may stay away."""
    return person.pk in (talk.person_id, talk.coach_id)


def open_still(talk: Talk) -> bool:
    """Whether it has neither taken place nor been called off."""
    return talk.held_at is None and talk.cancelled_at is None


def move(talk: Talk, at: datetime, minutes: int) -> None:
    """To another time: calendars take the later invitation for the one that stands."""
    talk.planned_at, talk.minutes, talk.changed = at, minutes, talk.changed + 1
    talk.save(update_fields=["planned_at", "minutes", "changed"])


def call_off(talk: Talk, *, now: datetime) -> None:
    """It does not take place. What was written in it stays."""
    talk.cancelled_at, talk.changed = now, talk.changed + 1
    talk.save(update_fields=["cancelled_at", "changed"])


def stay_away(talk: Talk, guest: Person) -> None:
    """A guest has no part in it any more, and sees nothing of it."""
    talk.guests.remove(guest)
    TalkNote.objects.filter(talk=talk, author=guest).delete()


def note(talk: Talk, author: Person, text: str) -> TalkNote | None:
    """What somebody writes down, for those of this talk; None where it says nothing, or there are too many."""
    if not text.strip() or TalkNote.objects.filter(talk=talk).count() >= MOST_NOTES:
        return None
    return TalkNote.objects.create(talk=talk, author=author, text=text.strip())


def strike(author: Person, number: int) -> bool:
    """Takes a note of one's own back."""
    gone, _ = TalkNote.objects.filter(pk=number, author=author).delete()
    return bool(gone)


def write_words(talk: Talk, said: dict[str, str]) -> None:
    """The answers to a talk's questions. The later ones stand."""
    names = [name for name in WORDS[TalkKind(talk.kind)] if name in said]
    for name in names:
        setattr(talk, name, said[name].strip())
    talk.save(update_fields=names)


def show(talk: Talk, event_ids: Sequence[str]) -> None:
    """The touches that their owner lets the others of this talk see, and none else from now on."""
    talk.shown = sorted(set(event_ids))
    talk.save(update_fields=["shown"])


def took_place(home: Home, talk: Talk, by: Person, ids_of: IdsOf, *, now: datetime) -> bool:
    """Notes that a talk was held, and writes that into the log; whether the log took it.

    The log comes first: cut short in between, the talk is still open, and said again it is the same record. It is not
    taken where the log does not know those who had it, or no system knows them both.
    """
    entries = [each for pair in _pairs(talk) if (each := _record(home, talk, pair, ids_of, now)) is not None]
    if entries:
        append_all(home, entries)
    talk.held_at = min(talk.planned_at, now)
    talk.save(update_fields=["held_at"])
    audit.note(by, "talk held", str(talk.pk))
    return bool(entries)


@transaction.atomic
def already_in_log(known: Iterable[Known]) -> list[Talk]:
    """Talks that took place and that the log knows: they stand in the lists of who had them, and leave no record."""
    every = list(known)
    rows = [
        Talk(
            kind=each.planned.kind,
            coach=each.coach,
            person=each.person,
            planned_at=each.planned.at,
            minutes=each.planned.minutes,
            topic=each.planned.topic,
            held_at=each.planned.at,
        )
        for each in every
    ]
    made = Talk.objects.bulk_create(rows)
    for talk, each in zip(made, every, strict=True):
        if each.guests:
            talk.guests.set(each.guests)
    return made


def _pairs(talk: Talk) -> list[tuple[Person, Person]]:
    """Who was coached by whom. Among peers each took part for themselves; a talk with a buyer coaches nobody."""
    if talk.coach is not None:
        return [(talk.person, talk.coach)]
    if talk.kind != TalkKind.PEER_SESSION:  # who led it has left, or it was with a buyer
        return []
    return [(each, each) for each in (talk.person, *talk.guests.order_by("pk"))]


def _record(home: Home, talk: Talk, pair: tuple[Person, Person], ids_of: IdsOf, now: datetime) -> Entry | None:
    """The record of one who was coached: of the first system, in order of their names, that knows both."""
    rep, coach = pair
    known = [{(source, each) for each in ids_of(one) for source in sources_knowing(home, "rep", each)} for one in pair]
    both = sorted({source for source, _ in known[0]} & {source for source, _ in known[1]})
    if not both:
        return None
    rep_id, coach_id = (min(each for source, each in of if source == both[0]) for of in known)
    suffix = f"-{rep.pk}" if rep.pk == coach.pk else ""
    fields = {
        "source_id": f"talk-{talk.uid}{suffix}",
        "rep_id": rep_id,
        "coach_id": coach_id,
        "occurred_at": min(talk.planned_at, now).astimezone(UTC).isoformat(),
        "kind": str(talk.kind),
        "topic": talk.topic or None,
        "minutes": talk.minutes,
    }
    return Entry(both[0], "conversation", fields, now)


def own(person: Person) -> dict[str, list[Any]]:
    """What is kept of somebody's talks, for themselves: the talks they had a part in, and the notes they wrote."""
    fields = ("kind", "coach__name", "person__name", "planned_at", "minutes", "held_at", "cancelled_at", "topic")
    words = sorted({name for names in WORDS.values() for name in names})
    led = seen.talks(person).filter(Q(coach=person) | Q(person=person)).order_by("planned_at", "pk")
    advised = Talk.objects.filter(guests=person).order_by("planned_at", "pk")
    rhythms = seen.rhythms(person).order_by("pk")
    return {
        "talks": list(led.values(*fields, *words, "shown")),
        "talks_as_a_peer": list(advised.values(*fields)),
        "talk_notes": list(TalkNote.objects.filter(author=person).order_by("pk").values("text", "at")),
        "rhythms": list(rhythms.values("coach__name", "person__name", "every", "first_at", "minutes", "ended_on")),
    }
