"""How many times as long answers take, and how much of a fall that alone would bring.

Whoever counts answers within a waiting time counts fewer when they merely take longer. So before a fall is believed the
times of the answers that did come are compared with those of before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.special import normal_share

FEWEST_ANSWERS = 30
"""Answers of each time and kind."""
LEAST_TIMES = 1.15
"""Answers that take less than this many times as long are not called slower, however sure it is."""
SURELY_SLOWER = 0.001
"""The level at which answers are said to be slower."""
_STEPS = np.linspace(np.log(1 / 4), np.log(8), 141)
_DROP = 1.92
_STRICT_DROP = 5.41
"""Half the 99.9 % point of chi squared with one degree of freedom."""
_LEAST = 1e-12
_AT_ONCE = np.log(1.0)
"""Kinds that half of the answers come to within the hour do not become slower."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """How many times as long answers take now: the best value and its 95 % interval.

    `surely` says that they take longer (p < .001); `loss` is the change of log odds that this alone brings, at the
    upper end of the interval, at most 0.
    """

    times: float
    low: float
    high: float
    surely: bool
    loss: float


def stretch(
    lag_hours: IntArray, seen_hours: IntArray, waiting_hours: IntArray, kind: IntArray, now: BoolArray
) -> Stretch | None:  # fmt: skip
    """How much longer answers take than before.

    Method: the logarithm of the lag is taken as normal, with a mean and a spread for each kind before and one common
    shift now, fitted by maximum likelihood, each answer given that it came while it could be seen (right truncation).
    Real lags follow working days; they are smoothed over, and for that the level is strict.

    Args:
        lag_hours: whole hours until the answer, shape (n,); answers only.
        seen_hours: for how long it could be seen, at most the waiting time.
        waiting_hours: the waiting time; answers beyond it are not among these.
        kind: answers of one kind share one distribution.
        now: whether the effort belongs to the later time.

    Returns:
        None where no kind has 30 answers in both times.

    >>> rng = np.random.default_rng(1)
    >>> lag = rng.lognormal(np.repeat(np.log([24, 60]), 400), 1.0).astype(int)
    >>> came, now = lag < 336, np.arange(800) >= 400
    >>> found = stretch(*(each[came] for each in (lag, np.full(800, 336), np.full(800, 336), np.zeros(800, int), now)))
    >>> found is not None and found.surely and 2.0 < found.times < 3.1
    True
    """
    inside = (lag_hours >= 0) & (lag_hours < seen_hours)
    pairs = ((lag_hours, 0.5), (seen_hours, 0.0), (waiting_hours, 0.0))
    x, seen, whole = (np.log(each[inside] + half) for each, half in pairs)
    kinds, later = kind[inside], now[inside]
    before = ~later & (seen >= whole - 1e-9)
    likelihood, kept, weight = np.zeros(_STEPS.size), np.zeros(_STEPS.size), 0.0
    for one in np.unique(kinds[later]):
        old, new = before & (kinds == one), later & (kinds == one)
        if old.sum() < FEWEST_ANSWERS or new.sum() < FEWEST_ANSWERS:
            continue
        if np.median(x[old]) < _AT_ONCE:  # an answered call: there is no later
            kept += new.sum()
            weight += float(new.sum())
            continue
        end = float(whole[new].max())
        mean, spread = _normal(x[old], end)
        likelihood += _likelihood((x[new] - mean) / spread, (seen[new] - mean) / spread, _STEPS / spread)
        usual = max(float(normal_share((end - mean) / spread)), _LEAST)
        kept += new.sum() * normal_share((end - mean - _STEPS) / spread) / usual
        weight += float(new.sum())
    return _told(likelihood, kept / weight) if weight and likelihood.any() else None


def _normal(x: FloatArray, end: float) -> tuple[float, float]:
    """Mean and spread of a normal of which only what lies below `end` is seen: by fixed point on its moments."""
    mean, spread = float(x.mean()), max(float(x.std()), 0.1)
    seen_mean, seen_square = mean, spread**2
    for _ in range(8):
        z = (end - mean) / spread
        mills = float(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) / max(float(normal_share(z)), _LEAST))
        mean = seen_mean + spread * mills
        spread = float(np.sqrt(seen_square / max(1.0 - z * mills - mills**2, 0.2)))
    return mean, spread


def _likelihood(z: FloatArray, end: FloatArray, steps: FloatArray) -> FloatArray:
    ends, number = np.unique(np.round(end, 3), return_counts=True)
    possible = np.log(np.maximum(normal_share(ends[:, None] - steps[None, :]), _LEAST))
    found: FloatArray = -0.5 * (z.size * steps**2 - 2.0 * steps * z.sum() + (z**2).sum()) - number @ possible
    return found


def _told(likelihood: FloatArray, kept: FloatArray) -> Stretch:
    best = float(likelihood.max())
    near = np.flatnonzero(likelihood >= best - _DROP)
    strict = np.flatnonzero(likelihood >= best - _STRICT_DROP)
    times = float(np.exp(_STEPS[int(np.argmax(likelihood))]))
    return Stretch(
        times=times,
        low=float(np.exp(_STEPS[near[0]])),
        high=float(np.exp(_STEPS[near[-1]])),
        surely=bool(_STEPS[strict[0]] > 0.0 and times >= LEAST_TIMES),
        loss=min(0.0, float(np.log(np.minimum(kept[near], 1.0).min()))),
    )
