"""Debriefs: what ended is looked at by whom it happened to, alone first; then shared with whom they choose, or nobody.

Closing one puts what stood in the way into the log, as kinds. Its text stays here. What was shared can be taken back,
and then nobody else reads it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from answerback.people import audit
from answerback.people.learning import commitments
from answerback.people.learning.models import Debrief, DebriefOf, Practice, Reach
from answerback.people.models import Person
from answerback.workspace.home import Home
from answerback.workspace.journal import Entry, append_all

OF_DEALS = frozenset({DebriefOf.LOST, DebriefOf.NO_DECISION, DebriefOf.WON})
FAILURES = frozenset(DebriefOf) - {DebriefOf.WON, DebriefOf.CASE}
QUESTIONS = ("own", "buyer", "lesson", "serves", "steps")
"""What is asked before a debrief closes; each can be answered with "I do not know"."""
OWN_MISTAKE = "own_mistake"
"""The kind under which the log has all mistakes of our own; a debrief tells them apart after a colon."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is looked back on: of what sort, which deal, and when it ended."""

    of: DebriefOf
    chain_id: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says in a debrief; `unknown` are the questions that they answered with "I do not know"."""

    went: str = ""
    lesson: str = ""
    serves: str = ""
    own_reasons: tuple[str, ...] = ()
    buyer_reasons: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is put in place: what, by which day, and by whom; None for the owner of the debrief."""

    text: str
    due_on: date
    who: Person | None = None


def begin(owner: Person, ending: Ending) -> Debrief:
    """The debrief of an ending, opened now unless it was before. It is its owner's alone."""
    of_deal = ending.of in OF_DEALS
    known = Debrief.objects.filter(owner=owner, chain_id=ending.chain_id, of__in=OF_DEALS if of_deal else [ending.of])
    found = (known if of_deal else known.filter(ended_at=ending.ended_at)).order_by("pk").first()
    if found is not None:
        return found
    made, _ = Debrief.objects.get_or_create(
        owner=owner, of=ending.of, chain_id=ending.chain_id, ended_at=ending.ended_at
    )
    return made


def begin_of_practice(practice: Practice, now: datetime) -> Debrief:
    """The debrief of a practice of somebody's own."""
    made, _ = Debrief.objects.get_or_create(
        owner=practice.person,
        of=DebriefOf.PRACTICE,
        practice=practice,
        defaults={"ended_at": practice.ended_at or now},
    )
    return made


def begin_of_decision(owner: Person, now: datetime) -> Debrief:
    """A debrief of a decision of one's own; one that is open already is gone on with."""
    found = Debrief.objects.filter(owner=owner, of=DebriefOf.DECISION, closed_at=None).first()
    return found or Debrief.objects.create(owner=owner, of=DebriefOf.DECISION, ended_at=now)


def missing(debrief: Debrief, said: Said, steps: Iterable[Step]) -> tuple[str, ...]:
    """The questions that have neither an answer nor an "I do not know"."""
    answers: Mapping[str, Any] = {
        "own": said.own_reasons,
        "buyer": said.buyer_reasons if asks_of_buyer(debrief) else True,
        "lesson": said.lesson,
        "serves": said.serves,
        "steps": tuple(steps),
    }
    return tuple(each for each in QUESTIONS if not answers[each] and each not in said.unknown)


def asks_of_buyer(debrief: Debrief) -> bool:
    """Whether a buyer could have said something: not of a practice or a decision."""
    return bool(debrief.chain_id)


def keep(debrief: Debrief, said: Said) -> None:
    """Keeps what was said so far; the debrief stays open."""
    debrief.went, debrief.lesson, debrief.serves = said.went, said.lesson, said.serves
    debrief.own_reasons, debrief.buyer_reasons = list(said.own_reasons), list(said.buyer_reasons)
    debrief.unknown = sorted(said.unknown)
    debrief.save(update_fields=["went", "lesson", "serves", "own_reasons", "buyer_reasons", "unknown"])


@transaction.atomic
def close(debrief: Debrief, said: Said, steps: Iterable[Step], facts: Mapping[str, Any], now: datetime) -> bool:
    """Closes a debrief with what the chain showed and the steps put in place; False where it was closed before."""
    current = Debrief.objects.select_for_update().get(pk=debrief.pk)
    if current.closed_at is not None:
        return False
    keep(debrief, said)
    debrief.facts, debrief.closed_at = dict(facts), now
    debrief.save(update_fields=["facts", "closed_at"])
    for each in steps:
        commitments.make(each.who or debrief.owner, each.text, each.due_on, debrief=debrief)
    return True


def reword(debrief: Debrief, went: str, lesson: str, serves: str) -> None:
    """Other words for what a closed debrief says; what it says of obstacles stays as the log has it."""
    debrief.went, debrief.lesson, debrief.serves = went, lesson, serves
    debrief.save(update_fields=["went", "lesson", "serves"])


def write_obstacles(
    home: Home, debrief: Debrief, said: Said, known: Iterable[str], *, source: str, now: datetime
) -> int:
    """Puts what stood in the way into the journal, as kinds; how many were written.

    Written twice it is still one each: their ids go with the debrief and the kind. It is to be done before the debrief
    closes, so that a crash in between leaves it open.

    Args:
        home: The workspace.
        debrief: Of a deal or a case.
        said: What its owner says.
        known: Kinds that records have the buyer say already: these are not said again.
        source: By whose ids the deal is known.
        now: When it is said.
    """
    own = dict.fromkeys(each.partition(":")[0] for each in said.own_reasons)
    heard = dict.fromkeys(each for each in said.buyer_reasons if each not in set(known))
    entries = [
        _obstacle(debrief, each, by, source, now) for by, kinds in (("rep", own), ("buyer", heard)) for each in kinds
    ]
    if entries:
        append_all(home, entries)
    return len(entries)


def _obstacle(debrief: Debrief, kind: str, by: str, source: str, now: datetime) -> Entry:
    fields = {
        "source_id": f"debrief-{debrief.pk}-{by}-{kind}",
        "deal_id": debrief.chain_id,
        "occurred_at": debrief.ended_at.isoformat(),
        "kind": kind,
        "said_by": by,
        "evidence": "claimed",
    }
    return Entry(source, "obstacle", fields, now)


@transaction.atomic
def share(debrief: Debrief, reach: Reach, *, anonymous: bool, now: datetime) -> bool:
    """Lets others read a closed debrief, or nobody any more; False where nothing changes.

    Who put something on the wall without their name is not written down either.
    """
    anonymous = anonymous and reach == Reach.EVERYBODY
    if debrief.closed_at is None or (debrief.reach, debrief.anonymous) == (reach, anonymous):
        return False
    nameless = anonymous or debrief.anonymous
    debrief.reach, debrief.anonymous = reach, anonymous
    debrief.shared_at = None if reach == Reach.NOBODY else now
    debrief.save(update_fields=["reach", "anonymous", "shared_at"])
    if not nameless:
        what = "debrief taken back" if reach == Reach.NOBODY else f"debrief shared: {reach}"
        audit.note(debrief.owner, what, str(debrief.pk))
    return True


def of_owner(owner: Person) -> list[dict[str, Any]]:
    """All that somebody's debriefs say, as plain data for themselves."""
    names = (
        *("of", "chain_id", "ended_at", "opened_at", "went", "lesson", "serves", "own_reasons", "buyer_reasons"),
        *("unknown", "facts", "closed_at", "reach", "shared_at", "anonymous"),
    )
    return list(Debrief.objects.filter(owner=owner).order_by("pk").values(*names))
