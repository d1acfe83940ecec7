"""Reps of whom no touch is seen any more while the others go on: away, another system, or not loaded?

Nothing is weighed here and nobody judged: it is a question to operations, about data. A rep is named of whom three
whole weeks or more, no week of a recorded absence among them, hold no touch at all, after half a year of at least five
a week; unless most of the others stopped too, as over holidays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, monday, week_of
from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding, FindingKind, Measure, Role, Subject
from answerback.stats.arrays import weighted_count

FEWEST_WEEKS = 3
FEWEST_TOUCHES = 5.0
"""A week, on average over `USUAL_WEEKS` before the last touch."""
USUAL_WEEKS = 26

Away = tuple[int, date, date]
"""A rep's key, and an absence from a day to another."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rep without touches: the day of the last one, and how many a week there were."""

    rep_key: int
    last_touch: date
    per_week: float
    raised_on: date


def stopped(cells: Cells, week: int, away: Sequence[Away] = ()) -> tuple[Stopped, ...]:
    """Who has not touched anybody up to the end of a week, in order of keys."""
    made = cells.efforts
    if not made.day.size:
        return ()
    keys, rep = np.unique([each.rep_key for each in cells.streams], return_inverse=True)
    own, number = rep[made.stream], np.asarray(week_of(made.day), np.int64)
    known = number <= week
    own, number, n = own[known], number[known], made.n[known].astype(np.float64)
    last = np.full(keys.size, -(10**6))
    np.maximum.at(last, own, number)
    usual = (number > last[own] - USUAL_WEEKS) & (number <= last[own])
    per_week = weighted_count(own[usual], n[usual], keys.size) / USUAL_WEEKS
    busy = per_week >= FEWEST_TOUCHES
    going_on = busy & (last > week - FEWEST_WEEKS)
    if 2 * np.count_nonzero(going_on) <= np.count_nonzero(busy & (last > week - USUAL_WEEKS)):
        return ()
    found = []
    for place in np.flatnonzero(busy & (last > week - USUAL_WEEKS) & ~going_on).tolist():
        key, first = int(keys[place]), int(last[place]) + 1
        empty = [each for each in range(first, week + 1) if not _absent(key, each, away)]
        if len(empty) >= FEWEST_WEEKS:
            day = made.day[known][own == place].max()
            touched = monday(first - 1) + timedelta(days=int(day - FIRST_MONDAY) % WEEK)
            raised = monday(empty[FEWEST_WEEKS - 1] + 1) - timedelta(days=1)
            found.append(Stopped(key, touched, round(float(per_week[place]), 1), raised))
    return tuple(found)


def absences(reader: Reader) -> tuple[Away, ...]:
    """All recorded absences; none where the snapshot was made before they were a relation."""
    if "absence" not in reader.snapshot.relations:
        return ()
    rows = reader.query("select rep_key, starts_at, ends_at from absence").to_pylist()
    return tuple((row["rep_key"], row["starts_at"].date(), row["ends_at"].date()) for row in rows)


def stopped_finding(one: Stopped) -> Finding:
    """The question to operations, and no verdict on anybody.

    >>> told = stopped_finding(Stopped(7, date(2026, 3, 6), 21.5, date(2026, 3, 29)))
    >>> str(told.kind), str(told.first_for), told.since, told.sure
    ('coverage', 'operations', datetime.date(2026, 3, 7), None)
    """
    return Finding(
        kind=FindingKind.COVERAGE,
        subject=Subject("rep", key=one.rep_key),
        measure=Measure.EFFORTS,
        direction="fall",
        since=one.last_touch + timedelta(days=1),
        raised_on=one.raised_on,
        first_for=Role.OPERATIONS,
        next_step="away_or_not_loaded",
        details={"touches_a_week": one.per_week},
    )


def _absent(key: int, week: int, away: Sequence[Away]) -> bool:
    return any(rep == key and starts < monday(week + 1) and ends > monday(week) for rep, starts, ends in away)
