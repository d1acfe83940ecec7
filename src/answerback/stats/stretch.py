"""How many times as long answers take, and how much of a fall that alone would bring.

Whoever counts answers within a waiting time counts fewer when they merely take longer. So before a fall is believed the
times of the answers that did come are compared with those of before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray

FEWEST_ANSWERS = 30
"""Answers of each time."""
_FACTORS = np.exp(np.linspace(np.log(1 / 4), np.log(6), 81))
_DROP = 1.92
_STRICT_DROP = 5.41
"""Half the 99.9 % point of chi squared with one degree of freedom."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many times as long answers take now: best value, 95 % interval, whether surely longer (p < .001), and `loss`:
    the change of log odds that this alone brings, at the upper end of the interval; at most 0."""

    times: float
    low: float
    high: float
    surely: bool
    loss: float


def stretch(
    lag_days: IntArray, age_days: IntArray, waiting_days: IntArray, kind: IntArray, now: BoolArray
) -> Stretch | None:  # fmt: skip
    """How much longer answers take than before.

    Method: the distribution of lags of each kind before, stretched by one factor, fitted to the lags now by maximum
    likelihood, each answer given that it came while it could be seen (right truncation). In whole days.

    Args:
        lag_days: whole days until the answer, shape (n,); answers only.
        age_days: for how many whole days it could be seen, at least lag + 1.
        waiting_days: the waiting time; answers beyond it are not among these.
        kind: answers of one kind share one distribution, from 0.
        now: whether the effort belongs to the later time.

    Returns:
        None with fewer than 30 answers in either time.

    >>> rng = np.random.default_rng(1)
    >>> lag = np.floor(np.minimum(rng.exponential(np.repeat([1.5, 4.0], 400)), 13.9)).astype(int)
    >>> found = stretch(lag, np.full(800, 14), np.full(800, 14), np.zeros(800, int), np.arange(800) >= 400)
    >>> found is not None and found.surely and 2 < found.times < 4
    True
    """
    inside = (lag_days >= 0) & (lag_days < age_days)
    lag, age, waiting, kinds, later = (each[inside] for each in (lag_days, age_days, waiting_days, kind, now))
    before = ~later & (age >= waiting)
    if before.sum() < FEWEST_ANSWERS or later.sum() < FEWEST_ANSWERS:
        return None
    likelihood, kept, weight = np.zeros(_FACTORS.size), np.zeros(_FACTORS.size), 0.0
    for one in np.unique(kinds[later]):
        chosen, mine = before & (kinds == one), later & (kinds == one)
        if chosen.sum() < FEWEST_ANSWERS:
            continue
        horizon = int(waiting[kinds == one].max())
        share = _shares(lag[chosen], horizon)
        likelihood += _likelihood(share, lag[mine], age[mine])
        kept += mine.sum() * _at(share, horizon / _FACTORS)
        weight += float(mine.sum())
    return _told(likelihood, kept / weight) if weight >= FEWEST_ANSWERS else None


def _shares(lag: IntArray, horizon: int) -> FloatArray:
    """The share of answers within 0, 1, ..., horizon days; half an answer spread evenly, so that nothing is impossible."""
    steps = np.bincount(np.minimum(lag, horizon - 1), minlength=horizon).astype(np.float64) + 0.5 / horizon
    return np.concatenate([[0.0], np.cumsum(steps) / steps.sum()])


def _likelihood(share: FloatArray, lag: IntArray, age: IntArray) -> FloatArray:
    horizon = share.size - 1
    bins = np.bincount(lag * (horizon + 1) + np.minimum(age, horizon))
    total = np.zeros(_FACTORS.size)
    for place in np.flatnonzero(bins):
        came, seen = divmod(int(place), horizon + 1)
        chance = _at(share, (came + 1) / _FACTORS) - _at(share, came / _FACTORS)
        possible = np.maximum(_at(share, seen / _FACTORS), _LEAST)
        total += bins[place] * np.log(np.maximum(chance, _LEAST) / possible)
    return total


def _told(likelihood: FloatArray, kept: FloatArray) -> Stretch:
    best = float(likelihood.max())
    near = np.flatnonzero(likelihood >= best - _DROP)
    strict = np.flatnonzero(likelihood >= best - _STRICT_DROP)
    return Stretch(
        times=float(_FACTORS[int(np.argmax(likelihood))]),
        low=float(_FACTORS[near[0]]),
        high=float(_FACTORS[near[-1]]),
        surely=bool(_FACTORS[strict[0]] > 1.0),
        loss=min(0.0, float(np.log(kept[near[-1]]))),
    )


def _at(share: FloatArray, days: FloatArray) -> FloatArray:
    return np.interp(days, np.arange(share.size), share)
