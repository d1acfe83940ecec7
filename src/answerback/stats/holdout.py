"""A randomised hold-out: who waits is drawn by lot, so nothing but the touch tells the two groups apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, same_shape
from answerback.stats.special import normal_quantile, student_quantile

LEAST_A_GROUP = 2
_POWER = 0.8


def lots(stratum: IntArray, share: float, rng: Generator) -> BoolArray:
    """Which units are held back: within each stratum as near to the share as whole units allow, on average exactly.

    Args:
        stratum: of each unit, whole numbers from 0, shape (units,).
        share: of units that are held back, 0 to 1.
        rng: what the lots come from; same state, same lots.

    >>> int(lots(np.zeros(50, np.int64), 0.12, np.random.default_rng(1)).sum())
    6
    """
    held = np.zeros(len(stratum), np.bool_)
    for each in np.unique(stratum):
        units = rng.permutation(np.flatnonzero(stratum == each))
        wanted = share * len(units)
        count = int(wanted) + int(rng.random() < wanted - int(wanted))
        held[units[:count]] = True
    return held


@dataclass(frozen=True, slots=True)
class Difference:
    """What touching made of acts, by the lot.

    Attributes:
        touched, held: Units in each group.
        touched_mean, held_mean: Acts a unit.
        value: The difference as the lots fell, whoever overruled them; acts a unit.
        low, high: Its 95 % interval.
        error: Its standard error.
        overruled: Units held back by lot that were touched all the same.
        left_out: Units to be touched that were not.
        on_compliers: The difference for those who did as the lot said, where at least a tenth more of the one group
            were touched than of the other; value, low, high.
    """

    touched: int
    held: int
    touched_mean: float
    held_mean: float
    value: float
    low: float
    high: float
    error: float
    overruled: int
    left_out: int
    on_compliers: tuple[float, float, float] | None


def difference(acts: FloatArray, held: BoolArray, treated: BoolArray, stratum: IntArray) -> Difference | None:
    """Acts of those whom the lot let touch, less acts of those held back, by intention to treat.

    Method: differences of means within strata, weighted by their units, with the variance of Neyman (1923) and the
    degrees of freedom of Welch and Satterthwaite; the effect on compliers as the ratio of two such differences with the
    variance of the ratio (Imbens and Angrist 1994, Econometrica 62(2)). Strata with fewer than two in a group are
    pooled with one another.

    Args:
        acts: of each unit in the time that is looked at, shape (units,).
        held: whether the lot held it back.
        treated: whether it was touched all the same.
        stratum: within which lots were drawn with one share.

    Returns:
        None where a group has fewer than two units.

    >>> acts = np.array([3.0, 2.0, 4.0, 3.0, 1.0, 2.0, 1.0, 2.0])
    >>> held = np.array([0, 0, 0, 0, 1, 1, 1, 1], bool)
    >>> found = difference(acts, held, ~held, np.zeros(8, np.int64))
    >>> found and (found.value, found.overruled, round(found.low, 2))
    (1.5, 0, 0.24)
    """
    same_shape(acts=acts, held=held.astype(np.int64), treated=treated.astype(np.int64), stratum=stratum)
    if min(int(held.sum()), int((~held).sum())) < LEAST_A_GROUP:
        return None
    stratum = _pooled(held, stratum)
    value, error, degrees = _weighed(acts, held, stratum)
    half = float(student_quantile(max(degrees, 1.0), 0.975)) * error
    uptake, _, _ = _weighed(treated.astype(np.float64), held, stratum)
    compliers = None
    if uptake > _LEAST_UPTAKE:
        effect = value / uptake
        _, spread, _ = _weighed(acts - effect * treated, held, stratum)
        width = normal_quantile(0.975) * spread / uptake
        compliers = effect, effect - width, effect + width
    return Difference(
        int((~held).sum()),
        int(held.sum()),
        float(acts[~held].mean()),
        float(acts[held].mean()),
        value,
        value - half,
        value + half,
        error,
        int((held & treated).sum()),
        int((~held & ~treated).sum()),
        compliers,
    )


_LEAST_UPTAKE = 0.1


def _pooled(held: BoolArray, stratum: IntArray) -> IntArray:
    """Strata numbered from 0, those with too few in a group as one; with that too small as well, all as one."""
    _, dense = np.unique(stratum, return_inverse=True)
    for _ in range(2):
        small = np.minimum(np.bincount(dense, held), np.bincount(dense, ~held)) < LEAST_A_GROUP
        if not small.any():
            break
        dense = np.unique(np.where(small[dense], -1, dense), return_inverse=True)[1]
    small = np.minimum(np.bincount(dense, held), np.bincount(dense, ~held)) < LEAST_A_GROUP
    return np.zeros_like(dense) if small.any() else dense.astype(np.int64)


def _weighed(values: FloatArray, held: BoolArray, stratum: IntArray) -> tuple[float, float, float]:
    """The difference weighted by strata, its standard error, and the degrees of freedom."""
    total, variance, fourth = 0.0, 0.0, 0.0
    for each in np.unique(stratum):
        inside = stratum == each
        weight = float(inside.sum()) / len(values)
        one, other = values[inside & ~held], values[inside & held]
        total += weight * float(one.mean() - other.mean())
        for group in (one, other):
            part = weight**2 * float(group.var(ddof=1)) / len(group)
            variance += part
            fourth += part**2 / (len(group) - 1)
    return total, float(np.sqrt(variance)), variance**2 / fourth if fourth else np.inf


def units_to_settle(spread: float, share: float, effect: float) -> float:
    """How many units it takes to see an effect in four of five cases, at 95 %.

    Args:
        spread: standard deviation of acts a unit.
        share: of units that are held back, 0 to 1, neither.
        effect: acts a unit that one wants to see, not 0.

    >>> round(units_to_settle(0.6, 0.12, 0.1))
    2676
    """
    z = normal_quantile(0.975) + normal_quantile(_POWER)
    return float((z * spread / effect) ** 2 * (1.0 / share + 1.0 / (1.0 - share)))
