"""How much of a low rate comes back by itself, and what is left of one person's rise when that is taken away.

Somebody is noticed when their rate is low. Part of a low rate is low ability, part bad luck; the luck does not last. So
the rate to expect next lies between the one seen and that of the peers, the nearer to the peers the fewer efforts were
seen and the more alike the peers are. That rise is no success of whoever coached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts
from answerback.stats.prior import PeerPrior
from answerback.stats.special import beta_quantile, normal_quantile, normal_share

_FEWEST = 5
_POINTS = 100
"""Quantiles that stand for a Beta distribution."""


def expected_rebound(successes: ArrayLike, exposure: ArrayLike, *, mean: float, strength: float) -> FloatArray:
    """By how much a rate is expected to rise by itself: (1 - B)(mean - s/m), B = m / (m + k).

    It is the posterior mean of a Beta(mean k, (1 - mean) k) prior less the rate seen: regression to the mean (Galton
    1886; for a Beta prior, Casella & Berger 2002, section 7.2.3).

    Args:
        successes: s, any shape.
        exposure: m, above 0, broadcast against s.
        mean: That of the peers, 0 to 1.
        strength: k, the number of efforts that the peers' word is worth.

    Raises:
        ValueError: a count is negative or not finite, or an exposure is 0.

    >>> round(float(expected_rebound(2, 60, mean=0.2, strength=20)), 4)
    0.0417
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    if np.any(m <= 0.0):
        raise ValueError("exposure must be above 0")
    return np.asarray((1.0 - m / (m + strength)) * (mean - s / m))


def rebound_of_selected(*, mean: float, between: float, within: float, cutoff: float, measured: int = 1) -> float:
    """By how much a group rises on average that was chosen for having been below a cut-off.

    Method: Barnett, van der Pols & Dobson (2005), International Journal of Epidemiology 34(1), for normal values: with
    v = within^2 / measured, the rise is v / sqrt(between^2 + v) times phi(z) / Phi(z), z = (cutoff - mean) / sqrt(
    between^2 + v).

    Args:
        mean: Of all.
        between: Standard deviation of true values between people.
        within: Standard deviation of one measurement around a person's true value.
        cutoff: Those whose average of the measurements is below were chosen.
        measured: How many measurements were averaged.

    >>> round(rebound_of_selected(mean=0.2, between=0.05, within=0.05, cutoff=0.2), 4)
    0.0282
    """
    noise = within**2 / measured
    total = np.sqrt(between**2 + noise)
    z = (cutoff - mean) / total
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi)
    return float(noise / total * density / normal_share(z))


@dataclass(frozen=True, slots=True)
class OwnChange:
    """One person's change beside what was to be expected; shares from 0 to 1.

    Attributes:
        before, after: The rates seen.
        rebound: The rise to expect from regression to the mean alone.
        drift: By how much others changed in the same weeks.
        beyond: What is left of the rise, by the posterior means; with its interval `low` to `high`.
        sure: The probability that the rate after is above the one before and what drifted.
    """

    before: float
    after: float
    rebound: float
    drift: float
    beyond: float
    low: float
    high: float
    sure: float

    @property
    def rise(self) -> float:
        """After less before."""
        return self.after - self.before


