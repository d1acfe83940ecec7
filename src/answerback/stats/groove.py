"""Rates that rose and held: one rise in a series of weeks, and whether the weeks after it stayed up.

Method: scan for one change in a binomial rate (K. J. Worsley 1983, Biometrika 70(2)), rises only, within strata:
touches of one stream that differ in step or buyers have rates of their own, and a stream that does more of the easy
ones has not risen. At each split the successes before it are compared with what the strata's totals make of them
(N. Mantel and W. Haenszel 1959, JNCI 22(4)); the most striking split is weighed by its exact conditional probability,
the sum of hypergeometric counts (C. R. Mehta, N. R. Patel, R. Gray 1985, JASA 80), because successes are few. The level
of the greatest of many splits is that of the greatest standardised Brownian bridge between the first and the last
admitted one (B. James, K. L. James, D. Siegmund 1987, Biometrika 74(1)), one side. A rise has held where the later half
of the weeks after it is above what was before, too, and not below the earlier half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts, frozen
from answerback.stats.special import log_gamma, normal_quantile

LEAST_WEEKS = 8
"""After a rise, before it can have held."""
LEAST_EXPOSURE = 40.0
"""Before, and after."""
_ONE_SIDED = 1.645
_WORTH_COUNTING = 2.0
"""Standard errors below which a rise is none, whatever its exact probability."""


@dataclass(frozen=True, slots=True, eq=False)
class Grooves:
    """Per stream, shape (streams,); `week` is the first after the rise, -1 where none can be looked for.

    `before` and `after` are shares; `low` and `high` the 95 % interval of after less before, `p_value` of the rise.
    """

    week: IntArray
    p_value: FloatArray
    held: BoolArray
    before: FloatArray
    after: FloatArray
    low: FloatArray
    high: FloatArray


def grooves(successes: ArrayLike, exposure: ArrayLike, stream: ArrayLike | None = None) -> Grooves:
    """The most likely rise of each stream, how likely chance makes one as clear, and whether it held.

    Args:
        successes: per stratum and week, shape (strata, weeks).
        exposure: the same; weeks of which all efforts have waited in full.
        stream: of each stratum the stream it belongs to, whole numbers from 0, shape (strata,); else each is its own.

    Raises:
        ValueError: shapes differ, a count is negative or not finite, or successes exceed exposure.

    >>> s = np.array([[2] * 10 + [7] * 12])
    >>> found = grooves(s, np.full((1, 22), 20))
    >>> found.week, found.held, found.p_value < 0.001
    (array([10]), array([ True]), array([ True]))
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    own = np.arange(len(s)) if stream is None else np.asarray(stream, np.int64)
    if s.shape != m.shape or s.ndim != 2 or own.shape != s.shape[:1] or np.any(s > m):
        raise ValueError("successes and exposure need one shape (strata, weeks), successes at most exposure")
    order = np.argsort(own, kind="stable")
    s, m, own = s[order], m[order], own[order]
    height, week, length = _best(s, m, own)
    for each in np.flatnonzero(height > _WORTH_COUNTING).tolist():
        first, last = np.searchsorted(own, (each, each + 1))
        height[each] = _exact(s[first:last], m[first:last], int(week[each]))
    density = np.exp(-(height**2) / 2.0) / np.sqrt(2.0 * np.pi)
    tail = density * ((height - 1.0 / np.maximum(height, 1.0)) * length / 2.0 + 2.0 / np.maximum(height, 1.0))
    p_value = np.where(height > 1.0, np.clip(tail, 0.0, 1.0), 1.0)
    return _told(_by_stream(s, own), _by_stream(m, own), week, p_value)


