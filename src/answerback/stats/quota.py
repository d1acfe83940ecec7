"""How probable it is that a target is hit, and whether a target is one that good reps could hit.

What a rep reaches in a period is efforts x the rate at which they move a buyer x wins per moved effort x the value of a
win. Each factor is known with an error, so each comes as draws; given the factors the number of wins is Poisson and
their values vary as those seen do. P(hit) is the mean over the draws. The question whether the targets are realistic is
not whether they are hit, but whether they would be at a good rate: the upper quarter of the team's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, counts
from answerback.stats.factors import parts_of_product
from answerback.stats.special import beta_share, gamma_share, normal_share

GOOD_SHARE = 0.75
"""The quantile of the team's rates that stands for a good rate."""
HALF = 0.5
SURE = 0.9
"""How probable it must be that most reps would miss at a good rate before targets are called out of reach."""
DRAWS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """The first three raw moments of the value of a win, shape (draws,) each; 1, 1, 1 where wins are counted."""

    first: FloatArray
    second: FloatArray
    third: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What reps can reach in a period, as draws of the factors; shape (draws, reps) each.

    `win` is wins per effort that moved a buyer, or None where such efforts are what the target counts. `scale` is what
    a rep's wins are worth against the team's.
    """

    efforts: FloatArray
    rate: FloatArray
    win: FloatArray | None = None
    scale: FloatArray | None = None
    value: Moments | None = None

    def result(self) -> FloatArray:
        """Moved efforts, or wins, or their value, to expect: shape (draws, reps)."""
        found = self.efforts * self.rate
        if self.win is not None:
            found = found * self.win
        if self.value is not None:
            found = found * self.value.first[:, None]
        return found if self.scale is None else found * self.scale

    def at_good_rate(self) -> Reach:
        """The same efforts at the rate of the team's upper quarter: its wins per effort, where wins are counted."""
        rate = self.rate if self.win is None else self.rate * self.win
        good = np.broadcast_to(np.quantile(rate, GOOD_SHARE, axis=1, keepdims=True), rate.shape)
        return replace(self, rate=good, win=None if self.win is None else np.ones_like(good))


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """P(hit) of each rep, as things are and at a good rate, shape (reps,); and how sure it is that most miss then.

    `out_of_reach` is the rule (more than half the reps have P(hit) below one half at a good rate) and `sure` the share
    of the draws in which it holds.
    """

    chance: FloatArray
    at_good_rate: FloatArray
    out_of_reach: bool
    sure: float


def hits(reach: Reach, target: ArrayLike) -> Hits:
    """Whether targets are hit, as things are and at a good rate.

    Args:
        reach: draws of the factors.
        target: by rep, above 0, in the unit of `reach.result()`, shape (reps,).

    Raises:
        ValueError: a target is negative or not finite.

    >>> sure = np.full((2, 3), 100.0)
    >>> found = hits(Reach(efforts=sure, rate=np.full((2, 3), 0.2)), [5, 20, 60])
    >>> found.chance.round(2), found.out_of_reach
    (array([1.  , 0.54, 0.  ]), False)
    """
    wanted = counts(target, "target")
    as_is, good = (_chances(each, wanted) for each in (reach, reach.at_good_rate()))
    miss = (good < HALF).mean(axis=1) > HALF
    rule = bool((good.mean(axis=0) < HALF).mean() > HALF)
    return Hits(as_is.mean(axis=0), good.mean(axis=0), rule, float(miss.mean()))


def _chances(reach: Reach, target: FloatArray) -> FloatArray:
    """P(hit) given each draw, shape (draws, reps)."""
    if reach.win is None:
        left = np.maximum(reach.efforts - target + 1.0, 1e-9)
        reached = beta_share(np.maximum(target, 1e-9), left, reach.rate)
        return np.asarray(np.where(target <= 0.0, 1.0, np.where(reach.efforts < target, 0.0, reached)))
    wins = reach.efforts * reach.rate * reach.win
    if reach.value is None:
        return np.asarray(np.where(target <= 0.0, 1.0, gamma_share(np.maximum(np.ceil(target), 1.0), wins)))
    scale = np.ones_like(wins) if reach.scale is None else reach.scale
    first, second, third = (each[:, None] for each in (reach.value.first, reach.value.second, reach.value.third))
    return at_least(target / scale, wins, first, second, third)


def at_least(
    target: ArrayLike, wins: ArrayLike, first: ArrayLike, second: ArrayLike, third: ArrayLike
) -> FloatArray:  # fmt: skip
    """The probability that the values of a Poisson number of wins add up to at least a target.

    Method: translated gamma approximation with the first three cumulants of a compound Poisson sum, wins x the raw
    moments of a value; Bowers et al., Actuarial Mathematics (1997), section 12.5. The chance of no win at all is exact:
    no target is hit then. Checked against the sum over all numbers of wins in tests/stats/test_quota.py.

    >>> float(at_least(50.0, 10.0, 5.0, 40.0, 500.0).round(2))
    0.46
    """
    wanted, expected = np.asarray(target, dtype=np.float64), np.asarray(wins, dtype=np.float64)
    some = np.maximum(expected, 1e-12)
    mean, variance, skew = (some * np.asarray(each, dtype=np.float64) for each in (first, second, third))
    shape = 4.0 * variance**3 / skew**2
    above = np.maximum(wanted - mean + 2.0 * variance**2 / skew, 0.0)
    beyond = np.where(
        shape < _SYMMETRIC,
        1.0 - gamma_share(shape, above * 2.0 * variance / skew),
        normal_share((mean - wanted) / np.sqrt(variance)),
    )
    found = np.minimum(beyond, -np.expm1(-some))
    return np.asarray(np.where(wanted <= 0.0, 1.0, np.where(expected > 0.0, found, 0.0)))


