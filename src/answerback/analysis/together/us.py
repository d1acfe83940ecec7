"""Is it them, or is it us? All that a leader's page rests on, as of the Monday of the week, naming nobody.

As of a Monday, so that two looks within a week differ by nothing that one person did in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from answerback.analysis.diagnose.answer import Cause, Diagnosis, Happening
from answerback.analysis.diagnose.counted import Counted
from answerback.analysis.diagnose.diagnosing import diagnose
from answerback.analysis.diagnose.windows import happenings_known
from answerback.analysis.path import Asked, Paths, Pooled, paths, pooled
from answerback.analysis.potential.lost import Books, Potential, potential
from answerback.analysis.reader import Reader
from answerback.analysis.sums import LEAST
from answerback.analysis.together.backed import BackedPipeline, backed_pipeline
from answerback.analysis.together.by_step import (
    SHOWN_WEEKS,
    BySteps,
    WeekRate,
    by_step,
    people_at,
    read_weeks,
    week_rates,
)
from answerback.analysis.together.leading import Leading, managers_together
from answerback.analysis.together.quarters import TwoQuarters, two_quarters
from answerback.domain.periods import midnight
from answerback.domain.playbook import Stage
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.domain.workdays import week_of


@dataclass(frozen=True, slots=True)
class Us:
    """Everybody as one.

    Attributes:
        as_of: The Monday, as an instant.
        people: Who made touches in the last year. Fewer than five: nothing else is told.
        verdict: The diagnosis of the latest window; what fewer than five people are behind is not in it.
        apart: How many people's own results differ.
        too_small: Parts of the work that changed, with too few people behind them to be named.
        steps: The change of the same window by step.
        weeks: The rate week by week, and `happenings` of that time.
        parts: The same of each part of the work that the verdict names, by dimension and value.
        pipeline, potential, path, quarters, managers: Each, or why not.
    """

    as_of: datetime
    people: int
    verdict: Diagnosis | None = None
    apart: int = 0
    too_small: int = 0
    steps: BySteps | None = None
    weeks: tuple[WeekRate, ...] = ()
    happenings: tuple[Happening, ...] = ()
    parts: Mapping[tuple[str, str], tuple[WeekRate, ...]] = field(default_factory=dict)
    pipeline: BackedPipeline | None = None
    potential: Potential | CannotTell | None = None
    path: tuple[Paths, Pooled] | None = None
    """The buyers' path; of its chains only how they ended is kept."""
    quarters: TwoQuarters | None = None
    managers: Leading | CannotTell | None = None
    stages: tuple[Stage, ...] = ()
    """Of the playbook."""
    currency: str = ""


def monday_of(reader: Reader) -> Reader:
    """The same snapshot, looked at from the Monday of the reader's week."""
    zone = ZoneInfo(reader.playbook.organisation.time_zone)
    monday = week_of(reader.as_of.astimezone(zone).date())
    return replace(reader, as_of=midnight(monday, zone))


def read_us(reader: Reader, scope: Scope, least: int = LEAST) -> Us:
    """Everything at once; takes seconds to minutes.

    Args:
        reader: The snapshot; it is looked at from the Monday of its week.
        scope: Everybody.
        least: People behind each figure.
    """
    at = monday_of(reader)
    told = diagnose(at, scope)
    end = told.period.end if told.period is not None else at.as_of.date()
    counted = read_weeks(at, scope, end, SHOWN_WEEKS)
    people = len(np.unique(counted.rep))
    if people < least:
        return Us(at.as_of, people)
    kept = tuple(each for each in told.causes if _named(counted, told, each, least))
    begin = counted.start.date()
    return Us(
        as_of=at.as_of,
        people=people,
        verdict=replace(told, causes=kept, people=(), alike=()),
        apart=len(told.people),
        too_small=len(told.causes) - len(kept),
        steps=by_step(counted, told.period, least) if told.period is not None else None,
        weeks=week_rates(counted, least),
        parts={(name, str(value)): week_rates(counted, least, (name, value)) for name, value in _places(kept)},
        happenings=tuple(each for each in happenings_known(at) if each.ends >= begin),
        pipeline=backed_pipeline(at, scope, least),
        potential=_potential(at, scope, people),
        path=_path(at, scope),
        quarters=two_quarters(at, scope, least),
        managers=managers_together(at, scope, least),
        stages=tuple(reader.playbook.stage),
        currency=reader.playbook.organisation.currency,
    )


def _places(causes: Iterable[Cause]) -> list[tuple[str, object]]:
    """Where the causes lie, by every name of the same touches."""
    return [(each.dimension, each.value) for cause in causes for each in (cause.place, *cause.aliases)]


def _named(counted: Counted, told: Diagnosis, cause: Cause, least: int) -> bool:
    """Whether a cause may be named: five people behind it, and it is no person."""
    if told.period is None or cause.place.dimension == "manager":
        return False
    return people_at(counted, cause.place.dimension, cause.place.value, told.period) >= least


def _potential(reader: Reader, scope: Scope, people: int) -> Potential | CannotTell:
    books = Books.of(reader, scope)
    if not books.weeks.weeks:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(people), need=float(LEAST))
    return potential(reader, scope, books, until=books.until(reader), now=None)


def _path(reader: Reader, scope: Scope) -> tuple[Paths, Pooled]:
    found = paths(Asked(reader, scope))
    return replace(found, rows=found.rows.select(["outcome"])), pooled(found)
