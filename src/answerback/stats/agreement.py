"""How far two who sort the same things agree, beyond what chance alone would bring."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import counts
from answerback.stats.special import normal_quantile


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa with its 95 % interval: 1 is full agreement, 0 what chance brings; and the share that agrees."""

    kappa: float
    low: float
    high: float
    agreed: float


def cohen_kappa(table: ArrayLike) -> Kappa | None:
    """Cohen's kappa of a square table: how often one said the row and the other the column.

    Method: Cohen (1960), Educational and Psychological Measurement 20(1); the error for large samples of Fleiss,
    Cohen, Everitt (1969), Psychological Bulletin 72(5), equation 13. Checked in tests/stats/test_agreement.py.

    None where one label is all that both ever said: then chance agrees, too, and there is nothing to measure.

    Raises:
        ValueError: the table is not square, or a count is negative or not finite.

    >>> found = cohen_kappa([[20, 5], [10, 15]])
    >>> found is not None and (round(found.kappa, 3), found.agreed)
    (0.4, 0.7)
    """
    n = counts(table, "table")
    if n.ndim != 2 or n.shape[0] != n.shape[1]:
        raise ValueError("the table must be square")
    total = float(n.sum())
    if not total:
        return None
    p = n / total
    row, column = p.sum(axis=1), p.sum(axis=0)
    agreed, by_chance = float(np.trace(p)), float(row @ column)
    if by_chance >= 1.0:
        return None
    kappa = (agreed - by_chance) / (1.0 - by_chance)
    own = np.diag(p)
    inside = float(own @ (1.0 - (row + column) * (1.0 - kappa)) ** 2)
    crossed = (column[:, None] + row[None, :]) ** 2
    apart = float((p * crossed).sum() - own @ np.diag(crossed)) * (1.0 - kappa) ** 2
    variance = (inside + apart - (kappa - by_chance * (1.0 - kappa)) ** 2) / (total * (1.0 - by_chance) ** 2)
    half = normal_quantile(0.975) * sqrt(max(variance, 0.0))
    return Kappa(kappa, max(kappa - half, -1.0), min(kappa + half, 1.0), agreed)
