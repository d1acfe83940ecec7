"""How soon a change of a rate can be seen at all: the limit that no method can beat.

Among all rules that raise a false alarm at most once in so many efforts, the cumulative sum of log likelihood ratios,
tuned to the very change that comes and looked at after every effort, has the least mean delay when the change comes at
the worst moment (Lorden 1971; Moustakides 1986). Its run lengths are worked out here, as those of a Markov chain on a
lattice (Brook, Evans 1972, Biometrika 59(3)). The first-order formula ln(false-alarm time) / information is not a
limit: at the false-alarm rates that are of use it is up to twice the truth.

The limit supposes that every answer is known at once and both rates are known. What is really seen comes later; nothing
comes sooner on average.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray
from answerback.stats.special import log_gamma

_STATES = 300
"""The lattice between 0 and the threshold has about this many places at most."""
_CLOSE, _CLOSE_TO_DRIFT = 0.01, 0.1
"""How far the lattice may shift a step, as a share of the smallest step and of the mean step."""
_HALVINGS = 50
_NEGLIGIBLE, _AT_0 = 1e-13, 1e-12
"""Chances that are left out, and sums that count as 0."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A cumulative sum that looks once in `efforts` efforts: it moves by `steps` units with the chances of a rate."""

    unit: float
    steps: IntArray
    efforts: int

    def mean_looks(self, rate: float, places: int) -> float:
        """Looks until the sum reaches `places` units, from 0, reflected at 0. The mean, exactly."""
        if places <= 0:
            return 1.0
        move = np.zeros((places, places))
        here = np.arange(places)
        for step, chance in zip(self.steps, binomial(self.efforts, rate), strict=True):
            there = np.maximum(here + step, 0)
            stays = there < places
            move[here[stays], there[stays]] += chance
        looks = np.linalg.solve(np.eye(places) - move, np.ones(places))
        return float(looks[0])


def binomial(efforts: int, rate: float) -> FloatArray:
    """The chances of 0, 1, ..., `efforts` answers; 0 < rate < 1.

    >>> binomial(2, 0.5).round(12)
    array([0.25, 0.5 , 0.25])
    """
    k = np.arange(efforts + 1.0)
    log_chance = log_gamma(efforts + 1.0) - log_gamma(k + 1.0) - log_gamma(efforts - k + 1.0)
    return np.asarray(np.exp(log_chance + k * math.log(rate) + (efforts - k) * math.log1p(-rate)))


def cusum_run_lengths(before: float, after: float, *, efforts: int, threshold: float) -> tuple[float, float]:
    """Mean looks until the cumulative sum of log likelihood ratios reaches the threshold: unchanged, and changed.

    It looks after every `efforts` efforts, starts at 0 and never falls below it. Page (1954), Biometrika 41.

    Args:
        before: the rate before, above 0 and below 1.
        after: the rate after, likewise, and another one.
        efforts: efforts between two looks, >= 1.
        threshold: above 0.

    Returns:
        Mean looks at the rate before (until a false alarm) and at the rate after, changed from the start.

    Raises:
        ValueError: a rate or the threshold is out of its range.

    >>> [round(looks, 1) for looks in cusum_run_lengths(0.1, 0.03, efforts=20, threshold=3.219)]
    [114.4, 5.1]
    """
    _check(before, after)
    if not threshold > 0.0:
        raise ValueError(f"the threshold must be above 0, not {threshold}")
    nothing, spacing = _steps(before, after, efforts)
    unchanged, changed = (_mean_looks(binomial(efforts, rate), nothing, spacing, threshold) for rate in (before, after))
    return unchanged, changed


def _mean_looks(chances: FloatArray, nothing: float, spacing: float, threshold: float) -> float:
    """Mean looks until the threshold, exactly: the mean length of a way from 0 back to 0, by the chance that it alarms.

    On the way the sum depends on the looks and the answers so far alone, so nothing is rounded.
    """
    chance, answers, looks = np.ones(1), np.zeros(1), 0
    length = alarms = 0.0
    while chance.sum() > _NEGLIGIBLE:
        length += float(chance.sum())
        looks += 1
        chance = np.convolve(chance, chances)
        answers = answers[0] + np.arange(chance.size)
        place = looks * nothing + answers * spacing
        alarms += float(chance[place >= threshold].sum())
        under_way = (place > _AT_0) & (place < threshold)
        chance, answers = chance[under_way], answers[under_way]
    return length / alarms