_SYMMETRIC = 1e7
"""From this shape on a gamma variable is a normal one."""


def draw_moments(values: ArrayLike, *, rng: Generator, draws: int) -> Moments:
    """Draws of the moments of a win's value, from the values seen: the Bayesian bootstrap (Rubin 1981).

    Raises:
        ValueError: there is no value, or one is negative or not finite.

    >>> draw_moments([10.0, 20.0], rng=np.random.default_rng(1), draws=2).first.shape
    (2,)
    """
    seen = counts(values, "values")
    if not seen.size:
        raise ValueError("without a value nothing is known of values")
    found = np.empty((3, draws))
    for start in range(0, draws, _AT_ONCE):
        many = min(_AT_ONCE, draws - start)
        weight = rng.standard_exponential((many, seen.size))
        weight /= weight.sum(axis=1, keepdims=True)
        found[:, start : start + many] = [weight @ seen**power for power in (1, 2, 3)]
    return Moments(*found)


_AT_ONCE = 50


def draw_efforts(
    mean: ArrayLike, variance: ArrayLike, seen: ArrayLike, weeks: float, *, rng: Generator, draws: int
) -> FloatArray:  # fmt: skip
    """Draws of the efforts that reps make in so many weeks, from weeks seen; shape (draws, reps).

    Method: the predictive distribution of a sum of normal weeks, Student's t with n - 1 degrees of freedom; the spread
    is at least a Poisson's, so that few equal weeks are no certainty.

    Args:
        mean: of a rep's weeks, shape (reps,).
        variance: of them, shape (reps,).
        seen: how many weeks these are of, at least 2, shape (reps,).
        weeks: how long the period is.
        rng: the source of randomness.
        draws: how many.

    Raises:
        ValueError: fewer than two weeks, or a value that is negative or not finite.

    >>> draw_efforts([20.0], [3.0], [26], 13, rng=np.random.default_rng(1), draws=2).round()
    array([[266.],
           [237.]])
    """
    middle, n = counts(mean, "mean"), counts(seen, "seen")
    if np.any(n < 2):
        raise ValueError("two weeks are needed to know how much weeks differ")
    error = np.sqrt(np.maximum(counts(variance, "variance"), middle) * (weeks + weeks**2 / n))
    return np.asarray(np.maximum(middle * weeks + error * rng.standard_t(n - 1.0, (draws, middle.size)), 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Shortfall:
    """What is missing to the targets of some, taken apart; means over draws, with the ends of 95 % intervals.

    `parts` has the shape (names, 3): the amount, low, high, in the unit of the target; they add up to `missing`.
    """

    names: tuple[str, ...]
    parts: FloatArray
    missing: float


def shortfall(
    own: Sequence[FloatArray],
    reference: Sequence[FloatArray],
    names: Sequence[str],
    *,
    target: ArrayLike,
    reached: ArrayLike,
) -> Shortfall:  # fmt: skip
    """What is missing to the targets: because of the targets themselves, of each factor, and of luck. Adds up exactly.

    The targets' part is what is missing to them at the team's usual factors; each factor's part is what exchanging it
    alone changes (`parts_of_product`); luck is what was expected with one's own factors, less what was reached.

    Args:
        own: the factors, draws by rep, shape (draws, reps) each.
        reference: the team's usual ones, of a shape that broadcasts to it.
        names: of the factors.
        target: what was to be reached, by rep, shape (reps,).
        reached: what was, shape (reps,).

    >>> ones = np.ones((1, 1))
    >>> found = shortfall(
    ...     [80 * ones, 0.1 * ones], [100 * ones, 0.2 * ones], ["efforts", "rate"], target=[30], reached=[5]
    ... )
    >>> dict(zip(found.names, found.parts[:, 0].round(2).tolist())), found.missing
    ({'target': 10.0, 'efforts': 3.0, 'rate': 9.0, 'luck': 3.0}, 25.0)
    """
    mine = np.stack(np.broadcast_arrays(*own))
    usual = np.broadcast_to(np.stack(np.broadcast_arrays(*reference)), mine.shape)
    wanted, got = counts(target, "target"), counts(reached, "reached")
    lost = -parts_of_product(mine, usual).sum(axis=2)
    above = (wanted - np.prod(usual, axis=0)).sum(axis=1)
    luck = (np.prod(mine, axis=0) - got).sum(axis=1)
    parts = np.stack([above, *lost, luck])
    ends = np.quantile(parts, (0.025, 0.975), axis=1)
    return Shortfall(
        ("target", *names, "luck"),
        np.stack([parts.mean(axis=1), ends[0], ends[1]], axis=1),
        float((wanted - got).sum()),
    )
