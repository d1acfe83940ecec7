"""Efforts of two times put together: equal ones of one rep, and those of one rep to one company.

What is to be expected of an effort depends on its rep, its time and its levels alone; so that is worked out for each
such row once. Companies matter only for how far their answers hang together, for which sums of theirs are enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, weighted_count
from answerback.stats.standard import together

_ROOM = 2**63


@dataclass(frozen=True, slots=True, eq=False)
class Efforts:
    """What is compared: efforts (or sums of equal ones) of two times; arrays of shape (n,).

    Attributes:
        rep, account: from 0.
        now: whether it belongs to the later time.
        success, exposure: real.
        week: of the effort, from 0; what moves all reps for a week only is no change.
        dimensions: the level of each effort, from 0, -1 where it has none, by name.
        groups: the group of each rep, from 0, -1 where there is none, by name; shape (reps,).
        sort: a number for each combination of levels, where it is known; efforts in order of rep and sort cost least.
    """

    rep: IntArray
    account: IntArray
    now: BoolArray
    success: FloatArray
    exposure: FloatArray
    week: IntArray
    dimensions: Mapping[str, IntArray]
    groups: Mapping[str, IntArray]
    sort: IntArray | None = None

    @property
    def reps(self) -> int:
        """How many reps."""
        return int(self.rep.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """Rows of equal efforts, shape (rows,), and what each effort is part of, shape (n,).

    Attributes:
        reps: how many.
        cell: rep and time of a row as one number: twice the rep, and one more in the later time.
        success, exposure: of a row.
        dimensions: the level of a row by dimension, from 0, -1 where it has none.
        groups: the group of each rep, shape (reps,).
        row, pair: of each effort: its row, and its company together with its rep and time.
        effort_success, effort_exposure, week: of each effort.
        account, pair_cell: of each pair.
    """

    reps: int
    cell: IntArray
    success: FloatArray
    exposure: FloatArray
    dimensions: Mapping[str, IntArray]
    groups: Mapping[str, IntArray]
    row: IntArray
    pair: IntArray
    effort_success: FloatArray
    effort_exposure: FloatArray
    week: IntArray
    account: IntArray
    pair_cell: IntArray

    @property
    def rep(self) -> IntArray:
        """The rep of each row."""
        return self.cell // 2

    @property
    def now(self) -> BoolArray:
        """Which rows are of the later time."""
        return np.asarray(self.cell % 2 == 1)

    def by_pair(self, rate: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of each company, rep and time what is left beside these rates of rows, and the information."""
        size = self.account.size
        rates = rate[self.row]
        expected = self.effort_exposure * rates
        left = weighted_count(self.pair, self.effort_success - expected, size)
        return left, weighted_count(self.pair, expected * (1.0 - rates), size)


def summed(efforts: Efforts) -> Summed:
    """Efforts put together."""
    sort = together(list(efforts.dimensions.values()), efforts.rep.size) if efforts.sort is None else efforts.sort
    kind = _numbered(efforts.rep, sort) * 2 + efforts.now
    row, first = _without_gaps(kind)
    company = _numbered(efforts.rep, efforts.account) * 2 + efforts.now
    pair, one = _without_gaps(company)
    cell = efforts.rep * 2 + efforts.now
    return Summed(
        reps=efforts.reps,
        cell=cell[first],
        success=weighted_count(row, efforts.success, first.size),
        exposure=weighted_count(row, efforts.exposure, first.size),
        dimensions={name: level[first].astype(np.int64) for name, level in efforts.dimensions.items()},
        groups=efforts.groups,
        row=row,
        pair=pair,
        effort_success=efforts.success,
        effort_exposure=efforts.exposure,
        week=efforts.week,
        account=efforts.account[one].astype(np.int64),
        pair_cell=cell[one],
    )


def in_order(*codes: IntArray) -> IntArray:
    """The order of rows by several codes >= 0, the first before the others: as `lexsort`, and faster."""
    whole: IntArray = np.zeros(codes[0].size, dtype=np.int64)
    span = 1
    for code in codes:
        size = int(code.max(initial=0)) + 1
        span *= size
        whole = whole * size + code
    size = max(1, whole.size)
    if span > _ROOM // size:
        return np.lexsort(codes[::-1]).astype(np.int64)
    whole = whole * size + np.arange(whole.size)  # the place of a row is part of what is sorted
    whole.sort()
    return np.asarray(whole % size, dtype=np.int64)


def _numbered(one: IntArray, other: IntArray) -> IntArray:
    """A number from 0 for each pair of codes, in their order."""
    code = one * np.int64(int(other.max(initial=0)) + 1) + other
    if np.all(code[1:] >= code[:-1]):
        return np.cumsum(np.diff(code, prepend=code[:1]) > 0)
    order = in_order(one, other)
    number = np.empty(code.size, dtype=np.int64)
    number[order] = np.cumsum(np.diff(code[order], prepend=code[order[:1]]) > 0)
    return number


def _without_gaps(code: IntArray) -> tuple[IntArray, IntArray]:
    """The same codes numbered without gaps, and one place of each."""
    place = np.full(int(code.max(initial=-1)) + 1, -1, dtype=np.int64)
    place[code] = np.arange(code.size)
    used = place >= 0
    return (np.cumsum(used) - 1)[code], place[used]
