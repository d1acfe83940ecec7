"""Did a treatment change a rate, when those who were treated had been chosen because they were at their worst?

Whoever is coached after a bad month would have risen anyway: part of the bad month was bad luck. Comparing before with
after takes that rise for an effect, and so does the difference of differences when the bad month is its baseline. The
answer here compares the rates after, between treated and untreated who had the same recent *and* the same earlier rate.
Both are needed: the recent rate tells how much of a dip there was, the earlier one how low one always is.

Several starts may be pooled: each has its own level, all share the slopes, and a person counts once in the error,
however often they serve as a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.linear import Estimate, least_squares, with_error

LEAST_TREATED = 4
"""Treated people below which there is no answer about a group."""
LEAST_UNTREATED = 5
"""Untreated people in the same weeks below which there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Lift:
    """What a treatment changed; shares run from 0 to 1.

    Attributes:
        effect: The difference that it made to the rate after.
        before: The recent rate of the treated, on average.
        after: Their rate after.
        anyway: By how much it would have changed without: the rise less the effect.
        treated, untreated: People.
        starts: How often somebody was treated.
        overlap: Of these, the share whose recent rate lies within the range of the untreated of the same weeks.
    """

    effect: Estimate
    before: float
    after: float
    anyway: float
    treated: int
    untreated: int
    starts: int
    overlap: float

    @property
    def rise(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def extrapolated(self) -> bool:
        """Nobody untreated was like the treated before: the answer rests on the lines being straight."""
        return self.overlap == 0.0


def ancova(
    *,
    post: ArrayLike,
    treated: ArrayLike,
    recent: ArrayLike,
    earlier: ArrayLike,
    start: ArrayLike | None = None,
    person: ArrayLike | None = None,
) -> Lift | CannotTell:
    """The effect of a treatment on the rate after, given the recent and the earlier rate.

    Method: least squares `post = b0 + b1 treated + b2 recent + b3 earlier`, HC3 (MacKinnon & White 1985), t with n - 4
    degrees of freedom; with several starts b0 is that of each start and rows of one person leave together. Then
    the degrees of freedom are no more than the number of treated people less one. Checked in
    tests/reference/ancova.json; how often it is right in docs/methods/lift.md.

    Args:
        post: The rate in the weeks after, shape (n,).
        treated: Whether treated, shape (n,).
        recent: The rate of the weeks just before, in which people are chosen, shape (n,).
        earlier: The rate of the weeks before these, shape (n,).
        start: Which start each row belongs to, numbers from 0; None: all to one.
        person: Whose row it is, numbers from 0; None: each is another person's.

    Returns:
        `CannotTell` with fewer than 4 treated or 5 untreated people, or where rates and treatment are one.

    Raises:
        ValueError: shapes do not fit, or a rate is not finite.

    >>> rng = np.random.default_rng(1)
    >>> earlier = rng.uniform(0.1, 0.3, 40)
    >>> recent, treated = earlier + rng.normal(0, 0.02, 40), np.arange(40) < 10
    >>> post = 0.05 + earlier / 2 + recent / 3 + 0.04 * treated + rng.normal(0, 0.01, 40)
    >>> lift = ancova(post=post, treated=treated, recent=recent, earlier=earlier)
    >>> bool(lift.effect.low < 0.04 < lift.effect.high), lift.treated
    (True, 10)
    """
    y, x2, x3 = (np.asarray(each, dtype=np.float64) for each in (post, recent, earlier))
    given = np.asarray(treated, dtype=bool)
    at = np.zeros(len(y), np.int64) if start is None else np.asarray(start, dtype=np.int64)
    who = np.arange(len(y)) if person is None else np.unique(np.asarray(person), return_inverse=True)[1]
    if any(each.shape != y.shape for each in (x2, x3, given, at, who)):
        raise ValueError("post, treated, recent, earlier, start and person must have one length")
    people, others = len(np.unique(who[given])), len(np.unique(who[~given]))
    if others < LEAST_UNTREATED:
        return CannotTell(Refused.NOBODY_UNTREATED, have=float(others), need=float(LEAST_UNTREATED))
    if people < LEAST_TREATED:
        return CannotTell(Refused.TOO_FEW_TREATED, have=float(people), need=float(LEAST_TREATED))
    starts = np.unique(at, return_inverse=True)[1]
    levels = (starts[:, None] == np.arange(starts.max() + 1)).astype(np.float64)
    fitted = least_squares(np.column_stack([given, x2, x3, levels]), y, cluster=who)
    if fitted is None:
        return CannotTell(Refused.NO_OVERLAP, have=0.0, need=1.0)
    effect = fitted.estimate(0)
    if levels.shape[1] > 1 or len(np.unique(who)) < len(who):
        effect = with_error(effect.value, effect.error, max(1, min(len(np.unique(who)) - 4, people - 1)))
    before, after = float(x2[given].mean()), float(y[given].mean())
    shared = float(_overlap(x2, given, starts).mean())
    return Lift(effect, before, after, after - before - effect.value, people, others, int(given.sum()), shared)


def _overlap(recent: FloatArray, treated: BoolArray, start: IntArray) -> BoolArray:
    """For each treated row, whether its recent rate lies within the range of the untreated of its start."""
    size = int(start.max()) + 1
    low, high = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(low, start[~treated], recent[~treated])
    np.maximum.at(high, start[~treated], recent[~treated])
    own = start[treated]
    return np.asarray((recent[treated] >= low[own]) & (recent[treated] <= high[own]))
