"""What a change of mix did to a rate: other buyers, other kinds of touch, with equal results on each.

The change is taken apart exactly: what each dimension's shares did, one after the other, each beyond those before
it; and what is left, the rates of equal efforts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from answerback.analysis.diagnose.answer import Decomposition, Part
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.kitagawa import take_apart
from answerback.stats.special import logistic
from answerback.stats.standard import together
from answerback.stats.summed import Summed

BUYERS = ("segment", "size_band", "region", "industry")
"""Dimensions in which buyers differ: a change of mix in one of them is done to a rep, not by one."""
_COARSER = frozenset({"step", "kind"})
"""Parts of what `play` says."""
_SHOWN = 4
LEAST_CHANGE = 0.01
"""A change of mix that moved the rate by less than a point is not named as what explains it."""
_SURE = 3.3
_DIGITS = 12
"""What is equal to so many is equal: of dimensions, or levels, that moved alike, the first by name is told."""


def decomposed(efforts: Summed, names: Mapping[str, tuple[str, ...]], *, usual: FloatArray) -> Decomposition | None:
    """The change of the rate from before to now, taken apart.

    Method: Kitagawa (1955) on the usual rates of the cells, dimension by dimension, those that moved most first; each
    part is what its cells add to those before. Its error by companies.

    Args:
        efforts: of both times.
        names: what the levels of each dimension are called.
        usual: the usual log odds of each row, shape (rows,).
    """
    now, success, exposure = efforts.now, efforts.success, efforts.exposure
    if not exposure[now].sum() or not exposure[~now].sum():
        return None
    expected = exposure * logistic(usual)
    before, after = (float(success[at].sum() / exposure[at].sum()) for at in (~now, now))
    told = {name: level for name, level in efforts.dimensions.items() if name not in _COARSER and len(names[name]) > 1}
    alone = {name: _mix(level, expected, exposure, now)[0] for name, level in told.items()}
    parts, gone, previous = [], 0.0, np.zeros(now.size)
    cells: IntArray = np.zeros(now.size, dtype=np.int64)
    for name in sorted(alone, key=lambda each: (-round(abs(alone[each]), _DIGITS), each))[:_SHOWN]:
        cells = together([cells, told[name]], now.size)
        total, mean = _mix(cells, expected, exposure, now)
        parts.append(_part(efforts, name, names[name], change=total - gone, rate=mean - previous))
        gone, previous = total, mean
    return Decomposition(before, after, after - before - gone, tuple(parts))


def _mix(
    level: IntArray, expected: FloatArray, exposure: FloatArray, now: BoolArray
) -> tuple[float, FloatArray]:  # fmt: skip
    """The mix part of a partition, and the rate that each effort's cell stands for."""
    place = level + 1
    size = int(place.max(initial=0)) + 1
    s0, m0, s1, m1 = (np.bincount(place[at], values[at], size) for at in (~now, now) for values in (expected, exposure))
    parts = take_apart(s0, m0, s1, m1)
    if parts is None:
        return 0.0, np.zeros(now.size)
    r0 = np.divide(s0, m0, out=np.zeros(size), where=m0 > 0.0)
    r1 = np.divide(s1, m1, out=np.zeros(size), where=m1 > 0.0)
    mean = (np.where(m0 > 0.0, r0, r1) + np.where(m1 > 0.0, r1, r0)) / 2.0
    return parts.mix, mean[place]


def _part(efforts: Summed, name: str, level_names: tuple[str, ...], *, change: float, rate: FloatArray) -> Part:
    level, now, exposure = efforts.dimensions[name], efforts.now, efforts.exposure
    share = np.stack(
        [
            np.bincount(level[at & (level >= 0)], exposure[at & (level >= 0)], len(level_names)) / exposure[at].sum()
            for at in (~now, now)
        ]
    )
    most = int(np.argmax(np.abs(share[1] - share[0]).round(_DIGITS)))
    each = np.zeros(now.size)
    for at, sign in ((now, 1.0), (~now, -1.0)):
        whole = exposure[at].sum()
        middle = (rate[at] * exposure[at]).sum() / whole
        each[at] = sign * (rate[at] - middle) / whole
    influence = efforts.part_exposure * each[efforts.part_row]
    error = float(np.sqrt((np.bincount(efforts.account[efforts.part_pair], influence) ** 2).sum()))
    return Part(name, change, level_names[most], float(share[0, most]), float(share[1, most]), error)


def explaining(found: Decomposition, buyer_dimensions: tuple[str, ...], looks: int) -> Part | None:
    """The part that explains the change: a change of buyers, sure, of a point or more, and at least half of it."""
    for part in found.parts:
        if (
            part.dimension in buyer_dimensions
            and abs(part.change) >= LEAST_CHANGE
            and abs(part.change) > (_SURE + 0.2 * (looks > 1)) * part.error
            and part.change * found.change > 0.0
            and abs(part.change) >= 0.5 * abs(found.change)
        ):
            return part
    return None
