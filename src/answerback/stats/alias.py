"""What cannot be told apart: two names for one set of efforts."""

from __future__ import annotations

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray

SAME = 0.95
"""Two sets are one where they share this much of what is in either."""
_FEW = 20_000


def overlap(chosen: BoolArray, level: IntArray, weight: FloatArray) -> FloatArray:
    """How much a set of efforts and each level of a dimension are the same: weight in both over weight in either.

    Jaccard (1901). 1 where they are one set, so that no data tell them apart.

    Args:
        chosen: the efforts of the set, shape (n,).
        level: of each effort, from 0, -1 where it has none.
        weight: of each effort, >= 0.

    >>> overlap(np.array([True, True, False]), np.array([0, 0, 1]), np.ones(3))
    array([1., 0.])
    """
    levels = int(level.max(initial=-1)) + 1
    known = level >= 0
    whole = np.bincount(level[known], weight[known], levels)
    both = np.bincount(level[known & chosen], weight[known & chosen], levels)
    either = weight[chosen].sum() + whole - both
    shared: FloatArray = np.divide(both, either, out=np.zeros(levels), where=either > 0.0)
    return shared


def one_partition(one: IntArray, other: IntArray) -> bool:
    """Whether two dimensions part the efforts in the same way: each level of the one is a level of the other.

    >>> one_partition(np.array([0, 0, 1]), np.array([1, 1, 0])), one_partition(np.array([0, 0, 1]), np.array([0, 1, 1]))
    (True, False)
    """
    if one.size == 0:
        return True
    few = slice(0, None, -(-one.size // _FEW))
    if one.size > _FEW and not one_partition(one[few], other[few]):
        return False  # what some efforts tell apart, all do
    span = int(other.max()) + 2
    pairs = np.bincount((one + 1) * span + other + 1)
    kinds = (np.count_nonzero(np.bincount(each + 1)) for each in (one, other))
    return all(np.count_nonzero(pairs) == number for number in kinds)
