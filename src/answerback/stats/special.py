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
