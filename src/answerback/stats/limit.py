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

_STATES = 500
"""The lattice between 0 and the threshold has about this many places at most."""
_CLOSE = 0.002
"""How far the lattice may shift a step, as a share of the smallest step."""
_MOST_SEARCHES = 60


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
    walk = _walk(before, after, efforts, threshold, fine=True)
    places = math.ceil(threshold / walk.unit - 1e-9)
    return walk.mean_looks(before, places), walk.mean_looks(after, places)


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
    highest = math.log(false_alarm_efforts)  # the false-alarm time is at least e^threshold
    walk = _walk(before, after, _efforts_a_look(before, after, highest), highest)
    wished = false_alarm_efforts / walk.efforts
    low = _greatest_below(walk, before, wished)
    (early, late), (soon, slow) = (
        (walk.mean_looks(rate, low), walk.mean_looks(rate, low + 1)) for rate in (before, after)
    )
    share = 0.0 if late <= early else (wished - early) / (late - early)
    return walk.efforts * (soon + share * (slow - soon))


def _greatest_below(walk: _Walk, rate: float, wished: float) -> int:
    """The most places whose mean looks are not above those wished: e^unit more looks a place, about."""
    least, most = 0, math.ceil(math.log(wished) / walk.unit) + 2
    guess = most // 2
    for _ in range(_MOST_SEARCHES):
        if most - least <= 1:
            break
        looks = walk.mean_looks(rate, guess)
        if looks <= wished:
            least = guess
        else:
            most = guess
        better = guess + round(math.log(wished / looks) / walk.unit)
        guess = min(max(better, least + 1), most - 1)
    return least


def _walk(before: float, after: float, efforts: int, highest: float, *, fine: bool = False) -> _Walk:
    """The walk on a lattice of which all steps are multiples, but for a shift of a small part of a step.

    The steps of k and k + 1 answers differ by the same amount, so it alone has to be a multiple of the unit, and the
    step of no answer is rounded. The coarsest lattice that shifts it by little will do, unless a given threshold has to
    lie on it too: `fine`.
    """
    spacing = math.log(after / before) - math.log1p(-after) + math.log1p(-before)
    nothing = efforts * (math.log1p(-after) - math.log1p(-before))
    smallest = min(abs(nothing), abs(nothing + efforts * spacing))
    most = max(int(_STATES * abs(spacing) / highest), math.ceil(abs(spacing) / smallest))
    parts = np.arange(1, most + 1)
    unit = abs(spacing) / parts
    whole = np.round(nothing / unit)
    shift = np.abs(whole * unit - nothing) / smallest
    close = np.flatnonzero((shift <= _CLOSE) & (whole != 0))
    best = int(close[-1 if fine else 0]) if close.size else int(np.argmin(np.where(whole == 0, np.inf, shift)))
    answered = int(parts[best]) * (1 if spacing > 0.0 else -1)
    steps = int(whole[best]) + answered * np.arange(efforts + 1)
    return _Walk(float(unit[best]), np.asarray(steps, dtype=np.int64), efforts)


def _efforts_a_look(before: float, after: float, highest: float) -> int:
    """One; more where single efforts say so little that a lattice for them would be too fine."""
    least = min(abs(math.log(after / before)), abs(math.log1p(-after) - math.log1p(-before)))
    return max(1, int(highest / (2 * _STATES * least)))


def _check(before: float, after: float) -> None:
    if not (0.0 < before < 1.0 and 0.0 < after < 1.0) or before == after:
        raise ValueError(f"two different rates above 0 and below 1 are needed, not {before} and {after}")
