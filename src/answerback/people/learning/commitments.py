"""What somebody said they would do: made in a debrief or a talk, with a day, and asked after by nobody but themselves.

Whether it was done is its owner's word. Nothing is counted of it, and an answer can be given anew.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from answerback.people.learning.models import Commitment, Debrief, Held, Talk
from answerback.people.models import Person

MOST_OPEN = 20
"""So many wait for an answer at a time."""
LONGEST = 200
"""So many characters a commitment has at most."""


def make(
    owner: Person, text: str, due_on: date, *, talk: Talk | None = None, debrief: Debrief | None = None
) -> Commitment | None:
    """Keeps what somebody said they would do; None where it says nothing, or too much of theirs is open already."""
    said = " ".join(text.split())[:LONGEST]
    if not said or Commitment.objects.filter(owner=owner, held="").count() >= MOST_OPEN:
        return None
    return Commitment.objects.create(owner=owner, text=said, due_on=due_on, talk=talk, debrief=debrief)


def answer(owner: Person, number: int, held: Held, *, now: datetime) -> Commitment | None:
    """Its owner's word on whether it was done; the later one stands. None where no such commitment is theirs."""
    found = Commitment.objects.filter(pk=number, owner=owner).first()
    if found is None:
        return None
    found.held, found.answered_at = held, now
    found.save(update_fields=["held", "answered_at"])
    return found


def open_of(owner: Person) -> list[Commitment]:
    """What somebody said they would do and has not spoken on since, the next first."""
    return list(Commitment.objects.filter(owner=owner, held="").order_by("due_on", "pk"))


def due(owner: Person, today: date) -> list[Commitment]:
    """Those of them whose day has come: to be asked after."""
    return [each for each in open_of(owner) if each.due_on <= today]


def own(person: Person) -> list[dict[str, Any]]:
    """What is kept of it, for themselves."""
    rows = Commitment.objects.filter(owner=person).order_by("made_at", "pk")
    return [{**each} for each in rows.values("text", "due_on", "made_at", "held", "answered_at")]