def own_change(
    before: tuple[float, float],
    after: tuple[float, float],
    *,
    prior: PeerPrior,
    drift: float = 0.0,
    drift_error: float = 0.0,
    dispersion: float = 1.0,
    coverage: float = 0.95,
) -> OwnChange:
    """One person's change, and what is left of it beyond the expected rebound.

    Method: the rate before is drawn toward the peers (hierarchical beta-binomial, `answerback.stats.prior`), the rate
    after is judged alone, with Jeffreys' prior: peers would draw it back toward them, and hide a change that happened.
    Both are taken as Betas; their difference less the drift is summed over 100 by 100 quantiles.

    Args:
        before: Successes and matured exposure, the exposure above 0.
        after: The same of the weeks after.
        prior: What peers say of the weeks before.
        drift: By how much others changed meanwhile.
        drift_error: Standard error of the drift.
        dispersion: How many times as far as counting explains people move who were left alone (`dispersion_of`).
        coverage: Of the interval.

    Raises:
        ValueError: a count is negative or not finite, or an exposure is 0.

    >>> from answerback.stats.prior import peer_prior
    >>> peers = peer_prior([12, 5, 9, 25, 11, 14, 3, 18] * 4, [60] * 32)
    >>> risen = own_change((2, 60), (36, 120), prior=peers)
    >>> round(risen.rise, 3), round(risen.rebound, 3), risen.sure > 0.99
    (0.267, 0.033, True)
    """
    (s, m), (t, n) = before, after
    rebound = float(expected_rebound(s, m, mean=prior.mean, strength=prior.strength))
    if n <= 0.0:
        raise ValueError("exposure must be above 0")
    middle, size = _drawn_to_peers(s, max(s, m), prior)
    share = (np.arange(_POINTS) + 0.5) / _POINTS
    earlier = beta_quantile(middle * size, (1.0 - middle) * size, share)
    n = max(n, t)
    later = beta_quantile(t + 0.5, n - t + 0.5, share)
    differences = np.subtract.outer(later, earlier).ravel() - drift
    differences = differences.mean() + dispersion * (differences - differences.mean())
    if drift_error > 0.0:
        sure = float(normal_share(differences / drift_error).mean())
        tail = normal_quantile(0.5 + coverage / 2.0)
        mean, deviation = differences.mean(), np.hypot(differences.std(), drift_error)
        low, high = float(mean - tail * deviation), float(mean + tail * deviation)
    else:
        sure = float((differences > 0.0).mean())
        low, high = (float(x) for x in np.quantile(differences, [(1.0 - coverage) / 2.0, (1.0 + coverage) / 2.0]))
    return OwnChange(s / m, t / n, rebound, drift, float(differences.mean()), low, high, sure)


def dispersion_of(
    before: tuple[ArrayLike, ArrayLike], after: tuple[ArrayLike, ArrayLike], *, prior: PeerPrior
) -> float:
    """How many times as far as counting explains people move who were left alone: the square root of the mean of z^2.

    z is a person's change beyond the expected one over its standard deviation by the posteriors, the changes of all
    centred. Touches of one buyer hang together and nobody's skill stands still, so it is often above 1.

    Args:
        before: Successes and exposure of each person, shape (n,) each.
        after: The same of the weeks after.
        prior: What peers say of the weeks before.

    Returns:
        1 or more; 1 with fewer than 5 people.

    >>> from answerback.stats.prior import peer_prior
    >>> before, after = ([10] * 6, [60] * 6), ([2, 50, 3, 48, 1, 40], [120] * 6)
    >>> dispersion_of(before, after, prior=peer_prior(*before)) > 2
    True
    """
    (s, m), (t, n) = ([counts(each, "counts") for each in pair] for pair in (before, after))
    if s.size < _FEWEST:
        return 1.0
    drawn = np.array([_drawn_to_peers(x, max(x, y), prior) for x, y in zip(s.tolist(), m.tolist(), strict=True)])
    mean, size = drawn.T
    n = np.maximum(n, t)
    later = (t + 0.5) / (n + 1.0)
    spread = mean * (1.0 - mean) / (size + 1.0) + later * (1.0 - later) / (n + 2.0)
    moved = later - mean
    z = (moved - moved.mean()) / np.sqrt(spread)
    return float(np.sqrt(max(1.0, (z**2).sum() / (s.size - 1))))


def _drawn_to_peers(successes: float, exposure: float, prior: PeerPrior) -> tuple[float, float]:
    """Mean and strength of the Beta with the moments of the posterior, a mixture of Betas."""
    after = prior.a + prior.b + exposure
    node = (prior.a + successes) / after
    mean = float(node @ prior.weight)
    spread = float((node * (1.0 - node) / (after + 1.0) + (node - mean) ** 2) @ prior.weight)
    return mean, max(1e-6, mean * (1.0 - mean) / spread - 1.0)
