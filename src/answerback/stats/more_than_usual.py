"""Who has clearly more of something than the others, people differing a little anyway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, counts
from answerback.stats.multiplicity import benjamini_hochberg
from answerback.stats.special import binomial_share, logistic

USUAL_SPREAD = 0.15
"""Reps differ by themselves: a variance of the log odds that is always allowed for (sd .39)."""
_ROUNDS = 3
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, slots=True, eq=False)
class MoreThanUsual:
    """Arrays of shape (k,).

    Attributes:
        named: who has clearly more.
        usual: the share that the others have together, those who are named left out; nan where nobody else is.
        p_value: the chance of so many or more; 1 for those who may not be named.
    """

    named: BoolArray
    usual: FloatArray
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

    Method: the upper tail of the binomial distribution, averaged by Gauss-Hermite quadrature over normal log odds
    around the share of all others, whose variance is the usual spread and the others' own error; Benjamini-Hochberg
    over all who may be named. Who is named is left out of "the others", up to three rounds.

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
    usual, p = np.full(n.shape, np.nan), np.ones(n.shape)
    for _ in range(_ROUNDS):
        others, of_them = _of_others(s, n, named)
        usual = np.where(of_them > 0.0, others / np.maximum(of_them, 1.0), np.nan)
        p = np.where(able & (of_them > 0.0), _tail(s, n, others, of_them, spread), 1.0)
        now = np.zeros(n.shape, np.bool_)
        if able.any():
            now[able] = benjamini_hochberg(p[able], rate=rate)
        if np.array_equal(now, named):
            break
        named = now
    return MoreThanUsual(named, usual, p)


def _of_others(s: FloatArray, n: FloatArray, named: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Successes and trials of everybody else who is not named."""
    kept = ~named
    return s[kept].sum() - np.where(kept, s, 0.0), n[kept].sum() - np.where(kept, n, 0.0)


def _tail(s: FloatArray, n: FloatArray, others: FloatArray, of_them: FloatArray, spread: float) -> FloatArray:
    """The chance of s or more, of somebody who is like the others."""
    share = (others + 0.5) / (of_them + 1.0)
    error = 1.0 / ((of_them + 1.0) * share * (1.0 - share))
    log_odds = np.log(share / (1.0 - share)) + np.sqrt(spread + error) * _NODES[:, None]
    below = binomial_share(s - 1.0, n, logistic(log_odds))
    return np.asarray(np.minimum(_WEIGHTS @ (1.0 - below), 1.0))
