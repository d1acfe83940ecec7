"""Who may read what of the learning loop. Every page, mail and API asks here; nothing else reads these tables.

What somebody writes is theirs. Others read what its owner has shared, as long as it is shared, and by no other way: no
role opens it, admins' neither.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from answerback.people.learning.models import (
    Commitment,
    Debrief,
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


def debriefs(viewer: Person, today: date) -> QuerySet[Debrief]:
    """Those that somebody may read: their own, what people whom they lead shared with them, and the wall's."""
    shared = Q(reach=Reach.MANAGER, owner__in=led_by(viewer, today)) | Q(reach=Reach.EVERYBODY)
    return Debrief.objects.filter(Q(owner=viewer) | (shared & Q(closed_at__isnull=False)))


def debriefs_shared(manager: Person, owner: Person, today: date) -> QuerySet[Debrief]:
    """Debriefs of one person that this manager may read, the latest first."""
    return debriefs(manager, today).filter(owner=owner).order_by("-closed_at", "-pk")


def on_the_wall() -> QuerySet[Debrief]:
    """The debriefs that were shared with everybody."""
    return Debrief.objects.filter(reach=Reach.EVERYBODY, closed_at__isnull=False)


def lessons(viewer: Person) -> QuerySet[Lesson]:
    """Lessons that were shared, and one's own that were not yet."""
    return Lesson.objects.filter(Q(author=viewer) | Q(shared_at__isnull=False)).filter(withdrawn_at=None)


def practices(viewer: Person) -> QuerySet[Practice]:
    """One's own."""
    return Practice.objects.filter(person=viewer)


def practices_shown(manager: Person, owner: Person, today: date) -> QuerySet[Practice]:
    """Practices that somebody who reports to this manager chose to show them."""
    shown = Practice.objects.filter(person=owner, shown_to_manager=True)
    return shown if owner.pk in led_by(manager, today) else shown.none()


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


def commitments(viewer: Person) -> QuerySet[Commitment]:
    """One's own, and those that were made in talks that one led."""
    return Commitment.objects.filter(Q(owner=viewer) | Q(talk__coach=viewer)).distinct()
