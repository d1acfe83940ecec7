"""The times of steps as an answer: what was counted of each group, how long, how many ever move, when it is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow.compute as pc

from answerback.analysis.steps.curves import StepCurves, StepKey, curves_from
from answerback.analysis.steps.spells import Asked, End, counts_sql
from answerback.domain.refusals import CannotTell
from answerback.stats.incidence import band
from answerback.stats.multiplicity import adjusted
from answerback.stats.survival import log_rank

AGES_DAYS = (1, 3, 7, 14, 30, 60)
"""Days of silence at which the chance that the next step still comes is told."""
DIFFER = 0.05
"""The least false discovery rate at which groups of a step are said to differ."""
_DAY_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Span:
    """A figure with its 95 % interval; infinite where it lies beyond what was watched."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StepTimes:
    """One group of spells: what was counted of itself, and what its curve says."""

    key: StepKey
    spells: int
    moved: int
    """How many the next step ended."""
    refused: int
    lost: int
    other: int
    """Won meanwhile, or carried on in a deal."""
    open: int
    next_steps: tuple[tuple[str, int], ...]
    """What came next, the most frequent first; refusals are not among them."""
    taken_from: StepKey | None
    """Whose curve the figures below are from: its own, or the nearest coarser group's."""
    why: CannotTell | None
    """Why there is no curve."""
    median_hours: Span | None
    """Until half of those who ever move have moved; None also where so few do that there is no telling."""
    quarters_hours: tuple[float, float] | None
    """Until a quarter, and until three quarters have."""
    ever: Span | None
    """The share that a next step ends."""
    quiet_hours: Span | None
    """The silence after which the next step comes with less than the chance that counts as quiet; 0: from the start."""
    chances: tuple[Span, ...]
    """How probable the next step still is after `AGES_DAYS` of silence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether groups of one step wait equally long: the log-rank test, corrected for the number of steps."""

    step: StepKey
    groups: int
    p_value: float
    """Adjusted: the least false discovery rate at which it would be said that they differ."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The times of all steps, the most frequent first on each side, touches before buyers' acts."""

    as_of: datetime
    by: tuple[str, ...]
    below: float
    steps: tuple[StepTimes, ...]
    differences: tuple[Difference, ...]
    """Of the steps that were divided further; empty where none was."""
    curves: StepCurves


def steps_of(asked: Asked) -> Steps:
    """How long each step waits for the next one, with competing ends.

    Times are pooled over everybody in the organisation: how soon a next step comes is no fact about a person. So there
    is no grouping by rep.
    """
    rows = asked.reader.query(counts_sql(asked))
    below = asked.reader.playbook.court.quiet_below
    curves = curves_from(rows, asked.by, below=below)
    nexts: dict[StepKey, dict[str, int]] = {}
    for row in (
        rows.filter(pc.field("ended") == int(End.NEXT))
        .group_by([*asked.by, "next_step"])
        .aggregate([("n", "sum")])
        .to_pylist()
    ):
        key = StepKey(asked.by, tuple(row[name] for name in asked.by))
        nexts.setdefault(key, {})[row["next_step"]] = row["n_sum"]
    told = [_told(curves, place, nexts) for place in range(curves.finest)]
    order = sorted(told, key=lambda each: (each.key.value("side") != "seller", -each.spells, each.key.shown))
    return Steps(asked.reader.as_of, asked.by, below, tuple(order), _differences(curves), curves)


def _told(curves: StepCurves, place: int, nexts: Mapping[StepKey, Mapping[str, int]]) -> StepTimes:
    spells = curves.spells
    rows = slice(spells.start[place], spells.start[place + 1])
    ended = spells.ended[rows].sum(axis=0)
    taken = int(curves.taken[place])
    known = taken >= 0
    timed = known and not curves.seldom[taken]
    found = nexts.get(curves.keys[place], {})
    return StepTimes(
        key=curves.keys[place],
        spells=int(ended.sum()),
        **{each.name.lower() if each is not End.NEXT else "moved": int(ended[each]) for each in End},
        next_steps=tuple(sorted(found.items(), key=lambda item: (-item[1], item[0]))),
        taken_from=curves.keys[taken] if known else None,
        why=curves.why_not(place),
        median_hours=_median(curves, taken, 0.5) if timed else None,
        quarters_hours=(_median(curves, taken, 0.25).value, _median(curves, taken, 0.75).value) if timed else None,
        ever=_ever(curves, taken) if known else None,
        quiet_hours=_at(curves.quiet.age, curves.quiet.low, curves.quiet.high, taken) if known else None,
        chances=_chances(curves, taken) if known else (),
    )


def _at(value: np.ndarray, low: np.ndarray, high: np.ndarray, place: int) -> Span:
    return Span(float(value[place]), float(low[place]), float(high[place]))


def _median(curves: StepCurves, place: int, share: float) -> Span:
    found = curves.movers(share)
    return _at(found.age, found.low, found.high, place)


def _ever(curves: StepCurves, place: int) -> Span:
    watched = curves.watched
    low, high = band(watched.curves, place, watched.until[place])
    return Span(float(watched.ever[place]), float(low), float(high))


def _chances(curves: StepCurves, place: int) -> tuple[Span, ...]:
    told = curves.still_comes(place, np.array(AGES_DAYS) * _DAY_HOURS)
    return tuple(_at(told.share, told.low, told.high, number) for number in range(len(AGES_DAYS)))


def _differences(curves: StepCurves) -> tuple[Difference, ...]:
    """Do the groups of one step differ in how readily the next step comes, as long as it is waited for?"""
    siblings: dict[int, list[int]] = {}
    for place, family in enumerate(curves.parents):
        if len(family) > 1 and "step" in curves.keys[family[1]].names:
            siblings.setdefault(family[1], []).append(place)
    tested = [(parent, places) for parent, places in siblings.items() if len(places) > 1]
    if not tested:
        return ()
    spells = curves.spells
    p_values = []
    for _, places in tested:
        rows = np.concatenate([np.arange(spells.start[place], spells.start[place + 1]) for place in places])
        group = np.repeat(np.arange(len(places)), [spells.start[each + 1] - spells.start[each] for each in places])
        moved = spells.ended[rows, End.NEXT]
        rest = spells.ended[rows].sum(axis=1) - moved
        age = spells.age[rows]
        told = log_rank(np.tile(group, 2), np.tile(age, 2), np.repeat([1, 0], rows.size), np.concatenate([moved, rest]))
        p_values.append(told.p_value)
    found = [
        Difference(curves.keys[parent], len(places), float(p))
        for (parent, places), p in zip(tested, adjusted(p_values), strict=True)
    ]
    return tuple(sorted(found, key=lambda each: (each.p_value, each.step.shown)))
