"""In which week a change most probably began."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray

LEAST_SHARE = 0.03
"""Of the information on either side of a beginning that is looked at: at the very edge chance alone wins."""
_DROP = 1.92
"""Half the 95 % point of chi squared with one degree of freedom."""


@dataclass(frozen=True, slots=True)
class Onset:
    """The most probable first week, and the first and last week that are nearly as probable (95 %)."""

    week: int
    earliest: int
    latest: int


def onset(week: IntArray, residual: FloatArray, weight: FloatArray, weeks: int) -> Onset | None:
    """Where a series of weekly residuals changes level.

    Method: score statistic of one change of level at each week, profiled over both levels (Hinkley 1970, Biometrika
    57(1), for the binomial by its normal score); the interval by likelihood.

    Args:
        week: from 0, shape (n,).
        residual: success less expectation of a model that knows of no change, shape (n,).
        weight: the information of each, shape (n,).
        weeks: how many weeks there are.

    Returns:
        None with fewer than two weeks that hold anything.

    >>> week = np.arange(20)
    >>> onset(week, np.where(week >= 14, -3.0, 1.3), np.full(20, 4.0), 20)
    Onset(week=14, earliest=14, latest=14)
    """
    left = np.bincount(week, residual, weeks)
    known = np.bincount(week, weight, weeks)
    if (known > 0.0).sum() < 2:
        return None
    after, after_known = np.cumsum(left[::-1])[::-1], np.cumsum(known[::-1])[::-1]
    whole, whole_known = after[0], after_known[0]
    share = after_known / whole_known
    splits: BoolArray = (share >= LEAST_SHARE) & (share <= 1.0 - LEAST_SHARE)
    if not splits.any():
        return None
    score = after - share * whole
    spread = whole_known * share * (1.0 - share)
    gain = np.where(splits, score**2 / np.where(splits, 2.0 * spread, 1.0), -np.inf)
    best = int(np.argmax(gain))
    near = np.flatnonzero(gain >= gain[best] - _DROP)
    return Onset(best, int(near[0]), int(near[-1]))
