"""Practices: one small change at a time, chosen by whom it is for.

What is judged is fixed before it begins, as a record of the log: the kind of touch, what is measured, how long a past
it is compared with, and the end. What somebody changes afterwards is kept beside it and shown, and nothing is judged by
it. Beside that stands here what is its owner's alone: their words, and how many touches they made as intended.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from django.db import IntegrityError, transaction

from answerback.analysis.lift.fixing import Fixing, next_monday, record, taken_back
from answerback.analysis.lift.plan import Plan
from answerback.people import audit
from answerback.people.learning import seen
from answerback.people.learning.models import Ended, Joining, Lesson, Practice, PracticeDay
from answerback.people.models import Person
from answerback.workspace.home import Home
from answerback.workspace.journal import append
from answerback.workspace.known import sources_knowing

ON_BASE = "on_base"
FEWEST_WEEKS, MOST_WEEKS = 2, 13
MOST_A_WEEK = 100
MOST_A_DAY = 50
MOST_CHANGES = 10
LONGEST, LONGEST_WHY = 200, 400
_DAY = timedelta(days=1)


class Standing(StrEnum):
    """Where a practice stands."""

    AHEAD = auto()
    """Fixed; it begins on its Monday."""
    RUNNING = auto()
    OVER = auto()
    """Its last week is over, and its owner has not decided what becomes of it."""
    ENDED = auto()


class AlreadyPractising(Exception):
    """There is one already, or they take part in one that is to be drawn: one small change at a time."""


class NotInTheLog(Exception):
    """The log does not know whose touches these are."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants to practise.

    Attributes:
        what: The small change, in words.
        play: The kind of touch that it is measured on; empty: all.
        dose: So many touches a week are meant to be made in the new way.
        weeks: How long.
        why: Why this one; may be empty.
        lesson: Where it comes from a lesson.
        finding_id: Where it comes from a finding.
    """

    what: str
    play: str = ""
    dose: int = 5
    weeks: int = 6
    why: str = ""
    lesson: Lesson | None = None
    finding_id: str = ""


def begin(home: Home, person: Person, chosen: Chosen, *, baseline: Mapping[str, Any], now: datetime) -> Practice:
    """Fixes a practice, which begins on the next Monday (UTC).

    Args:
        home: Of the workspace, whose log gets the record.
        person: Whose practice it is.
        chosen: What, on which kind of touch, how often and how long.
        baseline: The figures of the weeks before, as they stand now.
        now: When it is fixed.

    Raises AlreadyPractising, and NotInTheLog where no source knows this person.
    """
    source = source_knowing(home, person)
    starts = next_monday(now.date())
    fixing = Fixing(chosen.play, Plan(ON_BASE), starts, starts + timedelta(weeks=chosen.weeks))
    record_id = f"practice-{secrets.token_hex(8)}"
    with transaction.atomic():
        if Joining.objects.filter(person=person, group__draw="").exists():
            raise AlreadyPractising
        try:
            with transaction.atomic():
                made = Practice.objects.create(
                    person=person,
                    what=" ".join(chosen.what.split())[:LONGEST],
                    why=chosen.why.strip()[:LONGEST_WHY],
                    play=chosen.play,
                    lesson=chosen.lesson,
                    finding_id=chosen.finding_id,
                    dose=chosen.dose,
                    starts_on=fixing.starts,
                    ends_on=fixing.ends,
                    baseline=dict(baseline),
                    frozen_at=now,
                    record_id=record_id,
                )
        except IntegrityError as error:
            raise AlreadyPractising from error
        append(home, record(fixing, source=source, rep_id=person.rep_id, record_id=record_id, now=now))
    return made


def source_knowing(home: Home, person: Person) -> str:
    """The first source, in order of their names, that knows somebody. Raises NotInTheLog where none does."""
    known = sorted(sources_knowing(home, "rep", person.rep_id)) if person.rep_id else []
    if not known:
        raise NotInTheLog
    return known[0]


def current(person: Person) -> Practice | None:
    """The one that somebody has now."""
    return Practice.objects.filter(person=person, ended_at=None).select_related("group", "lesson").first()


def goes_on_until(practice: Practice) -> date:
    """The day after its last, as its owner has it in mind now; judged is what was fixed, `ends_on`."""
    weeks = practice.changes[-1]["weeks"] if practice.changes else None
    return practice.ends_on if weeks is None else practice.starts_on + timedelta(weeks=int(weeks))


def dose_now(practice: Practice) -> int:
    """So many touches a week are meant to be made in the new way now."""
    return int(practice.changes[-1]["dose"]) if practice.changes else practice.dose


def standing(practice: Practice, today: date) -> Standing:
    """Where it stands on a day."""
    if practice.ended_at is not None:
        return Standing.ENDED
    if today < practice.starts_on:
        return Standing.AHEAD
    return Standing.RUNNING if today < goes_on_until(practice) else Standing.OVER


def change(home: Home, practice: Practice, *, weeks: int, dose: int, why: str, now: datetime, today: date) -> bool:
    """Another length or dose from now on: kept, shown, and nothing is judged by it. False where it is not to be had.

    The plan of a draw is not one person's to change.
    """
    ends = practice.starts_on + timedelta(weeks=weeks)
    where = standing(practice, today)
    if where in (Standing.ENDED, Standing.OVER) or practice.group_id is not None or ends <= today:
        return False
    if len(practice.changes) >= MOST_CHANGES or (weeks, dose) == (weeks_now(practice), dose_now(practice)):
        return False
    said = {"on": today.isoformat(), "weeks": weeks, "dose": dose, "why": why.strip()[:LONGEST_WHY]}
    changed = [*practice.changes, said]
    source = source_knowing(home, practice.person)
    fixing = Fixing(practice.play, Plan(practice.metric), practice.starts_on, ends)
    record_id = f"{practice.record_id}-{len(changed)}"
    with transaction.atomic():
        practice.changes = changed
        practice.save(update_fields=["changes"])
        rep_id = practice.person.rep_id
        append(home, record(fixing, source=source, rep_id=rep_id, record_id=record_id, now=now))
    return True


def weeks_now(practice: Practice) -> int:
    """How long it is to go on, as its owner has it in mind now."""
    return (goes_on_until(practice) - practice.starts_on).days // 7


def end(home: Home, practice: Practice, ended: Ended, *, now: datetime, today: date) -> bool:
    """What becomes of it, by its owner's word; False where that was said, or it is too early to call it a habit.

    One that is dropped before it began was never: it goes, out of the log too, unless lots were drawn for it.
    """
    where = standing(practice, today)
    if where is Standing.ENDED or (ended is Ended.HABIT and where is not Standing.OVER):
        return False
    if where is Standing.AHEAD and practice.group_id is None:
        _call_off(home, practice, now)
        return True
    practice.ended_as, practice.ended_at = ended, now
    practice.save(update_fields=["ended_as", "ended_at"])
    return True


def _call_off(home: Home, practice: Practice, now: datetime) -> None:
    source = source_knowing(home, practice.person)
    names = [practice.record_id, *(f"{practice.record_id}-{n + 1}" for n in range(len(practice.changes)))]
    with transaction.atomic():
        practice.delete()
        for name in names:
            append(home, taken_back(source=source, record_id=name, now=now))


def count(practice: Practice, day: date, by: int) -> int | None:
    """One touch more, or one fewer, was made as intended on a day; how many it are. None on a day that is not in it."""
    if standing(practice, day) is not Standing.RUNNING:
        return None
    with transaction.atomic():
        found, _ = PracticeDay.objects.select_for_update().get_or_create(practice=practice, day=day)
        found.done = min(max(found.done + by, 0), MOST_A_DAY)
        found.save(update_fields=["done"])
    return found.done


def show(practice: Practice, *, shown: bool) -> None:
    """Whether the manager whom its owner reports to sees it; taken back at any time."""
    if practice.shown_to_manager != shown:
        practice.shown_to_manager = shown
        practice.save(update_fields=["shown_to_manager"])
        audit.note(practice.person, "practice shown" if shown else "practice shown no more", str(practice.pk))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a practice is, by its owner's own count: never by what came of it."""

    done: int
    of: int
    """About so many are meant in all."""
    today: int
    streak: int
    """Working days in a row on which at least one was made as intended; today breaks none."""


