"""Intervals that may be looked at every week: confidence sequences.

A usual 95 % interval holds for one look. Who looks each week and stops when it leaves out zero is wrong far more often
than one time in twenty. These intervals are wider, and with 95 % probability hold the truth at *all* looks together, so
one may peek and stop at will.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts
from answerback.stats.intervals import Interval
from answerback.stats.special import log_gamma, normal_share, student_quantile

_HALVINGS = 50


def peeking_factor(information: ArrayLike, *, planned: float = 1.0, df: ArrayLike = np.inf, miss: float = 0.05) -> (
    FloatArray
):  # fmt: skip
    """By how many standard errors an interval reaches to each side when it may be looked at again and again.

    Method: the normal mixture (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49(2)): for
    an estimate with information I (one over its variance) whose I times estimate moves as a Brownian motion in I, as
    estimates of averages do, |estimate - truth| <= sqrt((1 + r/I) log((1 + I/r) / miss^2) / I) for all I at once, with
    probability 1 - miss. r is such that the interval is narrowest at the planned end. With an estimated variance the
    normal quantile is replaced by the t quantile of equal tail.

    Args:
        information: I at the look, in parts of what is planned in all; above 0, any shape.
        planned: I at the planned end, in the same unit.
        df: Degrees of freedom of the standard error.
        miss: The probability of ever missing the truth.

    Raises:
        ValueError: information is not above 0.

    >>> peeking_factor([0.1, 0.5, 1.0]).round(2)
    array([3.82, 3.08, 3.04])
    """
    given = counts(information, "information") / planned
    if np.any(given <= 0.0):
        raise ValueError("information must be above 0")
    r = 1.0 / _narrowest(miss)
    factor = np.sqrt((1.0 + r / given) * np.log((1.0 + given / r) / miss**2))
    freedom = np.asarray(df, dtype=np.float64)
    if np.isinf(freedom).all():
        return np.asarray(factor)
    return np.asarray(-student_quantile(np.minimum(freedom, 1e9), normal_share(-factor)))


def _narrowest(miss: float) -> float:
    """Planned information over r: the root above 1 of w - ln w = 1 - ln miss^2, less 1."""
    w = 10.0
    for _ in range(_HALVINGS):
        w = 1.0 - 2.0 * np.log(miss) + np.log(w)
    return float(w - 1.0)


def rate_sequence(successes: ArrayLike, trials: ArrayLike, *, miss: float = 0.05) -> Interval:
    """An interval for one rate that may be looked at after every trial.

    Method: the beta-binomial mixture (Robbins 1970; Howard et al. 2021, proposition 7): the rates at which the mixture
    of all rates explains the answers no more than 1 / miss times better. Exact for any number of trials that are each
    as likely to succeed; only the counts matter, not the order.

    Args:
        successes: s, any shape.
        trials: n, broadcast against s.
        miss: The probability of ever missing the truth.

    Raises:
        ValueError: a count is negative or not finite, or there are more successes than trials.

    >>> found = rate_sequence(30, 100)
    >>> round(float(found.low), 3), round(float(found.high), 3)
    (0.169, 0.457)
    """
    s, n = np.broadcast_arrays(counts(successes, "successes"), counts(trials, "trials"))
    if np.any(s > n):
        raise ValueError("there are more successes than trials")
    mixture = log_gamma(s + 1.0) + log_gamma(n - s + 1.0) - log_gamma(n + 2.0)
    least = mixture + np.log(miss)
    middle = np.divide(s, n, out=np.full(s.shape, 0.5), where=n > 0.0)
    low = np.where(s == 0.0, 0.0, _edge(s, n, least, np.zeros_like(middle), middle))
    high = np.where(s == n, 1.0, _edge(s, n, least, np.ones_like(middle), middle))
    return Interval(low=low, high=high)


def _edge(s: FloatArray, n: FloatArray, least: FloatArray, out: FloatArray, inside: FloatArray) -> FloatArray:
    """Where the log likelihood falls to `least` between a point outside and one inside, by halving."""
    for _ in range(_HALVINGS):
        middle = (out + inside) / 2.0
        with np.errstate(divide="ignore", invalid="ignore"):
            won = np.where(s > 0.0, s * np.log(middle), 0.0)
            lost = np.where(n > s, (n - s) * np.log1p(-middle), 0.0)
        held = won + lost >= least
        inside, out = np.where(held, middle, inside), np.where(held, out, middle)
    return np.asarray((out + inside) / 2.0)


def difference_sequence(
    successes: tuple[ArrayLike, ArrayLike], trials: tuple[ArrayLike, ArrayLike], *, miss: float = 0.05
) -> Interval:
    """An interval for the difference of two rates (the first less the second) that may be looked at again and again.

    Both rates by `rate_sequence` with half the probability of missing; exact, and wider than it need be. -1 to 1.

    >>> found = difference_sequence((60, 30), (200, 200))
    >>> round(float(found.low), 3), round(float(found.high), 3)
    (-0.059, 0.346)
    """
    one, other = (rate_sequence(s, n, miss=miss / 2.0) for s, n in zip(successes, trials, strict=True))
    return Interval(low=one.low - other.high, high=one.high - other.low)
