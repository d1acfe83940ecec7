"""What efforts that still wait say about a change, for whole columns of streams and weeks at once.

`log_ratios` is `answerback.stats.detect.log_ratio` for many cells: each cell is some efforts of one stream and week,
made on one day, of which some have been answered by now. Written out, an effort of age a adds, for odds times f,

    answered:      ln f - ln(1 - p + f p)
    not answered:  ln(1 - p + f p (1 - F(a))) - ln(1 - p F(a)) - ln(1 - p + f p)

The first and the last are of the stream's rate alone, so they are worked out once for all efforts of a week. What is
left of the second is ln(1 + (f - 1) c), where c = p (1 - F) / (1 - p F) is the chance that an effort without an answer
so far still gets one: one logarithm a factor and cell, and none where all have waited in full.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerback.stats.arrays import FloatArray, counts

_SURE = 1e-9


def log_ratios(
    n: ArrayLike,
    answered: ArrayLike,
    rate: ArrayLike,
    *,
    of: NDArray[Any],
    still: ArrayLike,
    share_in: ArrayLike,
    factors: tuple[float, ...],
) -> FloatArray:
    """The log likelihood ratio of the efforts of every stream and week: changed before, against never changed.

    Args:
        n: efforts of each stream and week, answered ones included, shape (pairs,).
        answered: those answered by now, and within the age that `share_in` speaks of.
        rate: what counts as unchanged, 0 to 1; NaN where nothing does: such efforts say nothing. Shape (pairs,), or
            (pairs, points) where it may be one of several.
        of: the pair that each cell of waiting efforts belongs to: whole numbers from 0, shape (cells,).
        still: efforts of the cell without an answer so far.
        share_in: F at the age of the cell, 0 to 1.
        factors: what the odds may be multiplied by.

    Returns:
        Shape (pairs, factors), with points (pairs, points, factors).

    Raises:
        ValueError: a count is negative or not finite.

    >>> nothing_waits = {"of": np.array([], int), "still": [], "share_in": []}
    >>> log_ratios([20, 20], [0, 4], [0.1, 0.1], **nothing_waits, factors=(0.2, 0.5)).round(2)
    array([[ 1.67,  1.03],
           [-4.77, -1.75]])
    """
    made, moved, waits = counts(n, "n"), counts(answered, "answered"), counts(still, "still")
    given = np.asarray(rate, dtype=np.float64).T
    points = np.atleast_2d(given)
    out = 1.0 - np.asarray(share_in, dtype=np.float64)
    found = np.empty((len(points), len(factors), made.size))
    weight, rest = np.empty(waits.size), np.empty(made.size)
    for into, point in zip(found, points, strict=True):
        known = ~np.isnan(point)
        p = np.clip(np.where(known, point, 0.5), _SURE, 1.0 - _SURE)
        own = p[of]
        late = own * out
        comes = late / (1.0 - own + late)
        for row, factor in zip(into, factors, strict=True):
            _log_mixed(comes, factor, weight)
            _log_mixed(p, factor, rest)
            weight *= waits
            np.multiply(moved, np.log(factor), out=row)
            rest *= made
            np.subtract(row, rest, out=row)
            np.add(row, np.bincount(of, weight, made.size), out=row)
        np.multiply(into, known, out=into)
    return found.transpose(2, 0, 1) if given.ndim > 1 else found[0].T


def _log_mixed(share: FloatArray, factor: float, out: FloatArray) -> None:
    """ln(1 - share + factor share), in place of `out`."""
    np.multiply(share, factor - 1.0, out=out)
    out += 1.0
    np.log(out, out=out)


def unchanged_likelihood(
    n: ArrayLike, answered: ArrayLike, rate: ArrayLike, *, of: NDArray[Any], still: ArrayLike, share_in: ArrayLike
) -> FloatArray:
    """The log likelihood of the efforts of every stream and week if nothing changed, up to a constant of the efforts.

    Arguments are those of `log_ratios`; an effort answered so far adds ln p, one of age a without answer
    ln(1 - p F(a)).

    Returns:
        Shape of `rate`, 0 where it is not known.

    >>> nothing_waits = {"of": np.array([], int), "still": [], "share_in": []}
    >>> unchanged_likelihood([20], [4], [0.2], **nothing_waits).round(3)
    array([-10.008])
    """
    made, moved, waits = counts(n, "n"), counts(answered, "answered"), counts(still, "still")
    given = np.asarray(rate, dtype=np.float64).T
    points = np.atleast_2d(given)
    out = 1.0 - np.asarray(share_in, dtype=np.float64)
    found = np.empty((len(points), made.size))
    for row, point in zip(found, points, strict=True):
        known = ~np.isnan(point)
        p = np.clip(np.where(known, point, 0.5), _SURE, 1.0 - _SURE)
        own = p[of]
        spared = np.log(1.0 + own * out / (1.0 - own))
        np.add(moved * np.log(p), (made - moved) * np.log(1.0 - p), out=row)
        np.add(row, np.bincount(of, waits * spared, made.size), out=row)
        np.multiply(row, known, out=row)
    return found.T if given.ndim > 1 else found[0]
