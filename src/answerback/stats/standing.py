"""Where a member of a group stands: the chance that its own rate is above or below another, and whom to list.

Rates are those of `answerback.stats.rate`: each drawn toward its peers, the more so the fewer its own efforts. A list
of claims with a bounded share of wrong ones is made of their posterior probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, counts, frozen, same_shape
from answerback.stats.prior import PeerPrior
from answerback.stats.special import beta_quantile, beta_share

_CHUNK = 512
_WORTH_KEEPING = 1e-3
"""Points of the peers' grid with less weight than this share of the greatest are left out: they move nothing."""
_POINTS = 48


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What is known of each member's rate: the Beta(a, b) with its posterior's mean and variance, shape (members,)."""

    a: FloatArray
    b: FloatArray

    @property
    def mean(self) -> FloatArray:
        """The rate."""
        return self.a / (self.a + self.b)

    def interval(self, coverage: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Equal-tailed limits."""
        tail = (1.0 - coverage) / 2.0
        return beta_quantile(self.a, self.b, tail), beta_quantile(self.a, self.b, 1.0 - tail)

    def above(self, value: ArrayLike) -> FloatArray:
        """The probability that the rate is above a value."""
        return 1.0 - beta_share(self.a, self.b, np.clip(np.asarray(value, dtype=np.float64), 0.0, 1.0))


def standing(successes: ArrayLike, exposure: ArrayLike, prior: PeerPrior) -> Standing:
    """The posterior of each member's rate, given what its peers say.

    Method: the mixture of Beta(a + s, b + m - s) over the peers' grid, replaced by the Beta with its mean and variance,
    as `shrunk_rates` does (Gelman et al., Bayesian Data Analysis, section 5.3).

    Args:
        successes: s per member, real, >= 0, shape (members,).
        exposure: m per member, >= s after raising to s where it is less, shape (members,).
        prior: what the peers say.

    Raises:
        ValueError: the arrays differ in length, or a count is negative or not finite.

    >>> from answerback.stats.prior import peer_prior
    >>> s, m = [2, 4, 3, 1, 14], [20, 20, 20, 20, 20]
    >>> standing(s, m, peer_prior(s, m)).above(0.24).round(2)
    array([0.07, 0.34, 0.18, 0.02, 1.  ])
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    same_shape(successes=s, exposure=m)
    m = np.maximum(m, s)
    kept = prior.weight >= _WORTH_KEEPING * prior.weight.max()
    a, b, weight = prior.a[kept], prior.b[kept], prior.weight[kept] / prior.weight[kept].sum()
    mean, spread = np.empty_like(m), np.empty_like(m)
    for start in range(0, m.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        after = m[part, None] + (a + b)
        each = (s[part, None] + a) / after
        mean[part] = each @ weight
        spread[part] = (each * (1.0 - each) / (after + 1.0) + (each - mean[part, None]) ** 2) @ weight
    size = mean * (1.0 - mean) / spread - 1.0
    return Standing(frozen(mean * size), frozen((1.0 - mean) * size))


def exceeds(one: Standing, other: Standing, *, by: float = 0.0) -> FloatArray:
    """The probability that each rate of `one` is above the rate of `other` beside it by more than `by`.

    Both are taken as independent; the sum over the quantiles of the first is exact to about 0.005.

    Args:
        one: the members whose rates may be higher.
        other: as many, each compared with the one at its place.
        by: the least difference that counts, a share.

    >>> fair = Standing(np.array([1.0]), np.array([1.0]))
    >>> exceeds(fair, fair).round(2)
    array([0.5])
    """
    share = (np.arange(_POINTS) + 0.5) / _POINTS
    at = beta_quantile(one.a[:, None], one.b[:, None], share)
    below = beta_share(other.a[:, None], other.b[:, None], np.clip(at - by, 0.0, 1.0))
    return np.asarray(below.mean(axis=1))


def listed(probability: ArrayLike, *, rate: float) -> BoolArray:
    """Which claims to make, so that on average at most `rate` of those made are wrong.

    Method: the longest list of the most probable whose mean probability to be wrong is at most `rate`: Bayesian false
    discovery rate (Mueller, Parmigiani, Robert, Rousseau 2004, JASA 99; Efron 2010, Large-Scale Inference, chapter 5).
    It holds as far as the probabilities are right.

    Args:
        probability: of each claim to be true, shape (claims,).
        rate: the share of wrong ones, above 0 and below 1.

    Raises:
        ValueError: a probability is not between 0 and 1.

    >>> listed([0.99, 0.2, 0.93, 0.85], rate=0.05)
    array([ True, False,  True, False])
    """
    chance = counts(probability, "probability")
    if np.any(chance > 1.0):
        raise ValueError("probability must lie between 0 and 1")
    order = np.argsort(-chance, kind="stable")
    wrong = np.cumsum(1.0 - chance[order]) / np.arange(1, chance.size + 1)
    kept = np.zeros(chance.size, dtype=np.bool_)
    kept[order[: int(np.sum(wrong <= rate))]] = True
    return kept
