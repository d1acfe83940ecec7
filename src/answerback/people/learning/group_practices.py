"""Practices of several: somebody proposes one, people join by their own wish, lots decide who starts now and who later.

Lots are drawn on the Monday that was named, or the first one after it by which enough have joined. So nobody knows
beforehand when they start, and what comes of it does not depend on who was eager. Who has joined nobody learns here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, QuerySet

from answerback.analysis.lift.fixing import LEAST_REPS, Fixing, drawn, fresh_seed, next_monday
from answerback.analysis.lift.plan import Plan
from answerback.people import audit
from answerback.people.learning.models import GroupPractice, Joining, Practice
from answerback.people.learning.practices import LONGEST, ON_BASE, NotInTheLog, source_knowing
from answerback.people.models import Person
from answerback.workspace.home import Home
from answerback.workspace.journal import append_all

MOST_OPEN = 5
"""So many proposals of one person wait at a time."""
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody proposes: the small change, the kind of touch (empty: all), how often and how long, and when."""

    what: str
    play: str
    dose: int
    weeks: int
    starts_on: date


def propose(person: Person, said: Proposed) -> GroupPractice | None:
    """Keeps a proposal; None where too many of this person wait already, or its day is no Monday."""
    if GroupPractice.objects.filter(proposed_by=person, draw="").count() >= MOST_OPEN or said.starts_on.weekday():
        return None
    made = GroupPractice.objects.create(
        what=" ".join(said.what.split())[:LONGEST],
        play=said.play,
        dose=said.dose,
        weeks=said.weeks,
        starts_on=said.starts_on,
        proposed_by=person,
    )
    audit.note(person, "group practice proposed", str(made.pk))
    return made


def withdraw(person: Person, number: int) -> bool:
    """Takes back what one proposed and nobody has drawn lots for; who had joined it is free again."""
    gone, _ = GroupPractice.objects.filter(pk=number, proposed_by=person, draw="").delete()
    return bool(gone)


def open_ones() -> QuerySet[GroupPractice]:
    """Those that people may join, with how many have, the next first."""
    waiting = GroupPractice.objects.filter(draw="").select_related("proposed_by")
    return waiting.annotate(joined_by=Count("joined")).order_by("starts_on", "pk")


def is_open(number: int) -> bool:
    """Whether people may join it."""
    return GroupPractice.objects.filter(pk=number, draw="").exists()


def joined_by(person: Person) -> frozenset[int]:
    """Numbers of those that somebody takes part in."""
    return frozenset(Joining.objects.filter(person=person).values_list("group_id", flat=True))


@transaction.atomic
def join(home: Home, person: Person, number: int) -> bool:
    """Takes part; False where there is none to join, or they have a practice, or take part in another one.

    Raises NotInTheLog where the log does not know them: nothing could be measured.
    """
    source_knowing(home, person)
    group = GroupPractice.objects.select_for_update().filter(pk=number, draw="").first()
    busy = Practice.objects.filter(person=person, ended_at=None).exists()
    elsewhere = Joining.objects.filter(person=person, group__draw="").exclude(group=number).exists()
    if group is None or busy or elsewhere:
        return False
    Joining.objects.get_or_create(group=group, person=person)
    return True


@transaction.atomic
def leave(person: Person, number: int) -> bool:
    """Takes part no more; False once lots were drawn."""
    gone, _ = Joining.objects.filter(group=number, person=person, group__draw="").delete()
    return bool(gone)


def draw_what_is_due(home: Home, *, now: datetime, seed: int | None = None) -> int:
    """Draws lots for all whose Monday has come and that enough have joined; for how many it did.

    What too few have joined by its Monday waits for the next one. The seed is one that nobody chose, but where people
    are made up and the same ones are to come again.
    """
    due = GroupPractice.objects.filter(draw="", starts_on__lte=now.date()).values_list("pk", flat=True)
    return sum(_draw(home, number, now, seed) for number in list(due))


@transaction.atomic
def _draw(home: Home, number: int, now: datetime, seed: int | None) -> bool:
    group = GroupPractice.objects.select_for_update().filter(pk=number, draw="").first()
    if group is None:
        return False
    today = now.date()
    starts = today if not today.weekday() else next_monday(today)
    whose: dict[str, str] = {}
    people: dict[str, Person] = {}
    joined = Joining.objects.filter(group=group, person__is_active=True).select_related("person").order_by("pk")
    for person in [each.person for each in joined]:
        if Practice.objects.filter(person=person, ended_at=None).exists():
            continue
        try:
            whose[person.rep_id] = source_knowing(home, person)
            people[person.rep_id] = person
        except NotInTheLog:
            continue
    if len(whose) < LEAST_REPS:
        group.starts_on = next_monday(today)
        group.save(update_fields=["starts_on"])
        return False
    fixing = Fixing(group.play, Plan(ON_BASE), starts, starts + group.weeks * _WEEK)
    chosen = fresh_seed() if seed is None else seed
    begun = drawn(whose, fixing, seed=chosen, later_weeks=group.weeks, now=now)
    for each in begun:
        Practice.objects.create(
            person=people[each.rep_id],
            what=group.what,
            play=group.play,
            group=group,
            lesson=group.lesson,
            arm=each.fixing.arm,
            dose=group.dose,
            starts_on=each.fixing.starts,
            ends_on=each.fixing.ends,
            frozen_at=now,
            record_id=str(each.entry.fields["source_id"]),
        )
    group.draw, group.drawn_at, group.starts_on = begun[0].fixing.plan.draw, now, starts
    group.save(update_fields=["draw", "drawn_at", "starts_on"])
    append_all(home, [each.entry for each in begun])
    return True
