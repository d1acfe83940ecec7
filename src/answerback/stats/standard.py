"""Results held like for like: how much more or less is answered than the same efforts would usually bring.

Kinds of effort and kinds of buyer differ in how often they answer. Whoever was given other buyers than before has other
results without doing anything differently. So each effort carries an expectation, learnt from everybody's efforts of
the baseline, and what is compared is the shift of the log odds against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray
from answerback.stats.odds_table import OddsTable, odds_table
from answerback.stats.special import logistic

RIDGE = 1.0
"""Each level of a dimension is drawn toward the usual with the weight of so much information."""
_ROUNDS = 12
_LARGEST_STEP = 2.0
_SETTLED = 1e-6
_NEAR = 1e-3
_MOST_CODES = 20_000_000
_NO_RIDGE = 1e-9
_LEAST_RATE = 1e-4


def expected_log_odds(
    levels: Sequence[IntArray], success: FloatArray, exposure: FloatArray, learn: FloatArray
) -> FloatArray:  # fmt: skip
    """The usual log odds of each effort, from the levels of its dimensions: shape (n,).

    Method: logistic regression with a term for each level of each dimension, ridge penalised, by Newton's method;
    Hosmer, Lemeshow (2000), chapter 1. Efforts with equal levels are put together first. Checked in
    tests/reference/standard.json.

    Args:
        levels: for each dimension the level of each effort, from 0, -1 where it has none; shape (n,) each.
        success: of each effort, shape (n,).
        exposure: of each effort, shape (n,).
        learn: 1 for the efforts to learn from, else 0, shape (n,).

    >>> levels = [np.array([0, 0, 1, 1])]
    >>> usual = expected_log_odds(levels, np.array([300.0, 0, 100, 0]), np.array([1000.0, 5, 1000, 5]), np.ones(4))
    >>> logistic(usual).round(2)
    array([0.3, 0.3, 0.1, 0.1])
    """
    place = together(levels, exposure.size)
    cells = int(place.max(initial=-1)) + 1
    first = np.zeros(cells, dtype=np.int64)
    first[place[::-1]] = np.arange(place.size)[::-1]
    s, m = (np.bincount(place, each * learn, cells) for each in (success, exposure))
    codes = [np.zeros(cells, dtype=np.int64)]  # the first column is the mean of all
    start = 1
    for level in levels:
        known, own = np.unique(level[first], return_inverse=True)
        if known.size > 1:
            codes.append(start + own.reshape(-1))
            start += known.size
    beta = np.zeros(start)
    beta[0] = np.log((s.sum() + 0.5) / (m.sum() - s.sum() + 0.5)) if m.sum() > s.sum() else 0.0
    penalty = np.full(start, RIDGE)
    penalty[0] = _NO_RIDGE
    for _ in range(_ROUNDS):
        p = logistic(_sum_of(beta, codes))
        left, weight = s - m * p, m * p * (1.0 - p)
        gradient = sum(np.bincount(code, left, start) for code in codes) - penalty * beta * (np.arange(start) > 0)
        information = np.diag(penalty)
        for one in codes:
            for other in codes:
                information += np.bincount(one * start + other, weight, start * start).reshape(start, start)
        step = np.clip(np.linalg.solve(information, gradient), -_LARGEST_STEP, _LARGEST_STEP)
        beta = beta + step
        if np.abs(step).max() < _SETTLED:
            break
    return np.asarray(_sum_of(beta, codes)[place], dtype=np.float64)


def _sum_of(beta: FloatArray, codes: list[IntArray]) -> FloatArray:
    total = beta[codes[0]]
    for code in codes[1:]:
        total = total + beta[code]
    return total


def together(levels: Sequence[IntArray], size: int) -> IntArray:
    """A number for each combination of levels, from 0 without gaps; shape (n,).

    >>> together([np.array([0, 1, 0, -1]), np.array([5, 5, 5, 5])], 4)
    array([1, 2, 1, 0])
    """
    code = np.zeros(size, dtype=np.int64)
    for level in levels:
        span = int(level.max(initial=0)) + 2
        code = code * span + level + 1
        code = _numbered(code)
    return code


def _numbered(code: IntArray) -> IntArray:
    """The same codes in the same order, without gaps; without sorting where they are not too far apart."""
    last = int(code.max(initial=-1))
    if last >= _MOST_CODES:
        return np.asarray(np.unique(code, return_inverse=True)[1], dtype=np.int64).reshape(-1)
    there = np.zeros(last + 1, dtype=np.int64)
    there[code] = 1
    return np.asarray((np.cumsum(there) - 1)[code], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """Per cell the shift of the log odds against what was expected, and the information that it rests on."""

    shift: FloatArray
    information: FloatArray
    success: FloatArray
    exposure: FloatArray


def shifts(
    usual: FloatArray,
    success: FloatArray,
    exposure: FloatArray,
    cell: IntArray,
    cells: int,
    *,
    anchor: FloatArray | None = None,
) -> Shifts:
    """How far the log odds of each cell lie from the usual ones of its efforts.

    Method: one parameter for each cell beside known offsets, by Newton's method. So that no answer at all is no
        infinity,
    half an answer is added with as many efforts as it takes at the anchor's rate (half a failure, where more than half
    are answered): at a rate of 1/2 that is the half success and half failure of Haldane (1956). Cells of one anchor are
    drawn toward one rate, so that of two cells without answers the smaller one does not look better.

    Args:
        usual: log odds of each effort, shape (n,).
        success: of each, shape (n,).
        exposure: of each, shape (n,).
        cell: of each, 0 <= cell < cells.
        cells: how many.
        anchor: the shift toward which each cell is drawn, shape (cells,); 0, unless said.

    >>> found = shifts(np.zeros(2), np.array([3.0, 7.0]), np.array([10.0, 10.0]), np.array([0, 0]), 1)
    >>> abs(found.shift.round(6)), found.success
    (array([0.]), array([10.]))
    """
    s, m, whole = (np.bincount(cell, each, cells) for each in (success, exposure, usual * exposure))
    return shifts_of(odds_table(usual, exposure, cell, cells), s, m, whole, anchor=anchor)


def shifts_of(
    table: OddsTable,
    success: FloatArray | IntArray,
    exposure: FloatArray | IntArray,
    usual: FloatArray | IntArray,
    *,
    anchor: FloatArray | None = None,
) -> Shifts:
    """The same from sums by cell, shape (cells,) each: of success, exposure, and usual log odds times exposure."""
    s, m = (np.asarray(each, np.float64) for each in (success, exposure))
    middle = np.divide(usual, m, out=np.zeros(table.cells), where=m > 0.0)
    m_all = np.maximum(m, s)  # young efforts may weigh less than the answers that they got
    p_anchor = np.clip(logistic(middle + (anchor if anchor is not None else 0.0)), _LEAST_RATE, 1.0 - _LEAST_RATE)
    added = 0.5 / np.minimum(p_anchor, 1.0 - p_anchor)
    beside = added + m_all - m
    wanted = s + added * p_anchor
    rate = wanted / (m_all + added)
    shift = np.log(rate / (1.0 - rate)) - middle
    for _ in range(_ROUNDS):
        (expected, information), p_middle = table.expected(shift), logistic(middle + shift)
        left = wanted - expected - beside * p_middle
        step = np.clip(left / (information + beside * p_middle * (1.0 - p_middle)), -1.0, 1.0)
        shift = shift + step
        if np.abs(step).max(initial=0.0) < _NEAR:  # the next step would be of the size of its square
            break
    p_middle = logistic(middle + shift)
    information = table.expected(shift)[1] + added * p_middle * (1.0 - p_middle)
    return Shifts(shift, information, s, m)
