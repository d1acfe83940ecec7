"""Whether buyers who were touched often of late turn away more readily: refusals and opt-outs per touch.

Each touch is a trial: by the next touch the buyer has answered, turned away, or kept silent, and only one of these. So
the hazard of turning away is counted among those still there, and what competes with it merely ends the run. Touches
that came close upon others ("many") are compared with those that did not ("few") inside strata of like touches.

Method: Poisson regression with a free level for each stratum, which is the same as conditioning on each stratum's
total: of m events in a stratum with trials N1 and N0, those among the many are Binomial(m, t N1 / (t N1 + N0)), t the
ratio. N. E. Breslow and N. E. Day (1987), Statistical Methods in Cancer Research II, chapter 3. Beside it the
Mantel-Haenszel ratio (Rothman and Boice, 1979). Checked in tests/reference/harm.json.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import FloatArray, counts, same_shape
from answerback.stats.special import normal_quantile, normal_share

LEAST_EVENTS = 5
"""Among strata in which there are both sorts of touches."""
_MOST_EXACT = 2000
"""Up to so many events the p-value is counted out; above, the score's normal form does."""
_WIDEST = 12.0
"""The logarithm of a ratio is looked for between less and plus this."""


@dataclass(frozen=True, slots=True)
class Harm:
    """How much more often a touch turns the buyer away where many came before.

    Attributes:
        ratio: Of the two hazards, by the conditional likelihood; infinite where all events are among the many.
        low, high: Its 95 % interval, by the score.
        pooled_ratio: The Mantel-Haenszel ratio; NaN where nobody turned away among the few.
        p_value: One-sided: how often so many or more of the events would fall among the many, were the hazards equal
            (mid-p: ties count half).
        events_many, trials_many, events_few, trials_few: In strata that hold both sorts of touches.
        expected: Events among the many, were the hazards equal.
        expected_few: Events among the many at the hazards of the few.
    """

    ratio: float
    low: float
    high: float
    pooled_ratio: float
    p_value: float
    events_many: float
    trials_many: float
    events_few: float
    trials_few: float
    expected: float
    expected_few: float


def harm(
    events_many: ArrayLike, trials_many: ArrayLike, events_few: ArrayLike, trials_few: ArrayLike
) -> Harm | CannotTell:  # fmt: skip
    """The ratio of two hazards over strata, its interval and its p-value.

    Args:
        events_many: per stratum, shape (strata,): touches close upon others after which the buyer turned away.
        trials_many: all such touches.
        events_few: the same among the other touches.
        trials_few: all of those.

    Returns:
        The ratio, or `CannotTell` where fewer than `LEAST_EVENTS` events lie in strata that hold both.

    Raises:
        ValueError: arrays differ in length, a count is negative or not finite, or events exceed trials.

    >>> found = harm([30, 12], [100, 60], [10, 8], [100, 80])
    >>> round(found.ratio, 2), round(found.low, 2), round(found.high, 2), found.p_value < 0.001
    (2.58, 1.49, 4.45, True)
    """
    told = _told(events_many, trials_many, events_few, trials_few)
    if isinstance(told, CannotTell):
        return told
    a, n1, b, n0 = told
    total = a + b
    ratio, low, high = _ratio(float(a.sum()), total, n1, n0)
    share = n1 / (n1 + n0)
    below = float(np.sum(b * n1 / (n1 + n0)))
    return Harm(
        ratio=ratio,
        low=low,
        high=high,
        pooled_ratio=float(np.sum(a * n0 / (n1 + n0))) / below if below > 0 else float("nan"),
        p_value=_upper(float(a.sum()), total, share),
        events_many=float(a.sum()),
        trials_many=float(n1.sum()),
        events_few=float(b.sum()),
        trials_few=float(n0.sum()),
        expected=float(np.sum(total * share)),
        expected_few=float(np.sum(b / n0 * n1)),
    )


def harm_p_value(
    events_many: ArrayLike, trials_many: ArrayLike, events_few: ArrayLike, trials_few: ArrayLike
) -> float | CannotTell:
    """The p-value of `harm` alone, which takes a tenth of the time: for one question asked of many.

    >>> harm_p_value([30, 12], [100, 60], [10, 8], [100, 80]) == harm([30, 12], [100, 60], [10, 8], [100, 80]).p_value
    True
    """
    told = _told(events_many, trials_many, events_few, trials_few)
    if isinstance(told, CannotTell):
        return told
    a, n1, b, n0 = told
    return _upper(float(a.sum()), a + b, n1 / (n1 + n0))


def _told(
    events_many: ArrayLike, trials_many: ArrayLike, events_few: ArrayLike, trials_few: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray] | CannotTell:
    """Events and trials of the strata that hold both sorts of touches."""
    a, n1 = counts(events_many, "events_many"), counts(trials_many, "trials_many")
    b, n0 = counts(events_few, "events_few"), counts(trials_few, "trials_few")
    same_shape(events_many=a, trials_many=n1, events_few=b, trials_few=n0)
    if np.any(a > n1) or np.any(b > n0):
        raise ValueError("events must not exceed trials")
    both = (n1 > 0) & (n0 > 0)
    events = float((a + b)[both].sum())
    if events < LEAST_EVENTS:
        return CannotTell(Refused.TOO_FEW_ACTS, have=events, need=LEAST_EVENTS)
    return a[both], n1[both], b[both], n0[both]


def _moments(log_ratio: float, total: FloatArray, n1: FloatArray, n0: FloatArray) -> tuple[float, float]:
    weighted = np.exp(log_ratio) * n1
    share = weighted / (weighted + n0)
    return float(np.sum(total * share)), float(np.sum(total * share * (1.0 - share)))


def _ratio(seen: float, total: FloatArray, n1: FloatArray, n0: FloatArray) -> tuple[float, float, float]:
    """Where the expected events are those seen, and where the score leaves 95 %."""
    z = normal_quantile(0.975)

    def solve(shift: float) -> float:
        at_low, at_high = -_WIDEST, _WIDEST
        for _ in range(80):
            middle = (at_low + at_high) / 2.0
            mean, spread = _moments(middle, total, n1, n0)
            if seen - mean > shift * np.sqrt(spread):
                at_low = middle
            else:
                at_high = middle
        return (at_low + at_high) / 2.0

    ratio = 0.0 if seen == 0 else float("inf") if seen == total.sum() else float(np.exp(solve(0.0)))
    low = 0.0 if seen == 0 else float(np.exp(solve(z)))
    high = float("inf") if seen == total.sum() else float(np.exp(solve(-z)))
    return ratio, low, high


def _upper(seen: float, total: FloatArray, share: FloatArray) -> float:
    """The chance of as many or more among the many, ties counted half: a sum of binomials, counted out."""
    events = np.rint(total).astype(np.int64)
    if events.sum() > _MOST_EXACT:
        spread = float(np.sqrt(np.sum(total * share * (1.0 - share))))
        return float(1.0 - normal_share((seen - float(np.sum(total * share))) / spread))
    chance = np.ones(1)
    for m, p in zip(events.tolist(), share.tolist(), strict=True):
        for _ in range(m):
            chance = np.convolve(chance, (1.0 - p, p))
    place = round(seen)
    return float(np.clip(chance[place + 1 :].sum() + chance[place] / 2.0, 0.0, 1.0))
