"""Some start in one week, some in another, some never: what the start changed, by when it was and how long ago.

Each cohort is compared with those who have not started yet, in the same weeks; what others changed meanwhile is taken
away. It assumes that both would have moved alike without: that nobody was picked because of a passing dip. Where people
are picked at their worst, `ancova` is the answer; this is for rollouts whose order has other reasons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, FloatArray, IntArray, frozen
from answerback.stats.special import normal_quantile, normal_share

NEVER = np.iinfo(np.int64).max
"""The start of who never starts."""
_DRAWS = 999
_GRID = 241


@dataclass(frozen=True, slots=True, eq=False)
class GroupTime:
    """Effects by cohort and period; arrays of one length.

    Attributes:
        cohort: The period in which it started.
        period: Of the effect; before the cohort's start it should be 0.
        effect, error: With the standard error from many units.
    """

    cohort: IntArray
    period: IntArray
    effect: FloatArray
    error: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Rollout:
    """What starting changed, over all cohorts and periods since.

    Attributes:
        effect: The average, each cohort by its size.
        error: From many units; too small for few starters.
        low, high: 95 % interval, by redrawing who started when.
        p_value: The share of redraws with as large an effect.
        cells: By cohort and period.
        starters, others: Units that start, and that never do within the periods.
    """

    effect: float
    error: float
    low: float
    high: float
    p_value: float
    cells: GroupTime
    starters: int
    others: int


def rollout(
    outcome: ArrayLike,
    starts: ArrayLike,
    *,
    gap: int = 0,
    base_periods: int = 1,
    never_only: bool = False,
    draws: int = _DRAWS,
    seed: int = 1,
) -> Rollout | CannotTell:
    """The effect of starting, from a panel in which units start in different periods.

    Method: group-time average effects of Callaway & Sant'Anna (2021), Journal of Econometrics 225(2), unconditional,
    controls not yet treated; averaged over all periods since the start by size of cohort (their "simple" average).
    Checked against the R package did 2.5.1 and the Python package csdid 0.4.3 in tests/reference/mpdta.json. The
    interval is by redrawing the starts among all units and holds a constant effect against it (a permutation test,
    inverted; for few starters as in Conley & Taber 2011, Review of Economics and Statistics 93(1)).

    Args:
        outcome: Shape (units, periods).
        starts: The period (column) in which each unit starts, `NEVER` for none, shape (units,).
        gap: Periods just before the start that are left out of the comparison: those in which people were picked.
        base_periods: How many periods before that are averaged.
        never_only: Compare with those alone who never start.
        draws: Of the starts, for interval and p-value; 0: none, the interval is from the standard error.
        seed: Same seed, same draws.

    Returns:
        `CannotTell` where nobody starts with a period before, or nobody is left to compare with.

    Raises:
        ValueError: shapes do not fit, or an outcome is not finite.

    >>> rng = np.random.default_rng(1)
    >>> starts = np.array([4] * 5 + [6] * 5 + [NEVER] * 10)
    >>> outcome = rng.normal(0, 0.1, (20, 9)) + 0.5 * (np.arange(9) >= starts[:, None])
    >>> found = rollout(outcome, starts)
    >>> bool(found.low < 0.5 < found.high), found.p_value < 0.01
    (True, True)
    """
    y, start = np.asarray(outcome, dtype=np.float64), np.asarray(starts, dtype=np.int64)
    if y.ndim != 2 or start.shape != y.shape[:1] or not np.isfinite(y).all():
        raise ValueError(f"outcome must be finite and fit the starts, not {y.shape} and {start.shape}")
    plan = _Plan(gap, base_periods, never_only)
    cells = plan.cells(start, y.shape[1])
    since = [cell for cell in cells if cell[1] >= cell[0]]
    starters = int(np.isin(start, [cell[0] for cell in since]).sum())
    if not since:
        return CannotTell(Refused.NOBODY_UNTREATED, have=0.0, need=1.0)
    table = [plan.effect(y, start, *cell) for cell in cells]
    effect, error = _averaged(y, start, plan, since)
    low, high, p_value = _from_error(effect, error)
    if draws:
        low, high, p_value = _by_redrawing(y, start, plan, effect, draws=draws, seed=seed)
    group_time = GroupTime(
        np.array([cell[0] for cell in cells]),
        np.array([cell[1] for cell in cells]),
        frozen(np.array([each for each, _ in table])),
        frozen(np.array([np.sqrt((influence**2).mean() / len(y)) for _, influence in table])),
    )
    return Rollout(effect, error, low, high, p_value, group_time, starters, int((start >= y.shape[1]).sum()))


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a cohort is compared in a period."""

    gap: int
    base_periods: int
    never_only: bool

    def base(self, cohort: int, period: int) -> tuple[int, int]:
        """First and last period of the baseline: before the start, or, for a period before it, the one just before."""
        last = min(cohort, period) - 1 - (self.gap if period >= cohort else 0)
        return last - self.base_periods + 1, last

    def controls(self, start: IntArray, cohort: int, period: int) -> BoolArray:
        """Who has not started by then, the cohort itself left out."""
        if self.never_only:
            return np.asarray(start == NEVER)
        return np.asarray((start > period + self.gap) & (start != cohort))

    def cells(self, start: IntArray, periods: int) -> list[tuple[int, int]]:
        """Cohort and period of all comparisons that can be made."""
        return [
            (cohort, period)
            for cohort in np.unique(start[start < periods]).tolist()
            for period in range(periods)
            if self.base(cohort, period)[0] >= 0 and self.controls(start, cohort, period).any()
        ]

    def effect(self, y: FloatArray, start: IntArray, cohort: int, period: int) -> tuple[float, FloatArray]:
        """The effect, and each unit's influence on it (times the number of units), shape (units,)."""
        first, last = self.base(cohort, period)
        change = y[:, period] - y[:, first : last + 1].mean(axis=1)
        inside, outside = start == cohort, self.controls(start, cohort, period)
        own, others = change[inside].mean(), change[outside].mean()
        influence = inside * (change - own) / inside.mean() - outside * (change - others) / outside.mean()
        return float(own - others), np.asarray(influence)


