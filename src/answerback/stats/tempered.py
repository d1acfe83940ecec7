"""Watching counts and shares that vary more than by chance: efforts a day, shares of unseen or typed-in ones.

The evidence is that of `answerback.stats.detect`, over one week at a time, with the log likelihood ratio divided by the
over-dispersion: Pearson's chi-square of the baseline's weeks over its degrees of freedom, at least 1. A likelihood
ratio to a power below 1 has a mean of at most 1 without a change (Jensen), so the promise about false alarms stands
where weeks vary as chance does, and dividing keeps it about right where they vary more (quasi-likelihood: McCullagh,
Nelder 1989, section 4.5).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts
from answerback.stats.detect import Direction, changed_rate

FEWEST_WEEKS = 8
"""Weeks with anything in them that a baseline must hold."""


def dispersion(seen: ArrayLike, expected: ArrayLike, variance: ArrayLike) -> FloatArray:
    """Pearson's chi-square over its degrees of freedom, at least 1, for each stream.

    Args:
        seen: counts of the baseline's weeks, shape (weeks, streams).
        expected: their means; weeks in which nothing is expected do not count.
        variance: their variances by chance alone.

    >>> dispersion([[0], [20], [2], [18]], [[10]] * 4, [[10]] * 4).round(1)
    array([10.9])
    """
    x, mean, spread = np.broadcast_arrays(*(counts(of, "counts") for of in (seen, expected, variance)))
    counted = spread > 0.0
    chi = np.divide((x - mean) ** 2, spread, out=np.zeros(x.shape), where=counted).sum(axis=0)
    return np.asarray(np.maximum(chi / np.maximum(counted.sum(axis=0) - 1.0, 1.0), 1.0))


def share_ratio(successes: ArrayLike, n: ArrayLike, rate: ArrayLike, over: ArrayLike, side: Direction) -> FloatArray:
    """The tempered log likelihood ratio of a week's shares, by factor (last axis): s of n, at `rate` if unchanged.

    >>> share_ratio([4], [20], [0.1], [1.0], Direction.RISE).round(2)
    array([[ 0.4 ,  0.65,  0.87,  0.75, -0.29]])
    """
    s, m = counts(successes, "successes"), counts(n, "n")
    p = np.clip(np.asarray(rate, dtype=np.float64), 1e-9, 1.0 - 1e-9)
    q = changed_rate(p, side.factors)
    ratio = s[..., None] * np.log(q / p[..., None]) + (m - s)[..., None] * (np.log1p(-q) - np.log1p(-p)[..., None])
    return np.asarray(ratio / np.asarray(over, dtype=np.float64)[..., None])


def count_ratio(seen: ArrayLike, expected: ArrayLike, over: ArrayLike, side: Direction) -> FloatArray:
    """The tempered log likelihood ratio of a week's counts (Poisson), by factor of the mean (last axis).

    >>> count_ratio([8], [20.0], [2.0], Direction.FALL).round(2)
    array([[1.56, 2.3 , 2.23, 1.78, 1.11]])
    """
    x, mean = counts(seen, "seen"), counts(expected, "expected")
    factors = np.array(side.factors)
    ratio = x[..., None] * np.log(factors) - mean[..., None] * (factors - 1.0)
    return np.asarray(ratio / np.asarray(over, dtype=np.float64)[..., None])
