"""A way of working that is switched on and off by week and team, drawn by lot: what it changes.

For what cannot be dealt buyer by buyer: a routine of the whole team. What is done this week still shows in answers of
the weeks after, as long as answers take; so only weeks count that were preceded by enough weeks of the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ancova import LEAST_TREATED
from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts
from answerback.stats.linear import Estimate, with_error
from answerback.stats.sequences import peeking_factor

_DRAWS = 1_000
_LEAST_EACH_WAY = 2


def switching_points(weeks: int, carry_over: int) -> IntArray:
    """The weeks (from 0) at which a coin is thrown: 0, 2m, 3m, ..., so that the first and the last run are long.

    Method: the optimal design of Bojinov, Simchi-Levi & Zhao (2023), Management Science 69(7), theorem 2.

    Args:
        weeks: How long it lasts.
        carry_over: m, for how many weeks what was done shows; at least the weeks that answers may take.

    Raises:
        ValueError: it is shorter than four times the carry-over.

    >>> switching_points(12, 2).tolist()
    [0, 4, 6, 8]
    """
    step = max(1, carry_over)
    if weeks < 4 * step:
        raise ValueError(f"{weeks} weeks are fewer than four times the carry-over of {step}")
    return np.array([0, *range(2 * step, (weeks // step - 2) * step + 1, step)], dtype=np.int64)


def switched(teams: int, weeks: int, carry_over: int, rng: Generator) -> BoolArray:
    """The lots: on or off by team and week, shape (teams, weeks).

    >>> switched(2, 8, 2, np.random.default_rng(1)).astype(int).tolist()
    [[0, 0, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0, 0]]
    """
    return by_week(rng.random((teams, len(switching_points(weeks, carry_over)))) < 0.5, weeks, carry_over)


def by_week(thrown: ArrayLike, weeks: int, carry_over: int) -> BoolArray:
    """What coins thrown at the switching points say for each week.

    Args:
        thrown: Whether on, shape (teams, switching points).
        weeks: How long it lasts.
        carry_over: m of the design.

    Raises:
        ValueError: there are more or fewer coins than switching points.

    >>> by_week([[True, False, True, True]], 6, 1).astype(int).tolist()
    [[1, 1, 0, 1, 1, 1]]
    """
    coins, points = np.asarray(thrown, dtype=bool), switching_points(weeks, carry_over)
    if coins.ndim != 2 or coins.shape[1] != len(points):
        raise ValueError(f"{len(points)} coins are thrown for each team, not {coins.shape}")
    return np.asarray(coins[:, np.searchsorted(points, np.arange(weeks), side="right") - 1])


@dataclass(frozen=True, slots=True)
class Switched:
    """What being on changed, in the end state of having been on for all of the carry-over.

    Attributes:
        effect: On less off, with the t interval over teams.
        p_value: Of all lots that could have been thrown, the share with as large a difference.
        weeks: Team-weeks that counted, on and off.
        low, high: An interval that is good for every look.
    """

    effect: Estimate
    p_value: float
    weeks: tuple[int, int]
    low: float
    high: float


def switchback(
    rate: ArrayLike,
    on: ArrayLike,
    *,
    carry_over: int,
    efforts: ArrayLike | None = None,
    done: int | None = None,
    draws: int = _DRAWS,
    seed: int = 1,
) -> Switched | CannotTell:
    """The effect of a way of working that was switched by lot as in `switched`.

    Method: weeks whose last m + 1 weeks were all on, or all off, weighted by one over the probability of that (Bojinov
    et al. 2023, section 3), each side's weights scaled to 1 (Hajek); the error by leaving out one team at a time; the
    p-value by throwing the coins again, for no effect on any team in any week; the interval for every look by the
    normal mixture of `peeking_factor`.

    Args:
        rate: By team and week, shape (teams, weeks); best as the difference to the team's own rate before. With
            `efforts`: answers, best less those that the team's own rate before would have brought.
        on: The lots, of that shape.
        carry_over: m of the design.
        efforts: Matured exposure by team and week, of that shape: weeks then count by it, so that none may be 0.
        done: How many weeks are over; all, where none is said.
        draws: For the p-value.
        seed: Of these.

    Returns:
        `CannotTell` with fewer than 4 teams, or where one way has fewer than 2 of them with a week
            that counts.

    Raises:
        ValueError: shapes do not fit, or a rate is not finite.

    >>> rng = np.random.default_rng(5)
    >>> on = switched(10, 16, 2, rng)
    >>> found = switchback(0.2 + 0.1 * on + rng.normal(0, 0.02, on.shape), on, carry_over=2)
    >>> bool(found.effect.low < 0.1 < found.effect.high), found.p_value < 0.01
    (True, True)
    """
    y, given = np.asarray(rate, dtype=np.float64), np.asarray(on, dtype=bool)
    n = np.ones_like(y) if efforts is None else counts(efforts, "efforts")
    if y.ndim != 2 or given.shape != y.shape or n.shape != y.shape or not np.isfinite(y).all():
        raise ValueError(f"rate must be finite and fit lots and efforts, not {y.shape}, {given.shape} and {n.shape}")
    teams, weeks = y.shape
    over = weeks if done is None else done
    if teams < LEAST_TREATED:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(teams), need=float(LEAST_TREATED))
    y, n = np.where(np.arange(weeks) < over, y, 0.0), np.where(np.arange(weeks) < over, n, 0.0)
    chance = _chance(weeks, carry_over)
    weights = _weights(given, carry_over, chance)
    counted = tuple(int(((w > 0) & (n > 0)).sum()) for w in weights)
    left_out = [
        _difference(np.delete(y, t, 0), np.delete(n, t, 0), [np.delete(w, t, 0) for w in weights]) for t in range(teams)
    ]
    effect = _difference(y, n, weights)
    if not np.isfinite([effect, *left_out]).all():
        there = [float(((w > 0) & (n > 0)).any(axis=1).sum()) for w in weights]
        return CannotTell(Refused.TOO_FEW_WEEKS, have=min(there), need=float(_LEAST_EACH_WAY))
    error = float(np.sqrt((teams - 1) / teams * ((np.array(left_out) - effect) ** 2).sum()))
    rng = np.random.default_rng(seed)
    again = [
        _difference(y, n, _weights(switched(teams, weeks, carry_over, rng), carry_over, chance)) for _ in range(draws)
    ]
    as_large = int((np.abs(np.nan_to_num(again, nan=np.inf)) >= abs(effect) * (1.0 - 1e-9)).sum())
    half = float(peeking_factor(over / weeks, df=teams - 1)) * error
    return Switched(
        with_error(effect, error, teams - 1),
        (as_large + 1) / (draws + 1),
        (counted[0], counted[1]),
        effect - half,
        effect + half,
    )


def _chance(weeks: int, carry_over: int) -> FloatArray:
    """For each week the probability that it and the weeks of the carry-over before it were all one given way."""
    points = switching_points(weeks, carry_over)
    thrown = [np.searchsorted(points, week, side="right") for week in range(weeks)]
    before = [thrown[max(0, week - carry_over)] for week in range(weeks)]
    return np.asarray(0.5 ** (np.array(thrown) - np.array(before) + 1.0))


def _weights(on: BoolArray, carry_over: int, chance: FloatArray) -> list[FloatArray]:
    """One over the probability for weeks that count as on, and for those that count as off."""
    found = []
    for side in (on, ~on):
        held = side.copy()
        for back in range(1, carry_over + 1):
            held[:, back:] &= side[:, :-back]
        held[:, :carry_over] = False
        found.append(np.where(held, 1.0 / chance, 0.0))
    return found


def _difference(y: FloatArray, n: FloatArray, weights: list[FloatArray]) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [float((y * w).sum() / (n * w).sum()) for w in weights]
    return means[0] - means[1]
