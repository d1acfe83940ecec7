"""Events per exposure of peers, such as wins per touch that moved a buyer: each one's own, drawn toward what all say.

As `answerback.stats.prior` does for shares, but what is counted has no upper bound: the counts are Poisson, the yields
of the peers are taken as drawn from one Gamma of which neither the mean nor the shape is known, and both are integrated
over a grid. What comes out is draws, because a yield is a factor of something else: the uncertainty of a product is
that of its factors together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts, frozen, same_shape
from answerback.stats.prior import PeerPrior
from answerback.stats.special import log_gamma

MEANS, SHAPES = 41, 26
"""Points of the grid along the logarithms of the mean and of the shape."""
SHAPE_RANGE = (0.5, 500.0)
"""From peers who differ by more than their mean to peers who are all alike."""
_REACH = 4.0
_SMALLEST_WEIGHT = 1e-9
_CHUNK = 512


@dataclass(frozen=True, slots=True, eq=False)
class YieldPrior:
    """What peers say of one of them: a mixture of Gamma(shape, mean / shape), shape (nodes,) each; weights add up to 1.

    `average` is the expected yield of a further member, `spread` the expected standard deviation between members as a
    share of it.
    """

    mean: FloatArray
    shape: FloatArray
    weight: FloatArray
    average: float
    spread: float


def yield_prior(events: ArrayLike, exposure: ArrayLike) -> YieldPrior:
    """What a group of peers says about the yield of one of its members.

    Method: hierarchical Gamma-Poisson model on a grid of log mean by log shape a; the marginal of a count is negative
    binomial. Prior: flat in log mean and in a^(-1/2), the standard deviation between peers as a share of their mean.
    Gelman et al., Bayesian Data Analysis, sections 2.6 and 5.4. Checked in tests/reference/yields.json.

    Args:
        events: x per member, real, >= 0, shape (members,).
        exposure: e per member, above 0 in sum, shape (members,).

    Raises:
        ValueError: the arrays differ in length, hold a negative value, or there is no exposure.

    >>> prior = yield_prior([5, 9, 2, 7], [40, 50, 30, 45])
    >>> round(prior.average, 2)
    0.15
    """
    x, e = counts(events, "events"), counts(exposure, "exposure")
    same_shape(events=x, exposure=e)
    if not e.sum() > 0.0:
        raise ValueError("without exposure nothing is known of a yield")
    middle = np.log((x.sum() + 0.5) / e.sum())
    reach = _REACH * np.sqrt(1.0 / (x.sum() + 0.5) + 2.0 / max(int((e > 0.0).sum()), 1))
    log_mean = np.linspace(middle - reach, middle + reach, MEANS)
    log_shape = np.linspace(float(np.log(SHAPE_RANGE[0])), float(np.log(SHAPE_RANGE[1])), SHAPES)
    weight = np.exp(_log_weight(x, e, np.exp(log_mean)[:, None], np.exp(log_shape)[None, :]))
    weight = weight / weight.sum()
    mean, shape = np.broadcast_arrays(np.exp(log_mean)[:, None], np.exp(log_shape)[None, :])
    keep = weight >= _SMALLEST_WEIGHT * weight.max()
    return YieldPrior(
        mean=frozen(mean[keep]),
        shape=frozen(shape[keep]),
        weight=frozen(weight[keep] / weight[keep].sum()),
        average=float((weight * mean).sum()),
        spread=float((weight / np.sqrt(shape)).sum()),
    )


def _log_weight(x: FloatArray, e: FloatArray, mean: FloatArray, shape: FloatArray) -> FloatArray:
    """Log weight of the grid's points, the greatest being 0."""
    total = -0.5 * np.log(shape) + np.zeros_like(mean)
    for start in range(0, x.size, _CHUNK):
        own_x, own_e = x[start : start + _CHUNK, None, None], e[start : start + _CHUNK, None, None]
        known = own_x * np.log(mean) - (shape + own_x) * np.log1p(own_e * mean / shape) - own_x * np.log(shape)
        total = total + (known + log_gamma(shape + own_x) - log_gamma(shape)).sum(axis=0)
    return np.asarray(total - total.max(), dtype=np.float64)


def draw_yields(
    prior: YieldPrior, events: ArrayLike, exposure: ArrayLike, *, rng: Generator, draws: int
) -> FloatArray:  # fmt: skip
    """Draws of all members' yields together, shape (draws, members): the peers' part of a draw is the same for all.

    Raises:
        ValueError: a count is negative or not finite.

    >>> prior = yield_prior([5, 9, 2, 7], [40, 50, 30, 45])
    >>> draw_yields(prior, [5, 9], [40, 50], rng=np.random.default_rng(1), draws=3).shape
    (3, 2)
    """
    x, e = counts(events, "events"), counts(exposure, "exposure")
    node = rng.choice(prior.weight.size, size=draws, p=prior.weight)
    shape = prior.shape[node][:, None]
    return np.asarray(rng.gamma(shape + x, 1.0 / (shape / prior.mean[node][:, None] + e)), dtype=np.float64)


def draw_rates(
    prior: PeerPrior, successes: ArrayLike, exposure: ArrayLike, *, rng: Generator, draws: int
) -> FloatArray:  # fmt: skip
    """Draws of all members' rates together, shape (draws, members), from what `peer_prior` made of them.

    Raises:
        ValueError: a count is negative or not finite.

    >>> from answerback.stats.prior import peer_prior
    >>> prior = peer_prior([2, 4, 3], [20, 20, 20])
    >>> float(draw_rates(prior, [2, 4, 3], [20, 20, 20], rng=np.random.default_rng(1), draws=4_000).mean().round(2))
    0.16
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    m = np.maximum(m, s)
    node = rng.choice(prior.weight.size, size=draws, p=prior.weight)
    return np.asarray(rng.beta(prior.a[node][:, None] + s, prior.b[node][:, None] + m - s), dtype=np.float64)