def _by_stream(values: FloatArray, stream: IntArray) -> FloatArray:
    """Sums over the strata of each stream, shape (streams, weeks)."""
    found = np.zeros((int(stream.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(found, stream, values)
    return found


def _best(s: FloatArray, m: FloatArray, stream: IntArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """By how many standard errors the clearest rise stands out, the week it begins in, and how long the bridge is.

    0 and -1 where there is none. The bridge's length is the log of the odds of the last admitted split's share of the
    exposure against the first one's.
    """
    streams, weeks = int(stream.max(initial=-1)) + 1, s.shape[1]
    if weeks < 2:
        return np.zeros(streams), np.full(streams, -1), np.zeros(streams)
    s_before, m_before = np.cumsum(s, axis=1)[:, :-1], np.cumsum(m, axis=1)[:, :-1]
    all_s, all_m = s.sum(axis=1, keepdims=True), m.sum(axis=1, keepdims=True)
    rate = all_s / np.maximum(all_m, 1e-9)
    spread = m_before * (all_m - m_before) / np.maximum(all_m * (all_m - 1.0), 1e-9) * all_m * rate * (1.0 - rate)
    missing, variance = _by_stream(m_before * rate - s_before, stream), _by_stream(spread, stream)
    before, after = _by_stream(m_before, stream), _by_stream(all_m - m_before, stream)
    admitted = (before >= LEAST_EXPOSURE) & (after >= LEAST_EXPOSURE)
    admitted[:, max(weeks - LEAST_WEEKS, 0) :] = False
    odds = np.log(np.maximum(before, 1e-9) / np.maximum(after, 1e-9))
    length = np.where(admitted, odds, -np.inf).max(axis=1) - np.where(admitted, odds, np.inf).min(axis=1)
    height = np.where(admitted & (missing > 0), missing / np.sqrt(np.maximum(variance, 1e-9)), 0.0)
    place = height.argmax(axis=1)
    best = height[np.arange(streams), place]
    return best, np.where(best > 0, place + 1, -1), np.maximum(np.where(np.isfinite(length), length, 0.0), 0.0)


def _exact(s: FloatArray, m: FloatArray, week: int) -> float:
    """The standard normal deviate of so few successes before a week, given each stratum's totals."""
    chance = np.ones(1)
    for all_s, all_m, m_before in zip(s.sum(axis=1), m.sum(axis=1), m[:, :week].sum(axis=1), strict=True):
        low, high = max(0.0, all_s - (all_m - m_before)), min(all_s, m_before)
        k = np.arange(low, high + 1.0)
        log = _choose(m_before, k) + _choose(all_m - m_before, all_s - k) - _choose(all_m, np.array([all_s]))
        part = np.zeros(int(high) + 1)
        part[int(low) :] = np.exp(log)
        chance = np.convolve(chance, part)
    few = float(chance[: round(float(s[:, :week].sum())) + 1].sum())
    return -float(normal_quantile(np.clip(few, 1e-15, 0.5)))


def _choose(of: float, some: FloatArray) -> FloatArray:
    return np.asarray(log_gamma(of + 1.0) - log_gamma(some + 1.0) - log_gamma(of - some + 1.0))


def _told(s: FloatArray, m: FloatArray, week: IntArray, p_value: FloatArray) -> Grooves:
    number = np.arange(s.shape[1])
    start = np.where(week < 0, s.shape[1], week)[:, None]
    middle = (start + s.shape[1]) // 2
    parts = [number < start, number >= start, (number >= start) & (number < middle), number >= middle]
    rate, size = [], []
    for part in parts:
        trials = (m * part).sum(axis=1)
        size.append(np.maximum(trials, 1e-9))
        rate.append((s * part).sum(axis=1) / size[-1])
    error = [np.sqrt(np.maximum(r * (1 - r), 1e-9) / n) for r, n in zip(rate, size, strict=True)]
    up = (rate[3] - rate[0]) / np.hypot(error[3], error[0])
    down = (rate[3] - rate[2]) / np.hypot(error[3], error[2])
    held = (week >= 0) & (up > _ONE_SIDED) & (down > -_ONE_SIDED)
    half = 1.96 * np.hypot(error[0], error[1])
    change = rate[1] - rate[0]
    return Grooves(
        week=week.astype(np.int64),
        p_value=frozen(p_value),
        held=held,
        before=frozen(rate[0]),
        after=frozen(rate[1]),
        low=frozen(change - half),
        high=frozen(change + half),
    )
