"""The same ending again and again: how likely so many of one's chains would end alike, were one like one's peers.

Peers differ, so the share that ends in one way is drawn from what they say (`answerback.stats.prior`), and the count is
beta-binomial. With a plain binomial the most usual of any team would stand out too often.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts, same_shape
from answerback.stats.prior import PeerPrior
from answerback.stats.special import log_gamma

LAST, SAME = 5, 3
"""Of one's last so many ended chains, so many alike."""


def chance_of_as_many(alike: ArrayLike, ended: ArrayLike, prior: PeerPrior) -> FloatArray:
    """The probability of so many or more, in as many chains, for a member whom peers describe.

    Method: the upper tail of the beta-binomial with the mean and variance of the peers' mixture: a posterior predictive
    p-value (Gelman et al., Bayesian Data Analysis, chapter 6).

    Args:
        alike: chains that ended in this way, whole, >= 0, shape (members,).
        ended: all that ended, >= alike, shape (members,).
        prior: what the others say of the share that ends so.

    Raises:
        ValueError: the arrays differ in length, a count is negative, or alike exceeds ended.

    >>> from answerback.stats.prior import peer_prior
    >>> others = peer_prior([8, 9, 7, 10, 8, 9, 8, 7], [40] * 8)
    >>> chance_of_as_many([0, 9, 20], [40, 40, 40], others).round(3)
    array([1.   , 0.469, 0.002])
    """
    x, n = counts(alike, "alike"), counts(ended, "ended")
    same_shape(alike=x, ended=n)
    if np.any(x > n):
        raise ValueError("alike must not exceed ended")
    a, b = _moments(prior)
    found = np.ones(x.size)
    for place in range(x.size):
        k = np.arange(x[place], n[place] + 1.0)
        log = log_gamma(n[place] + 1) - log_gamma(k + 1) - log_gamma(n[place] - k + 1)
        log = log + log_gamma(k + a) + log_gamma(n[place] - k + b) - log_gamma(n[place] + a + b)
        found[place] = np.exp(log + log_gamma(a + b) - log_gamma(a) - log_gamma(b)).sum()
    return np.clip(found, 0.0, 1.0)


def by_chance(share: float, *, last: int = LAST, same: int = SAME) -> float:
    """How often so many of the last so many would end in one way that has this share: the plain binomial tail.

    >>> round(by_chance(0.2), 3)
    0.058
    """
    k = np.arange(same, last + 1.0)
    ways = np.exp(log_gamma(last + 1) - log_gamma(k + 1) - log_gamma(last - k + 1))
    return float(np.sum(ways * share**k * (1.0 - share) ** (last - k)))


def _moments(prior: PeerPrior) -> tuple[float, float]:
    """The Beta with the mean and variance of the mixture."""
    size = prior.a + prior.b
    each = prior.a / size
    mean = float(each @ prior.weight)
    spread = float((each * (1.0 - each) / (size + 1.0) + (each - mean) ** 2) @ prior.weight)
    whole = max(mean * (1.0 - mean) / spread - 1.0, 1e-6)
    return mean * whole, (1.0 - mean) * whole
