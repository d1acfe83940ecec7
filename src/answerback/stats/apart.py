"""Whether two shares lie apart: of different groups, or of one group seen in two ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import counts, same_shape
from answerback.stats.special import normal_quantile, normal_share


@dataclass(frozen=True, slots=True)
class Apart:
    """One share less the other.

    Attributes:
        one, other: The shares.
        difference, low, high: `one` less `other`, with its interval.
        p_value: Two-sided, of no difference.
    """

    one: float
    other: float
    difference: float
    low: float
    high: float
    p_value: float


def two_shares(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The two-sided p-value that two groups have one share; each is (successes, trials).

    Method: the z-test with the pooled share, which is Pearson's chi-squared of a 2 x 2 table without correction
    (Agresti 2013, Categorical Data Analysis, section 3.2). Checked by hand in tests/stats/test_apart.py.

    Raises:
        ValueError: a group has no trials, or a count is negative.

    >>> round(two_shares((15, 100), (30, 100)), 4)
    0.0111
    >>> two_shares((0, 10), (0, 20))
    1.0
    """
    (x, n), (y, m) = (tuple(counts(each, "shares")) for each in (one, other))
    if min(n, m) <= 0:
        raise ValueError("a share needs trials in both groups")
    pooled = (x + y) / (n + m)
    variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)
    if variance <= 0.0:
        return 1.0
    return _two_sided(abs(x / n - y / m) / np.sqrt(variance))


def paired_shares(
    hits: ArrayLike, of: ArrayLike, other_hits: ArrayLike, other_of: ArrayLike, *, coverage: float = 0.95
) -> Apart:
    """The difference of two shares that both come from the same clusters, such as deals.

    Each share is a ratio of sums over the clusters; what belongs to one cluster hangs together, on both sides.

    Method: linearised ratio estimators over clusters (Cochran 1977, Sampling Techniques, section 6.3), their residuals
    subtracted cluster by cluster.

    Args:
        hits: Of each cluster, what counts for the first share; shape (n,).
        of: Out of how many.
        other_hits: What counts for the second share.
        other_of: Out of how many.
        coverage: Of the interval.

    Raises:
        ValueError: shapes differ, a count is negative, or one share has nothing to count.

    >>> found = paired_shares([3, 2, 4, 3], [4, 4, 4, 4], [1, 0, 1, 0], [4, 4, 4, 4])
    >>> found.difference, round(found.low, 3), round(found.high, 3)
    (0.625, 0.484, 0.766)
    """
    x, n, y, m = (counts(each, "counts") for each in (hits, of, other_hits, other_of))
    same_shape(hits=x, of=n, other_hits=y, other_of=m)
    if min(n.sum(), m.sum()) <= 0.0:
        raise ValueError("both shares need something to count")
    one, other = float(x.sum() / n.sum()), float(y.sum() / m.sum())
    residual = (x - one * n) / n.sum() - (y - other * m) / m.sum()
    clusters = max(len(residual), 2)
    error = float(np.sqrt(clusters / (clusters - 1) * (residual**2).sum()))
    reach = normal_quantile(0.5 + coverage / 2.0) * error
    difference = one - other
    p_value = _two_sided(abs(difference) / error) if error > 0.0 else float(difference == 0.0)
    return Apart(one, other, difference, difference - reach, difference + reach, p_value)


def _two_sided(z: float) -> float:
    return float(2.0 * normal_share(-z))
