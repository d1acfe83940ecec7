"""How many values of a stretch are as large as a given one, for many stretches at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import IntArray


def at_least(values: ArrayLike, floor: ArrayLike, start: ArrayLike, stop: ArrayLike) -> IntArray:
    """How many of `values[start:stop]` are `floor` or more, for each stretch; a stretch that ends early is empty.

    Method: the wavelet matrix of Claude, Navarro, Ordóñez (2015), Information Systems 47, over the ranks of the values:
    one pass over all values and all stretches for each bit of a rank, however long the stretches are.

    Args:
        values: shape (n,), none of them nan.
        floor: of each stretch, shape (k,).
        start: the first place of each stretch, from 0 to n, shape (k,).
        stop: the place after its last, shape (k,).

    >>> at_least([3, 1, 4, 1, 5], floor=[3, 2, 6], start=[0, 1, 0], stop=[5, 4, 5]).tolist()
    [3, 1, 0]
    """
    sizes, rank = np.unique(np.asarray(values), return_inverse=True)
    wanted = np.searchsorted(sizes, np.asarray(floor))
    low = np.asarray(start, np.int64)
    high = np.maximum(np.asarray(stop, np.int64), low)
    found = np.zeros(wanted.shape, np.int64)
    for bit in reversed(range(len(sizes).bit_length())):
        is_one = (rank >> bit & 1).astype(np.bool_)
        ones = np.concatenate([[0], np.cumsum(is_one)])
        zeros = len(rank) - ones[-1]
        ones_low, ones_high = ones[low], ones[high]
        asks_one = (wanted >> bit & 1).astype(np.bool_)
        found += np.where(asks_one, 0, ones_high - ones_low)
        low = np.where(asks_one, zeros + ones_low, low - ones_low)
        high = np.where(asks_one, zeros + ones_high, high - ones_high)
        rank = np.concatenate([rank[~is_one], rank[is_one]])
    return np.asarray(found + high - low, np.int64)
