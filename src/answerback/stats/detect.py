"""Has somebody's rate changed, and how much evidence is there, week by week, while answers are still coming in?

The evidence R of a stream (one person's efforts of one kind) is a mixture e-Shiryaev-Roberts statistic: over every week
in which a change may have begun and every size it may have, the likelihood of what was seen since, against no change.
Without a change R_t has the mean t after t weeks, and so **an alarm at R >= A comes falsely at most once in A weeks on
average**, whatever the rate and the number of efforts: no calibration is needed (Shin, Ramdas, Rinaldo 2022,
arXiv 2203.03532; Shiryaev 1963; Roberts 1966). That rests on the rate before and the lag curve F being known: see
`expected_rate` for the first.

Young efforts count for what can be known of them. If F(age) of the answers are in by an effort's age, it is answered
by then with probability p F before a change and q F after one, q having the odds of p times a factor. So an answered
effort weighs ln(q/p), one without answer ln((1 - q F) / (1 - p F)), and an effort of age 0 nothing. Falls and rises are
watched separately. A week is the unit of time: it is looked at once, at its end, and the order inside it does not
matter.

Weeks whose efforts have all waited in full are folded into a state of one number per stream and factor (`settle`), so a
week's update costs one pass over the streams; the weeks still open stand beside it (`evidence`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts, frozen
from answerback.stats.prior import PeerPrior
from answerback.stats.rate import shrunk_rates

FALLS = (0.2, 0.35, 0.5, 0.65, 0.8)
RISES = (1.25, 1.5, 2.0, 3.0, 5.0)
"""What a change may multiply the odds by; each factor has the same share in the mixture."""

WATCH = 104.0
"""The evidence at which a stream deserves a look: one false alarm in two years at most, on average."""

LEAST_BASELINE = 40.0
"""Matured efforts below which nobody is compared with their own past."""

_MIDDLE_HALF = 0.5
"""An interval of this coverage ends at the 25 % and the 75 % quantile."""

_MOST = 1e300
"""Evidence stops growing here. It is less than the true one then, so every promise about false alarms still holds."""
_MOST_LOG = 690.0


class Direction(StrEnum):
    """Which way a rate may change."""

    FALL = "fall"
    RISE = "rise"

    @property
    def factors(self) -> tuple[float, ...]:
        """What the odds may be multiplied by.

        >>> Direction.FALL.factors
        (0.2, 0.35, 0.5, 0.65, 0.8)
        """
        return FALLS if self is Direction.FALL else RISES

    @classmethod
    def between(cls, before: float, after: float) -> Direction:
        """The way from one rate to another.

        >>> Direction.between(0.03, 0.3).value
        'rise'
        """
        return cls.FALL if after < before else cls.RISE


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What an effort adds to the log likelihood ratio, by factor (last axis): `answered`, or `unanswered` so far."""

    answered: FloatArray
    unanswered: FloatArray


def changed_rate(rate: ArrayLike, factors: ArrayLike) -> FloatArray:
    """The rate whose odds are those of `rate` times each factor; a last axis for the factors is added.

    >>> changed_rate(0.1, [0.5, 2.0]).round(4)
    array([0.0526, 0.1818])
    """
    p, factor = np.asarray(rate, dtype=np.float64)[..., None], np.asarray(factors, dtype=np.float64)
    return np.asarray(factor * p / (1.0 - p + factor * p))


def weights(rate: ArrayLike, share_in: ArrayLike = 1.0, *, direction: Direction) -> Weights:
    """The weights of efforts of which the share `share_in` of the answers is in by their age.

    Args:
        rate: p, the rate if nothing changed, above 0 and below 1. See `expected_rate`.
        share_in: F(age), from 0 to 1; broadcast against `rate`.
        direction: falls or rises.

    Returns:
        Arrays of the broadcast shape with a last axis for the factors.

    Raises:
        ValueError: a rate is not between 0 and 1, or a share is not from 0 to 1.

    >>> of_today, old = (weights(0.1, age, direction=Direction.FALL).unanswered for age in (0.0, 1.0))
    >>> of_today, old.round(3)
    (array([0., 0., 0., 0., 0.]), array([0.083, 0.067, 0.051, 0.036, 0.02 ]))
    """
    p, f = np.broadcast_arrays(counts(rate, "rate"), counts(share_in, "share_in"))
    if np.any(p <= 0.0) or np.any(p >= 1.0) or np.any(f > 1.0):
        raise ValueError("rates must be above 0 and below 1, and shares of the answers from 0 to 1")
    q = changed_rate(p, direction.factors)
    unanswered = np.log1p(-q * f[..., None]) - np.log1p(-p * f)[..., None]
    return Weights(frozen(np.log(q / p[..., None])), frozen(unanswered))


def log_ratio(answered: ArrayLike, unanswered: ArrayLike, weight: Weights) -> FloatArray:
    """What cells of efforts add to the log likelihood ratio: changed before them, against never changed.

    Args:
        answered: efforts of the cell answered so far, >= 0.
        unanswered: efforts of the cell not answered so far, young ones included. Efforts whose answer could not have
            been recorded belong in no cell: missing data is not a fall.
        weight: `weights` of the cells.

    Returns:
        Shape of the cells with a last axis for the factors. Add up the cells of a week.

    Raises:
        ValueError: a count is negative or not finite.

    >>> mature = weights(0.1, direction=Direction.FALL)
    >>> log_ratio(0, 20, mature).round(2), log_ratio(4, 16, mature).round(2)
    (array([1.67, 1.34, 1.03, 0.71, 0.4 ]), array([-4.77, -2.86, -1.75, -1.01, -0.49]))
    """
    s, u = counts(answered, "answered"), counts(unanswered, "unanswered")
    return np.asarray(s[..., None] * weight.answered + u[..., None] * weight.unanswered)


