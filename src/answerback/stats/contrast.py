"""Whether one sort of effort changed unlike a rep's other efforts: a segment, a kind of touch, a lead source.

Each rep is their own control: what happened to all of a rep's efforts, of whatever sort, drops out. What is left is the
change of one level of a dimension less that of all others, added up over reps. Its error is the largest of three: from
the efforts as if each were for itself, from companies (the answers of one hang together), and from reps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, weighted_count
from answerback.stats.clusters import Screened, by_companies
from answerback.stats.own_shifts import Fit
from answerback.stats.special import normal_share, student_share
from answerback.stats.summed import Summed

LEAST_NOW, LEAST_BEFORE = 20.0, 40.0
"""Matured efforts of a level, and of all others, in each of the two times."""
FEWEST_REPS, FEWEST_ACCOUNTS = 3, 10
"""A level that fewer reps work on, or that fewer companies are in, is theirs and not a segment's."""
SCREEN = 0.05
"""Errors from companies and reps are worked out only where the first error leaves a p-value below this."""
_MOST_PLACES = 100_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """What is known of a dimension before anything is fitted.

    Attributes:
        level: of each row, from 0, -1 where it has none.
        levels: how many there are.
        of_pair: of each company, rep and time, where all their efforts are of one level; else None.
        enough: which levels have enough behind them, shape (levels,).
    """

    level: IntArray
    levels: int
    of_pair: IntArray | None
    enough: BoolArray


def dimension(efforts: Summed, level: IntArray) -> Dimension:
    """A dimension from the level of each row."""
    levels = int(level.max(initial=-1)) + 1
    of_part = level[efforts.part_row]
    of_pair = np.full(efforts.account.size, -1, dtype=np.int64)
    of_pair[efforts.part_pair] = of_part
    alone = bool(np.array_equal(of_pair[efforts.part_pair], of_part))
    if alone:
        place = (of_pair, efforts.account, efforts.pair_cell)
    else:
        place = (of_part, efforts.account[efforts.part_pair], efforts.pair_cell[efforts.part_pair])
    return Dimension(level, levels, of_pair if alone else None, _enough(efforts, level, levels, place))


def _enough(
    efforts: Summed, level: IntArray, levels: int, place: tuple[IntArray, IntArray, IntArray]
) -> BoolArray:  # fmt: skip
    """Which levels have enough efforts, reps and companies; `place` is level, company and cell of parts or pairs."""
    table = _table(efforts, level, levels, efforts.exposure).reshape(efforts.reps, 2, levels)
    whole = np.bincount(efforts.cell, efforts.exposure, efforts.reps * 2).reshape(efforts.reps, 2).sum(axis=0)
    exposure = table.sum(axis=0)
    need = np.array([[LEAST_BEFORE], [LEAST_NOW]])
    reps = (table[:, 1] > 0.0).sum(axis=0)
    there = (exposure >= need).all(axis=0) & (whole[:, None] - exposure >= need).all(axis=0) & (reps >= FEWEST_REPS)
    if there.any():
        present = np.flatnonzero((place[2] % 2 == 1) & (place[0] >= 0))
        there &= _different(place[0][present], place[1][present], levels) >= FEWEST_ACCOUNTS
    return np.asarray(there)


def _table(efforts: Summed, level: IntArray, levels: int, values: FloatArray) -> FloatArray:
    """Sums by cell and level, shape (cells, levels); rows without a level are in none."""
    cells = efforts.reps * 2
    place = efforts.cell * (levels + 1) + level + 1
    return weighted_count(place, values, cells * (levels + 1)).reshape(cells, levels + 1)[:, 1:]


