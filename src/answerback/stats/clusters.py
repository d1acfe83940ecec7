"""How far what is left of efforts hangs together by company, for many levels of many dimensions at once.

For a level and a company it takes the sum of what is left of each effort, less what its rep's other efforts let expect
of it. That is a sum over the company's efforts of the level, and one over the reps who worked on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray
from answerback.stats.own_shifts import Fit
from answerback.stats.summed import Summed

MOST_CLUSTERS = 4096
"""Companies are put together into so many clusters at most."""
_PLACES_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Levels of one dimension whose errors are asked for.

    Attributes:
        level: of each row; `levels` is how many there are.
        of_pair: of each company, rep and time, where all their efforts are of one level; else None.
        levels: how many there are.
        chosen: the levels that are asked for, shape (k,).
        sign: by time and chosen level: what a residual counts for; shape (2, k).
        share: by cell and level: the share of the cell's information; shape (cells, levels).
    """

    level: IntArray
    of_pair: IntArray | None
    levels: int
    chosen: IntArray
    sign: FloatArray
    share: FloatArray


def by_companies(
    efforts: Summed, fit: Fit, screened: Sequence[Screened]
) -> list[tuple[FloatArray, FloatArray]]:  # fmt: skip
    """By cluster of companies and chosen level the sum of what is left, and its variance; shape (clusters, k) each."""
    if not screened:
        return []
    sign = [each.sign[np.arange(efforts.reps * 2) % 2] for each in screened]
    share = [each.share[:, each.chosen] for each in screened]
    of_reps, variance = _of_reps(efforts, fit, np.hstack([a * b for a, b in zip(sign, share, strict=True)]))
    found, first = [], 0
    for each in screened:
        left, known = _of_level(efforts, fit, each)
        columns = slice(first, first + each.chosen.size)
        found.append((left - of_reps[:, columns], np.maximum(known + variance[:, columns], 0.0)))
        first += each.chosen.size
    return found


def _of_reps(efforts: Summed, fit: Fit, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sums over all efforts of a cluster, each weighted by what its cell has in a column; some reps at a time."""
    rep, cluster = efforts.pair_cell // 2, efforts.account % MOST_CLUSTERS
    clusters = int(cluster.max()) + 1
    left, variance = np.zeros((clusters, share.shape[1])), np.zeros((clusters, share.shape[1]))
    at_once = max(1, _PLACES_AT_ONCE // (2 * clusters))
    for first in range(0, efforts.reps, at_once):
        end = min(first + at_once, efforts.reps)
        pairs = slice(*np.searchsorted(rep, [first, end]))  # pairs are in order of their reps
        cells = slice(first * 2, end * 2)
        place = (efforts.pair_cell[pairs] - first * 2) * clusters + cluster[pairs]
        size = (end - first) * 2 * clusters
        residual, weight = (
            np.bincount(place, each[pairs], size).reshape(-1, clusters).T
            for each in (fit.pair_residual, fit.pair_weight)
        )
        left += residual @ share[cells]
        variance += weight @ share[cells] ** 2
    return left, variance


def _of_level(efforts: Summed, fit: Fit, each: Screened) -> tuple[FloatArray, FloatArray]:
    """Sums over the efforts of a cluster that are of each chosen level: what is left, and its part of the variance."""
    cluster = efforts.account % MOST_CLUSTERS
    size, clusters = each.levels + 1, int(cluster.max()) + 1
    known = np.hstack([np.zeros((each.share.shape[0], 1)), 1.0 - 2.0 * each.share]).ravel()
    if each.of_pair is not None:
        time, level = efforts.pair_cell % 2, each.of_pair + 1
        residual, weight = fit.pair_residual, fit.pair_weight * known[efforts.pair_cell * size + level]
    else:
        time, level = efforts.pair_cell[efforts.part_pair] % 2, each.level[efforts.part_row] + 1
        cluster = cluster[efforts.part_pair]
        expected = efforts.part_exposure * fit.rate[efforts.part_row]
        residual = efforts.part_success - expected
        weight = expected * ((1.0 - fit.rate) * known[efforts.cell * size + each.level + 1])[efforts.part_row]
    place = (cluster * 2 + time) * size + level
    left, variance = (
        np.bincount(place, values, clusters * 2 * size).reshape(clusters, 2, size)[:, :, each.chosen + 1]
        for values in (residual, weight)
    )
    return (left * each.sign).sum(axis=1), (variance * each.sign**2).sum(axis=1)
