"""Rates while something is on against rates while it is not, over many strata of person-time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import counts, same_shape
from answerback.stats.event_study import DAY, Events, within


@dataclass(frozen=True, slots=True)
class RateRatio:
    """The common ratio of rates, its 95 % interval, and how many of the exposed events it explains.

    `incremental` is the exposed events times (1 - 1 / ratio): those that would not have come at the other rate.
    """

    ratio: float
    low: float
    high: float
    incremental: float


def rate_ratio(exposed: ArrayLike, time: ArrayLike, other: ArrayLike, other_time: ArrayLike) -> RateRatio | None:
    """The ratio of the rate of `exposed` events in `time` to that of `other` events in `other_time`, in all strata.

    Method: Greenland and Robins (1985), Biometrics 41(1): sum(e1 t0 / t) / sum(e0 t1 / t), with their variance of its
    logarithm. Checked against survival::clogit's conditional likelihood in tests/reference/sccs.json to within the
    difference of the two estimators.

    Returns:
        None where no stratum has both an exposed event and other time, and the other way round.

    Raises:
        ValueError: lengths differ, or a value is negative.

    >>> found = rate_ratio([6, 4], [10, 10], [3, 2], [10, 10])
    >>> found and (found.ratio, found.incremental)
    (2.0, 5.0)
    """
    e1, t1, e0, t0 = (
        counts(each, name)
        for each, name in ((exposed, "exposed"), (time, "time"), (other, "other"), (other_time, "other_time"))
    )
    same_shape(exposed=e1, time=t1, other=e0, other_time=t0)
    used = (t1 > 0.0) & (t0 > 0.0)
    e1, t1, e0, t0 = (each[used] for each in (e1, t1, e0, t0))
    whole = t1 + t0
    up, down = float((e1 * t0 / whole).sum()), float((e0 * t1 / whole).sum())
    if up == 0.0 or down == 0.0:
        return None
    ratio = up / down
    error = np.sqrt(((e1 + e0) * t1 * t0 / whole**2).sum() / (up * down))
    low, high = ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error)
    return RateRatio(ratio, float(low), float(high), float(e1.sum()) * (1.0 - 1.0 / ratio))


def after_touches(touches: Events, acts: Events, *, window: int, stratum_days: int, lasts: int) -> RateRatio | None:
    """The rate of acts within `window` seconds after a touch against the other times of the same account and days.

    Strata are an account's stretches of `stratum_days`; only those with a touch felt in them say anything.

    >>> from answerback.stats.event_study import events
    >>> touch = events(np.zeros(1, np.int64), np.array([0]), begins=0)
    >>> act = events(np.zeros(3, np.int64), np.array([1, 2, 10]) * DAY, begins=0)
    >>> found = after_touches(touch, act, window=7 * DAY, stratum_days=28, lasts=28 * DAY)
    >>> found and round(found.ratio, 6)
    6.0
    """
    length = stratum_days * DAY
    per_account = max(1, -(-lasts // length))
    start, stop, account = _felt_spans(touches, window=window, lasts=lasts)
    code, time = _cut(start, stop, account, length, per_account)
    strata, where = np.unique(code, return_inverse=True)
    risk = np.bincount(where, time, len(strata)).astype(np.float64)
    act_code = acts.account * per_account + acts.seconds // length
    place = np.searchsorted(strata, act_code)
    known = (place < len(strata)) & (strata[np.minimum(place, len(strata) - 1)] == act_code)
    after = _is_felt(touches, acts, window)
    in_risk = np.bincount(place[known & after], minlength=len(strata)).astype(np.float64)
    free = np.bincount(place[known & ~after], minlength=len(strata)).astype(np.float64)
    whole = np.minimum((strata % per_account + 1) * length, lasts) - strata % per_account * length
    return rate_ratio(in_risk, risk, free, np.maximum(whole - risk, 0.0))


def _is_felt(touches: Events, acts: Events, window: int) -> np.ndarray:
    return np.asarray(within(acts, touches, -window - 1, -1) > 0)


def _felt_spans(touches: Events, *, window: int, lasts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stretches of time after touches, cut where the next begins, so that none is counted twice."""
    seconds, account = touches.seconds, touches.account
    following = np.where(np.diff(account, append=-1) == 0, np.append(seconds[1:], lasts), lasts)
    return seconds, np.minimum(np.minimum(seconds + window, following), lasts), account


def _cut(
    start: np.ndarray, stop: np.ndarray, account: np.ndarray, length: int, per_account: int
) -> tuple[np.ndarray, np.ndarray]:
    """The stretches cut at the borders of strata: the stratum of each piece and its seconds."""
    codes, times = [], []
    first, last = start // length, np.maximum(stop - 1, start) // length
    for step in range(int((last - first).max(initial=0)) + 1):
        here = first + step <= last
        number = first[here] + step
        low, high = np.maximum(start[here], number * length), np.minimum(stop[here], (number + 1) * length)
        codes.append(account[here] * per_account + number)
        times.append(high - low)
    return np.concatenate(codes), np.concatenate(times)
