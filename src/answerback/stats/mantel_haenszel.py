"""One odds ratio over many strata, each too small to speak for itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import counts, same_shape
from answerback.stats.special import normal_quantile, normal_share


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """The common odds ratio, its logarithm and that one's standard error, the 95 % interval, and the score test."""

    ratio: float
    log_ratio: float
    log_error: float
    low: float
    high: float
    p_value: float


def odds_ratio(
    success: ArrayLike, exposure: ArrayLike, other_success: ArrayLike, other_exposure: ArrayLike
) -> OddsRatio | None:  # fmt: skip
    """The odds of success of one group over those of another, the same in all strata.

    Method: Mantel, Haenszel (1959), JNCI 22(4); the variance of its logarithm from Robins, Breslow, Greenland (1986),
    Biometrics 42(2), the test without continuity correction. Checked in tests/reference/mantel_haenszel.json.

    Args:
        success: of the one group by stratum, shape (k,).
        exposure: of the one group.
        other_success: of the other group.
        other_exposure: of the other group.

    Returns:
        None where no stratum holds both a success of the one and a failure of the other, and the other way round.

    Raises:
        ValueError: lengths differ, a count is negative, or successes exceed exposure.

    >>> found = odds_ratio([10, 5], [20, 20], [5, 2], [20, 20])
    >>> found and round(found.ratio, 4)
    3.0
    """
    a, n1, c, n0 = (
        counts(each, name)
        for each, name in (
            (success, "success"),
            (exposure, "exposure"),
            (other_success, "other_success"),
            (other_exposure, "other_exposure"),
        )
    )
    same_shape(success=a, exposure=n1, other_success=c, other_exposure=n0)
    b, d = n1 - a, n0 - c
    if np.any(b < 0.0) or np.any(d < 0.0):
        raise ValueError("successes must not exceed exposure")
    n = n1 + n0
    used = n > 1.0
    a, b, c, d, n = (each[used] for each in (a, b, c, d, n))
    r, s = a * d / n, b * c / n
    if r.sum() == 0.0 or s.sum() == 0.0:
        return None
    p, q = (a + d) / n, (b + c) / n
    variance = (p * r).sum() / (2.0 * r.sum() ** 2)
    variance += (p * s + q * r).sum() / (2.0 * r.sum() * s.sum()) + (q * s).sum() / (2.0 * s.sum() ** 2)
    log_ratio, error = float(np.log(r.sum() / s.sum())), float(np.sqrt(variance))
    half = normal_quantile(0.975) * error
    yes = a + c
    spread = float(((a + b) * (c + d) * yes * (n - yes) / (n * n * (n - 1.0))).sum())
    z = float((a - (a + b) * yes / n).sum()) / np.sqrt(spread)
    low, high = float(np.exp(log_ratio - half)), float(np.exp(log_ratio + half))
    return OddsRatio(float(np.exp(log_ratio)), log_ratio, error, low, high, 2.0 * float(normal_share(-abs(z))))
