"""Is it the seat or the person? Whoever holds a territory is compared with peers, and with who held it before or after.

Each holder has a shift: how far the log odds of an answer lie from those of peers in the same weeks, with a variance.
Reps differ; how much, the peers say (the standard deviation between them). If a territory had nothing to do with it,
its holders would be like any reps drawn one after the other, and it would be rare that all of them lie far on one side.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import counts
from answerback.stats.special import gamma_share, normal_quantile, normal_share

LEVEL = 0.05
SHOWS = 0.4
"""A seat that changes the log odds by less is no finding; a third less or half as much again."""


class Whose(StrEnum):
    """Where a difference stays when the holder changes."""

    SEAT = "seat"
    """The holders are alike, and unlike peers."""
    PERSON = "person"
    """It came or went with a holder."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Seat:
    """What holders have in common, in log odds against peers, with its 95 % interval; and how they differ.

    `p_value` is the chance that reps drawn at random would lie as far off together, `p_alike` that holders who
    differ as reps do would differ as much as these or more, `step` the largest change from one holder to the next with
    its interval and `p_step` the chance that two reps drawn at random differ as much. `least` is the smallest shift
    of a holder to the common side, below 0 if one lies on the other. `short` is how many times smaller the error of the
    common part must be before a shift of the size `SHOWS` could be seen; at most 1 where it could.
    """

    common: float
    low: float
    high: float
    p_value: float
    p_alike: float
    step: float
    step_low: float
    step_high: float
    p_step: float
    step_place: int
    least: float
    short: float


def seat(shift: ArrayLike, variance: ArrayLike, *, between: float) -> Seat:
    """What the holders of one territory have in common.

    Method: the shifts are taken as seat + person + error, the person's part with the variance between peers. The
    common part is their precision-weighted mean; that of holders drawn at random is normal around 0 with the same
    variance. The differences between holders give Cochran's Q with k - 1 degrees of freedom. A change from one holder
    to the next is held against how much two reps differ, and its interval has the variance of both errors; of several
    the largest is taken, by Sidak's correction.

    Args:
        shift: of each holder in order of time, log odds against peers, shape (k,), k >= 2.
        variance: of each, above 0, shape (k,).
        between: the variance between peers, >= 0.

    Raises:
        ValueError: fewer than two holders, or a variance that is not above 0.

    >>> found = seat([-1.0, -1.1, -0.9], [0.04, 0.04, 0.04], between=0.06)
    >>> round(found.common, 2), found.p_value < 0.001, found.p_step > 0.5
    (-1.0, True, True)
    """
    d, v = np.asarray(shift, dtype=np.float64), counts(variance, "variance")
    if d.ndim != 1 or d.shape != v.shape or d.size < 2 or np.any(v == 0.0) or between < 0.0:
        raise ValueError("two holders or more are needed, each with a variance above 0")
    weight = 1.0 / (v + between)
    common, error = float((weight * d).sum() / weight.sum()), float(np.sqrt(1.0 / weight.sum()))
    half = normal_quantile(0.975)
    q = float((weight * (d - common) ** 2).sum())
    steps, errors = np.diff(d), np.sqrt(v[1:] + v[:-1])
    place = int(np.argmax(np.abs(steps) / errors))
    step, step_error = float(steps[place]), float(errors[place])
    usual = np.sqrt(step_error**2 + 2.0 * between)
    alone = float(2.0 * normal_share(-abs(step) / usual))
    return Seat(
        common=common,
        low=common - half * error,
        high=common + half * error,
        p_value=float(2.0 * normal_share(-abs(common) / error)),
        p_alike=_chi_square_above(q, d.size - 1),
        step=step,
        step_low=step - half * step_error,
        step_high=step + half * step_error,
        p_step=1.0 - (1.0 - alone) ** (d.size - 1),
        step_place=place,
        least=float((np.sign(common) * d).min()),
        short=half * error / SHOWS,
    )


def whose(found: Seat, *, p_value: float, p_step: float) -> Whose:
    """Whose the difference is, from p-values corrected for all territories that were looked at.

    The seat's: each of its holders is off by `SHOWS` to one side, and they differ no more than reps do. The person's:
    it changed with the holder, by more than reps differ. Where both are so, or neither, it cannot be told.

    >>> found = seat([-1.0, -1.1], [0.04, 0.04], between=0.02)
    >>> whose(found, p_value=found.p_value, p_step=found.p_step)
    <Whose.SEAT: 'seat'>
    """
    alike = found.p_alike > LEVEL
    off = p_value <= LEVEL and found.least >= SHOWS
    changed = p_step <= LEVEL and abs(found.step) >= SHOWS
    if off and alike and not changed:
        return Whose.SEAT
    if changed and not off:
        return Whose.PERSON
    return Whose.CANNOT_TELL


def _chi_square_above(value: float, degrees: int) -> float:
    return float(1.0 - gamma_share(degrees / 2.0, value / 2.0))
