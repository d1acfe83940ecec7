"""How the policies were kept: how many balls were answered in time, late, or never, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.analysis.court.balls import HELD, MISSED, NOBODY, Balls, State
from answerback.analysis.court.beside import SERVICE
from answerback.stats.arrays import BoolArray
from answerback.stats.intervals import jeffreys

FEWEST = 5
"""With fewer balls there is no share."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How a policy was kept, by everybody or by one rep.

    Attributes:
        policy: Its name; or promises.
        rep_key: Whose; `NOBODY` for everybody together.
        balls: How many were somebody's and are decided: answered, or out of time.
        in_time, late, never: What became of them; `never` is not answered by now, or until the buyer was gone.
        missed, low, high: The share that was not answered in time, with its 95 % interval; None with fewer than
            `FEWEST` balls.
        median_seconds: Middle time to the answer by the policy's clock, of those that were answered; None without any.
        routing_seconds: Middle time until somebody was given it, where an assignment came later; None where none did.
    """

    policy: str
    rep_key: int
    balls: int
    in_time: int
    late: int
    never: int
    missed: float | None
    low: float | None
    high: float | None
    median_seconds: float | None
    routing_seconds: float | None


def kept(found: Balls, *, by_rep: bool = False) -> tuple[Kept, ...]:
    """By policy in the playbook's order, then promises; and by rep in the order of their keys where that is asked.

    Service cases are not among them: nothing says how long they may take.
    """
    rows = []
    decided = found.where(*HELD)
    for place, name in enumerate(found.names):
        if name == SERVICE:
            continue
        own = decided & (found.policy == place)
        reps = np.unique(found.rep_key[own]).tolist() if by_rep else [NOBODY]
        rows += [_kept(found, name, rep, own & (found.rep_key == rep) if by_rep else own) for rep in reps]
    return tuple(row for row in rows if row.balls)


def _kept(found: Balls, policy: str, rep_key: int, rows: BoolArray) -> Kept:
    balls, late = int(rows.sum()), int((rows & found.where(State.LATE)).sum())
    missed = int((rows & found.where(*MISSED)).sum())
    interval = jeffreys(missed, balls) if balls >= FEWEST else None
    answered = rows & found.where(State.ANSWERED, State.LATE)
    routed = rows & (found.runs_from > found.since)
    return Kept(
        policy=policy,
        rep_key=rep_key,
        balls=balls,
        in_time=balls - missed,
        late=late,
        never=missed - late,
        missed=None if interval is None else missed / balls,
        low=None if interval is None else float(interval.low),
        high=None if interval is None else float(interval.high),
        median_seconds=float(np.median(found.reaction_seconds[answered])) if answered.any() else None,
        routing_seconds=float(np.median((found.runs_from - found.since)[routed])) if routed.any() else None,
    )