def settle(settled: FloatArray, week: FloatArray, started: ArrayLike = 1.0) -> FloatArray:
    """The state after one more week whose efforts have all waited in full: (started + settled) x ratio of the week.

    This is the Shiryaev-Roberts recursion, for each factor by itself. The first state is 0.

    Args:
        settled: the state, shape (streams, factors), or (streams, points, factors) where the rate is not known.
        week: the week's `log_ratio`, same shape.
        started: 1 where a change may have begun in this week, 0 where the stream was not watched yet, as after an
            alarm that was dealt with; a number, or shape (streams,), with points (streams, 1).

    Returns:
        The new state, a new array.

    >>> state = np.zeros((1, 1))
    >>> for ratio in (2.0, 0.5):
    ...     state = settle(state, np.log([[ratio]]))
    >>> state.round(12)
    array([[1.5]])
    """
    begun = np.asarray(started, dtype=np.float64)[..., None]
    with np.errstate(over="ignore"):
        return np.minimum((begun + settled) * np.exp(np.minimum(week, _MOST_LOG)), _MOST)


def evidence(settled: FloatArray, open_weeks: FloatArray, started: ArrayLike = 1.0) -> FloatArray:
    """R of every stream: its settled state and the weeks whose efforts still wait, all starts and factors mixed.

    Args:
        settled: the state before the first open week, shape (streams, factors).
        open_weeks: `log_ratio` of each open week as it is now, the oldest first, shape (weeks, streams, factors).
        started: as in `settle`, for each open week: shape (weeks, streams) or a number.

    Returns:
        Shape (streams,), or (streams, points). Without a change its mean is the number of weeks watched.

    >>> weeks = np.log([[[2.0]], [[0.5]]])
    >>> evidence(np.zeros((1, 1)), weeks).round(12)
    array([1.5])
    """
    begun = np.broadcast_to(np.asarray(started, dtype=np.float64), open_weeks.shape[:-1])
    mixed = settled
    for week, may_begin in zip(open_weeks, begun, strict=True):
        mixed = settle(mixed, week, may_begin)
    return np.asarray(mixed.mean(axis=-1))


def evidence_by_week(answered: ArrayLike, unanswered: ArrayLike, weight: Weights) -> FloatArray:
    """R after every week, for efforts that have all waited in full.

    Args:
        answered: per week and stream, shape (weeks, streams).
        unanswered: the same.
        weight: `weights` of the streams, shape (streams, factors), or of one rate for all.

    Returns:
        Shape (weeks, streams).

    Raises:
        ValueError: a count is negative or not finite.

    >>> evidence_by_week([[2], [0], [0]], [[18], [20], [20]], weights(0.1, direction=Direction.FALL)).round(2).ravel()
    array([ 0.64,  4.7 , 19.29])
    """
    s, u = counts(answered, "answered"), counts(unanswered, "unanswered")
    state = np.zeros((s.shape[1], weight.answered.shape[-1]))
    found = np.empty(s.shape)
    for week in range(s.shape[0]):
        state = settle(state, log_ratio(s[week], u[week], weight))
        found[week] = state.mean(axis=-1)
    return found


def share_by_start(weeks: FloatArray) -> FloatArray:
    """Which week a change began in, if there was one: the share of the evidence that each start has.

    Args:
        weeks: `log_ratio` of each week, the oldest first, shape (weeks, factors): one stream.

    Returns:
        Shape (weeks,), adding up to 1.

    >>> quiet, bad = log_ratio([2, 0], [18, 20], weights(0.1, direction=Direction.FALL))
    >>> share_by_start(np.array([quiet, quiet, bad, bad, bad])).round(2)
    array([0.09, 0.19, 0.55, 0.13, 0.04])
    """
    since = np.cumsum(weeks[::-1], axis=0)[::-1]
    share = np.exp(since - since.max()).sum(axis=-1)
    return np.asarray(share / share.sum())


def expected_rate(
    successes: ArrayLike, exposure: ArrayLike, *, direction: Direction, prior: PeerPrior | None = None
) -> FloatArray:
    """The rate that counts as "no change" for each of a group of peers, a little to the side where the change would be.

    Method: the 25 % quantile, for rises the 75 % quantile, of each one's posterior given its baseline and its peers
    (`answerback.stats.rate.shrunk_rates`). With the posterior's mean in its place every second baseline is too high,
    and false alarms of a fall about double; the quantile costs about a week (docs/understand/changes.md).

    Args:
        successes: s of each baseline, shape (streams,).
        exposure: m, its matured exposure, same shape. Whoever has less than `LEAST_BASELINE` has no baseline.
        direction: falls or rises.
        prior: what peers say, if it was worked out before.

    Returns:
        Shape (streams,), above 0 and below 1.

    Raises:
        ValueError: the arrays differ in length, or a count is negative or not finite.

    >>> expected_rate([40, 38, 45], [400, 400, 400], direction=Direction.FALL).round(3)
    array([0.092, 0.088, 0.101])
    """
    rates = shrunk_rates(successes, exposure, prior=prior, coverage=_MIDDLE_HALF)
    quantile = rates.low if direction is Direction.FALL else rates.high
    return np.clip(quantile, 1e-6, 1.0 - 1e-6)
