"""What a group of peers says about one of its members before its own efforts are counted.

The members' rates are taken as drawn from one Beta(a, b), of which neither the mean a/(a+b) nor the strength k = a+b is
known. Both are integrated over a grid, not estimated by a single value: with few efforts each, a single value is far
too sure (a plug-in interval at 5 efforts covers about two thirds of the truths that it promises to cover in 95 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, IntArray, counts, frozen, same_shape
from answerback.stats.special import log_gamma, logistic

MEANS, STRENGTHS = 34, 26
"""Points of the grid along the mean and along the strength."""

STRENGTH_RANGE = (2.0, 500.0)
"""The least and the greatest strength k: below 2 peers would all be at 0 or 1, above 500 they are all alike."""

LOG_ODDS_RANGE = (-8.0, 8.0)
"""The least and the greatest log odds of the mean: 0.03 % to 99.97 %."""

_SEARCH_MEANS, _SEARCH_STRENGTHS = 17, 13
_MOST_SEARCHES = 50
"""A dozen is the most that has been seen; the bound keeps a surprise from hanging."""
_NEGLIGIBLE = 12.0
"""Points of the search whose log weight is this far below the best are outside the grid: e^-12 = 6e-6."""
_RESOLVED = 6
"""The search goes on until this many of its points along both sides are not negligible."""
_SMALLEST_WEIGHT = 1e-9
_KNOTS = 12
_MANY = 2
"""Where there are this many times more different values than knots, they are put on knots."""
_CHUNK = 256
"""Cells looked at together, so that the memory in use stays below 10 MB however large the group is."""


@dataclass(frozen=True, slots=True, eq=False)
class PeerPrior:
    """What peers say: a mixture of Beta(a, b), shape (nodes,) each, weights that add up to 1.

    `mean` is the expected rate of a further member; `strength` the number of efforts that the peers' word is worth
    (the geometric mean of k = a + b); `cells` how many members have spoken.
    """

    a: FloatArray
    b: FloatArray
    weight: FloatArray
    mean: float
    strength: float
    cells: int


class DistinctCells(NamedTuple):
    """The different cells of a group, in ascending order, so that no result depends on the order of the members.

    `successes`, `exposure` (raised to successes where less) and `number` (how often each occurs) have the shape
    (distinct,); `place` says for each member which one it is.
    """

    successes: FloatArray
    exposure: FloatArray
    number: FloatArray
    place: IntArray


def distinct_cells(successes: ArrayLike, exposure: ArrayLike) -> DistinctCells:
    """Checked cells of a group, equal ones put together.

    Matured exposure is real, so successes may exceed it; such a cell's exposure is raised to its successes. That drops
    a part of a failure, and biases the group's mean down a little where most cells hold less than one effort's worth.

    Raises:
        ValueError: the arrays differ in length, or a count is negative or not finite.

    >>> distinct_cells([1, 0, 1], [5, 5, 5]).number
    array([1., 2.])
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    same_shape(successes=s, exposure=m)
    cells, place, number = np.unique(np.stack([s, np.maximum(m, s)]), axis=1, return_inverse=True, return_counts=True)
    return DistinctCells(cells[0], cells[1], number.astype(np.float64), np.asarray(place, dtype=np.int64).reshape(-1))


