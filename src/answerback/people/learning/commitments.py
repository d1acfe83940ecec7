"""What somebody said they would do: made in a debrief or a talk, with a day, and asked after by nobody but themselves.

In a debrief its owner may name somebody else for a step. That one knows of it as long as the debrief is shared with
them, and no longer. Whether it was done is the word of whoever is to do it. Nothing is counted of it, and an answer can
be given anew.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from answerback.people.learning import seen
from answerback.people.learning.models import Commitment, Debrief, Held, Talk
from answerback.people.models import Person

MOST_OPEN = 20
"""So many wait for an answer at a time."""
LONGEST = 200
"""So many characters a commitment has at most."""


def make(
    owner: Person, text: str, due_on: date, *, talk: Talk | None = None, debrief: Debrief | None = None
) -> Commitment | None:
    """Keeps what somebody is to do; None where it says nothing, or too much is open already of whoever says so.

    Args:
        owner: Who is to do it: whoever says so, or in a debrief whom its owner names.
        text: What.
        due_on: By when.
        talk: Where it was said, if in a talk.
        debrief: Where it was said, if in a debrief.
    """
    by, said = debrief.owner if debrief is not None else owner, " ".join(text.split())[:LONGEST]
    theirs = Commitment.objects.filter(Q(debrief__owner=by) | Q(debrief=None, owner=by), held="")
    if not said or theirs.count() >= MOST_OPEN:
        return None
    return Commitment.objects.create(owner=owner, text=said, due_on=due_on, talk=talk, debrief=debrief)


def answer(owner: Person, number: int, held: Held, *, now: datetime, today: date) -> Commitment | None:
    """Its owner's word on whether it was done; the later one stands. None where no such commitment is theirs."""
    found = seen.own_commitments(owner, today).filter(pk=number).first()
    if found is None:
        return None
    found.held, found.answered_at = held, now
    found.save(update_fields=["held", "answered_at"])
    return found


def take_on(person: Person, number: int) -> Commitment | None:
    """The owner of a debrief does a step themselves that they named somebody else for; None for every other number."""
    found = Commitment.objects.filter(pk=number, debrief__owner=person, held="").exclude(owner=person).first()
    if found is not None:
        found.owner = person
        found.save(update_fields=["owner"])
    return found


def give_back(person: Person) -> None:
    """Steps that others named somebody for are theirs again, who wrote them: whoever was named goes."""
    named = Commitment.objects.filter(owner=person).exclude(debrief=None).exclude(debrief__owner=person)
    who_wrote = Debrief.objects.filter(pk=OuterRef("debrief")).values("owner")[:1]
    named.update(owner=Subquery(who_wrote), held="", answered_at=None)


def open_of(owner: Person, today: date) -> list[Commitment]:
    """What somebody is to do and has not spoken on since, the next first."""
    return list(seen.own_commitments(owner, today).filter(held="").order_by("due_on", "pk"))


def due(owner: Person, today: date) -> list[Commitment]:
    """Those of them whose day has come: to be asked after."""
    return [each for each in open_of(owner, today) if each.due_on <= today]


def own(person: Person, today: date) -> list[dict[str, Any]]:
    """What is kept of it, for themselves: what they are to do, and whom they named in their debriefs for what."""
    theirs = Q(pk__in=seen.own_commitments(person, today).values("pk")) | Q(debrief__owner=person)
    rows = Commitment.objects.filter(theirs).order_by("made_at", "pk")
    return [{**each} for each in rows.values("text", "owner__name", "due_on", "made_at", "held", "answered_at")]
