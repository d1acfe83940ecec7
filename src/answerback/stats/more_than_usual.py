"""Who has clearly more of something than the others, people differing a little anyway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, counts
from answerback.stats.multiplicity import benjamini_hochberg
from answerback.stats.special import normal_share

USUAL_SPREAD = 0.15
"""Reps differ by themselves: a variance of the log odds that is always allowed for (sd .39)."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class MoreThanUsual:
    """Arrays of shape (k,).

    Attributes:
        named: who has clearly more.
        usual: the share that the others have together, those who are named left out; nan where nobody else is.
        z: how far above it; p_value: the chance of being so far above.
    """

    named: BoolArray
    usual: FloatArray
    z: FloatArray
    p_value: FloatArray


def more_than_usual(
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    rate: float = 0.1,
    spread: float = USUAL_SPREAD,
    may_be_named: ArrayLike | None = None,
) -> MoreThanUsual:
    """Who lies above the others' share by more than chance and the usual spread of people let expect.

    Method: the signed root of the binomial likelihood ratio against the share of all others (McCullagh, Nelder 1989,
    section 2.4), scaled for the others' own error and for the usual spread; one-sided, Benjamini-Hochberg over all who
    may be named. Who is named is left out of "the others", up to three rounds.

    Args:
        successes: of each, shape (k,).
        trials: of each, shape (k,).
        rate: of those who are named, at most this share by chance.
        spread: variance of people's log odds that is usual.
        may_be_named: who has enough behind them; everybody where it is left out.

    >>> found = more_than_usual([1, 2, 1, 0, 2, 14], [40, 50, 45, 38, 60, 50])
    >>> found.named.tolist(), found.usual.round(3).tolist()[-1]
    ([False, False, False, False, False, True], 0.026)
    """
    n = counts(trials, "trials")
    s = np.minimum(counts(successes, "successes"), n)
    able = (n > 0.0) & (np.ones(n.shape, np.bool_) if may_be_named is None else np.asarray(may_be_named, np.bool_))
    named = np.zeros(n.shape, np.bool_)
    usual, z, p = np.full(n.shape, np.nan), np.zeros(n.shape), np.ones(n.shape)
    for _ in range(_ROUNDS):
        others, of_them = _of_others(s, n, named)
        usual = np.where(of_them > 0.0, others / np.maximum(of_them, 1.0), np.nan)
        z = np.where(able & (of_them > 0.0), _signed_root(s, n, others, of_them, spread), 0.0)
        p = normal_share(-z)
        now = np.zeros(n.shape, np.bool_)
        if able.any():
            now[able] = benjamini_hochberg(p[able], rate=rate) & (z[able] > 0.0)
        if np.array_equal(now, named):
            break
        named = now
    return MoreThanUsual(named, usual, z, p)


def _of_others(s: FloatArray, n: FloatArray, named: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Successes and trials of everybody else who is not named."""
    kept = ~named
    return s[kept].sum() - np.where(kept, s, 0.0), n[kept].sum() - np.where(kept, n, 0.0)


def _signed_root(s: FloatArray, n: FloatArray, others: FloatArray, of_them: FloatArray, spread: float) -> FloatArray:
    p = (others + 0.5) / (of_them + 1.0)
    m = np.maximum(n, 1e-9)
    expected = m * p
    deviance = _x_log(s, s / expected) + _x_log(m - s, (m - s) / (m - expected))
    root = np.sign(s - expected) * np.sqrt(np.maximum(2.0 * deviance, 0.0))
    unknown = spread + 1.0 / ((of_them + 1.0) * p * (1.0 - p))
    return np.asarray(root / np.sqrt(1.0 + expected * (1.0 - p) * unknown))


def _x_log(x: FloatArray, ratio: FloatArray) -> FloatArray:
    """X log(ratio), 0 where x is 0."""
    return np.where(x > 0.0, x * np.log(np.where(x > 0.0, ratio, 1.0)), 0.0)
