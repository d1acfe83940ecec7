"""The paths of many deals together: middle values and quartiles, of those won and those lost beside one another.

That won and lost deals differ in something does not say that it decided them: a deal that is lost soon asks for less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow.compute as pc

from answerback.analysis.path.walked import Paths
from answerback.analysis.path.walking import CHANNELS
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import FloatArray

FEWEST = 10
"""With fewer chains there is no middle value."""
AGES = (2, 7, 30)
"""Days: turns are told apart by how long they last, up to each of these and beyond."""


class Measure(StrEnum):
    """What is told of each path; the names are those of `Path`."""

    ACTS = "acts"
    WAITING = "waiting_seconds"
    LONGEST_WAIT = "longest_wait_seconds"
    UNANSWERED = "unanswered"
    ASKED_AGAIN = "asked_again"
    WENT_BACK = "went_back"
    HAND_OFFS = "hand_offs"
    REPS = "reps"
    CONTACTS = "contacts"
    PUSHES = "pushes"
    PUSHES_PER_ACT = "pushes_per_act"


@dataclass(frozen=True, slots=True)
class Spread:
    """A measure over chains: how many have it, its quartiles, and the share in which it is above nothing."""

    chains: int
    lower: float
    median: float
    upper: float
    any: float


@dataclass(frozen=True, slots=True)
class Turn:
    """How many open deals of a stage have it in a court since a stretch of days."""

    stage: str
    court: str
    age: int
    """The place in `AGES` up to which it lasts, or their number for longer."""
    chains: int


@dataclass(frozen=True, slots=True)
class Pooled:
    """What the paths have in common.

    Attributes:
        chains: How many, by outcome: won, lost, open.
        spreads: By measure and group (all, won, lost).
        acts_by, touches_by: By channel: acts that choose one, and touches.
        turns: Whose turn it is in open deals, by stage and age.
    """

    chains: Mapping[str, int]
    spreads: Mapping[tuple[Measure, str], Spread | CannotTell]
    acts_by: Mapping[str, int]
    touches_by: Mapping[str, int]
    turns: tuple[Turn, ...]


def pooled(found: Paths) -> Pooled:
    """The paths together."""
    outcome = np.array([each or "open" for each in found.rows["outcome"].to_pylist()], dtype=object)
    groups = {"all": np.ones(len(outcome), np.bool_)} | {name: outcome == name for name in ("won", "lost")}
    spreads = {}
    for measure in Measure:
        values = _values(found, measure)
        for group, rows in groups.items():
            spreads[measure, group] = _spread(values[rows])
    return Pooled(
        chains={name: int((outcome == name).sum()) for name in ("won", "lost", "open")},
        spreads=spreads,
        acts_by={each: pc.sum(found.rows[f"acts_{each}"]).as_py() or 0 for each in CHANNELS},
        touches_by={each: pc.sum(found.rows[f"touches_{each}"]).as_py() or 0 for each in CHANNELS},
        turns=_turns(found),
    )


def _values(found: Paths, measure: Measure) -> FloatArray:
    """The measure of each chain; nan where it has none."""
    if measure is Measure.PUSHES_PER_ACT:
        pushes, acts = (found.rows[name].to_numpy().astype(np.float64) for name in ("pushes", "acts"))
        return np.asarray(np.divide(pushes, acts, out=np.full(len(acts), np.nan), where=acts > 0), np.float64)
    column = found.rows[str(measure)].cast("float64")
    return np.asarray(pc.fill_null(column, float("nan")).to_numpy(), np.float64)


def _spread(values: FloatArray) -> Spread | CannotTell:
    known = values[~np.isnan(values)]
    if len(known) < FEWEST:
        return CannotTell(Refused.TOO_FEW_CHAINS, have=len(known), need=FEWEST)
    lower, median, upper = (float(each) for each in np.percentile(known, (25, 50, 75)))
    return Spread(len(known), lower, median, upper, float((known > 0).mean()))


def _turns(found: Paths) -> tuple[Turn, ...]:
    counts: dict[tuple[str, str, int], int] = {}
    columns = ("outcome", "stage", "court", "court_since", "last_at")
    for outcome, stage, court, since, last in zip(*(found.rows[name].to_pylist() for name in columns), strict=True):
        if outcome is None:
            days = (found.as_of.replace(tzinfo=None) - (since or last)).total_seconds() / 86_400
            age = next((place for place, limit in enumerate(AGES) if days <= limit), len(AGES))
            counts[stage or "", court, age] = counts.get((stage or "", court, age), 0) + 1
    return tuple(Turn(*key, number) for key, number in sorted(counts.items()))