def _averaged(y: FloatArray, start: IntArray, plan: _Plan, since: list[tuple[int, int]]) -> tuple[float, float]:
    """The average over cells since the start by size of cohort, and its standard error, sizes being random too."""
    size = np.array([(start == cohort).mean() for cohort, _ in since])
    weight = size / size.sum()
    effects = [plan.effect(y, start, *cell) for cell in since]
    effect = float(sum(w * each for w, (each, _) in zip(weight, effects, strict=True)))
    influence = sum(w * each for w, (_, each) in zip(weight, effects, strict=True))
    for (cohort, _), s, (each, _) in zip(since, size, effects, strict=True):
        influence = influence + ((start == cohort) - s) / size.sum() * (each - effect)
    return effect, float(np.sqrt((influence**2).mean() / len(y)))


def _from_error(effect: float, error: float) -> tuple[float, float, float]:
    half = normal_quantile(0.975) * error
    p_value = 2.0 * float(normal_share(-abs(effect) / error)) if error > 0.0 else 1.0
    return effect - half, effect + half, p_value


def _by_redrawing(
    y: FloatArray, start: IntArray, plan: _Plan, effect: float, *, draws: int, seed: int
) -> tuple[float, float, float]:
    """Interval and p-value: which constant effects would not make the draw that happened an odd one?"""
    rng = np.random.default_rng(seed)
    cells = [cell for cell in plan.cells(start, y.shape[1]) if cell[1] >= cell[0]]
    size = np.array([(start == cohort).sum() for cohort, _ in cells], dtype=np.float64)
    spans = [plan.base(*cell) for cell in cells]
    given = (np.arange(y.shape[1]) >= start[:, None]).astype(np.float64)
    changes = [
        np.column_stack(
            [
                each[:, period] - each[:, first : last + 1].mean(axis=1)
                for (_, period), (first, last) in zip(cells, spans, strict=True)
            ]
        )
        for each in (y, given)
    ]
    on_outcome, on_given = np.empty(draws), np.empty(draws)
    for draw in range(draws):
        dealt = rng.permutation(start)
        # Sums over units of (started / starters - waits / waiting), one row for each cell.
        inside = np.array([dealt == cohort for cohort, _ in cells], dtype=np.float64)
        outside = np.array([plan.controls(dealt, *cell) for cell in cells], dtype=np.float64)
        weight = inside / inside.sum(axis=1, keepdims=True) - outside / outside.sum(axis=1, keepdims=True)
        both = [np.einsum("cu,uc->c", weight, each) for each in changes]
        on_outcome[draw], on_given[draw] = np.array(both) @ (size / size.sum())
    p_value = (1 + int((np.abs(on_outcome) >= abs(effect) * (1 - 1e-9)).sum())) / (draws + 1)
    reach = 4.0 * max(np.quantile(np.abs(on_outcome), 0.975), abs(effect) / 4.0, 1e-12)
    grid = effect + np.linspace(-reach, reach, _GRID)
    away = np.abs(on_outcome[None, :] - grid[:, None] * on_given[None, :])
    odd = (1 + (away >= np.abs(effect - grid)[:, None] * (1 - 1e-9)).sum(axis=1)) / (draws + 1)
    held = grid[odd > 0.05]
    step = grid[1] - grid[0]  # the ends lie somewhere between two points: the outer one is taken
    return float(held.min() - step), float(held.max() + step), p_value
