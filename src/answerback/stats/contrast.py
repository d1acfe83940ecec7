"""Whether one sort of effort changed unlike a rep's other efforts: a segment, a kind of touch, a lead source.

Each rep is their own control: what happened to all of a rep's efforts, of whatever sort, drops out. What is left is the
change of one level of a dimension less that of all others, added up over reps. Its error is the largest of three: from
the efforts as if each were for itself, from companies (the answers of one hang together), and from reps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.special import logistic, normal_share, student_share
from answerback.stats.standard import Shifts, shifts

LEAST_NOW, LEAST_BEFORE = 20.0, 40.0
"""Matured efforts of a level, and of all others, in each of the two times."""
FEWEST_REPS, FEWEST_ACCOUNTS = 3, 10
"""A level that fewer reps work on, or that fewer companies are in, is theirs and not a segment's."""
SCREEN = 0.05
"""Errors from companies and reps are worked out only where the first error leaves a p-value below this."""
_MOST_CLUSTERS = 4096
_NEWTON = 6


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Two times, each rep's own shift in each taken out: what is left of every effort.

    `residual` is success less expectation, `weight` the information of an effort; shape (n,). `shift` has the cells
    (rep, time), time 0 before and 1 now.
    """

    rep: IntArray
    now: IntArray
    account: IntArray
    residual: FloatArray
    weight: FloatArray
    exposure: FloatArray
    shift: Shifts
    reps: int
    cell: IntArray
    """Rep and time of each effort as one number."""
    cell_weight: FloatArray
    cell_residual: FloatArray
    """Sums by cell."""


def fitted(  # noqa: PLR0917 - columns of the same efforts
    usual: FloatArray, rep: IntArray, now: BoolArray, account: IntArray, success: FloatArray, exposure: FloatArray
) -> Fit:  # fmt: skip
    """The fit of one shift per rep and time beside the usual log odds of each effort. All shape (n,)."""
    reps = int(rep.max(initial=-1)) + 1
    time = now.astype(np.int64)
    own = shifts(usual, success, exposure, rep, reps).shift
    cell = rep * 2 + time
    shift = shifts(usual, success, exposure, cell, reps * 2, anchor=np.repeat(own, 2))
    p = logistic(usual + shift.shift[cell])
    expected = exposure * p
    residual, weight = success - expected, expected * (1.0 - p)
    by_cell = [np.asarray(np.bincount(cell, each, reps * 2), np.float64) for each in (weight, residual)]
    return Fit(rep, time, account, residual, weight, exposure, shift, reps, cell, by_cell[0], by_cell[1])


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """For each level of a dimension: how its log odds changed less those of a rep's other efforts; shape (levels,).

    `tested` says which levels have enough behind them; the others have the p-value 1. `within` is the share of the
    information that lies within reps: 0 where each rep has one level only, so that level and rep cannot be told apart.
    """

    effect: FloatArray
    error: FloatArray
    p_value: FloatArray
    tested: BoolArray
    within: float


def contrasts(fit: Fit, level: IntArray) -> Contrasts:
    """How each level of a dimension changed, held against each rep's other efforts.

    Method: score test of one parameter beside a free shift for each rep and time; its variance by clusters as in Liang,
    Zeger (1986), Biometrika 73(1), with as many degrees of freedom as there are clusters in effect, less one.

    Args:
        fit: the efforts.
        level: of each effort, from 0, -1 where it has none; shape (n,).
    """
    levels = int(level.max(initial=-1)) + 1
    if levels < 2:
        nothing = np.zeros(levels)
        return Contrasts(nothing, nothing + np.inf, nothing + 1.0, nothing > 0, 0.0)
    place = fit.cell * (levels + 1) + level + 1
    share, information, score, whole = _within(fit, place, levels)
    usable = (information > 1e-9).all(axis=0)
    safe = np.where(information > 1e-9, information, 1.0)
    change = score / safe
    effect = np.where(usable, change[1] - change[0], 0.0)
    model = np.where(usable, (1.0 / safe).sum(axis=0), np.inf)
    within = float(information[1].sum() / max(whole[1].sum(), 1e-12))
    tested = usable & _enough(fit, level, place, levels)
    p_value = np.ones(levels)
    error = np.sqrt(model)
    p_value[tested] = 2.0 * normal_share(-np.abs(effect[tested]) / error[tested])
    cluster = fit.account % _MOST_CLUSTERS
    for one in np.flatnonzero(tested & (p_value < SCREEN)):
        sign = np.where(fit.now == 1, 1.0 / information[1, one], -1.0 / information[0, one])
        own = sign * ((level == one) - share[fit.cell, one])
        by_account = np.bincount(cluster, own * fit.residual)
        by_rep = np.bincount(fit.rep, own * fit.residual, fit.reps)
        moved = np.bincount(fit.rep, own**2 * fit.weight / sign * change[fit.now, one], fit.reps)
        variance = own**2 * fit.weight
        expected = (np.bincount(cluster, variance), np.bincount(fit.rep, variance, fit.reps))
        for sums, usual in zip((by_account, by_rep - moved), expected, strict=True):
            spread, degrees = _by_clusters(sums, usual)
            found = np.sqrt(max(spread, model[one]))
            error[one] = max(error[one], found)
            p_value[one] = max(p_value[one], 2.0 * float(student_share(degrees, -abs(effect[one]) / found)))
    return Contrasts(effect, error, p_value, tested, within)


def _within(fit: Fit, place: IntArray, levels: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """By cell the share of each level; by time and level the information within reps, the score, all information.

    `place` is the cell times one more than the levels, and one more than the level (0 where it has none).
    """
    weight, left = (_table(fit, place, levels, each) for each in (fit.weight, fit.residual))
    whole, all_left = fit.cell_weight[:, None], fit.cell_residual[:, None]
    share = np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0.0)

    def by_time(values: FloatArray | IntArray) -> FloatArray:
        return np.asarray(values.reshape(fit.reps, 2, levels).sum(axis=0), dtype=np.float64)

    return share, by_time(weight * (1.0 - share)), by_time(left - share * all_left), by_time(weight)


def _table(fit: Fit, place: IntArray, levels: int, values: FloatArray | None = None) -> FloatArray:
    """Sums by cell and level, or numbers of efforts, shape (cells, levels); efforts without a level are in none."""
    cells = fit.reps * 2
    return np.asarray(np.bincount(place, values, cells * (levels + 1)).reshape(cells, levels + 1)[:, 1:], np.float64)


def _enough(fit: Fit, level: IntArray, place: IntArray, levels: int) -> BoolArray:
    table = _table(fit, place, levels, fit.exposure)
    exposure = table.reshape(fit.reps, 2, levels).sum(axis=0)
    others = fit.shift.exposure.reshape(fit.reps, 2).sum(axis=0)[:, None] - exposure
    need = np.array([[LEAST_BEFORE], [LEAST_NOW]])
    reps = (table.reshape(fit.reps, 2, levels)[:, 1] > 0.0).sum(axis=0)
    there = (exposure >= need).all(axis=0) & (others >= need).all(axis=0) & (reps >= FEWEST_REPS)
    if there.any():
        present = np.flatnonzero((fit.now == 1) & (level >= 0))
        there &= _different(level[present], fit.account[present], levels) >= FEWEST_ACCOUNTS
    return np.asarray(there)


def _different(level: IntArray, member: IntArray, levels: int) -> IntArray:
    """How many different members there are in each level."""
    span = int(member.max(initial=0)) + 1
    if levels * span <= 20_000_000:
        seen = np.zeros(levels * span, dtype=np.bool_)
        seen[level * span + member] = True
        return np.asarray(seen.reshape(levels, span).sum(axis=1), dtype=np.int64)
    pairs = np.unique(level * span + member)
    return np.asarray(np.bincount(pairs // span, minlength=levels), dtype=np.int64)


def _by_clusters(sums: FloatArray | IntArray, usual: FloatArray | IntArray) -> tuple[float, float]:
    """The variance of a sum over clusters, and its degrees of freedom: as many clusters as carry it, less one."""
    used = usual > 0.0
    number = int(used.sum())
    if number < 2:
        return np.inf, 1.0
    in_effect = float(usual.sum() ** 2 / (usual**2).sum())
    return float((sums[used] ** 2).sum() * number / (number - 1)), max(in_effect - 1.0, 1.0)


def size_of(fit_of: FloatArray, level: BoolArray, *, start: float, parts: tuple[IntArray, BoolArray, IntArray],
            success: FloatArray, exposure: FloatArray) -> float:  # fmt: skip
    """The change of a level in full, where the score's first step is too short for a large one (Newton's method).

    Args:
        fit_of: the usual log odds, shape (n,).
        level: which efforts are of the level.
        start: where to begin.
        parts: rep, now and account of each effort.
        success: of each effort.
        exposure: of each effort.
    """
    rep, now, account = parts
    effect = float(np.clip(start, -4.0, 4.0))
    place = (rep * 2 + now) * 3 + level + 1
    for _ in range(_NEWTON):
        fit = fitted(fit_of + np.where(level & now, effect, 0.0), rep, now, account, success, exposure)
        _, information, score, _ = _within(fit, place, 2)
        if (information[:, 1] <= 1e-9).any():
            break
        step = float(np.clip(score[1, 1] / information[1, 1] - score[0, 1] / information[0, 1], -1.0, 1.0))
        effect = float(np.clip(effect + step, -6.0, 6.0))
        if abs(step) < 1e-3:
            break
    return effect
