"""From how much at once more is missed: where a share bends, within people.

Rows are one person's weeks: how much they carried, how many tasks came in, how many of them were missed. A bend at c
says that more is missed in weeks above c than in weeks up to c, compared within each person, so that who is slower or
carries more than others all the time makes none.

Method: the Mantel-Haenszel score of missed by "above c", stratified by person and sort of task, scanned over c. How
large the largest gets by chance is told by dealing out each person's weeks anew (Manly 2007, Randomization, Bootstrap
and Monte Carlo Methods in Biology, ch. 1): whole weeks, so that tasks of one week may hang together. The interval of c
holds all values whose squared score is below the largest by less than 3.84 times its variance in those draws. Shares
are weighted by what each person can tell (Greenland and Robins 1985, Biometrics 41), the interval of their difference
is test-based (Miettinen 1976, American Journal of Epidemiology 103).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts, same_shape, whole_numbers

MIN_PEOPLE = 5
"""People with weeks to compare."""
MIN_WEEKS = 8
"""Weeks with tasks that one of them must have."""
MIN_TASKS = 200
LEVEL = 0.01
DRAWS = 399
_MOST = 24
_INNER = (0.15, 0.92)
_CHI = 3.841
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Bend:
    """Where it bends, and how much is missed on both sides.

    Attributes:
        at, at_low, at_high: The most that is carried without missing more, of two dozen values; its 95 % interval.
        below, above: Share missed up to there and beyond, weighted alike over people.
        difference_low, difference_high: The 95 % interval of above less below; for a bend fixed beforehand.
        p_value: How often dealing the weeks anew gives as clear a bend, anywhere.
        people, weeks, tasks: What it rests on.
    """

    at: float
    at_low: float
    at_high: float
    below: float
    above: float
    difference_low: float
    difference_high: float
    p_value: float
    people: int
    weeks: int
    tasks: int


def bend(
    person: ArrayLike,
    carried: ArrayLike,
    tasks: ArrayLike,
    missed: ArrayLike,
    *,
    rng: np.random.Generator,
    sort: ArrayLike = 0,
) -> Bend | CannotTell:
    """Where, if anywhere, the share missed rises with how much is carried.

    Args:
        person: whole, whose week it is, shape (weeks,).
        carried: how much they carried, >= 0.
        tasks: how many came in, >= 0.
        missed: how many of them were missed.
        rng: for dealing the weeks anew.
        sort: whole, >= 0, of what sort the tasks are: compared are weeks of one person and sort.

    Raises:
        ValueError: arrays differ in length, a number is negative or not finite, or more is missed than came in.

    >>> week = np.arange(600)
    >>> carried = week % 60
    >>> found = bend(week // 60, carried, np.full(600, 5), np.where(carried > 40, 2, 0), rng=np.random.default_rng(1))
    >>> found.at, found.below, round(found.above, 2)
    (39.0, 0.0, 0.38)
    """
    load, sorts = counts(carried, "carried"), whole_numbers(sort, "sort")
    each = int(sorts.max(initial=0)) + 1
    who = whole_numbers(person, "person") * each + sorts
    n, k = counts(tasks, "tasks"), counts(missed, "missed")
    same_shape(person=who, carried=load, tasks=n, missed=k)
    if np.any(k > n):
        raise ValueError("missed must not exceed tasks")
    chosen = _comparable(who, load, n)
    chosen = chosen[np.argsort(who[chosen], kind="stable")]
    who, load, n, k = who[chosen], load[chosen], n[chosen], k[chosen]
    people = int(np.unique(who // each).size)
    if people < MIN_PEOPLE:
        return CannotTell(Refused.TOO_FEW_REPS, have=people, need=MIN_PEOPLE)
    if n.sum() < MIN_TASKS:
        return CannotTell(Refused.TOO_FEW_ACTS, have=float(n.sum()), need=MIN_TASKS)
    places = np.unique(np.quantile(load, np.linspace(*_INNER, _MOST), method="lower"))
    above = load[None, :] > places[:, None]
    starts = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    score = _score(above, n, k, starts)
    drawn = np.array([_score(above, *_dealt(n, k, starts, rng), starts) for _ in range(DRAWS)])
    best = int(np.argmax(score))
    p_value = float((1 + (drawn.max(axis=1) >= score[best] - 1e-9).sum()) / (1 + DRAWS))
    if p_value > LEVEL:
        return CannotTell(Refused.NOTHING_STANDS_OUT, have=p_value, need=LEVEL)
    spread = max(1.0, float(drawn[:, best].var()))
    near = places[(score > 0) & (score**2 >= score[best] ** 2 - _CHI * spread)]
    below, beyond = _shares(above[best], n, k, starts)
    half = _Z * np.sqrt(spread) * (beyond - below) / float(score[best])
    return Bend(
        at=float(places[best]),
        at_low=float(near.min()),
        at_high=float(near.max()),
        below=below,
        above=beyond,
        difference_low=beyond - below - half,
        difference_high=beyond - below + half,
        p_value=p_value,
        people=people,
        weeks=len(n),
        tasks=int(n.sum()),
    )


def _comparable(who: IntArray, load: FloatArray, n: FloatArray) -> IntArray:
    """The weeks with tasks of people who have enough of them, and did not always carry as much."""
    rows = np.flatnonzero(n > 0)
    names, place = np.unique(who[rows], return_inverse=True)
    weeks = np.bincount(place, minlength=names.size)
    least, most = np.full(names.size, np.inf), np.full(names.size, -np.inf)
    np.minimum.at(least, place, load[rows])
    np.maximum.at(most, place, load[rows])
    return np.asarray(rows[((weeks >= MIN_WEEKS) & (most > least))[place]], dtype=np.int64)


def _score(above: BoolArray, n: FloatArray, k: FloatArray, starts: IntArray) -> FloatArray:
    """The Mantel-Haenszel score at each place; 0 where nothing can be compared; shape (places,)."""
    n1 = np.add.reduceat(above * n, starts, axis=1)
    a = np.add.reduceat(above * k, starts, axis=1)
    total, events = np.add.reduceat(n, starts), np.add.reduceat(k, starts)
    expected = n1 * events / total
    variance = n1 * (total - n1) * events * (total - events) / (total**2 * np.maximum(total - 1.0, 1.0))
    spread = np.sqrt(variance.sum(axis=1))
    return np.asarray(np.divide((a - expected).sum(axis=1), spread, out=np.zeros(len(above)), where=spread > 0))


def _dealt(n: FloatArray, k: FloatArray, starts: IntArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Each person's weeks in another order."""
    person = np.zeros(n.size, np.int64)
    person[starts[1:]] = 1
    order = np.lexsort((rng.random(n.size), np.cumsum(person)))
    return n[order], k[order]


def _shares(above: BoolArray, n: FloatArray, k: FloatArray, starts: IntArray) -> tuple[float, float]:
    """The share missed up to a place and beyond it, over the people who have weeks on both sides."""
    n1, a = np.add.reduceat(above * n, starts), np.add.reduceat(above * k, starts)
    n0, b = np.add.reduceat(~above * n, starts), np.add.reduceat(~above * k, starts)
    both = (n1 > 0) & (n0 > 0)
    weight = n1[both] * n0[both] / (n1[both] + n0[both])
    below = float((weight * b[both] / n0[both]).sum() / weight.sum())
    return below, float((weight * a[both] / n1[both]).sum() / weight.sum())
