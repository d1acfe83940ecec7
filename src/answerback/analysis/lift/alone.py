"""One rep who was given something: the change, and beside it what would have come back anyway.

Nothing can be compared for one rep alone, but two things are known of what to expect: how far a rate like that comes
back toward those of peers by itself, and by how much others changed in the same weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from answerback.analysis.lift.comparing import Start
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ancova import LEAST_UNTREATED
from answerback.stats.prior import peer_prior
from answerback.stats.rebound import OwnChange, dispersion_of, own_change

SURE = 0.975
"""The probability above which one rep's rise is called more than a rebound, where one is looked at."""


@dataclass(frozen=True, slots=True)
class Alone:
    """One rep's change after one start.

    Attributes:
        rep_key: Whose.
        week: Of the start.
        change: What changed, and what was to be expected.
        refused: Why it cannot be told whether it was more than a rebound; empty where it can.
        others: How many peers the drift was taken from; 0: none, so a change of the market is not taken away.
        efforts, answers: In the weeks after.
        dispersion: How many times as far as counting explains these peers moved.
    """

    rep_key: int
    week: int
    change: OwnChange
    refused: CannotTell | None
    others: int
    efforts: float
    answers: float
    dispersion: float = 1.0


def each_alone(reps: np.ndarray, starts: list[Start]) -> list[Alone]:
    """Every rep of every fresh start, in the order of weeks and keys."""
    found = []
    for start in starts:
        if not start.fresh.any():
            continue
        recent, post = start.recent, start.post
        prior = peer_prior(recent.success[recent.enough], recent.exposure[recent.enough])
        others = int(start.untreated.sum())
        drift, error, dispersion = 0.0, 0.0, 1.0
        if others >= LEAST_UNTREATED:
            left = [(each.success[start.untreated], each.exposure[start.untreated]) for each in (recent, post)]
            dispersion = dispersion_of(left[0], left[1], prior=prior)
            moved = post.rate[start.untreated] - recent.rate[start.untreated]
            drift, error = float(moved.mean()), float(moved.std(ddof=1) / np.sqrt(others))
        for rep in np.flatnonzero(start.fresh).tolist():
            change = own_change(
                (float(recent.success[rep]), float(recent.exposure[rep])),
                (float(post.success[rep]), float(post.exposure[rep])),
                prior=prior,
                drift=drift,
                drift_error=error,
                dispersion=dispersion,
            )
            counted = others if others >= LEAST_UNTREATED else 0
            efforts, answers = float(post.exposure[rep]), float(post.success[rep])
            found.append(Alone(int(reps[rep]), start.week, change, None, counted, efforts, answers, dispersion))
    return found


def doubted(found: list[Alone]) -> list[Alone]:
    """The same rows, each with why it cannot be told; of many looked at, one must be the surer (Bonferroni)."""
    return [replace(each, refused=_doubt(each.change, len(found))) for each in found]


def _doubt(change: OwnChange, looked_at: int) -> CannotTell | None:
    """A fall is not told here: whether somebody fell is asked with all that detection takes care of."""
    if 1.0 - change.sure <= (1.0 - SURE) / looked_at:
        return None
    expected = change.rebound + change.drift
    if change.rise > 0.0 and expected > 0.0:
        return CannotTell(Refused.WITHIN_REBOUND, have=change.rise, need=expected)
    return CannotTell(Refused.NOTHING_STANDS_OUT, have=1.0 - change.sure, need=(1.0 - SURE) / looked_at)
