"""Who may read what of the learning loop. Every page, mail and API asks here; nothing else reads these tables.

What somebody writes is theirs. Others read what its owner has shared, as long as it is shared, and by no other way: no
role opens it, admins' neither.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q, QuerySet

from answerback.people.learning.models import (
    Commitment,
    Debrief,
    GroupPractice,
    Lesson,
    Practice,
    Reach,
    Rhythm,
    Talk,
    TalkNote,
)
from answerback.people.models import Person, Reporting


def led_by(manager: Person, today: date) -> frozenset[int]:
    """Numbers of the persons who report to somebody today, as an admin has confirmed."""
    lines = Reporting.objects.filter(manager=manager).exclude(confirmed_by=None)
    reps = {each.rep_id for each in lines if each.holds(today)}
    return frozenset(Person.objects.filter(rep_id__in=reps - {""}).exclude(pk=manager.pk).values_list("pk", flat=True))


def led_by_each(leaders: Collection[Person], today: date) -> dict[int, frozenset[int]]:
    """The same of several who lead, by their numbers, in two queries whoever they are."""
    lines = Reporting.objects.filter(manager__in=leaders).exclude(confirmed_by=None)
    pairs = [(each.manager_id, each.rep_id) for each in lines if each.holds(today) and each.rep_id]
    numbers = dict(Person.objects.filter(rep_id__in={rep for _, rep in pairs}).values_list("rep_id", "pk"))
    led: dict[int, set[int]] = {each.pk: set() for each in leaders}
    for manager, rep in pairs:
        if rep in numbers and numbers[rep] != manager:
            led[manager].add(numbers[rep])
    return {manager: frozenset(people) for manager, people in led.items()}


def managers_of(person: Person, today: date) -> QuerySet[Person]:
    """Whom somebody reports to today, as an admin has confirmed, by name."""
    lines = Reporting.objects.filter(rep_id=person.rep_id).exclude(rep_id="").exclude(confirmed_by=None)
    managers = {each.manager_id for each in lines if each.holds(today)} - {person.pk}
    return Person.objects.filter(pk__in=managers, is_active=True).order_by("name", "pk")


def teammates(person: Person, today: date) -> QuerySet[Person]:
    """Who reports to the same manager as somebody does, by name."""
    keys = {each for manager in managers_of(person, today) for each in led_by(manager, today)} - {person.pk}
    return Person.objects.filter(pk__in=keys, is_active=True).order_by("name", "pk")


def debriefs(viewer: Person, today: date) -> QuerySet[Debrief]:
    """Those that somebody may read as their owners': their own, what people whom they lead shared, and the wall's.

    What stands on the wall without a name is nobody's but to its owner: it is read there alone (`wall.wall`).
    """
    shared = Q(reach=Reach.MANAGER, owner__in=led_by(viewer, today)) | Q(reach=Reach.EVERYBODY, anonymous=False)
    return Debrief.objects.filter(Q(owner=viewer) | (shared & Q(closed_at__isnull=False)))


def debriefs_shared(manager: Person, owner: Person, today: date) -> QuerySet[Debrief]:
    """Debriefs of one person that this manager may read, the latest first."""
    return debriefs(manager, today).filter(owner=owner).order_by("-closed_at", "-pk")


def own_debriefs(owner: Person) -> QuerySet[Debrief]:
    """One's own debriefs, the latest ending first."""
    return Debrief.objects.filter(owner=owner).order_by("-ended_at", "-pk")


def on_the_wall() -> QuerySet[Debrief]:
    """The debriefs that were shared with everybody, those without a name among them: for `wall.wall` alone."""
    return Debrief.objects.filter(reach=Reach.EVERYBODY, closed_at__isnull=False)


def lessons(viewer: Person) -> QuerySet[Lesson]:
    """Lessons that were shared, and one's own that were not yet."""
    return Lesson.objects.filter(Q(author=viewer) | Q(shared_at__isnull=False)).filter(withdrawn_at=None)


def lessons_shared() -> QuerySet[Lesson]:
    """Lessons that were shared with everybody, the latest first, with the thanks of those whom they served."""
    shared = Lesson.objects.filter(shared_at__isnull=False, withdrawn_at=None)
    return shared.select_related("author").prefetch_related("thanks__person").order_by("-shared_at", "-pk")


def lessons_not_let_go(viewer: Person, numbers: Collection[int]) -> QuerySet[Lesson]:
    """Of these lessons those that somebody may read and has not let go, the latest said first."""
    found = lessons(viewer).filter(pk__in=numbers).exclude(let_go__person=viewer)
    return found.select_related("author").order_by("-stated_at", "-pk")


def every_lesson() -> QuerySet[Lesson]:
    """All that are not withdrawn, private ones among them: for working out how each stands, and to show to nobody."""
    return Lesson.objects.filter(withdrawn_at=None).select_related("author").order_by("pk")


