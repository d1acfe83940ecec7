"""A change of a rate taken apart, exactly: what the kinds' own rates did, and what their shares did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts, same_shape


@dataclass(frozen=True, slots=True, eq=False)
class TakenApart:
    """A change in its parts, by kind, shape (k,) each; all parts add up to `change`.

    `rate_part` is what each kind's own rate did to the whole, `mix_part` what its share of the efforts did, held
    against
    the mean rate: a kind that answers less than most lowers the whole when its share grows.
    """

    before: float
    after: float
    rate_part: FloatArray
    mix_part: FloatArray

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def rate(self) -> float:
        """The part of the rates in all."""
        return float(self.rate_part.sum())

    @property
    def mix(self) -> float:
        """The part of the shares in all."""
        return float(self.mix_part.sum())


def take_apart(
    success_before: ArrayLike, exposure_before: ArrayLike, success_after: ArrayLike, exposure_after: ArrayLike
) -> TakenApart | None:  # fmt: skip
    """The change of a rate between two times, by kind of effort.

    Method: Kitagawa (1955), JASA 50(272): the change is the sum over kinds of (mean share x change of rate) + (mean
        rate
    x change of share). A kind that occurs at one time only has no change of rate: its rate then stands for both. The
    mean rate of both times is taken off the rates in the mix part, which leaves the sum as it is (shares add up to 1)
    and makes each kind's part speak for itself.

    Args:
        success_before: successes of the first time by kind, real, shape (k,).
        exposure_before: efforts of the first time.
        success_after: successes of the second time.
        exposure_after: efforts of the second time.

    Returns:
        None where there is no exposure before or none after.

    Raises:
        ValueError: lengths differ or a count is negative.

    >>> parts = take_apart([20, 10], [50, 100], [4, 19], [10, 190])
    >>> round(parts.change, 4), abs(round(parts.rate, 4)), round(parts.mix, 4)
    (-0.085, 0.0, -0.085)
    """
    s0, m0, s1, m1 = (
        counts(each, name)
        for each, name in (
            (success_before, "success_before"),
            (exposure_before, "exposure_before"),
            (success_after, "success_after"),
            (exposure_after, "exposure_after"),
        )
    )
    same_shape(success_before=s0, exposure_before=m0, success_after=s1, exposure_after=m1)
    if m0.sum() <= 0.0 or m1.sum() <= 0.0:
        return None
    before, after = s0.sum() / m0.sum(), s1.sum() / m1.sum()
    r0, r1 = (np.divide(s, m, out=np.zeros_like(m), where=m > 0.0) for s, m in ((s0, m0), (s1, m1)))
    r0, r1 = np.where(m0 > 0.0, r0, r1), np.where(m1 > 0.0, r1, r0)
    w0, w1 = m0 / m0.sum(), m1 / m1.sum()
    # Successes without exposure (answers to efforts that weigh nothing yet) belong to the rate.
    stray = (s1 / m1.sum() - w1 * r1) - (s0 / m0.sum() - w0 * r0)
    rate_part = (w0 + w1) / 2.0 * (r1 - r0) + stray
    mix_part = ((r0 + r1) / 2.0 - (before + after) / 2.0) * (w1 - w0)
    return TakenApart(float(before), float(after), rate_part, mix_part)
