"""What efforts that still wait say about a change, week by week and for whole columns of streams at once.

`log_ratios` is `answerback.stats.detect.log_ratio` for many cells: each cell is some efforts of one stream, made on one
day, of which some have been answered by now. Written out, an effort of age a adds, for odds times f,

    answered:      ln f - ln(1 - p + f p)
    not answered:  ln(1 - p + f p (1 - F(a))) - ln(1 - p + f p) - ln(1 - p F(a))

so that one logarithm a factor and cell is all it takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerback.stats.arrays import FloatArray, counts

_SURE = 1e-9


def log_ratios(
    place: NDArray[Any],
    n: ArrayLike,
    answered: ArrayLike,
    share_in: ArrayLike,
    rate: ArrayLike,
    *,
    factors: tuple[float, ...],
    shape: tuple[int, int],
) -> FloatArray:
    """The log likelihood ratio of every week and stream: changed before, against never changed.

    Args:
        place: of each cell, week x streams + stream: whole numbers from 0 to weeks x streams - 1, shape (cells,).
        n: efforts of the cell, answered ones included, shape (cells,).
        answered: those answered by now, and within the age that `share_in` speaks of.
        share_in: F at the age of the cell, 0 to 1.
        rate: what counts as unchanged, 0 to 1; NaN where nothing does: such a cell says nothing.
        factors: what the odds may be multiplied by.
        shape: weeks and streams.

    Returns:
        Shape (weeks, streams, factors).

    Raises:
        ValueError: a count is negative or not finite.

    >>> log_ratios(np.array([0, 1]), [20, 20], [0, 4], [1, 1], [0.1, 0.1], factors=(0.2, 0.5), shape=(1, 2)).round(2)
    array([[[ 1.67,  1.03],
            [-4.77, -1.75]]])
    """
    made, moved = counts(n, "n"), counts(answered, "answered")
    p = np.asarray(rate, dtype=np.float64)
    known = ~np.isnan(p)
    p = np.clip(np.where(known, p, 0.5), _SURE, 1.0 - _SURE)
    share = np.asarray(share_in, dtype=np.float64)
    made, moved = made * known, moved * known
    still = made - moved
    not_p, late = 1.0 - p, p * (1.0 - share)
    unchanged = still * np.log1p(-p * share)
    found = np.empty((*shape, len(factors)))
    for number, factor in enumerate(factors):
        weight = moved * np.log(factor) + still * np.log(not_p + factor * late) - unchanged
        weight -= made * np.log(not_p + factor * p)
        found[..., number] = np.bincount(place, weight, shape[0] * shape[1]).reshape(shape)
    return found
