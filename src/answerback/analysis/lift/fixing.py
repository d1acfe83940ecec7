"""Practices as they are fixed before they begin: the Monday, the kind of touch, the lots, and the records of all that.

Whoever writes a practice down, at the command line or on a page, writes the same records.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from answerback.analysis.lift.plan import LATER, Plan, draw_name, lots
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.workspace.journal import Entry

LEAST_REPS = 4
"""With fewer, no draw can show anything."""
ENOUGH_REPS = 8
"""With fewer, one side has less than the four that an answer takes."""
LATER_WEEKS = 6
"""The others start so many weeks later, where nothing else is said."""
_MOST_SEEDS = 2**31
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Fixing:
    """What of a plan is fixed for one rep: the kind of touch (empty: all), the plan, and the days.

    `starts` is a Monday, `ends` the Monday after its last week.
    """

    play: str
    plan: Plan
    starts: date
    ends: date
    arm: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """Of one rep: what was fixed, and the record that says so."""

    rep_id: str
    fixing: Fixing
    entry: Entry


def next_monday(day: date) -> date:
    """The first Monday after a day.

    >>> str(next_monday(date(2026, 3, 1))), str(next_monday(date(2026, 3, 2)))
    ('2026-03-02', '2026-03-09')
    """
    return day + timedelta(days=7 - day.weekday())


def fresh_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(_MOST_SEEDS)


def kinds_of_touch(reader: Reader) -> list[str]:
    """All that can be practised: kinds of touch as they are named, and the coarser ones."""
    found: list[str] = reader.query(
        "select play from effort_count union select play_wide from effort_count"
        " union select play_channel from effort_count order by 1"
    )["play"].to_pylist()
    return found


def record(fixing: Fixing, *, source: str, rep_id: str, record_id: str, now: datetime) -> Entry:
    """The record of one rep's practice, fixed now. A later one of the same draw, or days, is a change of mind."""
    fields = {
        "source_id": record_id,
        "rep_id": rep_id,
        "play": fixing.play or None,
        "metric": fixing.plan.text,
        "arm": fixing.arm or None,
        "frozen_at": now.isoformat(),
        "from": midnight(fixing.starts).isoformat(),
        "to": midnight(fixing.ends).isoformat(),
    }
    return Entry(source, "practice", fields, now)


def taken_back(*, source: str, record_id: str, now: datetime) -> Entry:
    """The record that a practice was called off before it began: the log has it no more."""
    return Entry(source, "practice", {"source_id": record_id, "deleted": True}, now)


def drawn(whose: Mapping[str, str], fixing: Fixing, *, seed: int, later_weeks: int, now: datetime) -> list[Begun]:
    """Lots for a group, and each one's record, the lowest lot first.

    Args:
        whose: The source of each rep's id.
        fixing: What those who start now have in common; who starts later does so `later_weeks` later.
        seed: Of the lots.
        later_weeks: See `fixing`.
        now: When it is fixed.

    >>> from datetime import UTC
    >>> plan = Fixing("", Plan("on_base"), date(2026, 3, 2), date(2026, 4, 13))
    >>> told = drawn({"ann": "crm", "ben": "crm"}, plan, seed=7, later_weeks=6, now=datetime(2026, 2, 27, tzinfo=UTC))
    >>> [(each.fixing.arm, str(each.fixing.starts)) for each in told]
    [('now', '2026-03-02'), ('later', '2026-04-13')]
    """
    name = draw_name(list(whose), seed, str(fixing.starts))
    shared = replace(fixing, plan=replace(fixing.plan, draw=name, seed=seed))
    begun = []
    for number, (rep_id, arm) in enumerate(lots(list(whose), seed)):
        wait = later_weeks * _WEEK if arm == LATER else timedelta(0)
        own = replace(shared, arm=arm, starts=shared.starts + wait, ends=shared.ends + wait)
        record_id = f"{name}-{number}-1"
        entry = record(own, source=whose[rep_id], rep_id=rep_id, record_id=record_id, now=now)
        begun.append(Begun(rep_id, own, entry))
    return begun
