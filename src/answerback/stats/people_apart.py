"""Who stands apart from what all have in common, by two measures of the distance, both of which must say so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.meta import MOST_SPREAD, Pooled, common_shift
from answerback.stats.multiplicity import benjamini_hochberg
from answerback.stats.own_shifts import Fit
from answerback.stats.special import normal_share
from answerback.stats.summed import Summed
from answerback.stats.two_times import FEWEST_REPS, enough

PERSON_RATE = 0.1
"""Of the people who are said to stand apart, at most this share may be there by chance."""
USUAL_SPREAD = 0.02
"""Reps change a little by themselves: a variance of the log odds that is always allowed for (sd .14)."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What all have in common, and who stands apart.

    Attributes:
        system: what is common, those who stand apart left out.
        apart: which reps stand apart; arrays of shape (reps,).
        z, p_value: how far, and the chance of it; 0 and 1 for those without enough behind them.
        exposure: matured efforts of each rep, before and now; shape (reps, 2).
    """

    system: Pooled | None
    apart: BoolArray
    z: FloatArray
    p_value: FloatArray
    exposure: FloatArray


def people_apart(  # noqa: PLR0917 - what the steps before it worked out
    efforts: Summed,
    fit: Fit,
    moved: FloatArray,
    effects: FloatArray,
    variances: FloatArray,
    phi: float,
    looks: int,
) -> People:
    """What all have in common, and who stands apart from it, by both of two measures of the distance."""
    exposure = fit.shift.exposure.reshape(efforts.reps, 2)
    z, p_value = np.zeros(efforts.reps), np.ones(efforts.reps)
    apart = np.zeros(efforts.reps, dtype=np.bool_)
    system = None
    known = np.isfinite(effects)
    if known.sum() >= FEWEST_REPS:
        spoken_of = enough(exposure)
        common = common_shift(
            effects[known],
            variances[known],
            may_flag=spoken_of[known],
            rate=PERSON_RATE / looks,
            least_spread=USUAL_SPREAD,
        )
        middle = common.pooled.mean + moved
        own_spread = min(max(common.pooled.tau_squared, USUAL_SPREAD), MOST_SPREAD) + common.pooled.error**2
        by_count = _signed_root(efforts, fit, middle, phi, own_spread)
        z[known] = np.where(spoken_of[known], _nearer(common.z, by_count[known]), 0.0)
        p_value = 2.0 * normal_share(-np.abs(z))
        apart[spoken_of & known] = benjamini_hochberg(p_value[spoken_of & known], rate=PERSON_RATE / looks)
        if (known & ~apart).sum() < FEWEST_REPS - 1:
            apart[:] = False
        system = common.pooled
    return People(system, apart, z, p_value, exposure)


def _x_log(x: FloatArray, ratio: FloatArray) -> FloatArray:
    """X log(ratio), 0 where x is 0."""
    return np.where(x > 0.0, x * np.log(np.where(x > 0.0, ratio, 1.0)), 0.0)


def _nearer(one: FloatArray, other: FloatArray) -> FloatArray:
    """Of two distances the smaller one; 0 where they do not point the same way."""
    return np.where(one * other > 0.0, np.sign(one) * np.minimum(np.abs(one), np.abs(other)), 0.0)


def _signed_root(
    efforts: Summed, fit: Fit, middle: FloatArray, phi: float, spread_of_reps: float
) -> FloatArray:  # fmt: skip
    """How far the successes now lie from what each rep's own baseline and the common change let expect.

    The signed root of the likelihood ratio, which the normal distribution fits at small counts, too, where log odds
    stray far by chance (McCullagh, Nelder 1989, section 2.4); scaled for what the expectation itself does not know.
    """
    reps = efforts.reps
    shift, information = fit.shift.shift.reshape(reps, 2), fit.shift.information.reshape(reps, 2)
    expected, inside = (
        each.reshape(reps, 2)[:, 1] for each in fit.odds.expected(np.repeat(shift[:, 0] + middle, 2))
    )  # fmt: skip
    m = np.maximum(fit.shift.exposure.reshape(reps, 2)[:, 1], 1e-9)
    s = np.minimum(fit.shift.success.reshape(reps, 2)[:, 1], m)
    expected = np.clip(expected, 1e-9, m * (1.0 - 1e-9))
    deviance = _x_log(s, s / expected) + _x_log(m - s, (m - s) / (m - expected))
    root = np.sign(s - expected) * np.sqrt(np.maximum(2.0 * deviance, 0.0))
    unknown = phi / information[:, 0] + spread_of_reps
    return np.asarray(root / np.sqrt(phi + np.maximum(inside, 1e-9) * unknown))
