"""What one kind of touch brings against another, within each rep: the comparison that a lesson stands or falls by.

Reps choose when they do what, so this is a comparison and no proof. Two things are taken out of it: that reps differ
(each is compared with themselves alone), and that touches of one company hang together (the company is the unit of
doubt).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerback.stats.arrays import FloatArray, IntArray, counts, same_shape
from answerback.stats.sequences import peeking_factor
from answerback.stats.special import normal_quantile, student_share

LEAST_TOUCHES = 20.0
"""Touches of each of the two kinds, by reps who made both, below which nothing is said."""
LEAST_COMPANIES = 10.0
"""Companies that the comparison rests on, counted as if all weighed the same."""
WORTH = 0.05
"""The least difference that is worth knowing; a share from 0 to 1."""
_POWER = 0.8
_NARROWEST = 0.25
"""Where the interval is narrowest, in parts of what it takes to see `WORTH`: where twice as much would be seen."""
_ERROR = WORTH / (float(peeking_factor(1.0, planned=_NARROWEST)) + normal_quantile(_POWER))
"""The standard error at which a difference of `WORTH` is seen in four of five cases."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Touches put together by stratum (such as a rep at a step), company and kind; parallel arrays.

    Attributes:
        stratum, company: Any whole numbers that tell them apart.
        used: Whether they are of the kind that is advised.
        n, s: How many touches, and how many of them moved the buyer.
    """

    stratum: IntArray
    company: IntArray
    used: NDArray[np.bool_]
    n: FloatArray
    s: FloatArray

    def only(self, chosen: NDArray[np.bool_]) -> Touched:
        """Some rows of them."""
        return Touched(
            self.stratum[chosen], self.company[chosen], self.used[chosen], self.n[chosen], self.s[chosen]
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advised:
    """The advised kind's rate less the other's, in strata that have both; shares from 0 to 1.

    Attributes:
        difference, error, df: With its standard error, by company, and that one's degrees of freedom.
        low, high: A 95 % interval that may be looked at as often as one likes.
        p_value: For one look, two-sided.
        used, other: The two rates, weighted as the difference is.
        touches: How many, of the advised kind and of the other.
        companies: How many companies it rests on, counted as if all weighed the same.
        known: How much is known, in parts of what it takes to see `WORTH` in four of five cases.
    """

    difference: float
    error: float
    df: float
    low: float
    high: float
    p_value: float
    used: float
    other: float
    touches: tuple[float, float]
    companies: float
    known: float

    @property
    def more(self) -> int:
        """About how many more touches of the advised kind it takes; 0 where enough is known."""
        return max(0, int(np.ceil(self.touches[0] * (1.0 / self.known - 1.0)))) if self.known < 1.0 else 0


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Nothing can be said yet: touches of both kinds so far, by reps who made both, and how many it takes of each."""

    used: float
    other: float
    need: float = LEAST_TOUCHES