def progress(practice: Practice, today: date, workdays: frozenset[int]) -> Progress:
    """How far it is on a day.

    Args:
        practice: Which.
        today: The day.
        workdays: On which days of the week one works, Monday is 0.
    """
    days = {each.day: each.done for each in practice.days.all()}
    return Progress(sum(days.values()), _meant(practice), days.get(today, 0), streak(days, today, workdays))


def _meant(practice: Practice) -> int:
    """About how many touches are meant in all: each change of mind from its day on."""
    since = [practice.starts_on, *(date.fromisoformat(each["on"]) for each in practice.changes)]
    doses = [practice.dose, *(int(each["dose"]) for each in practice.changes)]
    until = [*since[1:], goes_on_until(practice)]
    days = (max(0, (end - max(start, practice.starts_on)).days) for start, end in zip(since, until, strict=True))
    return round(sum(dose * length / 7 for dose, length in zip(doses, days, strict=True)))


def streak(days: Mapping[date, int], today: date, workdays: frozenset[int]) -> int:
    """Working days in a row, up to today or the one before, on which something was done as intended.

    >>> week = frozenset(range(5))
    >>> streak({date(2026, 3, 6): 2, date(2026, 3, 9): 1}, date(2026, 3, 10), week)
    2
    >>> streak({date(2026, 3, 6): 2}, date(2026, 3, 10), week)
    0
    """
    day, found = today, 0
    if not days.get(day):
        day -= _DAY
    while days.get(day) or (workdays and day.weekday() not in workdays):
        found += bool(days.get(day))
        day -= _DAY
        if day < min(days, default=today):
            break
    return found


def own(person: Person) -> list[dict[str, Any]]:
    """All that is kept of somebody's practices, for themselves."""
    kept = ["what", "why", "play", "metric", "dose", "starts_on", "ends_on", "baseline", "frozen_at"]
    kept += ["shown_to_manager", "changes", "arm", "ended_as", "ended_at"]
    found = []
    for each in seen.practices(person).prefetch_related("days").order_by("starts_on", "pk"):
        days = [{"day": one.day, "done": one.done} for one in each.days.all()]
        found.append({name: getattr(each, name) for name in kept} | {"days": days})
    return found
