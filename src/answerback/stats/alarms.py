"""From evidence to alarms: how probable a change is, which streams to list, and the charts that explain one.

Evidence R is `answerback.stats.detect`'s. With a chance h that a change begins in any one week, the odds that one has
begun are at least h R: Shiryaev's odds are the same sum with every start weighted by h (1 - h)^-(weeks since), and R is
their limit for rare changes (Shiryaev 1963; Pollak 1985). So "posterior at least .9" is "R at least 9 / h".

Three ways to list streams, from the usual to the strict:

- each posterior by itself at least .9 (`sure`): about one in twenty of a list is wrong, if h is right;
- `set_fdr`: as many as keep the mean chance of being wrong below a level. Only among streams **not yet raised**: a
  list that still holds confirmed alarms lets false ones in at seven times the level;
- `e_bh`: on R / t, which is an e-value at any one week t whatever depends on what (Wang, Ramdas 2022, JRSS B 84(3)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts
from answerback.stats.detect import WATCH

HAZARD = 1.0 / 520.0
"""The chance that a change begins in a given week, where a workspace's own history does not say otherwise."""
ALARM = 10_400.0
"""Evidence that is an alarm whatever the hazard: one false alarm in two centuries of one stream."""
SURE = 0.9
"""The probability of a change from which it is an alarm."""
RUN = 8
"""So many weeks in a row on one side of the middle are a sign on a run chart (Western Electric 1956)."""

__all__ = ["ALARM", "HAZARD", "RUN", "SURE", "WATCH"]


def posterior(evidence: ArrayLike, hazard: float = HAZARD) -> FloatArray:
    """The least probability that a stream has changed: h R / (1 + h R).

    Raises:
        ValueError: hazard is not above 0 and below 1, or evidence is negative or not finite.

    >>> posterior([0, 520, 4680]).round(3)
    array([0. , 0.5, 0.9])
    """
    if not 0.0 < hazard < 1.0:
        raise ValueError(f"hazard must be above 0 and below 1, not {hazard}")
    odds = hazard * counts(evidence, "evidence")
    return np.asarray(odds / (1.0 + odds))


def alarm_level(hazard: float = HAZARD) -> float:
    """The evidence from which it is an alarm: posterior at least `SURE`, or `ALARM`, whichever comes first.

    >>> round(alarm_level()), alarm_level(1 / 5200)
    (4680, 10400.0)
    """
    return min(SURE / (1.0 - SURE) / hazard, ALARM)


def hazard_from(alarms: float, stream_weeks: float) -> float:
    """The chance of a change in a week, from how many were raised in how many weeks of all streams before.

    The usual hazard counts as one alarm in 520 weeks: the mean of a gamma posterior with that prior.

    Raises:
        ValueError: a count is negative or not finite.

    >>> round(1 / hazard_from(0, 0)), round(1 / hazard_from(9, 4680))
    (520, 520)
    """
    seen = counts([alarms, stream_weeks], "alarms and stream_weeks")
    return float((1.0 + seen[0]) * HAZARD / (1.0 + seen[1] * HAZARD))


def e_bh(evidence: ArrayLike, weeks_watched: ArrayLike, *, level: float = 0.1) -> BoolArray:
    """Which streams to list so that on average at most `level` of the list is wrong, whatever depends on what.

    Method: e-BH on R / t. Wang and Ramdas (2022).

    Args:
        evidence: R of each stream, shape (streams,).
        weeks_watched: t of each, or one number; a stream of 0 weeks is never listed.
        level: above 0 and below 1.

    >>> e_bh([9000, 2000, 50], 10).tolist()
    [True, True, False]
    """
    r, t = np.broadcast_arrays(counts(evidence, "evidence"), counts(weeks_watched, "weeks_watched"))
    value = np.divide(r, t, out=np.zeros(r.shape), where=t > 0.0)
    # Below 1 / level nothing can be listed, in whatever place: it need not be sorted.
    possible = np.flatnonzero(value >= 1.0 / level)
    order = possible[np.argsort(-value[possible], kind="stable")]
    place = np.arange(1, order.size + 1)
    passes = np.flatnonzero(value[order] * place >= value.size / level)
    listed = np.zeros(value.size, dtype=np.bool_)
    if passes.size:
        listed[order[: passes[-1] + 1]] = True
    return listed


def set_fdr(sure: ArrayLike, raised: ArrayLike, *, level: float = 0.1) -> BoolArray:
    """Which streams, of those not raised before, to list so that their mean chance of being wrong is at most `level`.

    Args:
        sure: the posterior of each stream, shape (streams,).
        raised: whether it was raised before and has not begun anew; such streams are neither listed nor counted.
        level: above 0 and below 1.

    >>> set_fdr([0.99, 0.95, 0.8, 0.2], [True, False, False, False]).tolist()
    [False, True, False, False]
    """
    probability = counts(sure, "sure")
    candidates = np.flatnonzero(~np.asarray(raised, dtype=np.bool_))
    order = candidates[np.argsort(-probability[candidates], kind="stable")]
    wrong = np.cumsum(1.0 - probability[order]) / np.arange(1, order.size + 1)
    listed = np.zeros(probability.size, dtype=np.bool_)
    listed[order[: int(np.count_nonzero(wrong <= level))]] = True
    return listed


def cusum_path(weeks: ArrayLike) -> FloatArray:
    """Page's cumulative sum of weekly log likelihood ratios, never below 0: it shows when evidence began to climb.

    Args:
        weeks: ratios for one size of change, shape (weeks,) or (weeks, streams).

    >>> cusum_path([-1.0, 0.5, 1.0, -2.0]).tolist()
    [0.0, 0.5, 1.5, 0.0]
    """
    ratios = np.asarray(weeks, dtype=np.float64)
    total = (
        np.vstack([np.zeros((1, *ratios.shape[1:])), np.cumsum(ratios, axis=0).reshape(ratios.shape)])
        if (ratios.ndim > 1)
        else np.concatenate([[0.0], np.cumsum(ratios)])
    )
    return np.asarray((total - np.minimum.accumulate(total, axis=0))[1:])


def runs(rate: ArrayLike, middle: float) -> IntArray:
    """How many weeks in a row each week ends on one side of the middle: above 0 over it, below 0 under it.

    A week on the middle, or without a rate (NaN), neither adds to a run nor ends it.

    >>> runs([0.3, 0.1, 0.1, 0.2, float("nan"), 0.1], 0.2).tolist()
    [1, -1, -2, -2, -2, -3]
    """
    found, run = [], 0
    for value in np.asarray(rate, dtype=np.float64).tolist():
        side = 0 if np.isnan(value) or value == middle else 1 if value > middle else -1
        if side:
            run = run + side if run * side > 0 else side
        found.append(run)
    return np.array(found, dtype=np.int64)