def log_beta_binomial(successes: ArrayLike, exposure: ArrayLike, *, a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Logarithm of the chance of s successes in m efforts whose rate is drawn from Beta(a, b), but for C(m, s).

    log B(a + s, b + m - s) - log B(a, b), with gamma functions, so that m may be real. The binomial coefficient is left
    out because it does not depend on a and b. All arguments broadcast.

    Raises:
        ValueError: a count is negative or not finite, successes exceed exposure, or a or b is not above 0.

    >>> round(float(np.exp(log_beta_binomial(1, 1, a=2, b=6))), 12)
    0.25
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    a, b = counts(a, "a"), counts(b, "b")
    if np.any(s > m) or np.any(a == 0.0) or np.any(b == 0.0):
        raise ValueError("successes must not exceed exposure, and a and b must be above 0")
    after = log_gamma(s + a) + log_gamma(m - s + b) - log_gamma(m + a + b)
    return after + log_gamma(a + b) - log_gamma(a) - log_gamma(b)


def peer_prior(successes: ArrayLike, exposure: ArrayLike) -> PeerPrior:
    """What a group of peers says about one of its members.

    Method: hierarchical beta-binomial model on a grid of log odds of the mean by log strength, with the prior
    p(a, b) ~ (a + b)^(-5/2), which is mean (1 - mean) k^(-1/2) on these axes; the weight of a point is that times the
    product of the beta-binomial chances of all cells. Gelman et al., Bayesian Data Analysis, section 5.3. The grid is
    laid over the part of the plane that holds the weight, found by narrowing a coarser one: on a fixed grid the weight
    of a large group falls between two points. Checked in tests/reference/rats.json and surgical.json.

    Args:
        successes: s per cell, real, >= 0, shape (cells,).
        exposure: m per cell, matured exposure, real, >= 0, shape (cells,). A cell with m = 0 says nothing.

    Returns:
        The mixture. Without cells it is the prior itself.

    Raises:
        ValueError: the arrays differ in length, or a count is negative or not finite.

    >>> prior = peer_prior([2, 4, 3, 1, 5], [20, 20, 20, 20, 20])
    >>> round(prior.mean, 2), prior.cells
    (0.18, 5)
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    same_shape(successes=s, exposure=m)
    sums = _Sums.of(s, np.maximum(m, s))
    log_odds, log_strength = _axes(_where_the_weight_is(sums), MEANS, STRENGTHS)
    weight = np.exp(_log_weight(sums, log_odds, log_strength)) * np.outer(_ends_halved(MEANS), _ends_halved(STRENGTHS))
    weight /= weight.sum()
    mean, strength = logistic(log_odds)[:, None], np.exp(log_strength)
    keep = weight >= _SMALLEST_WEIGHT * weight.max()
    return PeerPrior(
        a=frozen((mean * strength)[keep]),
        b=frozen(((1.0 - mean) * strength)[keep]),
        weight=frozen(weight[keep] / weight[keep].sum()),
        mean=float((weight * mean).sum()),
        strength=float(np.exp((weight * log_strength).sum())),
        cells=int(s.size),
    )


def _whole_plane() -> FloatArray:
    """Least and greatest log odds of the mean, least and greatest log strength."""
    return np.array([LOG_ODDS_RANGE, np.log(STRENGTH_RANGE)])


def _axes(region: FloatArray, means: int, strengths: int) -> tuple[FloatArray, FloatArray]:
    (first_mean, last_mean), (first_strength, last_strength) = region.tolist()
    return np.linspace(first_mean, last_mean, means), np.linspace(first_strength, last_strength, strengths)


def _ends_halved(points: int) -> FloatArray:
    """Trapezoid rule: the first and the last point stand for half a step each."""
    return np.array([0.5] + [1.0] * (points - 2) + [0.5])


def _where_the_weight_is(cells: _Sums) -> FloatArray:
    """The part of the plane outside which the weight is negligible, found with a coarse grid that narrows and moves.

    A coarse grid may lead astray: where its points miss the best mean, the best of them has the wrong strength. So a
    part in which the weight reaches an edge is widened on that side, and the search ends only when it reaches none.
    """
    region = whole = _whole_plane()
    for _ in range(_MOST_SEARCHES):
        axes = _axes(region, _SEARCH_MEANS, _SEARCH_STRENGTHS)
        live = _log_weight(cells, *axes) > -_NEGLIGIBLE
        found, settled = np.empty_like(whole), True
        for side, axis in enumerate(axes):
            points = np.flatnonzero(live.any(axis=1 - side))
            step, span = axis[1] - axis[0], axis[-1] - axis[0]
            cut_low = points[0] == 0 and axis[0] > whole[side, 0]
            cut_high = points[-1] == axis.size - 1 and axis[-1] < whole[side, 1]
            found[side, 0] = axis[points[0]] - (span if cut_low else step)
            found[side, 1] = axis[points[-1]] + (span if cut_high else step)
            settled &= not cut_low and not cut_high and points.size >= _RESOLVED
        region = np.clip(found, whole[:, :1], whole[:, 1:])
        if settled:
            break
    return region


class _Sums(NamedTuple):
    """What of the cells enters the weight of a point: how many they are, and their successes, failures and exposure.

    The three are values and how often each occurs.
    """

    number: float
    successes: tuple[FloatArray, FloatArray]
    failures: tuple[FloatArray, FloatArray]
    exposure: tuple[FloatArray, FloatArray]

    @classmethod
    def of(cls, successes: FloatArray, exposure: FloatArray) -> _Sums:
        """Cells share few different numbers of successes, and fully matured ones few of failures: each is met once."""

        def met(values: FloatArray) -> tuple[FloatArray, FloatArray]:
            distinct, times = np.unique(values, return_counts=True)
            return on_knots(distinct, times.astype(np.float64))

        return cls(float(successes.size), met(successes), met(exposure - successes), met(exposure))


def _log_weight(cells: _Sums, log_odds: FloatArray, log_strength: FloatArray) -> FloatArray:
    """Log weight on the grid, the greatest being 0; shape (means, strengths)."""
    mean, strength = logistic(log_odds)[:, None], np.exp(log_strength)
    a, b = mean * strength, logistic(-log_odds)[:, None] * strength
    total = np.log(mean) + np.log1p(-mean) - 0.5 * log_strength
    total = total + cells.number * (log_gamma(strength) - log_gamma(a) - log_gamma(b))
    total = total + _sum_log_gamma(*cells.successes, a) + _sum_log_gamma(*cells.failures, b)
    total = total - _sum_log_gamma(*cells.exposure, strength)
    return np.asarray(total - total.max(), dtype=np.float64)


def _sum_log_gamma(values: FloatArray, number: FloatArray, grid: FloatArray) -> FloatArray:
    """The sum over values of number x log gamma(value + grid), in the grid's shape."""
    total = np.zeros_like(grid)
    for start in range(0, values.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        total += np.tensordot(number[part], log_gamma(np.add.outer(values[part], grid)), axes=1)
    return total


def on_knots(values: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fewer values with weights of their own, for sums of a smooth function over very many different values.

    Each value's weight is spread over the Chebyshev points of its octave, so that every polynomial of a degree below
    their number keeps its sum. log gamma(v + g), g > 0, has its nearest pole outside the octave by its own lower end;
    the sum is then right to about 1e-9 of itself. Few values are left as they are.

    Args:
        values: different ones, >= 0, shape (values,).
        weight: of each.

    Returns:
        Values and weights.

    >>> few, weight = on_knots(np.linspace(1.0, 30.0, 5_000), np.ones(5_000))
    >>> few.size, round(float(weight @ np.log(few)) / float(np.log(np.linspace(1.0, 30.0, 5_000)).sum()), 9)
    (60, 1.0)
    """
    _, octave = np.frexp(values)
    octave[values == 0.0] = np.iinfo(octave.dtype).min
    here = np.unique(octave)
    if values.size <= _MANY * _KNOTS * here.size:
        return values, weight
    turn = np.pi * (np.arange(_KNOTS) + 0.5) / _KNOTS
    knots, sign = np.cos(turn), np.sin(turn) * (-1.0) ** np.arange(_KNOTS)
    few, spread = [], []
    for each in here.tolist():
        own = octave == each
        if not values[own].any():
            few.append(values[own])
            spread.append(weight[own])
            continue
        middle, half = 0.75 * 2.0**each, 0.25 * 2.0**each
        away = (values[own, None] - middle) / half - knots
        at = away == 0.0
        share = np.where(at.any(axis=1)[:, None], at, sign / np.where(at, 1.0, away))
        few.append(middle + half * knots)
        spread.append(weight[own] @ (share / share.sum(axis=1, keepdims=True)))
    return np.concatenate(few), np.concatenate(spread)
