"""On-base rates with honest uncertainty, and the rule that says when there is none.

A cell is a rep's efforts of one kind in some period: s of them succeeded so far, and m is their matured exposure
(`answerback.stats.lag`). Its rate is drawn toward its peers (`answerback.stats.prior`), the more so the more they are
alike and the fewer its own efforts are. `judge` then publishes the rate or says what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.stats.arrays import FloatArray, counts, frozen, same_shape, weighted_count
from answerback.stats.intervals import jeffreys
from answerback.stats.lag import MIN_MATURED_ANSWERS, LagCurve
from answerback.stats.prior import PeerPrior, distinct_cells, peer_prior
from answerback.stats.special import beta_quantile

_CHUNK = 256
"""Cells looked at together, so that the memory in use stays below 10 MB however large the group is."""


@dataclass(frozen=True, slots=True, eq=False)
class CellRates:
    """The rates of all cells of a group; every array has the shape (cells,) and is in the order given.

    The fields mean what those of `Rate` mean, but `raw` is NaN where a cell has no exposure. `prior` is what the peers
    say: `prior.mean` and `prior.strength` are the group's.
    """

    rate: FloatArray
    low: FloatArray
    high: FloatArray
    raw: FloatArray
    exposure: FloatArray
    successes: FloatArray
    prior_weight: FloatArray
    jeffreys_low: FloatArray
    jeffreys_high: FloatArray
    prior: PeerPrior

    def cell(self, index: int) -> Rate:
        """One cell's rate.

        Raises:
            IndexError: there is no such cell.

        >>> shrunk_rates([3], [0]).cell(0).raw
        1.0
        >>> shrunk_rates([0], [0]).cell(0).raw is None
        True
        """
        raw = float(self.raw[index])
        return Rate(
            rate=float(self.rate[index]),
            low=float(self.low[index]),
            high=float(self.high[index]),
            raw=None if np.isnan(raw) else raw,
            exposure=float(self.exposure[index]),
            successes=float(self.successes[index]),
            prior_weight=float(self.prior_weight[index]),
            jeffreys_low=float(self.jeffreys_low[index]),
            jeffreys_high=float(self.jeffreys_high[index]),
        )


def shrunk_rates(
    successes: ArrayLike, exposure: ArrayLike, *, prior: PeerPrior | None = None, coverage: float = 0.95
) -> CellRates:
    """The rate of every cell of a group of peers, drawn toward the group.

    Method: given a point (a, b) of the peers' grid a cell's rate is Beta(a + s, b + m - s); over the grid it is a
    mixture of these, and `low` and `high` are the equal-tailed limits of the Beta with the mixture's mean and variance.
    The rate is the mixture's mean, exactly. `prior_weight` is k / (k + m) with k the group's strength. Gelman et al.,
    Bayesian Data Analysis, section 5.3. Calibration: tests/stats/test_calibration.py.

    Such intervals cover the rates of a group on average. They cover the extreme members too rarely, because these are
    drawn in most wrongly; for those look at the Jeffreys limits beside them.

    Args:
        successes: s per cell, real, >= 0, shape (cells,).
        exposure: m per cell, matured exposure, real, >= 0, shape (cells,). Where s exceeds m, which matured exposure
            makes possible, the cell counts as s of s.
        prior: what peers say, if it was worked out before (say once a quarter for a long history); else it is worked
            out from these very cells. What a cell itself says about its peers is in it only in the second case.
        coverage: the share of intervals that should hold the truth, above 0 and below 1.

    Returns:
        The rates, in the order of the cells.

    Raises:
        ValueError: the arrays differ in length, a count is negative or not finite, or coverage is not between 0 and 1.

    >>> rates = shrunk_rates([2, 4, 3, 1, 14], [20, 20, 20, 20, 20])
    >>> rates.rate.round(2), rates.prior_weight.round(2)
    (array([0.13, 0.21, 0.17, 0.09, 0.62]), array([0.17, 0.17, 0.17, 0.17, 0.17]))
    """
    cells = distinct_cells(successes, exposure)
    peers = peer_prior(successes, exposure) if prior is None else prior
    alone = jeffreys(cells.successes, cells.exposure, coverage=coverage)
    mean, a, b = _posterior(cells.successes, cells.exposure, peers)
    low, high = _limits(mean, a, b, coverage)
    given = counts(exposure, "exposure")
    known = cells.exposure > 0.0
    raw = np.divide(cells.successes, cells.exposure, out=np.full_like(mean, np.nan), where=known)
    order = cells.place
    return CellRates(
        rate=frozen(mean[order]),
        low=frozen(low[order]),
        high=frozen(high[order]),
        raw=frozen(raw[order]),
        exposure=frozen(given.copy()),
        successes=frozen(cells.successes[order]),
        prior_weight=frozen(peers.strength / (peers.strength + given)),
        jeffreys_low=frozen(alone.low[order]),
        jeffreys_high=frozen(alone.high[order]),
        prior=peers,
    )


def own_rates(successes: ArrayLike, exposure: ArrayLike, *, coverage: float = 0.95) -> list[Rate]:
    """The rate of each cell by its own counts alone, for cells that have no peers to be drawn toward.

    Method: s / m, and the Jeffreys limits, moved out to s / m where that lies outside of them. 0 where nothing was
    exposed; `raw` then is None.

    Args:
        successes: as in `shrunk_rates`.
        exposure: as there.
        coverage: as there.

    Raises:
        ValueError: as there.

    >>> [round(each.rate, 2) for each in own_rates([2, 0, 3], [20, 0, 2])]
    [0.1, 0.0, 1.0]
    """
    cells = distinct_cells(successes, exposure)
    alone = jeffreys(cells.successes, cells.exposure, coverage=coverage)
    each_cell = (each[cells.place].tolist() for each in (cells.successes, cells.exposure, alone.low, alone.high))
    found = []
    for won, of, low, high, given in zip(*each_cell, counts(exposure, "exposure").tolist(), strict=True):
        rate = won / of if of else 0.0
        found.append(
            Rate(
                rate=rate,
                low=min(low, rate),
                high=max(high, rate),
                raw=rate if of else None,
                exposure=given,
                successes=won,
                prior_weight=0.0,
                jeffreys_low=low,
                jeffreys_high=high,
            )
        )
    return found


def drawn(successes: ArrayLike, exposure: ArrayLike, prior: PeerPrior) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The mean rate of each cell, and the a and b of the Beta that `shrunk_rates` takes its limits from.

    Args:
        successes: as there.
        exposure: as there.
        prior: what peers say.

    Raises:
        ValueError: as there.

    >>> rates = shrunk_rates([2, 4, 3], [20, 20, 20])
    >>> mean, a, b = drawn([2, 4, 3], [20, 20, 20], rates.prior)
    >>> bool(np.allclose(mean, rates.rate)), (a + b).round()
    (True, array([30., 30., 32.]))
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    same_shape(successes=s, exposure=m)
    return _posterior(s, np.maximum(s, m), prior)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enough:
    """What a rate needs to be published; the defaults are the product's rule.

    `matured_answers` stands behind the lag curve; `matured_share` is m / n, the share of answers due by now; `exposure`
    is m; `prior_weight` and `width` are the most allowed, as shares from 0 to 1.
    """

    matured_answers: float = MIN_MATURED_ANSWERS
    matured_share: float = 0.5
    exposure: float = 3.0
    prior_weight: float = 0.8
    width: float = 0.25


def judge(
    cell: Rate,
    *,
    efforts: float,
    lag: LagCurve | NotEnoughData | None,
    unseen: float = 0.0,
    enough: Enough = Enough(),
) -> Rate | NotEnoughData:
    """The rate, if there is enough behind it; else the reason that time or effort would settle first.

    The reasons in order: no efforts, or none whose answer could have been recorded; the lag curve unknown; too young
    (waiting settles it); too few efforts; mostly the peers' number; too wide an interval (all three: more efforts).

    Args:
        cell: the rate.
        efforts: n, the efforts behind it whose answer could have been recorded, young ones included.
        lag: the curve that gave the exposure, or why there is none; None if every effort has waited in full, so that
            the exposure is n and no curve was needed.
        unseen: efforts whose answer could not have been recorded.
        enough: the rule.

    Returns:
        `cell` itself, or `NotEnoughData`.

    Raises:
        ValueError: efforts or unseen is negative or not finite.

    >>> rates = shrunk_rates([4, 5, 0], [40, 40, 1])
    >>> judge(rates.cell(0), efforts=40, lag=None) == rates.cell(0)
    True
    >>> judge(rates.cell(2), efforts=1, lag=None)
    NotEnoughData(reason=<Reason.TOO_FEW_EFFORTS: 'too_few_efforts'>, have=1.0, need=3.0)
    """
    if not counts([efforts, unseen], "efforts and unseen").any():
        return NotEnoughData(Reason.NO_EFFORTS_LOADED, have=0.0, need=1.0)
    if efforts == 0.0:
        return NotEnoughData(Reason.NOTHING_SEEN, have=0.0, need=1.0)
    if isinstance(lag, NotEnoughData):
        return lag
    answers = np.inf if lag is None else lag.matured_answers
    matured_share = cell.exposure / efforts
    for reason, have, need, missing in (
        (Reason.LAG_UNKNOWN, answers, enough.matured_answers, answers < enough.matured_answers),
        (Reason.TOO_YOUNG, matured_share, enough.matured_share, matured_share < enough.matured_share),
        (Reason.TOO_FEW_EFFORTS, cell.exposure, enough.exposure, cell.exposure < enough.exposure),
        (Reason.MOSTLY_PRIOR, cell.prior_weight, enough.prior_weight, cell.prior_weight > enough.prior_weight),
        (Reason.TOO_WIDE, cell.width, enough.width, cell.width > enough.width),
    ):
        if missing:
            return NotEnoughData(reason, have=float(have), need=float(need))
    return cell


def _posterior(
    successes: FloatArray, exposure: FloatArray, prior: PeerPrior
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean per cell, and the Beta that has the first two moments of the mixture of Betas."""
    strength, weight, middle, square = _by_strength(prior)
    mean, spread = np.empty_like(exposure), np.empty_like(exposure)
    for start in range(0, exposure.size, _CHUNK):
        part = slice(start, start + _CHUNK)
        after = exposure[part, None] + strength
        # All around the peers' mean: the second moments are small, and nothing cancels.
        own = successes[part, None] - prior.mean * exposure[part, None]
        first = (own + strength * middle) / after
        second = (own**2 + 2.0 * own * strength * middle + strength**2 * square) / after**2
        shift = first @ weight
        mean[part] = prior.mean + shift
        inside = (prior.mean + first) * (1.0 - prior.mean - first) - (second - first**2)
        spread[part] = (inside / (after + 1.0) + second) @ weight - shift**2
    size = mean * (1.0 - mean) / spread - 1.0
    return mean, mean * size, (1.0 - mean) * size


def _limits(mean: FloatArray, a: FloatArray, b: FloatArray, coverage: float) -> tuple[FloatArray, FloatArray]:
    """Equal-tailed limits of Betas.

    Where nearly all weight is at 0 or at 1 the mean may lie outside the limits; they are stretched to hold it.
    """
    tail = (1.0 - coverage) / 2.0
    return np.minimum(beta_quantile(a, b, tail), mean), np.maximum(beta_quantile(a, b, 1.0 - tail), mean)


def _by_strength(prior: PeerPrior) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The different strengths of the peers' grid, their weights, and the first two moments of the means at each.

    The moments are about the peers' mean. The means enter a cell's moments by these alone, so there is no need to go
    through all of them for every cell.
    """
    total = prior.a + prior.b
    distinct, first, place = np.unique(np.round(np.log(total), 9), return_index=True, return_inverse=True)
    away = prior.a / total - prior.mean
    weight, middle, square = (
        weighted_count(place.reshape(-1), prior.weight * of, distinct.size)
        for of in (np.ones_like(away), away, away**2)
    )
    return total[first], weight, middle / weight, square / weight
