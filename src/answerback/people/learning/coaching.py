"""What somebody who leads gave: talks planned and kept, debriefs talked about, lessons that spread, time with buyers.

Counts of their own doing, for themselves; of several together they are a sum, and never stand beside one another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet

from answerback.people.learning import seen
from answerback.people.learning.models import Debrief, Lesson, Reach, Talk, TalkKind, Thanks
from answerback.people.models import Person


@dataclass(frozen=True, slots=True)
class Given:
    """What was given over a time.

    Attributes:
        planned: Talks that were to be led by now and were not called off.
        kept: Those of them that took place.
        rides: Times along to a buyer.
        interviews: Times with a buyer to listen.
        shared: Debriefs that people whom they lead shared with them.
        followed: Those of them after which the two talked.
        lessons: Lessons that they, or people whom they lead, shared by name.
        spread: Those of them for which somebody else gave thanks.
    """

    planned: int = 0
    kept: int = 0
    rides: int = 0
    interviews: int = 0
    shared: int = 0
    followed: int = 0
    lessons: int = 0
    spread: int = 0


def given(
    leaders: Collection[Person], *, start: datetime, until: datetime, today: date, due_by: datetime | None = None
) -> Given:
    """What one who leads gave between two instants; what several gave, as one sum.

    Args:
        leaders: Who leads.
        start: From when; aware.
        until: Until when; aware.
        today: The day on which people report to them.
        due_by: Talks planned until then were to be by now; None: until the end of the time.
    """
    led = seen.led_by_each(leaders, today)
    everybody = {person for people in led.values() for person in people}
    lessons = _lessons(leaders, everybody).filter(shared_at__gte=start, shared_at__lte=until)
    spread = lessons.filter(pk__in=Thanks.objects.exclude(person=F("lesson__author")).values("lesson"))
    shared = list(
        _shared(everybody).filter(shared_at__gte=start, shared_at__lte=until).values_list("owner_id", "shared_at")
    )
    return Given(
        **_talks(leaders, start, due_by or until),
        shared=len(shared),
        followed=_followed(led, shared) if shared else 0,
        lessons=lessons.count(),
        spread=spread.count(),
    )


def _talks(leaders: Collection[Person], start: datetime, until: datetime) -> dict[str, int]:
    """Talks that were to be by now; times with buyers among those that took place."""
    led = Q(coach__in=leaders)
    held = Q(held_at__isnull=False)
    listening = Q(person__in=leaders, kind=TalkKind.BUYER_INTERVIEW)
    by_then = Q(planned_at__lte=until) | held
    due = Talk.objects.filter(led | listening, by_then, planned_at__gte=start, cancelled_at=None)
    return due.aggregate(
        planned=Count("pk", filter=led),
        kept=Count("pk", filter=led & held),
        rides=Count("pk", filter=led & held & Q(kind=TalkKind.RIDE_ALONG)),
        interviews=Count("pk", filter=listening & held),
    )


def _followed(led: Mapping[int, Collection[int]], shared: Iterable[tuple[int, datetime | None]]) -> int:
    """How many debriefs were followed by a talk with whom their owner reports to."""
    talked: dict[int, datetime] = {}
    held = Talk.objects.filter(coach__in=led, held_at__isnull=False).values_list("coach_id", "person_id", "held_at")
    for coach, person, at in held:
        if at is not None and coach in led and person in led[coach]:
            talked[person] = max(at, talked.get(person, at))
    return sum(at is not None and owner in talked and talked[owner] >= at for owner, at in shared)


def _shared(led: Collection[int]) -> QuerySet[Debrief]:
    """Debriefs that these shared with whom they report to, or by name with everybody."""
    named = Q(reach=Reach.MANAGER) | Q(reach=Reach.EVERYBODY, anonymous=False)
    return Debrief.objects.filter(named, owner__in=led, closed_at__isnull=False)


def _lessons(leaders: Collection[Person], led: Collection[int]) -> QuerySet[Lesson]:
    """Lessons shared by name; one's own as well where it bears no name."""
    theirs = Q(author__in=led, anonymous=False) | Q(author__in=leaders)
    return Lesson.objects.filter(theirs, shared_at__isnull=False, withdrawn_at=None)