def lesson(viewer: Person, number: int) -> Lesson | None:
    """A lesson that somebody may read; None for every other number."""
    return lessons(viewer).select_related("author", "debrief").filter(pk=number).first()


def draws_of(lessons: Iterable[Lesson]) -> dict[int, list[str]]:
    """By lesson the names of the practices by lots that put it to the test."""
    rows = GroupPractice.objects.filter(lesson__in=[each.pk for each in lessons]).exclude(draw="")
    found: dict[int, list[str]] = {}
    for number, draw in rows.values_list("lesson_id", "draw"):
        found.setdefault(number, []).append(draw)
    return found


def practices(viewer: Person) -> QuerySet[Practice]:
    """One's own."""
    return Practice.objects.filter(person=viewer)


def practices_shown(manager: Person, owner: Person, today: date) -> QuerySet[Practice]:
    """Practices that somebody who reports to this manager chose to show them."""
    shown = Practice.objects.filter(person=owner, shown_to_manager=True)
    return shown if owner.pk in led_by(manager, today) else shown.none()


def practice(viewer: Person, number: int, today: date) -> Practice | None:
    """One's own, or one that somebody who reports to the viewer chose to show them; None for every other number."""
    shown = Q(shown_to_manager=True, person__in=led_by(viewer, today))
    return Practice.objects.filter(Q(person=viewer) | shown, pk=number).select_related("person", "group").first()


def group_practices(viewer: Person, *, leads: bool) -> QuerySet[GroupPractice]:
    """Practices of several for which lots were drawn: those that somebody took part in, and all for a leader."""
    drawn = GroupPractice.objects.exclude(draw="")
    own = drawn if leads else drawn.filter(practices__person=viewer)
    return own.distinct().order_by("-drawn_at", "-pk")


def group_practice(viewer: Person, number: int, *, leads: bool) -> GroupPractice | None:
    """One of them; None for every other number."""
    return group_practices(viewer, leads=leads).filter(pk=number).first()


def talks(viewer: Person) -> QuerySet[Talk]:
    """Talks that somebody has or had a part in."""
    return Talk.objects.filter(Q(coach=viewer) | Q(person=viewer) | Q(guests=viewer)).distinct()


def talk(viewer: Person, number: int) -> Talk | None:
    """A talk that somebody has a part in; None for every other number."""
    return talks(viewer).select_related("coach", "person", "rhythm").filter(pk=number).first()


def notes(viewer: Person, talk: Talk) -> QuerySet[TalkNote]:
    """What those of a talk wrote down in it, for one of them."""
    return TalkNote.objects.filter(talk__in=talks(viewer), talk=talk).select_related("author").order_by("at", "pk")


def rhythms(viewer: Person) -> QuerySet[Rhythm]:
    """Rhythms of talks that somebody has, as either of the two."""
    return Rhythm.objects.filter(Q(coach=viewer) | Q(person=viewer)).select_related("coach", "person")


def own_commitments(person: Person, today: date) -> QuerySet[Commitment]:
    """What somebody is to do: what they said they would, and what debriefs that they may read name them for."""
    theirs = Q(debrief=None) | Q(debrief__in=debriefs(person, today))
    return Commitment.objects.filter(theirs, owner=person).select_related("owner", "debrief__owner")


def named_in(debrief: Debrief) -> QuerySet[Person]:
    """Whom its owner names for steps of a debrief beside themselves, by name."""
    others = Person.objects.filter(commitments__debrief=debrief).exclude(pk=debrief.owner_id)
    return others.distinct().order_by("name", "pk")


def told_of_steps(debrief: Debrief, today: date) -> list[Person]:
    """Those of them who may read it, and know of their steps."""
    return [each for each in named_in(debrief) if debriefs(each, today).filter(pk=debrief.pk).exists()]


def may_be_named(person: Person, today: date) -> QuerySet[Person]:
    """Whom somebody may name for a step beside themselves: whom they report to, who reports to them or beside them."""
    near = (managers_of(person, today), teammates(person, today))
    keys = {each.pk for some in near for each in some} | led_by(person, today)
    return Person.objects.filter(pk__in=keys, is_active=True).order_by("name", "pk")


def commitments_between(coach: Person, person: Person, today: date) -> QuerySet[Commitment]:
    """What either of two is to do by talks that one led for the other, or by a debrief that both may read."""
    both, talked = (coach, person), Q(talk__coach=coach, talk__person=person)
    shared = [debriefs_shared(*pair, today).values("pk") for pair in (both, both[::-1])]
    looked = Q(owner__in=both) & (Q(debrief__in=shared[0]) | Q(debrief__in=shared[1]))
    return Commitment.objects.filter(talked | looked).select_related("owner", "debrief__owner")
