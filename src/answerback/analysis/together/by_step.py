"""The change of the rate by step, taken apart exactly, and the rate by week; each sum has five people behind it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from answerback.analysis.diagnose.answer import Period
from answerback.analysis.diagnose.counted import WEEK, Counted, read_efforts
from answerback.analysis.reader import Reader
from answerback.analysis.sums import parted, runs_of
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.stats.arrays import BoolArray
from answerback.stats.intervals import jeffreys
from answerback.stats.kitagawa import take_apart

SHOWN_WEEKS = 52
DIMENSION = "step"
NO_STEP = ""
"""The name of touches whose step is not known."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Touches, each as much as the share of its answers that should be in by now, and those that moved a buyer."""

    touches: float
    moved: float

    @property
    def rate(self) -> float | None:
        """Of moved ones; None without touches."""
        return min(1.0, self.moved / self.touches) if self.touches > 0.0 else None


@dataclass(frozen=True, slots=True)
class StepPart:
    """One step, or several put together, at both times, and what they did to the whole rate."""

    names: tuple[str, ...]
    before: Weighed
    now: Weighed
    rate_part: float
    """What their own rate did."""
    mix_part: float
    """What their share of all touches did."""


@dataclass(frozen=True, slots=True)
class BySteps:
    """The change of the rate between two times: all `rate_part` and `mix_part` add up to it, exactly."""

    period: Period
    before: Weighed
    now: Weighed
    parts: tuple[StepPart, ...]

    @property
    def change(self) -> float:
        """Of the whole rate."""
        return (self.now.rate or 0.0) - (self.before.rate or 0.0)


@dataclass(frozen=True, slots=True)
class WeekRate:
    """One week, or several put together: from its first day to the one after its last."""

    first: date
    end: date
    weighed: Weighed
    low: float
    high: float
    """95 % limits of this time alone (Jeffreys)."""


def read_weeks(reader: Reader, scope: Scope, end: date, weeks: int = SHOWN_WEEKS) -> Counted:
    """Everybody's touches in the weeks before a Monday (UTC)."""
    until = midnight(end)
    return read_efforts(reader, scope, start=until - WEEK * weeks, end=until, where={})


def by_step(counted: Counted, period: Period, least: int) -> BySteps | None:
    """The change between the two times of a period by step; None where there are too few people or touches.

    Args:
        counted: Touches that hold the whole period.
        period: Before and now.
        least: People behind each figure.
    """
    start = counted.start.date()
    first, turn, end = ((day - start).days // 7 for day in (period.start, period.turn, period.end))
    times = [(counted.week >= first) & (counted.week < turn), (counted.week >= turn) & (counted.week < end)]
    live = counted.exposure > 0.0
    times = [each & live for each in times]
    names = (*counted.names[DIMENSION], NO_STEP)
    level = counted.levels[DIMENSION]
    chosen = {name: level == (at if name != NO_STEP else -1) for at, name in enumerate(names)}
    chosen = {name: rows for name, rows in chosen.items() if (rows & (times[0] | times[1])).any()}
    groups = parted({name: [_people(counted, rows & each) for each in times] for name, rows in chosen.items()}, least)
    cells: list[tuple[tuple[str, ...], Weighed, Weighed]] = []
    for part in groups.parts:
        rows = np.logical_or.reduce([chosen[name] for name in part])
        cells.append((part, _weighed(counted, rows & times[0]), _weighed(counted, rows & times[1])))
    if not cells:
        return None
    apart = take_apart(
        [before.moved for _, before, _ in cells],
        [before.touches for _, before, _ in cells],
        [now.moved for _, _, now in cells],
        [now.touches for _, _, now in cells],
    )
    if apart is None:
        return None
    parts = [
        StepPart(part, before, now, float(apart.rate_part[at]), float(apart.mix_part[at]))
        for at, (part, before, now) in enumerate(cells)
    ]
    return BySteps(period, _weighed(counted, times[0]), _weighed(counted, times[1]), tuple(parts))


def week_rates(counted: Counted, least: int, part: tuple[str, object] | None = None) -> tuple[WeekRate, ...]:
    """The rate of everybody's touches week by week, weeks with few people put together with their neighbours.

    Args:
        counted: The touches.
        least: People behind each figure.
        part: Dimension and value: of these touches alone. Then as many are behind all others of each time, or nobody:
            who knows the whole can take the part away.
    """
    live = counted.exposure > 0.0
    chosen = live if part is None else live & _rows_at(counted, *part)
    weeks = [counted.week == week for week in range(counted.weeks)]
    people = [[_people(counted, chosen & each), _people(counted, live & ~chosen & each)] for each in weeks]
    found = []
    for run in runs_of(people, least):
        weighed = _weighed(counted, chosen & (counted.week >= run[0]) & (counted.week <= run[-1]))
        if weighed.touches <= 0.0:
            continue
        limits = jeffreys(min(weighed.moved, weighed.touches), weighed.touches)
        begin = counted.start.date() + timedelta(weeks=run[0])
        found.append(WeekRate(begin, begin + timedelta(weeks=len(run)), weighed, float(limits.low), float(limits.high)))
    return tuple(found)


def people_at(counted: Counted, dimension: str, value: object, period: Period) -> int:
    """How many people are behind a place in both times of a period: the fewer of the two."""
    start = counted.start.date()
    first, turn, end = ((day - start).days // 7 for day in (period.start, period.turn, period.end))
    rows = _rows_at(counted, dimension, value)
    times = [(counted.week >= first) & (counted.week < turn), (counted.week >= turn) & (counted.week < end)]
    return min(len(_people(counted, rows & each)) for each in times)


def _rows_at(counted: Counted, dimension: str, value: object) -> BoolArray:
    """The touches of one place; none where there is no such place."""
    if dimension in counted.names:
        return np.asarray(counted.levels[dimension] == _place(counted.names[dimension], value))
    if dimension in counted.groups:
        place = _place(counted.group_names[dimension], value)
        return np.asarray((counted.groups[dimension] == place)[counted.rep])
    return np.zeros(len(counted.rep), dtype=bool)


def _place(names: tuple[object, ...], value: object) -> int:
    return names.index(value) if value in names else -2


def _people(counted: Counted, rows: BoolArray) -> Collection[int]:
    return frozenset(np.unique(counted.rep[rows]).tolist())


def _weighed(counted: Counted, rows: BoolArray) -> Weighed:
    return Weighed(float(counted.exposure[rows].sum()), float(counted.success[rows].sum()))
