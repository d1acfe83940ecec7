"""What was given to reps, and when: talks by kind and coach, tools, as the records tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from answerback.analysis.lift.weeks import RepWeeks
from answerback.analysis.reader import Reader
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.arrays import BoolArray

OF = ("conversation", "practice", "training", "tool")
"""What may have helped."""
TRAINING = "training"
"""The kind of talk that a training is."""
_ALWAYS = date(1900, 1, 1)
"""What holds since then was there from the start: nobody was given it."""


@dataclass(frozen=True, slots=True)
class Gift:
    """Something that a rep was given on a day: what, and by whom, where somebody gave it."""

    rep_key: int
    day: date
    what: str
    by: int | None = None


def gifts(reader: Reader, scope: Scope, of: str, where: Mapping[str, str]) -> list[Gift]:
    """What was given by the instant that is looked from: talks, trainings, or tools.

    Raises UsageError for what cannot be asked about, or cannot be restricted by.
    """
    if of not in OF:
        raise UsageError(f"nothing is known of {of!r}", where="--of", next_step=f"use one of {', '.join(OF)}")
    read = _tools if of == "tool" else _talks
    whose = within(scope, "rep_key", "starts_at")
    found = reader.once((read.__name__, whose, reader.as_of), lambda: read(reader, scope))
    if of == TRAINING:
        found = [each for each in found if each.what == TRAINING]
    if kind := where.get("kind"):
        found = [each for each in found if each.what == kind]
    return found


def _talks(reader: Reader, scope: Scope) -> list[Gift]:
    rows = reader.query(f"""
        select rep_key, occurred_at, coalesce(kind, 'talk') as kind, coach_key
        from conversation
        where occurred_at <= {reader.instant} and {within(scope, "rep_key", "occurred_at")}
        order by all""").to_pylist()
    return [Gift(row["rep_key"], row["occurred_at"].date(), row["kind"], row["coach_key"]) for row in rows]


def _tools(reader: Reader, scope: Scope) -> list[Gift]:
    """Attributes of reps that the playbook names: each change to another value."""
    names = [each.name for each in reader.playbook.dimension if each.of == "rep"]
    if not names:
        return []
    listed = ", ".join(f"'{name}'" for name in names)
    rows = reader.query(f"""
        with known as (
            select subject_key as rep_key, name, value, starts_at,
                   lag(value) over (partition by subject_key, name order by starts_at) as before
            from attribute
            where subject_kind = 'rep' and name in ({listed}) and value is not null
        )
        select rep_key, name, value, starts_at from known
        where starts_at > timestamp '{_ALWAYS}' and starts_at <= {reader.instant}
          and before is distinct from value and {within(scope, "rep_key", "starts_at")}
        order by all""").to_pylist()
    return [Gift(row["rep_key"], row["starts_at"].date(), f"{row['name']}={row['value']}") for row in rows]


def by_week(weeks: RepWeeks, given: list[Gift]) -> BoolArray:
    """In which weeks each rep was given something, shape (reps, weeks); what lies outside them is left out."""
    found = np.zeros((len(weeks.reps), weeks.weeks), dtype=bool)
    if not given or not found.size:
        return found
    key = np.array([each.rep_key for each in given], np.int64)
    week = (np.array([each.day.toordinal() for each in given], np.int64) - weeks.monday.toordinal()) // 7
    place = np.minimum(np.searchsorted(weeks.reps, key), len(weeks.reps) - 1)
    inside = (weeks.reps[place] == key) & (week >= 0) & (week < weeks.weeks)
    found[place[inside], week[inside]] = True
    return found
