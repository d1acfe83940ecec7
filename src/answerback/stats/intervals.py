"""Intervals for one share, nothing borrowed from others.

They stand beside every shrunk rate. Shrinkage intervals cover the rates of a group on average, but too rarely those of
its most extreme members; for outliers and audits the interval of the cell alone is the honest one.

Exposure may be a real number, as matured exposure is, and successes may then exceed it: three answers can come from
efforts of which only 2.6 answers' worth has matured. Such a cell counts as "all succeeded": its exposure is raised to
its successes, and the upper end is 1. Without exposure and successes nothing is known: the interval is 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts
from answerback.stats.special import beta_quantile, normal_quantile


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Lower and upper ends, shares from 0 to 1, arrays of one shape."""

    low: FloatArray
    high: FloatArray

    @property
    def width(self) -> FloatArray:
        """High less low."""
        return self.high - self.low


def jeffreys(successes: ArrayLike, exposure: ArrayLike, *, coverage: float = 0.95) -> Interval:
    """Equal-tailed interval of Beta(s + 1/2, m - s + 1/2), the posterior under Jeffreys' prior.

    Method: Brown, Cai, DasGupta (2001), Statistical Science 16(2), section 4.1.2, with their change at the edges: the
    lower end is 0 where nothing succeeded, the upper end 1 where everything did. Checked in
    tests/reference/intervals.json.

    Args:
        successes: s >= 0, any shape.
        exposure: m >= 0, real, broadcast against s; see the module for s > m.
        coverage: the share of such intervals that should hold the truth, above 0 and below 1.

    Raises:
        ValueError: a count is negative or not finite, or coverage is not between 0 and 1.

    >>> interval = jeffreys(4, 20)
    >>> round(float(interval.low), 4), round(float(interval.high), 4)
    (0.0715, 0.4082)
    """
    s, m = _cell(successes, exposure)
    tail = _tail(coverage)
    low = np.where(s == 0.0, 0.0, beta_quantile(s + 0.5, m - s + 0.5, tail))
    high = np.where(s == m, 1.0, beta_quantile(s + 0.5, m - s + 0.5, 1.0 - tail))
    return Interval(low=low, high=high)


def wilson(successes: ArrayLike, exposure: ArrayLike, *, coverage: float = 0.95) -> Interval:
    """Interval of the shares that a score test would not reject.

    Method: Wilson (1927), JASA 22(158), without continuity correction. Checked in tests/reference/intervals.json.

    Args:
        successes: s >= 0, any shape.
        exposure: m >= 0, real, broadcast against s; see the module for s > m.
        coverage: the share of such intervals that should hold the truth, above 0 and below 1.

    Raises:
        ValueError: a count is negative or not finite, or coverage is not between 0 and 1.

    >>> interval = wilson(4, 20)
    >>> round(float(interval.low), 4), round(float(interval.high), 4)
    (0.0807, 0.416)
    """
    s, m = _cell(successes, exposure)
    z = normal_quantile(1.0 - _tail(coverage))
    known = m > 0.0
    trials = np.where(known, m, 1.0)
    middle = (s + z * z / 2.0) / (trials + z * z)
    half = z * np.sqrt(s * (trials - s) / trials + z * z / 4.0) / (trials + z * z)
    low = np.where(known & (s > 0.0), middle - half, 0.0)
    high = np.where(known & (s < m), middle + half, 1.0)
    return Interval(low=low, high=high)


def _cell(successes: ArrayLike, exposure: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Checked and broadcast, exposure raised to successes where it is less."""
    s, m = np.broadcast_arrays(counts(successes, "successes"), counts(exposure, "exposure"))
    return s, np.maximum(m, s)


def _tail(coverage: float) -> float:
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"coverage must be between 0 and 1, not {coverage}")
    return (1.0 - coverage) / 2.0
