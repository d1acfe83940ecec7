"""A product taken apart: how much of the difference between two products is due to each of their factors."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray


def parts_of_product(own: ArrayLike, reference: ArrayLike) -> FloatArray:
    """What each factor does to a product, the parts adding up exactly to own product less reference product.

    Method: one factor at a time is exchanged, from the reference to one's own, and its part is the mean over all orders
    in which that can be done, so that no order is preferred (Shapley 1953; for products Das Gupta 1993).

    Args:
        own: shape (factors, ...).
        reference: the same shape, or one that broadcasts to it.

    Raises:
        ValueError: there is no factor.

    >>> parts_of_product([2.0, 3.0], [1.0, 1.0])
    array([2., 3.])
    """
    mine, other = np.broadcast_arrays(np.asarray(own, dtype=np.float64), np.asarray(reference, dtype=np.float64))
    many = mine.shape[0] if mine.ndim else 0
    if not many:
        raise ValueError("a product has at least one factor")
    parts = np.zeros(mine.shape)
    for place in range(many):
        rest = [each for each in range(many) if each != place]
        for size in range(many):
            weight = factorial(size) * factorial(many - size - 1) / factorial(many)
            for changed in combinations(rest, size):
                kept = [each for each in rest if each not in changed]
                around = np.prod(mine[list(changed)], axis=0) * np.prod(other[kept], axis=0)
                parts[place] += weight * around * (mine[place] - other[place])
    return parts
