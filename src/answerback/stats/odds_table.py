"""What is to be expected at any shift of the log odds, without going through every effort again.

A shift is found by Newton's method, which asks at every step how many answers would be expected if all log odds of a
cell were so much higher. Efforts of one cell whose usual log odds lie close together are answered for by their moments
about the middle of a narrow bin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray, weighted_count
from answerback.stats.special import logistic

_WIDTH = 0.125
"""Of a bin. The terms of the Taylor series that are left out are below 1e-10 of an effort."""
_MOMENTS = 6


@dataclass(frozen=True, slots=True, eq=False)
class OddsTable:
    """Efforts by cell and bin of the usual log odds: bins that hold any, in order of their cells.

    Attributes:
        cells: how many cells there are.
        cell, middle: of each bin; shape (bins,).
        moments: sums of the exposure times the powers of the distance to the middle over their factorials.
    """

    cells: int
    cell: IntArray
    middle: FloatArray
    moments: tuple[FloatArray, ...]

    def expected(self, shift: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Answers to be expected in each cell, and their information, at a shift of each; shape (cells,) each."""
        p = logistic(self.middle + shift[self.cell])
        w, d = p * (1.0 - p), 1.0 - 2.0 * p
        slopes = (
            p,
            w,
            w * d,
            w * (1.0 - 6.0 * w),
            w * d * (1.0 - 12.0 * w),
            w * (1.0 - 30.0 * w + 120.0 * w**2),
            w * d * (1.0 - 60.0 * w + 360.0 * w**2),
        )  # the logistic function and its derivatives
        terms = ((m * each for m, each in zip(self.moments, part, strict=False)) for part in (slopes, slopes[1:]))
        values = (sum(each, np.zeros(self.middle.size)) for each in terms)
        found = [weighted_count(self.cell, each, self.cells) for each in values]
        return found[0], found[1]

    def merged(self, into: IntArray, cells: int) -> OddsTable:
        """The same with several cells as one; `into` is the new number of each, shape (cells,)."""
        return OddsTable(cells, into[self.cell], self.middle, self.moments)

    def moved(self, by: FloatArray) -> OddsTable:
        """The same with all log odds of a cell so much higher; shape (cells,)."""
        return OddsTable(self.cells, self.cell, self.middle + by[self.cell], self.moments)


def odds_table(usual: FloatArray, exposure: FloatArray, cell: IntArray, cells: int) -> OddsTable:
    """The table of efforts with these usual log odds.

    Args:
        usual: log odds of each effort, shape (n,).
        exposure: of each, shape (n,).
        cell: of each, 0 <= cell < cells.
        cells: how many.

    >>> table = odds_table(np.array([0.2, -1.0, 0.4]), np.array([10.0, 5.0, 1.0]), np.array([0, 0, 1]), 2)
    >>> expected, _ = table.expected(np.array([0.5, 0.0]))
    >>> expected.round(6), (10 * logistic(0.7) + 5 * logistic(-0.5)).round(6)
    (array([8.569581, 0.598688]), np.float64(8.569581))
    """
    bins = np.floor(usual / _WIDTH).astype(np.int64)
    first = int(bins.min(initial=0))
    bins -= first
    number = int(bins.max(initial=0)) + 1
    away = usual - (bins + (first + 0.5)) * _WIDTH
    bins += cell * number
    used = np.flatnonzero(np.bincount(bins, minlength=cells * number))
    moments, term = [], exposure
    for power in range(1, _MOMENTS + 1):
        moments.append(weighted_count(bins, term, cells * number)[used])
        term = term * away / power
    middle = np.asarray((used % number + (first + 0.5)) * _WIDTH, np.float64)
    return OddsTable(cells, used // number, middle, tuple(moments))
