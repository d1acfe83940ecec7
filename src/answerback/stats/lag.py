"""How long answers take, from answers of which the late ones are not in yet.

An effort made yesterday can only have been answered within a day. Whoever takes the answers so far at face value sees
them too fast (right truncation). The lag curve F(age) is the share of answers that come within `age`, among the answers
that come within the waiting time: F(0) = 0, F(waiting time) = 1. It turns young efforts into matured exposure:
n efforts of one age count as n F(age), which is what `answerback.stats.rate` divides by.

Time is in days since the effort. **Lag bin b** holds the answers that came at least b and less than b + 1 days after
their effort. An effort day that was observed for T days has seen bin b in full only if b + 1 <= T; answers in a bin
that was seen in part are left out, because only the quick ones among them are there.

What no such curve can know: whatever lies beyond the oldest effort that was observed. Answers slower than that have
never been seen, so nothing distinguishes "nobody answers after 40 days" from "we have watched for 40 days". Therefore
the curve is given only where enough answers come from efforts that were observed for the whole waiting time, and it
speaks only of answers within that time. It says nothing of *how many* efforts are ever answered; that is the rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.answers import NotEnoughData, Reason
from answerback.stats.arrays import FloatArray, IntArray, counts, frozen, same_shape, weighted_count, whole_numbers

MIN_MATURED_ANSWERS = 100
"""A curve from fewer answers to efforts that waited in full is not used."""

QUANTILES = (0.25, 0.5, 0.75, 0.95)
"""The shares of answers for which `LagCurve.quantiles` gives the age."""

_TAIL = 0.025
"""A quantile is given when its distribution-free 95 % interval is bounded: (larger tail)^answers at most this."""

_EDGE = 1e-9
"""An age a hair short of a whole day, from dividing seconds, is that day."""


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """For how many days after it each effort day has been observed.

    `effort_day` is ascending without repeats; `days` is parallel to it, real, >= 0. Days differ between channels when
    their mailboxes or calendars were loaded up to different times. Made by `until`, or directly.

    Raises ValueError when days repeat, are unsorted, or the arrays differ in length.
    """

    effort_day: IntArray
    days: FloatArray

    def __post_init__(self) -> None:
        same_shape(effort_day=whole_numbers(self.effort_day, "effort_day"), days=counts(self.days, "days"))
        if np.any(np.diff(self.effort_day) <= 0):
            raise ValueError("effort_day must be ascending without repeats")

    @classmethod
    def until(cls, effort_day: ArrayLike, *, end_day: float) -> Self:
        """All effort days observed up to one time: the start of `end_day`, on the same count of days.

        Days at or after `end_day` count as observed for 0 days.

        >>> Observed.until([3, 1, 3], end_day=5).days
        array([4., 2.])
        """
        day = np.unique(whole_numbers(effort_day, "effort_day"))
        return cls(effort_day=day, days=np.maximum(end_day - day.astype(np.float64), 0.0))

    def of(self, effort_day: ArrayLike) -> FloatArray:
        """Days observed, for each of these effort days.

        Raises:
            ValueError: a day is not among those known.

        >>> Observed.until([1, 3], end_day=5).of([3, 3, 1])
        array([2., 2., 4.])
        """
        wanted = whole_numbers(effort_day, "effort_day")
        place = np.searchsorted(self.effort_day, wanted)
        inside = place < self.effort_day.size
        if not np.all(inside) or not np.array_equal(self.effort_day[place], wanted):
            raise ValueError("an effort day has no observed days")
        return self.days[place]


@dataclass(frozen=True, slots=True, eq=False)
class LagCurve:
    """The share of answers that come within an age, among those that come within the waiting time.

    `ages_days` is 0, 1, ..., horizon; `share` is F at these ages, rising from 0 to 1; both read-only. `answers` are the
    answers that the curve rests on, `matured_answers` those among them whose effort was observed for the whole waiting
    time, `left_out` the answers that came later than the waiting time or fell in a bin that was seen in part.
    """

    ages_days: FloatArray
    share: FloatArray
    answers: float
    matured_answers: float
    left_out: float

    @property
    def horizon_days(self) -> float:
        """The waiting time that the curve speaks of."""
        return float(self.ages_days[-1])

    def at(self, age_days: ArrayLike) -> FloatArray:
        """F at any ages in days, any shape: 0 below 0, 1 from the waiting time on.

        Between whole days the answers of a bin are taken as evenly spread. Where most answers come within hours this
        makes F too low inside the first day, so the age of an effort day is best given in whole days.

        Raises:
            ValueError: an age is not a number.

        >>> curve = lag_curve([0, 0], [0, 2], [75, 25], observed=Observed.until([0], end_day=9), horizon_days=4)
        >>> curve.at([0, 1, 1.5, 2.5, 3, 99])
        array([0.   , 0.75 , 0.75 , 0.875, 1.   , 1.   ])
        """
        age = np.asarray(age_days, dtype=np.float64)
        if np.any(np.isnan(age)):
            raise ValueError("an age must be a number")
        return np.asarray(np.interp(age, self.ages_days, self.share), dtype=np.float64)

    def quantile(self, share: float) -> float | None:
        """The age in days by which `share` of the answers have come; absent where the answers do not fix it.

        It is given when its distribution-free 95 % interval is bounded on both sides, judged by the matured answers:
        the chance that all of them lie on one side of the quantile must be at most 2.5 %. Thus 100 answers fix the
        95 % point and not the 99 % point. (David, Nagaraja 2003, Order Statistics, section 7.1.)

        Raises:
            ValueError: share is not between 0 and 1.

        >>> curve = lag_curve([0, 0], [0, 2], [75, 25], observed=Observed.until([0], end_day=9), horizon_days=4)
        >>> curve.quantile(0.875), curve.quantile(0.99)
        (2.5, None)
        """
        if not 0.0 < share < 1.0:
            raise ValueError(f"share must be between 0 and 1, not {share}")
        if max(share, 1.0 - share) ** self.matured_answers > _TAIL:
            return None
        above = int(np.searchsorted(self.share, share, side="left"))
        below = above - 1
        part = (share - self.share[below]) / (self.share[above] - self.share[below])
        return float(self.ages_days[below] + part * (self.ages_days[above] - self.ages_days[below]))

    @property
    def quantiles(self) -> dict[float, float | None]:
        """`quantile` for each of `QUANTILES`."""
        return {share: self.quantile(share) for share in QUANTILES}


def lag_curve(
    effort_day: ArrayLike,
    lag_day: ArrayLike,
    n: ArrayLike,
    *,
    observed: Observed,
    horizon_days: int,
    min_matured_answers: float = MIN_MATURED_ANSWERS,
) -> LagCurve | NotEnoughData:
    """The lag curve from counts of answers by effort day and lag bin.

    Method: product-limit estimator in reverse time. Of the R(u) answers that came within u days, to efforts that were
    observed for at least u days, d(u) came in the last of these days, and F(u - 1) = F(u) (1 - d(u) / R(u)), going down
    from F(horizon) = 1. Lagakos, Barraj, De Gruttola (1988), Biometrika 75(3); Kalbfleisch, Lawless (1989), JASA
    84(406). With counts in bins it is the chain ladder: R(u) / (R(u) - d(u)) is the development factor. Checked in
    tests/reference/taylor_ashe.json, aids.json and reverse_km.json.

    It assumes that how fast an answer comes does not depend on when the effort was made. Rows may repeat and come in
    any order: counts of the same effort day and bin add up.

    Args:
        effort_day: the day of the effort, whole numbers on any count of days, shape (rows,).
        lag_day: the lag bin, whole, >= 0, shape (rows,).
        n: how many answers, real, >= 0, shape (rows,).
        observed: for how many days each effort day has been observed. It must know every effort day in the rows.
        horizon_days: the waiting time in whole days, >= 1. Later answers are not looked at.
        min_matured_answers: see `MIN_MATURED_ANSWERS`.

    Returns:
        The curve, or `NotEnoughData` with `Reason.LAG_UNKNOWN` when fewer than `min_matured_answers` answers came from
        efforts that were observed for the whole waiting time.

    Raises:
        ValueError: the rows differ in length, a number is of the wrong kind, or an effort day is not in `observed`.

    >>> curve = lag_curve(
    ...     [0, 0, 5], [0, 1, 0], [60, 60, 60], observed=Observed.until([0, 5], end_day=6), horizon_days=2
    ... )
    >>> curve.share, curve.matured_answers
    (array([0. , 0.5, 1. ]), 120.0)
    """
    day, lag, number = whole_numbers(effort_day, "effort_day"), whole_numbers(lag_day, "lag_day"), counts(n, "n")
    same_shape(effort_day=day, lag_day=lag, n=number)
    if np.any(lag < 0):
        raise ValueError("lag_day must not be negative")
    if horizon_days < 1 or horizon_days != int(horizon_days):
        raise ValueError(f"horizon_days must be a whole number of at least 1, not {horizon_days}")
    horizon = int(horizon_days)
    bins_seen = np.floor(np.minimum(observed.of(day), horizon) + _EDGE).astype(np.int64)
    used = lag + 1 <= bins_seen
    end_of_bin, seen, weight = lag[used] + 1, bins_seen[used], number[used]
    matured = float(weight[seen == horizon].sum())
    if matured <= 0.0 or matured < min_matured_answers:
        return NotEnoughData(Reason.LAG_UNKNOWN, have=matured, need=float(min_matured_answers))
    by_lag = weighted_count(end_of_bin, weight, horizon + 1)
    by_seen = weighted_count(seen, weight, horizon + 1)
    return LagCurve(
        ages_days=frozen(np.arange(horizon + 1, dtype=np.float64)),
        share=frozen(_product_limit(by_lag, by_seen)),
        answers=float(weight.sum()),
        matured_answers=matured,
        left_out=float(number.sum() - weight.sum()),
    )


def _product_limit(by_lag: FloatArray, by_seen: FloatArray) -> FloatArray:
    """F at 0, 1, ..., horizon from the number of answers by end of their bin and by bins seen (at most the horizon).

    An answer was seen before its effort day's observation ended, so those with lag <= u whose effort was observed for
    u days are those with lag <= u less those whose effort was observed for fewer than u days.
    """
    at_risk = np.cumsum(by_lag)
    at_risk[1:] -= np.cumsum(by_seen)[:-1]
    stay = 1.0 - np.divide(by_lag, at_risk, out=np.zeros_like(by_lag), where=at_risk > 0.0)
    share = np.ones_like(by_lag)
    share[:-1] = np.cumprod(np.clip(stay[:0:-1], 0.0, 1.0))[::-1]
    return share


def matured_exposure(curve: LagCurve, *, cell: ArrayLike, n: ArrayLike, age_days: ArrayLike, cells: int) -> FloatArray:
    """How many efforts' worth of answers should be in by now, for each cell: the sum of n F(age).

    Chapelle (2014), KDD, calls the uncorrected count the delayed-feedback bias. The successes that go with it are those
    that came within `age_days` of their effort.

    Args:
        curve: the lag curve of these efforts' kind.
        cell: which cell the efforts belong to, 0 <= cell < cells, shape (rows,).
        n: how many efforts, >= 0, shape (rows,).
        age_days: the age up to which they have been observed, shape (rows,).
        cells: how many cells there are.

    Returns:
        Matured exposure, shape (cells,); 0 for a cell without rows.

    Raises:
        ValueError: the rows differ in length or a number is of the wrong kind.

    >>> curve = lag_curve([0, 0], [0, 2], [75, 25], observed=Observed.until([0], end_day=9), horizon_days=4)
    >>> matured_exposure(curve, cell=[0, 0, 2], n=[10, 10, 4], age_days=[1, 9, 2], cells=3)
    array([17.5,  0. ,  3. ])
    """
    place, number = whole_numbers(cell, "cell"), counts(n, "n")
    age = np.asarray(age_days, dtype=np.float64)
    same_shape(cell=place, n=number, age_days=age)
    if np.any((place < 0) | (place >= cells)):
        raise ValueError(f"cell must be from 0 to {cells - 1}")
    return weighted_count(place, number * curve.at(age), cells)
