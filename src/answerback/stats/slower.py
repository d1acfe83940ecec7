"""Have answers become slower than the lag curve says? Then fewer so far need not be fewer in the end.

Of the answers to an effort that has been watched for a days, the lag curve F says how their lags are spread: within
each day u up to a, F(u) - F(u - 1) of F(a). Each answer is placed in that spread by its middle rank (Brockwell 2011;
Jeffreys), from 0 to 1 with the mean 1/2 and a variance that F gives, however few days it has been watched. The sum over
answers, less its mean, over its standard deviation is near standard normal while F holds, and positive when answers
come later. Unlike a Kolmogorov-Smirnov distance it looks one way only, and truncation and ties are in it exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts, whole_numbers
from answerback.stats.special import normal_share

FEWEST = 10
"""Answers below which nothing is said of their speed."""
LEVEL = 0.01
"""A p-value below this says that answers are slower."""


def slower(age: ArrayLike, lag: ArrayLike, n: ArrayLike, share_in: ArrayLike, curve: ArrayLike = 0) -> float:
    """How probable lags as late as these, or later, are if the lag curve holds: a p-value, 1 below `FEWEST` answers.

    Args:
        age: whole days that the effort of each answer has been watched, at most the waiting time, shape (rows,).
        lag: whole days until it was answered, below `age`: later ones are not known in full; shape (rows,).
        n: how many such answers, shape (rows,).
        share_in: F at 0, 1, ... days, rising from 0; shape (ages,), or (curves, ages) where rows have several.
        curve: which of them each row has, shape (rows,) or one number.

    Raises:
        ValueError: a count is negative, or an answer came after its age.

    >>> curve = [0.0, 0.5, 0.75, 1.0]
    >>> slower([3, 3, 3], [0, 1, 2], [20, 10, 10], curve), slower([3, 3, 3], [0, 1, 2], [5, 10, 25], curve) < 1e-6
    (0.5, True)
    """
    days, late = whole_numbers(age, "age"), whole_numbers(lag, "lag")
    number = counts(n, "n")
    if np.any(late >= days) or np.any(late < 0):
        raise ValueError("an answer must have come within the days that its effort was watched")
    f = np.atleast_2d(np.asarray(share_in, dtype=np.float64))
    which = np.broadcast_to(whole_numbers(curve, "curve"), days.shape)
    days, late = np.minimum(days, f.shape[1] - 1), np.minimum(late, f.shape[1] - 2)
    by_then = f[which, days]
    usable = by_then > 0.0
    if number[usable].sum() < FEWEST:
        return 1.0
    which, days, late, number, by_then = (of[usable] for of in (which, days, late, number, by_then))
    rank = (f[which, late] + f[which, late + 1]) / 2.0 / by_then
    variance = float((number * _variance(f)[which, days]).sum())
    if variance <= 0.0:
        return 1.0
    z = float((number * (rank - 0.5)).sum()) / np.sqrt(variance)
    return float(1.0 - normal_share(z))


def _variance(f: FloatArray) -> FloatArray:
    """Of the middle rank, for every age: (1 - sum of the cubes of the days' shares) / 12."""
    cubes = np.cumsum(np.diff(f, axis=1, prepend=0.0) ** 3, axis=1)
    whole = np.divide(cubes, f**3, out=np.ones_like(f), where=f > 0.0)
    return np.asarray((1.0 - np.minimum(whole, 1.0)) / 12.0)