def _different(level: IntArray, member: IntArray, levels: int) -> IntArray:
    """How many different members there are in each level."""
    span = int(member.max(initial=0)) + 1
    if levels * span <= _MOST_PLACES:
        seen = np.zeros(levels * span, dtype=np.bool_)
        seen[level * span + member] = True
        return np.asarray(seen.reshape(levels, span).sum(axis=1), dtype=np.int64)
    pairs = np.unique(level * span + member)
    return np.asarray(np.bincount(pairs // span, minlength=levels), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """By cell and level, shape (cells, levels): information, what is left, and the share of the cell's information."""

    weight: FloatArray
    left: FloatArray
    share: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """For each level of a dimension: how its log odds changed less those of a rep's other efforts; shape (levels,).

    `tested` says which levels have enough behind them; the others have the p-value 1. `information` and `change` are
    by time and level.
    """

    effect: FloatArray
    error: FloatArray
    p_value: FloatArray
    tested: BoolArray
    information: FloatArray
    change: FloatArray
    sums: _Sums


def contrasts(efforts: Summed, fit: Fit, dimensions: Mapping[str, Dimension]) -> dict[str, Contrasts]:
    """How each level of each dimension of two levels or more changed, held against each rep's other efforts.

    Method: score test of one parameter beside a free shift for each rep and time, with the error as if each effort were
    for itself. `widen` puts the others in its place.
    """
    return {name: _score(efforts, fit, each) for name, each in dimensions.items() if each.levels >= 2}


def widen(
    efforts: Summed,
    fit: Fit,
    dimensions: Mapping[str, Dimension],
    found: Mapping[str, Contrasts],
    *,
    below: float = SCREEN,
) -> None:
    """Puts errors from companies and from reps in the place of the first where they are larger; twice is as once.

    Only levels with p-values below that are looked at.

    Method: variance by clusters as in Liang, Zeger (1986), Biometrika 73(1), with as many degrees of freedom as there
    are clusters in effect, less one.
    """
    asked = {name: np.flatnonzero(each.tested & (each.p_value < below)) for name, each in found.items()}
    screened = [
        Screened(
            dimensions[name].level,
            dimensions[name].of_pair,
            dimensions[name].levels,
            ones,
            np.array([[-1.0], [1.0]]) / found[name].information[:, ones],
            found[name].sums.share,
        )
        for name, ones in asked.items()
        if ones.size
    ]
    names = [name for name, ones in asked.items() if ones.size]
    for name, each, sums in zip(names, screened, by_companies(efforts, fit, screened), strict=True):
        _widened(found[name], each, fit, sums)


def _score(efforts: Summed, fit: Fit, of: Dimension) -> Contrasts:
    weight, left = (_table(efforts, of.level, of.levels, each) for each in (fit.weight, fit.residual))
    whole, all_left = fit.cell_weight[:, None], fit.cell_residual[:, None]
    share = np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0.0)
    information, score = (
        each.reshape(efforts.reps, 2, of.levels).sum(axis=0)
        for each in (weight * (1.0 - share), left - share * all_left)
    )
    usable = (information > 1e-9).all(axis=0)
    safe = np.where(information > 1e-9, information, 1.0)
    change = score / safe
    effect = np.where(usable, change[1] - change[0], 0.0)
    model = np.where(usable, (1.0 / safe).sum(axis=0), np.inf)
    tested = usable & of.enough
    p_value = np.ones(of.levels)
    error = np.sqrt(model)
    p_value[tested] = 2.0 * normal_share(-np.abs(effect[tested]) / error[tested])
    return Contrasts(effect, error, p_value, tested, information, change, _Sums(weight, left, share))


def _widened(found: Contrasts, asked: Screened, fit: Fit, by_account: tuple[FloatArray, FloatArray]) -> None:
    """The same for one dimension, from its sums by companies."""
    ones = asked.chosen
    share, weight, left = (each[:, ones] for each in (found.sums.share, found.sums.weight, found.sums.left))
    reps = share.shape[0] // 2
    time = np.arange(share.shape[0]) % 2
    sign = asked.sign[time]
    left = sign * (left - share * fit.cell_residual[:, None])
    squares = weight * (1.0 - share) ** 2 + share**2 * (fit.cell_weight[:, None] - weight)
    moved = sign * squares * found.change[time][:, ones]
    of_reps = ((left - moved), sign**2 * squares)
    by_rep = tuple(each.reshape(reps, 2, ones.size).sum(axis=1) for each in of_reps)
    for column, one in enumerate(ones.tolist()):
        for sums, usual in (by_account, by_rep):
            spread, degrees = _by_clusters(sums[:, column], usual[:, column])
            wide = np.sqrt(max(spread, float((1.0 / found.information[:, one]).sum())))
            found.error[one] = max(found.error[one], wide)
            p_value = 2.0 * float(student_share(degrees, -abs(found.effect[one]) / wide))
            found.p_value[one] = max(found.p_value[one], p_value)


def _by_clusters(sums: FloatArray, usual: FloatArray) -> tuple[float, float]:
    """The variance of a sum over clusters, and its degrees of freedom: as many clusters as carry it, less one."""
    used = usual > 1e-12 * usual.max(initial=0.0)  # what is left of a difference of equals is nothing
    number = int(used.sum())
    if number < 2:
        return np.inf, 1.0
    in_effect = float(usual.sum() ** 2 / (usual**2).sum())
    return float((sums[used] ** 2).sum() * number / (number - 1)), max(in_effect - 1.0, 1.0)
