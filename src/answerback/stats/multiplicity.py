"""Many questions at once: which answers stand when the share of false ones among them is to be kept small."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, counts


def benjamini_hochberg(p_values: ArrayLike, *, rate: float) -> BoolArray:
    """Which of many null hypotheses to reject, so that on average at most `rate` of those rejected are true.

    Method: the step-up rule of Benjamini, Hochberg (1995), JRSS B 57(1). It holds where the p-values are independent
    or hang together positively (Benjamini, Yekutieli 2001). Checked in tests/reference/meta.json.

    Args:
        p_values: from 0 to 1, shape (k,).
        rate: the false discovery rate, above 0 and below 1.

    Raises:
        ValueError: a p-value is not between 0 and 1, or the rate is not.

    >>> benjamini_hochberg([0.001, 0.8, 0.03, 0.02], rate=0.1)
    array([ True, False,  True,  True])
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"rate must be between 0 and 1, not {rate}")
    return adjusted(p_values) <= rate


def adjusted(p_values: ArrayLike) -> FloatArray:
    """The least false discovery rate at which each would be rejected (adjusted p-values), shape (k,).

    Raises:
        ValueError: a p-value is not between 0 and 1.

    >>> adjusted([0.01, 0.04, 0.03]).round(3)
    array([0.03, 0.04, 0.04])
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * p.size / np.arange(1, p.size + 1)
    result = np.empty_like(p)
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return result


def e_benjamini_hochberg(e_values: ArrayLike, *, rate: float) -> BoolArray:
    """The same from e-values (evidence whose mean is at most 1 where nothing is there): however they hang together.

    Method: Wang, Ramdas (2022), JRSS B 84(3): reject the k largest, k the greatest with e_(k) >= K / (k rate).

    Args:
        e_values: >= 0, shape (k,).
        rate: the false discovery rate, above 0 and below 1.

    Raises:
        ValueError: an e-value is negative or not finite, or the rate is not between 0 and 1.

    >>> e_benjamini_hochberg([50.0, 1.0, 25.0, 0.0], rate=0.1)
    array([ True, False,  True, False])
    """
    if not 0.0 < rate < 1.0:
        raise ValueError(f"rate must be between 0 and 1, not {rate}")
    e = counts(e_values, "e_values")
    if e.ndim != 1:
        raise ValueError("e_values must have one dimension")
    order = np.argsort(-e, kind="stable")
    enough = e[order] * np.arange(1, e.size + 1) * rate >= e.size
    result = np.zeros(e.shape, dtype=np.bool_)
    result[order[: int(np.max(np.flatnonzero(enough), initial=-1)) + 1]] = True
    return result


def _checked(p_values: ArrayLike) -> FloatArray:
    p = counts(p_values, "p_values")
    if p.ndim != 1 or np.any(p > 1.0):
        raise ValueError("p_values must have one dimension and lie between 0 and 1")
    return p