def advised(touched: Touched) -> Advised | TooLittle:
    """What the advised kind of touch brings against the other one.

    Method: least squares with an intercept for each stratum, which is the Mantel-Haenszel difference of rates
    (Greenland & Robins 1985, Biometrics 41(1)); errors by company (Liang & Zeger 1986, Biometrika 73(1)), made wider
    for few and unequal companies: the t distribution has as many degrees of freedom as companies that weigh the same,
    less one (Carter, Schnepel & Steigerwald 2017, Review of Economics and Statistics 99(4), in its simplest form). The
    error is never less than if touches did not hang together. The interval is the confidence sequence of `sequences`.

    Args:
        touched: The counts.

    Returns:
        TooLittle where either kind has fewer than `LEAST_TOUCHES`, or fewer than `LEAST_COMPANIES` companies speak.

    Raises:
        ValueError: lengths differ, a count is negative, or more moved than were touched.

    >>> rep = np.repeat(np.arange(4), 40)
    >>> company, kind = np.arange(160) % 40, np.arange(160) % 2 == 0
    >>> found = advised(Touched(rep, company, kind, np.full(160, 5.0), np.where(kind, 3.0, 1.0)))
    >>> round(found.difference, 2), found.low > 0.0, found.touches
    (0.4, True, (400.0, 400.0))
    """
    rows = _both(touched)
    arms = (float(rows.n[rows.used].sum()), float(rows.n[~rows.used].sum()))
    if min(arms) < LEAST_TOUCHES:
        return TooLittle(*arms)
    stratum = np.unique(rows.stratum, return_inverse=True)[1]
    n, s, x = rows.n, rows.s, rows.used.astype(np.float64)
    total = np.bincount(stratum, n)
    centred = x - (np.bincount(stratum, n * x) / total)[stratum]
    level = (np.bincount(stratum, s) / total)[stratum]
    weight = float((n * centred * centred).sum())
    difference = float((s * centred).sum()) / weight
    company = np.unique(rows.company, return_inverse=True)[1]
    score = np.bincount(company, centred * (s - n * (level + difference * centred)))
    held = np.bincount(company, n * centred * centred)
    alike = float(held.sum() ** 2 / (held * held).sum())
    if alike < LEAST_COMPANIES:
        return TooLittle(*arms, need=max(LEAST_TOUCHES, min(arms) * LEAST_COMPANIES / alike))
    spare = max(n.sum() - len(total) - 1.0, 1.0)
    widen = alike / (alike - 1.0) * n.sum() / spare
    error = float(np.sqrt(max((score @ score) * widen, _alone(rows, centred)))) / weight
    known = (_ERROR / error) ** 2
    half = float(peeking_factor(known, planned=_NARROWEST, df=alike - 1.0)) * error
    rate = float((s * np.abs(centred))[rows.used].sum() / (n * np.abs(centred))[rows.used].sum())
    p_value = 2.0 * float(student_share(alike - 1.0, -abs(difference) / error))
    low, high = max(-1.0, difference - half), min(1.0, difference + half)
    return Advised(
        difference, error, alike - 1.0, low, high, p_value, rate, rate - difference, arms, alike, known
    )  # fmt: skip


def _both(touched: Touched) -> Touched:
    """The rows of strata in which both kinds occur."""
    n, s = counts(touched.n, "n"), counts(touched.s, "s")
    same_shape(stratum=touched.stratum, company=touched.company, n=n, s=s)
    if np.any(s > n):
        raise ValueError("more moved than were touched")
    place = np.unique(touched.stratum, return_inverse=True)[1]
    sums = [np.bincount(place, n * (touched.used == side), minlength=1) for side in (True, False)]
    return touched.only(((sums[0] > 0) & (sums[1] > 0))[place] & (n > 0)) if len(place) else touched


def _alone(rows: Touched, centred: FloatArray) -> float:
    """The variance of the score if no two touches hung together; a rate of 0 or 1 is not taken at its word."""
    found = 0.0
    for side in (True, False):
        here = rows.used == side
        rate = (rows.s[here].sum() + 0.5) / (rows.n[here].sum() + 1.0)
        found += float((rows.n[here] * centred[here] ** 2).sum()) * rate * (1.0 - rate)
    return found


def own_differences(stratum_rep: ArrayLike, touched: Touched, *, least: float) -> dict[int, float]:
    """Of each rep with so many touches of both kinds, the difference of their own two rates; by the rep's number.

    Args:
        stratum_rep: The rep of each row.
        touched: The counts.
        least: Touches of each kind.

    >>> rows = Touched(
    ...     np.array([0, 0]), np.array([1, 1]), np.array([True, False]), np.full(2, 10.0), np.array([4.0, 1.0])
    ... )
    >>> round(own_differences([7, 7], rows, least=10)[7], 2)
    0.3
    """
    reps, who = np.unique(np.asarray(stratum_rep, np.int64), return_inverse=True)
    if not len(reps):
        return {}
    n, s = (
        [np.bincount(who, each * (touched.used == side), minlength=len(reps)) for side in (True, False)]
        for each in (touched.n, touched.s)
    )
    enough = np.flatnonzero((n[0] >= least) & (n[1] >= least))
    return {int(reps[each]): float(s[0][each] / n[0][each] - s[1][each] / n[1][each]) for each in enough.tolist()}