def least_mean_delay(before: float, after: float, *, false_alarm_efforts: float) -> float:
    """The least mean number of efforts until a change is seen, when it comes at the worst moment.

    Method: the module's. Where no threshold gives the wished false-alarm time exactly, two neighbours are mixed.

    Args:
        before: the rate before, above 0 and below 1.
        after: the rate after, likewise, and another one.
        false_alarm_efforts: mean efforts until a false alarm, above 1.

    Returns:
        Efforts. Divided by the efforts a week it is weeks.

    Raises:
        ValueError: an argument is out of its range.

    >>> round(least_mean_delay(0.1, 0.03, false_alarm_efforts=104 * 20))
    102
    """
    _check(before, after)
    if not false_alarm_efforts > 1.0:
        raise ValueError(f"false_alarm_efforts must be above 1, not {false_alarm_efforts}")
    highest = _threshold_above(before, after, false_alarm_efforts)
    walk = _walk(before, after, highest)
    wished = false_alarm_efforts / walk.efforts
    low = _greatest_below(walk, before, wished, math.ceil(highest / walk.unit) + 2)
    (early, late), (soon, slow) = (
        (walk.mean_looks(rate, low), walk.mean_looks(rate, low + 1)) for rate in (before, after)
    )
    share = 0.0 if late <= early else (wished - early) / (late - early)
    return walk.efforts * (soon + share * (slow - soon))


def _threshold_above(before: float, after: float, wished: float) -> float:
    """A threshold that is a little too high for the wished mean efforts.

    Without overshoot they would be (e^h - h - 1) / information (Wald's identities); overshoot makes them more.
    """
    nothing, spacing = _steps(before, after, 1)
    information = -(nothing + before * spacing)
    low, high = 0.0, math.log(wished) + 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if math.expm1(middle) - middle > wished * information else (middle, high)
    return high


def _greatest_below(walk: _Walk, rate: float, wished: float, most: int) -> int:
    """The most places whose mean looks are not above those wished; `most` has too many.

    Looks grow with the places at least as their square, and at least e^unit times a place; so of the two guesses that
    follow from these, the nearer one overshoots least.
    """
    least, guess = 0, max(1, most - 3)
    while most - least > 1:
        looks = walk.mean_looks(rate, guess)
        if looks <= wished:
            least = guess
        else:
            most = guess
        factor = wished / looks
        by_square, by_power = guess * (math.sqrt(factor) - 1.0), math.log(factor) / walk.unit
        move = by_square if abs(by_square) < abs(by_power) else by_power
        guess = min(max(guess + round(move), least + 1), most - 1)
    return least


def _walk(before: float, after: float, highest: float) -> _Walk:
    """The walk that looks as often as a lattice allows whose steps are nearly those of the sum.

    Rounding shifts every look by up to half a unit, which matters by comparison with the drift; the drift of several
    efforts is greater. So where single efforts say little the sum is looked at after a few, at the price of a part of
    these few in the delay.
    """
    efforts = 1
    while True:
        walk, close = _on_lattice(before, after, efforts, highest)
        if close:
            return walk
        efforts *= 2


def _on_lattice(before: float, after: float, efforts: int, highest: float) -> tuple[_Walk, bool]:
    """The walk with so many efforts a look on the coarsest lattice that is close, else on the closest; and which.

    The steps of k and k + 1 answers differ by the same amount, so it alone has to be a multiple of the unit, and the
    step of no answer is rounded.
    """
    nothing, spacing = _steps(before, after, efforts)
    smallest = min(abs(part) for part in _steps(before, after, 1)) * efforts
    drift = min(abs(nothing + efforts * rate * spacing) for rate in (before, after))
    parts = np.arange(1, max(1, int(_STATES * abs(spacing) / highest)) + 1)
    unit = abs(spacing) / parts
    whole = np.round(nothing / unit)
    shift = np.where(whole == 0, np.inf, np.abs(whole * unit - nothing))
    close = np.flatnonzero(shift <= min(_CLOSE * smallest, _CLOSE_TO_DRIFT * drift))
    best = int(close[0]) if close.size else int(np.argmin(shift))
    answered = int(parts[best]) * (1 if spacing > 0.0 else -1)
    steps = int(whole[best]) + answered * np.arange(efforts + 1)
    return _Walk(float(unit[best]), np.asarray(steps, dtype=np.int64), efforts), bool(close.size)


def _steps(before: float, after: float, efforts: int) -> tuple[float, float]:
    """The log likelihood ratio of so many efforts without an answer, and what each answer adds."""
    nothing = math.log1p(-after) - math.log1p(-before)
    return efforts * nothing, math.log(after / before) - nothing


def _check(before: float, after: float) -> None:
    if not (0.0 < before < 1.0 and 0.0 < after < 1.0) or before == after:
        raise ValueError(f"two different rates above 0 and below 1 are needed, not {before} and {after}")
