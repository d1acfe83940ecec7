"""Answers by touch number: what differing buyers alone make of it, and whether later touches fall short of that.

Where some buyers answer readily and others hardly ever, the ready ones leave first. Those who are left answer less and
less, though nobody was put off: a falling share of answers is no sign of pestering. This module says how far it falls
by itself, and tests whether it falls further.

Method: shifted beta-geometric, P. S. Fader and B. G. S. Hardie (2007), "How to project customer retention", Journal of
Interactive Marketing 21(1). A buyer's chance p per touch is Beta(a, b); of those still silent the share
a / (a + b + n - 1) answers touch n. A departure multiplies p with r for each touch after the third. A share of buyers
who never answer may stand beside the Beta: a second shape of "cold leads". Right-censored runs (the seller stopped)
count for the touches that they had. Checked in tests/reference/fader_hardie.json.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, FloatArray, counts, frozen, same_shape, whole_numbers
from answerback.stats.special import logistic, normal_share

LEAST_SEQUENCES = 2000
LEAST_TOUCHES = 6
LEAST_AT_RISK = 30
"""Touch numbers that fewer runs reached are left out of the curve."""
MOST_TOUCHES = 15
FREE_TOUCHES = 3
"""A departure begins after so many."""
LEVEL = 0.05

RATIOS = (1.0, 0.97, 0.94, 0.91, 0.88, 0.84, 0.8, 0.76, 0.72, 0.67, 0.62, 0.55, 0.48, 0.4, 0.3, 0.2)
"""Of the departure, the values of r that are tried."""
_COARSE = (1.0, 0.95, 0.88, 0.78, 0.62, 0.4)
"""Those that are tried where the curve is tested: the same for what was seen and for what is drawn."""
_WORTH_DRAWING = 1.5
"""A gain below this is nowhere near a departure: its large-sample p-value will do."""
_LOW = np.array([-13.0, -9.0, -9.0])
_HIGH = np.array([6.0, 3.5, 6.0])
"""Bounds of the log odds of the mean, log 1 / (a + b), and the log odds of the share who never answer."""
_STEPS, _RESTEPS = 30, 8
_TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class TouchCounts:
    """Per touch number 1, 2, ...: runs that reached it, and those that it ended with an answer; shape (touches,)."""

    at_risk: FloatArray
    answered: FloatArray

    @property
    def sequences(self) -> int:
        """How many runs there are."""
        return int(self.at_risk[0]) if self.at_risk.size else 0


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A fitted curve: Beta(alpha, beta), the share of buyers who never answer, and r of the departure."""

    alpha: float
    beta: float
    never: float
    ratio: float
    log_likelihood: float
    hazard: FloatArray
    """The share of those still silent who answer touch 1, 2, ...; shape (touches,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Departure:
    """Whether later touches are answered less than differing buyers explain.

    Attributes:
        counts: What it rests on.
        differing: The curve of differing buyers alone.
        departing: The curve with a departure; `ratio` is r, 1 for none.
        low, high: 95 % interval of r, by the likelihood's profile.
        statistic: Twice the gain in log likelihood.
        p_value: How often curves of differing buyers alone gain as much: by simulation from `differing` where the gain
            comes near to mattering, else by the large-sample rule.
        p_beyond_cold: The same where a share who never answer is allowed for, too; None where `p_value` is above the
            level, so that nobody asks.
    """

    counts: TouchCounts
    differing: Curve
    departing: Curve
    low: float
    high: float
    statistic: float
    p_value: float
    p_beyond_cold: float | None

    @property
    def shown(self) -> bool:
        """Whether neither shape of cold leads explains the fall."""
        return self.p_beyond_cold is not None and max(self.p_value, self.p_beyond_cold) <= LEVEL


def touch_counts(length: ArrayLike, answered: ArrayLike) -> TouchCounts:
    """Runs of touches counted by touch number.

    Args:
        length: the touch that ended each run, by its answer or because no further one was made; >= 1, shape (runs,).
        answered: whether that touch was answered, shape (runs,).

    Raises:
        ValueError: the arrays differ in length, or a length is below 1.

    >>> touch_counts([1, 3, 3], [True, False, True]).at_risk
    array([3., 2., 2.])
    """
    ended, won = whole_numbers(length, "length"), np.asarray(answered, dtype=np.int64)
    same_shape(length=ended, answered=won)
    if ended.size and ended.min() < 1:
        raise ValueError("length must be at least 1")
    most = int(ended.max()) if ended.size else 0
    by_end = np.bincount(ended, minlength=most + 1)[1:].astype(np.float64)
    at_risk = np.cumsum(by_end[::-1])[::-1].copy()
    hits = np.bincount(ended, weights=won, minlength=most + 1)[1:].astype(np.float64)
    return TouchCounts(frozen(at_risk), frozen(hits))


def usable(of: TouchCounts) -> TouchCounts:
    """The touch numbers that enough runs reached, at most `MOST_TOUCHES`."""
    enough = int(np.sum(of.at_risk[:MOST_TOUCHES] >= LEAST_AT_RISK))
    return TouchCounts(frozen(of.at_risk[:enough].copy()), frozen(of.answered[:enough].copy()))


def fit_curve(of: TouchCounts, *, never: bool = False) -> Curve:
    """The curve of differing buyers, by maximum likelihood; with a share who never answer if `never`.

    Args:
        of: the counts; every touch number is used.
        never: allow for a share of buyers who never answer.

    Raises:
        ValueError: there are no runs, or counts are not those of runs.

    >>> regular = TouchCounts(np.array([1000.0, 631, 468, 382]), np.array([369.0, 163, 86, 56]))
    >>> curve = fit_curve(regular)
    >>> round(curve.alpha, 2), round(curve.beta, 2)
    (0.76, 1.3)
    """
    risk, hits = _checked(of)
    place, value = _fit(risk[None], hits[None], np.ones(1), 3 if never else 2)
    return _curve(place[0], float(value[0]), 1.0, risk.size)


def departure(of: TouchCounts, *, rng: Generator, draws: int = 199) -> Departure | CannotTell:
    """Whether answers to later touches fall below what differing buyers alone would make of them.

    One-sided likelihood-ratio test of r = 1 against r < 1. Its large-sample level (2.71) is a little too large where
    buyers hardly differ, so the p-value comes from curves drawn from the fitted one, with the runs that the sellers
    stopped stopped as often. A fall that a share of never-answering buyers explains is not shown.

    Args:
        of: the counts.
        rng: the only source of chance.
        draws: how many curves are drawn.

    Returns:
        The test, or why there is none: fewer than `LEAST_SEQUENCES` runs, or none of `LEAST_TOUCHES` touches.

    Raises:
        ValueError: counts are not those of runs.

    >>> departure(touch_counts([1, 2], [True, False]), rng=np.random.default_rng(1))
    CannotTell(reason=<Refused.TOO_FEW_SEQUENCES: 'too_few_sequences'>, have=2.0, need=2000.0, names=())
    """
    if of.sequences < LEAST_SEQUENCES:
        return CannotTell(Refused.TOO_FEW_SEQUENCES, have=float(of.sequences), need=float(LEAST_SEQUENCES))
    used = usable(of)
    if used.at_risk.size < LEAST_TOUCHES:
        return CannotTell(Refused.TOO_SHORT_SEQUENCES, have=float(used.at_risk.size), need=float(LEAST_TOUCHES))
    risk, hits = _checked(used)
    place, profile = _profile(risk[None], hits[None], 2, RATIOS)
    best = int(np.argmax(profile[:, 0]))
    low, high = _interval(profile[:, 0])
    statistic, p_value = _tested(risk, hits, 2, rng, draws)
    return Departure(
        counts=used,
        differing=_curve(place[0, 0], float(profile[0, 0]), 1.0, risk.size),
        departing=_curve(place[best, 0], float(profile[best, 0]), RATIOS[best], risk.size),
        low=low,
        high=high,
        statistic=statistic,
        p_value=p_value,
        p_beyond_cold=_tested(risk, hits, 3, rng, draws)[1] if p_value <= LEVEL else None,
    )


def _tested(risk: FloatArray, hits: FloatArray, free: int, rng: Generator, draws: int) -> tuple[float, float]:
    """The gain of a departure, and how often curves without one gain as much."""
    place, profile = _profile(risk[None], hits[None], free, _COARSE)
    statistic = float(_gain(profile)[0])
    if statistic < _WORTH_DRAWING:
        return statistic, large_sample_p(statistic)
    hazard = _hazard(place[0], np.ones(1), risk.size)[0]
    drawn = _draw(risk, hits, hazard, rng, draws)
    null = _gain(_profile(*drawn, free, _COARSE)[1])
    return statistic, (1 + int(np.sum(null >= statistic - 1e-9))) / (draws + 1)


def large_sample_p(statistic: float) -> float:
    """The p-value of the one-sided test in large samples: half a chi-square of one degree of freedom.

    >>> round(large_sample_p(2.71), 3)
    0.05
    """
    return 1.0 if statistic <= 0 else float(1.0 - normal_share(np.sqrt(statistic)))


def _checked(of: TouchCounts) -> tuple[FloatArray, FloatArray]:
    risk, hits = counts(of.at_risk, "at_risk"), counts(of.answered, "answered")
    same_shape(at_risk=risk, answered=hits)
    if not risk.size or risk[0] < 1:
        raise ValueError("there are no runs")
    if np.any(hits > risk) or np.any(np.diff(risk) > 0):
        raise ValueError("answered must not exceed at_risk, which must not rise")
    return risk, hits


def _curve(place: FloatArray, value: float, ratio: float, touches: int) -> Curve:
    mean, spread = float(logistic(place[0])), float(np.exp(place[1]))
    never = float(logistic(place[2])) if place[2] > _LOW[2] else 0.0
    hazard = _hazard(place[None], np.array([ratio]), touches)[0]
    return Curve(mean / spread, (1 - mean) / spread, never, ratio, value, frozen(hazard))


def _hazard(place: FloatArray, ratio: FloatArray, touches: int) -> FloatArray:
    """The chance to answer touch n of those silent so far, shape (sets, touches).

    The chance to stay silent for n touches is a polynomial in q = 1 - p with coefficients that are not negative, and
    the moments of q are products: exact, and nothing cancels.
    """
    mean, spread = logistic(place[:, :1]), np.exp(place[:, 1:2])
    never = np.where(place[:, 2:3] > _LOW[2], logistic(place[:, 2:3]), 0.0)
    each = np.arange(touches)
    moment: FloatArray = np.asarray(np.cumprod((1.0 - mean + spread * each) / (1.0 + spread * each), axis=1))
    silent: FloatArray = moment
    if np.any(ratio != 1.0):
        moment = np.concatenate([np.ones_like(mean), moment], axis=1)
        power: FloatArray = np.zeros_like(moment)
        power[:, 0] = 1.0
        silent = np.empty((place.shape[0], touches))
        for n in range(touches):
            now = (ratio ** max(0, n + 1 - FREE_TOUCHES))[:, None]
            stepped: FloatArray = np.asarray((1.0 - now) * power)
            stepped[:, 1:] += now * power[:, :-1]
            power = stepped
            silent[:, n] = np.sum(power * moment, axis=1)
    silent = never + (1.0 - never) * silent
    before = np.concatenate([np.ones_like(mean), silent[:, :-1]], axis=1)
    return np.asarray(np.clip(1.0 - silent / before, _TINY, 1.0 - _TINY))


def _value(risk: FloatArray, hits: FloatArray, hazard: FloatArray) -> FloatArray:
    return np.asarray(np.sum(hits * np.log(hazard) + (risk - hits) * np.log1p(-hazard), axis=1))


def _start(risk: FloatArray, hits: FloatArray) -> FloatArray:
    first = (hits[:, 0] + 0.5) / (risk[:, 0] + 1.0)
    place = np.empty((risk.shape[0], 3))
    place[:, 0] = np.log(first / (1.0 - first))
    place[:, 1], place[:, 2] = -2.0, _LOW[2]
    return place


def _fit(
    risk: FloatArray, hits: FloatArray, ratio: FloatArray, free: int, place: FloatArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """Damped Fisher scoring of all sets at once: the best place of each and its log likelihood."""
    steps = _STEPS if place is None else _RESTEPS
    place = _start(risk, hits) if place is None else place.copy()
    if free == 3 and np.all(place[:, 2] <= _LOW[2]):
        place[:, 2] = -2.0
    touches = risk.shape[1]
    damping = np.full(risk.shape[0], 1e-3)
    hazard = _hazard(place, ratio, touches)
    value = _value(risk, hits, hazard)
    for _ in range(steps):
        slope = _slopes(place, ratio, hazard, free)
        weight = risk / (hazard * (1.0 - hazard))
        score = np.einsum("sn,sjn->sj", (hits - risk * hazard) / (hazard * (1.0 - hazard)), slope)
        information = np.einsum("sn,sjn,skn->sjk", weight, slope, slope)
        scale = np.maximum(np.einsum("sjj->sj", information), 1e-8)
        information += np.eye(free) * (damping[:, None] * scale + 1e-9)[:, None, :]
        step = np.clip(np.linalg.solve(information, score[..., None])[..., 0], -2.0, 2.0)
        tried = place.copy()
        tried[:, :free] = np.clip(place[:, :free] + step, _LOW[:free], _HIGH[:free])
        there = _hazard(tried, ratio, touches)
        reached = _value(risk, hits, there)
        better = reached >= value
        gained = np.where(better, reached - value, np.inf if not better.all() else 0.0)
        place = np.where(better[:, None], tried, place)
        hazard = np.where(better[:, None], there, hazard)
        value = np.where(better, reached, value)
        damping = np.clip(np.where(better, damping / 5.0, damping * 8.0), 1e-6, 1e6)
        if np.all((gained < 1e-7) | (damping >= 1e5)):
            break
    return place, value


def _slopes(place: FloatArray, ratio: FloatArray, hazard: FloatArray, free: int) -> FloatArray:
    """How the hazard changes with each free parameter, shape (sets, free, touches)."""
    slope = np.empty((place.shape[0], free, hazard.shape[1]))
    for which in range(free):
        moved = place.copy()
        width = np.where(place[:, which] > 0.0, -1e-5, 1e-5)
        moved[:, which] += width
        slope[:, which] = (_hazard(moved, ratio, hazard.shape[1]) - hazard) / width[:, None]
    return slope


def _profile(risk: FloatArray, hits: FloatArray, free: int, ratios: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """The best place and value for each r that is tried: shapes (ratios, sets, 3) and (ratios, sets)."""
    places, values = [], []
    place: FloatArray | None = None
    for ratio in ratios:
        place, value = _fit(risk, hits, np.full(risk.shape[0], ratio), free, place)
        places.append(place)
        values.append(value)
    return np.stack(places), np.stack(values)


def _gain(profile: FloatArray) -> FloatArray:
    """Twice what the best r gains over r = 1, per set."""
    return np.asarray(np.maximum(2.0 * (profile.max(axis=0) - profile[0]), 0.0))


def _interval(profile: FloatArray) -> tuple[float, float]:
    """The r whose values lie within 1.92 of the best, ends drawn straight between those tried."""
    height = profile - profile.max() + 1.92
    inside: BoolArray = height >= 0
    first, last = int(np.argmax(inside)), len(RATIOS) - 1 - int(np.argmax(inside[::-1]))
    high, low = RATIOS[first], RATIOS[last]
    if first > 0:
        high += (RATIOS[first - 1] - high) * height[first] / (height[first] - height[first - 1])
    if last < len(RATIOS) - 1:
        low += (RATIOS[last + 1] - low) * height[last] / (height[last] - height[last + 1])
    else:
        low = 0.0
    return float(low), float(high)


def _draw(
    risk: FloatArray, hits: FloatArray, hazard: FloatArray, rng: Generator, draws: int
) -> tuple[FloatArray, FloatArray]:
    """Sets of runs with this hazard, stopped by their sellers as often as these were."""
    silent = risk - hits
    after = np.append(risk[1:], 0.0)
    stopped = np.where(silent > 0, (silent - after) / np.maximum(silent, 1.0), 0.0)
    left = np.full(draws, int(risk[0]))
    drawn_risk, drawn_hits = np.empty((draws, risk.size)), np.empty((draws, risk.size))
    for n in range(risk.size):
        won = rng.binomial(left, hazard[n])
        drawn_risk[:, n], drawn_hits[:, n] = left, won
        left = left - won
        left = left - rng.binomial(left, np.clip(stopped[n], 0.0, 1.0))
    return drawn_risk, drawn_hits
