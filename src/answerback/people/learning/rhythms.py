"""Talks that are held again and again: when they come, by the organisation's clock, and the rows that stand for them.

A rhythm keeps its hour when clocks change. Talks are laid out some days ahead, each once, whoever looks first; one that
was moved or called off stays so, for its place in the rhythm is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from answerback.people.learning.models import Rhythm, Talk
from answerback.people.models import Person

AHEAD = timedelta(days=14)
"""So far ahead talks are laid out."""
BACK = timedelta(days=7)
"""What nobody laid out within this time was not planned."""
MOST = 40
"""So many rhythms somebody leads at a time."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Beat:
    """How often, from when, and for how long."""

    every: Rhythm.Every
    first_at: datetime
    minutes: int


def slots(beat: Beat, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When a rhythm has a talk from `start` on and before `end`, in UTC.

    Every working day is Monday to Friday: a calendar's rule knows no holidays.

    >>> first = datetime(2026, 3, 27, 9, tzinfo=UTC)  # a Friday; clocks change on Sunday
    >>> daily, until = Beat(Rhythm.Every.DAY, first, 30), datetime(2026, 4, 1, tzinfo=UTC)
    >>> found = slots(daily, first, until, ZoneInfo("Europe/Berlin"))
    >>> [f"{each:%a %H:%M}" for each in found]
    ['Fri 09:00', 'Mon 08:00', 'Tue 08:00']
    """
    began = beat.first_at.astimezone(zone)
    step = {Rhythm.Every.DAY: 1, Rhythm.Every.WEEK: 7, Rhythm.Every.FORTNIGHT: 14}[beat.every]
    passed = max(0, (start.astimezone(zone).date() - began.date()).days // step)
    day = began.date() + timedelta(days=passed * step)
    while True:
        at = datetime.combine(day, began.timetz().replace(tzinfo=None), zone).astimezone(UTC)
        if at >= end:
            return
        if at >= max(start, beat.first_at) and (step > 1 or day.weekday() < _SATURDAY):
            yield at
        day += timedelta(days=step)


@transaction.atomic
def begin(coach: Person, person: Person, beat: Beat, *, now: datetime, zone: ZoneInfo) -> Rhythm | None:
    """A new rhythm, its first talks laid out; None where the coach leads too many already.

    The two have one rhythm at a time: an earlier one ends.
    """
    if Rhythm.objects.filter(coach=coach, ended_on=None).count() >= MOST:
        return None
    for earlier in Rhythm.objects.filter(coach=coach, person=person, ended_on=None):
        end(earlier, now=now, zone=zone)
    made = Rhythm.objects.create(
        coach=coach, person=person, every=beat.every, first_at=_first(beat, zone), minutes=beat.minutes
    )
    lay_out([made], now=now, zone=zone)
    return made


def _first(beat: Beat, zone: ZoneInfo) -> datetime:
    """The first talk itself: a rhythm of working days that is to begin on a Saturday begins on Monday."""
    return next(slots(beat, beat.first_at, beat.first_at + timedelta(days=8), zone))


@transaction.atomic
def end(rhythm: Rhythm, *, now: datetime, zone: ZoneInfo) -> None:
    """No talk comes any more; those ahead are called off, and what was written in one stays."""
    rhythm.ended_on = now.astimezone(zone).date()
    rhythm.changed += 1
    rhythm.save(update_fields=["ended_on", "changed"])
    Talk.objects.filter(rhythm=rhythm, held_at=None, cancelled_at=None, planned_at__gte=now).update(cancelled_at=now)


def lay_out(rhythms: Iterable[Rhythm], *, now: datetime, zone: ZoneInfo) -> int:
    """Makes the talks of the next days that are not there yet; how many. Done twice it changes nothing more."""
    wanted = [
        Talk(
            coach_id=each.coach_id,
            person_id=each.person_id,
            rhythm=each,
            slot_at=at,
            planned_at=at,
            minutes=each.minutes,
        )
        for each in rhythms
        if each.ended_on is None
        for at in slots(beat_of(each), now - BACK, now + AHEAD, zone)
    ]
    known = set(Talk.objects.filter(rhythm__in={each.rhythm_id for each in wanted}).values_list("rhythm_id", "slot_at"))
    missing = [each for each in wanted if (each.rhythm_id, each.slot_at) not in known]
    Talk.objects.bulk_create(missing, ignore_conflicts=True)  # somebody else may lay them out at this moment
    return len(missing)


def lay_out_all(*, now: datetime, zone: ZoneInfo) -> int:
    """The same for everybody: for whoever sends mails of the week's talks."""
    return lay_out(Rhythm.objects.filter(ended_on=None), now=now, zone=zone)


def beat_of(rhythm: Rhythm) -> Beat:
    """How often a rhythm comes."""
    return Beat(Rhythm.Every(rhythm.every), rhythm.first_at, rhythm.minutes)


def last_day(rhythm: Rhythm) -> date | None:
    """The last day on which a talk could be; None while it goes on."""
    return rhythm.ended_on - timedelta(days=1) if rhythm.ended_on is not None else None
