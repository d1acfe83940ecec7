"""The few special functions that the statistics need, with types.

What scipy returns has no type, so this is the one module that imports it; elsewhere everything is checked. All work
elementwise on arrays and broadcast their arguments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from answerback.stats.arrays import FloatArray


def log_gamma(x: ArrayLike) -> FloatArray:
    """Logarithm of the gamma function, for x > 0.

    >>> float(log_gamma(1.0))
    0.0
    """
    return np.asarray(special.gammaln(x), dtype=np.float64)


def logistic(x: ArrayLike) -> FloatArray:
    """The share whose log odds are x.

    >>> logistic([0.0, np.log(3.0)])
    array([0.5 , 0.75])
    """
    return np.asarray(special.expit(x), dtype=np.float64)


def beta_quantile(a: ArrayLike, b: ArrayLike, share: ArrayLike) -> FloatArray:
    """The value below which a Beta(a, b) variable falls with probability `share`; a, b > 0.

    >>> round(float(beta_quantile(1.0, 1.0, 0.3)), 12)
    0.3
    """
    return np.asarray(special.betaincinv(a, b, share), dtype=np.float64)


def normal_quantile(share: float) -> float:
    """The value below which a standard normal variable falls with probability `share`.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return float(special.ndtri(share))


def normal_share(value: ArrayLike) -> FloatArray:
    """The probability that a standard normal variable falls below a value.

    >>> normal_share([0.0, 1.959964]).round(6)
    array([0.5  , 0.975])
    """
    return np.asarray(special.ndtr(value), dtype=np.float64)


def binomial_share(successes: ArrayLike, trials: ArrayLike, rate: ArrayLike) -> FloatArray:
    """The probability of so many successes or fewer; real numbers are taken by the incomplete beta function.

    >>> round(float(binomial_share(1, 2, 0.5)), 6)
    0.75
    """
    s, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    inside = (s >= 0.0) & (s < n)
    free = np.where(inside, n - s, 1.0)
    below = special.betainc(free, np.where(inside, s + 1.0, 1.0), 1.0 - np.asarray(rate, dtype=np.float64))
    return np.asarray(np.where(inside, below, np.where(s < 0.0, 0.0, 1.0)), dtype=np.float64)


def beta_share(a: ArrayLike, b: ArrayLike, value: ArrayLike) -> FloatArray:
    """The probability that a Beta(a, b) variable falls below a value; a, b > 0.

    >>> float(beta_share(1.0, 1.0, 0.3))
    0.3
    """
    return np.asarray(special.betainc(a, b, value), dtype=np.float64)


def student_quantile(df: ArrayLike, share: ArrayLike) -> FloatArray:
    """The value below which a Student t variable with `df` degrees of freedom falls with probability `share`.

    >>> round(float(student_quantile(12, 0.975)), 4)
    2.1788
    """
    return np.asarray(special.stdtrit(df, share), dtype=np.float64)


def student_share(df: ArrayLike, value: ArrayLike) -> FloatArray:
    """The probability that a Student t variable with `df` degrees of freedom falls below a value.

    >>> round(float(student_share(12, 2.1788)), 4)
    0.975
    """
    return np.asarray(special.stdtr(df, value), dtype=np.float64)


def gamma_share(shape: ArrayLike, value: ArrayLike) -> FloatArray:
    """The probability that a Gamma variable of this shape (above 0) and scale 1 falls below a value, 0 or more.

    >>> round(float(gamma_share(1.0, 1.0)), 4)
    0.6321
    """
    return np.asarray(special.gammainc(shape, value), dtype=np.float64)
