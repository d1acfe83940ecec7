"""What is left of efforts of two times once each rep's own shift in each of them is taken out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, weighted_count
from answerback.stats.odds_table import OddsTable, odds_table
from answerback.stats.special import logistic
from answerback.stats.standard import Shifts, shifts, shifts_of
from answerback.stats.summed import Summed

_NEWTON = 6


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Two times, each rep's own shift in each taken out: what is left.

    Attributes:
        shift: by cell (rep and time).
        odds: what is to be expected of a cell at any further shift.
        rate: of each row.
        residual, weight: success less expectation of each row, and its information.
        cell_residual, cell_weight: their sums by cell.
        pair_residual, pair_weight: by company, rep and time.
    """

    shift: Shifts
    odds: OddsTable
    rate: FloatArray
    residual: FloatArray
    weight: FloatArray
    cell_residual: FloatArray
    cell_weight: FloatArray
    pair_residual: FloatArray
    pair_weight: FloatArray


def fitted(efforts: Summed, usual: FloatArray) -> Fit:
    """The fit of one shift per rep and time beside the usual log odds of each row, shape (rows,)."""
    cells = efforts.reps * 2
    table = odds_table(usual, efforts.exposure, efforts.cell, cells)
    s, m, whole = (
        weighted_count(efforts.cell, each, cells)
        for each in (efforts.success, efforts.exposure, usual * efforts.exposure)
    )
    shift = _shifts(table, s, m, whole)
    rate = logistic(usual + shift.shift[efforts.cell])
    expected = efforts.exposure * rate
    residual, weight = efforts.success - expected, expected * (1.0 - rate)
    left, known = (weighted_count(efforts.cell, each, cells) for each in (residual, weight))
    return Fit(shift, table, rate, residual, weight, left, known, *efforts.by_pair(rate))


def _shifts(table: OddsTable, success: FloatArray, exposure: FloatArray, usual: FloatArray) -> Shifts:
    """Of each cell, drawn toward the shift of its rep over both times."""
    rep = np.arange(table.cells) // 2
    sums = (each.reshape(-1, 2).sum(axis=1) for each in (success, exposure, usual))
    own = shifts_of(table.merged(rep, table.cells // 2), *sums).shift
    return shifts_of(table, success, exposure, usual, anchor=np.repeat(own, 2))


def left_of_reps(
    usual: FloatArray, rep: IntArray, success: FloatArray, exposure: FloatArray
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """What is left of each effort and its information, one shift of each rep taken out. All shape (n,)."""
    reps = int(rep.max(initial=-1)) + 1
    own = shifts(usual, success, exposure, rep, reps).shift
    rate = logistic(usual + shifts(usual, success, exposure, rep, reps, anchor=own).shift[rep])
    expected = exposure * rate
    return success - expected, expected * (1.0 - rate)


def size_of(efforts: Summed, usual: FloatArray, level: BoolArray, *, start: float) -> float:
    """The change of a level in full, where the score's first step is too short for a large one (Newton's method).

    Args:
        efforts: of both times.
        usual: the usual log odds of each row, shape (rows,).
        level: which rows are of the level.
        start: where to begin.
    """
    parts = efforts.reps * 4
    part = efforts.cell * 2 + level
    table = odds_table(usual, efforts.exposure, part, parts)
    s, m, whole = (
        weighted_count(part, each, parts) for each in (efforts.success, efforts.exposure, usual * efforts.exposure)
    )
    cell, moves = np.arange(parts) // 2, np.arange(parts) % 4 == 3
    effect = float(np.clip(start, -4.0, 4.0))
    for _ in range(_NEWTON):
        by = np.where(moves, effect, 0.0)
        moved = table.moved(by)
        sums = (each.reshape(-1, 2).sum(axis=1) for each in (s, m, whole + by * m))
        found = _shifts(moved.merged(cell, efforts.reps * 2), *sums)
        expected, weight = (each.reshape(-1, 2) for each in moved.expected(found.shift[cell]))
        left = s.reshape(-1, 2) - expected
        all_weight = weight.sum(axis=1)
        share = np.divide(weight[:, 1], all_weight, out=np.zeros(all_weight.size), where=all_weight > 0.0)
        information = (weight[:, 1] * (1.0 - share)).reshape(-1, 2).sum(axis=0)
        score = (left[:, 1] - share * left.sum(axis=1)).reshape(-1, 2).sum(axis=0)
        if (information <= 1e-9).any():
            break
        step = float(np.clip(score[1] / information[1] - score[0] / information[0], -1.0, 1.0))
        effect = float(np.clip(effect + step, -6.0, 6.0))
        if abs(step) < 1e-3:
            break
    return effect
