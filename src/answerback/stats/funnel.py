"""Levels beside one another, each with the limits that chance draws around the common rate: a funnel.

Inside the limits is common cause: a difference that nobody made. The limits widen where the members differ more among
one another than chance alone would have it (over-dispersion), for then being somewhat different is usual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, counts, same_shape
from answerback.stats.special import binomial_share, normal_quantile, normal_share

TRIMMED = 0.1
"""This share of the most extreme on either side is drawn in before over-dispersion is judged."""
WIDE = 0.998
"""The share of ordinary members inside the wide limits: three standard errors, as usual."""


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """Each member beside the common rate; arrays of shape (k,).

    `z` is the distance from the common rate in standard errors that over-dispersion `phi` (at least 1) has widened;
    `p_value` the exact binomial chance of a rate so far off, `adjusted_p` after over-dispersion. `outside` are those
    beyond the 99.8 % limits by both. `low` and `high` are these limits at each member's own exposure.
    """

    common: float
    phi: float
    rate: FloatArray
    z: FloatArray
    p_value: FloatArray
    adjusted_p: FloatArray
    low: FloatArray
    high: FloatArray
    outside: BoolArray


def funnel(successes: ArrayLike, exposure: ArrayLike, *, expected: ArrayLike | None = None) -> Funnel | None:
    """The funnel plot of several rates.

    Method: Spiegelhalter (2005), Statistics in Medicine 24(8): exact binomial limits, and a multiplicative
        over-dispersion
    phi = mean of the squared z-scores after 10 % on either side are winsorised, used where it exceeds 1. Checked in
    tests/reference/funnel.json on heart surgery in 12 hospitals.

    Args:
        successes: real, shape (k,).
        exposure: real, at least the successes (raised to them where less), shape (k,). Members without any are outside
            nothing.
        expected: the rate that each member's efforts would usually bring, above 0 and below 1, shape (k,), where
            members
            differ in what they do; else the common rate. The limits are then drawn around these.

    Returns:
        None where there is no exposure at all, or every effort succeeded or none.

    Raises:
        ValueError: lengths differ or a count is negative.

    >>> found = funnel([10, 12, 9, 11, 8, 10, 12, 9, 11, 10, 35], [100] * 11)
    >>> found and (round(found.common, 4), found.outside.nonzero()[0])
    (0.1245, array([10]))
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    same_shape(successes=s, exposure=m)
    m = np.maximum(m, s)
    if m.sum() <= 0.0 or not 0.0 < s.sum() < m.sum():
        return None
    common = float(s.sum() / m.sum())
    known = m > 0.0
    usual = np.full(m.shape, common) if expected is None else counts(expected, "expected")
    rate = np.divide(s, m, out=usual.copy(), where=known)
    error = np.sqrt(usual * (1.0 - usual) / np.where(known, m, 1.0))
    plain = np.where(known, (rate - usual) / error, 0.0)
    phi = over_dispersion(plain[known])
    z = plain / np.sqrt(phi)
    below, above = binomial_share(s, m, usual), 1.0 - binomial_share(np.ceil(s) - 1.0, m, usual)
    p_value = np.where(known, np.minimum(1.0, 2.0 * np.minimum(below, above)), 1.0)
    adjusted_p = 2.0 * normal_share(-np.abs(z))
    half = normal_quantile(0.5 + WIDE / 2.0) * error * np.sqrt(phi)
    level = 1.0 - WIDE
    return Funnel(
        common=common,
        phi=phi,
        rate=rate,
        z=z,
        p_value=p_value,
        adjusted_p=adjusted_p,
        low=np.maximum(usual - half, 0.0),
        high=np.minimum(usual + half, 1.0),
        outside=known & (p_value < level) & (adjusted_p < level),
    )


def over_dispersion(z: ArrayLike) -> float:
    """How many times larger than by chance the squared z-scores are, their extremes drawn in; at least 1.

    >>> over_dispersion([0.5, -0.5, 1.0, -1.0]), over_dispersion([3.0, -3.0, 3.0, -3.0])
    (1.0, 9.0)
    """
    values = np.sort(np.asarray(z, dtype=np.float64))
    if values.size < 2:
        return 1.0
    cut = int(np.floor(TRIMMED * values.size))
    drawn = np.clip(values, values[cut], values[values.size - 1 - cut])
    return max(1.0, float((drawn**2).mean()))
