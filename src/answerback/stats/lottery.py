"""Lots decided who starts now and who later: what the start changed, and how sure that is.

Because chance alone decided, those who wait show what would have happened anyway, dip, season and all. Rates before
only sharpen the answer. Beside the t interval stands a p-value that rests on nothing but the draw: in how many of all
draws that could have been would the two sides differ as much?
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ancova import LEAST_TREATED
from answerback.stats.arrays import BoolArray, FloatArray
from answerback.stats.linear import Estimate, least_squares

LEAST_DRAWN = 4
"""With fewer people no draw can show anything: even the most extreme of six is one in six."""
_ALL_DRAWS = 5_000
"""Up to so many possible draws each is looked at; beyond, so many at random."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What starting now changed against starting later; shares from 0 to 1.

    Attributes:
        effect: The difference, with a t interval by HC3.
        p_value: Of all draws that could have been, the share with as large a difference.
        before, after: Mean recent rate and rate after of those who start now.
        anyway: By how much it would have changed without.
        now, later: People.
        draws: How many draws the p-value rests on.
    """

    effect: Estimate
    p_value: float
    before: float
    after: float
    anyway: float
    now: int
    later: int
    draws: int


def drawn_lots(
    *, post: ArrayLike, now: ArrayLike, recent: ArrayLike, earlier: ArrayLike, interacted: bool = False, seed: int = 1
) -> Drawn | CannotTell:
    """The effect of a start that was drawn by lot.

    Method: least squares of the rate after on the arm and the centred recent and earlier rates, HC3, t with n - 4
    degrees of freedom; or, `interacted`, with the arm times both (Lin 2013, Annals of Applied Statistics 7(1)), which
    is never less precise in large groups and wants n > 6. The p-value is that of the studentised permutation test (Wu &
    Ding 2021, JASA 116): right in any size for no effect on anybody, and in large groups for none on average.

    Args:
        post: The rate after, shape (n,).
        now: Whether drawn to start now, shape (n,).
        recent: The rate of the weeks just before, shape (n,).
        earlier: The rate of the weeks before these, shape (n,).
        interacted: Lin's form.
        seed: Of the draws, where there are too many to look at all.

    Returns:
        `CannotTell` with fewer than 4 people on one side.

    Raises:
        ValueError: shapes do not fit, or a rate is not finite.

    >>> rng = np.random.default_rng(3)
    >>> before, now = rng.uniform(0.1, 0.3, 16), np.arange(16) % 2 == 0
    >>> post = before + 0.1 * now + rng.normal(0, 0.02, 16)
    >>> drawn = drawn_lots(post=post, now=now, recent=before + rng.normal(0, 0.01, 16), earlier=before)
    >>> bool(drawn.effect.low < 0.1 < drawn.effect.high), drawn.p_value < 0.01
    (True, True)
    """
    y, x2, x3 = (np.asarray(each, dtype=np.float64) for each in (post, recent, earlier))
    arm = np.asarray(now, dtype=bool)
    if any(each.shape != y.shape or each.ndim != 1 for each in (x2, x3, arm)):
        raise ValueError("post, now, recent and earlier must have one length")
    started, waiting = int(arm.sum()), int((~arm).sum())
    if waiting < LEAST_TREATED:
        return CannotTell(Refused.NOBODY_UNTREATED, have=float(waiting), need=float(LEAST_TREATED))
    if started < LEAST_TREATED:
        return CannotTell(Refused.TOO_FEW_TREATED, have=float(started), need=float(LEAST_TREATED))
    rates = _told_apart(np.column_stack([x2, x3]))
    fitted = least_squares(_design(arm, rates, interacted=interacted), y)
    if fitted is None:
        return CannotTell(Refused.NO_OVERLAP, have=0.0, need=1.0)
    effect = fitted.estimate(0)
    p_value, draws = _by_all_draws(y, arm, rates, seed)
    before, after = float(x2[arm].mean()), float(y[arm].mean())
    anyway = after - before - effect.value
    return Drawn(effect, p_value, before, after, anyway, started, waiting, draws)


def _told_apart(rates: FloatArray) -> FloatArray:
    """Centred; a column that is all one, or twice the same, would say nothing and is left out."""
    centred = rates - rates.mean(axis=0)
    kept = [each for each in range(rates.shape[1]) if np.ptp(centred[:, each]) > 0.0]
    if len(kept) == 2 and np.linalg.matrix_rank(centred) < 2:
        kept = kept[:1]
    return np.asarray(centred[:, kept])


def _design(arm: BoolArray, rates: FloatArray, *, interacted: bool) -> FloatArray:
    columns = [arm.astype(np.float64), np.ones(len(arm)), *rates.T]
    if interacted:
        columns += [arm * each for each in rates.T]
    return np.column_stack(columns)


def _by_all_draws(y: FloatArray, arm: BoolArray, rates: FloatArray, seed: int) -> tuple[float, int]:
    """The share of draws whose t (HC2-like, by arm, on what the rates leave) is as large as the one that was drawn."""
    base = np.column_stack([np.ones(len(y)), rates])
    left = y - base @ np.linalg.lstsq(base, y, rcond=None)[0]
    n, k = len(y), int(arm.sum())
    if comb(n, k) <= _ALL_DRAWS:
        chosen = np.array(list(combinations(range(n), k)))
    else:
        rng = np.random.default_rng(seed)
        chosen = np.argsort(rng.random((_ALL_DRAWS, n)), axis=1)[:, :k]
    arms = np.zeros((len(chosen), n), dtype=bool)
    arms[np.arange(len(chosen))[:, None], chosen] = True
    drawn = np.abs(_studentised(left, arms))
    own = float(np.abs(_studentised(left, arm[None, :]))[0])
    as_large = int((drawn >= own * (1.0 - 1e-9)).sum())
    every = comb(n, k) <= _ALL_DRAWS
    return (as_large / len(drawn) if every else (as_large + 1) / (len(drawn) + 1)), len(drawn)


def _studentised(left: FloatArray, arms: BoolArray) -> FloatArray:
    """The difference of means over its standard error, for each draw, shape (draws,)."""
    inside, outside = arms.sum(axis=1), (~arms).sum(axis=1)
    first, second = arms @ left / inside, ~arms @ left / outside
    spread = (arms @ left**2 / inside - first**2) / (inside - 1) + (~arms @ left**2 / outside - second**2) / (
        outside - 1
    )
    return np.asarray((first - second) / np.sqrt(np.maximum(spread, 1e-300)))
