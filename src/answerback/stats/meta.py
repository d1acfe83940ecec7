"""Many changes, each with its own error: what they have in common, and which of them stand apart from it.

The common part is a random-effects mean, so that reps may differ in what happened to them; its interval follows from
how much they differ (Hartung, Knapp 2001; Sidik, Jonkman 2002), which holds where the textbook interval is too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, counts
from answerback.stats.multiplicity import benjamini_hochberg
from answerback.stats.special import normal_share, student_quantile, student_share

FLAG_RATE = 0.1
"""Of those who are said to stand apart, at most this share may be there by chance."""
MOST_SPREAD = 0.1
"""A single one is held against a spread (tau squared) of at most this, so that several who fell do not hide another."""
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Pooled:
    """The common change: mean, standard error, 95 % interval, p-value, and the variance between the single ones."""

    mean: float
    error: float
    low: float
    high: float
    p_value: float
    tau_squared: float
    degrees: float
    used: int


@dataclass(frozen=True, slots=True, eq=False)
class CommonShift:
    """What is common to all but those who stand apart.

    `z` is how far each stands from the common change in its standard errors, `p_value` the chance of that, `flagged`
    who stands apart; shape (k,) each.
    """

    pooled: Pooled
    z: FloatArray
    p_value: FloatArray
    flagged: BoolArray


def pool(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    coverage: float = 0.95,
    extra_variance: float = 0.0,
    at_least_chance: bool = False,
) -> Pooled:
    """The random-effects mean of several effects.

    Method: DerSimonian, Laird (1986), Controlled Clinical Trials 7(3) for tau squared; Hartung, Knapp (2001),
        Statistics
    in Medicine 20(24) for the interval: Student's t with k - 1 degrees of freedom. Checked in tests/reference/meta.json
    against R's metafor.

    Args:
        effects: shape (k,), k >= 2.
        variances: of the effects, above 0, shape (k,).
        coverage: of the interval.
        extra_variance: of the mean itself, from what moves all effects at once (weeks that were good or bad for all).
        at_least_chance: never a narrower interval than the effects' own variances give, however alike they came out.

    Raises:
        ValueError: fewer than two effects, different lengths, or a variance that is not above 0.

    >>> found = pool([0.1, -0.2, 0.3, 0.0], [0.04, 0.05, 0.06, 0.05])
    >>> round(found.mean, 3), found.tau_squared
    (0.043, 0.0)
    """
    y, v = np.asarray(effects, dtype=np.float64), counts(variances, "variances")
    if y.ndim != 1 or y.shape != v.shape or y.size < 2 or np.any(v == 0.0) or not np.all(np.isfinite(y)):
        raise ValueError("two effects or more are needed, each with a variance above 0")
    w = 1.0 / v
    fixed = (w * y).sum() / w.sum()
    scale = w.sum() - (w * w).sum() / w.sum()
    tau_squared = max(0.0, float((w * (y - fixed) ** 2).sum() - (y.size - 1)) / scale)
    w = 1.0 / (v + tau_squared)
    mean = float((w * y).sum() / w.sum())
    degrees = y.size - 1
    scatter = float((w * (y - mean) ** 2).sum() / degrees)
    error = float(np.sqrt((max(scatter, 1.0) if at_least_chance else scatter) / w.sum() + extra_variance))
    half = float(student_quantile(degrees, 0.5 + coverage / 2.0)) * error
    p_value = 2.0 * float(student_share(degrees, -abs(mean) / error)) if error > 0.0 else float(mean == 0.0)
    return Pooled(mean, error, mean - half, mean + half, p_value, tau_squared, float(degrees), int(y.size))


def common_shift(
    effects: ArrayLike,
    variances: ArrayLike,
    *,
    may_flag: ArrayLike | None = None,
    rate: float = FLAG_RATE,
    least_spread: float = 0.0,
) -> CommonShift:
    """The common change of all, and who stands apart from it.

    Whoever stands apart leaves the pool, and the common change is worked out anew, three times: else one who fell far
    would draw everybody's mean. At least two stay.

    Args:
        effects: shape (k,), k >= 2.
        variances: above 0, shape (k,).
        may_flag: who has enough behind them to be said to stand apart, shape (k,); everybody, unless said.
        rate: the false discovery rate of the flags.
        least_spread: the variance between the true changes that is allowed for, even where less was seen.

    Raises:
        ValueError: as `pool`.

    >>> found = common_shift([0.0, 0.1, -0.1, 0.05, -2.0], [0.04] * 5)
    >>> found.flagged, round(found.pooled.mean, 3)
    (array([False, False, False, False,  True]), 0.013)
    """
    y, v = np.asarray(effects, dtype=np.float64), counts(variances, "variances")
    able = np.ones(y.shape, dtype=np.bool_) if may_flag is None else np.asarray(may_flag, dtype=np.bool_)
    flagged = np.zeros(y.shape, dtype=np.bool_)
    pooled = pool(y, v)
    z, p_value = np.zeros_like(y), np.ones_like(y)
    for _ in range(ROUNDS):
        own_spread = min(max(pooled.tau_squared, least_spread), MOST_SPREAD) + pooled.error**2
        z = (y - pooled.mean) / np.sqrt(v + own_spread)
        p_value = 2.0 * normal_share(-np.abs(z))
        found = np.zeros(y.shape, dtype=np.bool_)
        if able.any():
            found[able] = benjamini_hochberg(p_value[able], rate=rate)
        if (~found).sum() < 2:
            break
        flagged = found
        pooled = pool(y[~flagged], v[~flagged])
    return CommonShift(pooled, z, p_value, flagged)
