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
        kind: a number for each combination of rep and levels, where it is known. Efforts in order of rep, account and
            kind cost least.
    """

    rep: IntArray
    account: IntArray
    now: BoolArray
    success: FloatArray
    exposure: FloatArray
    week: IntArray
    dimensions: Mapping[str, IntArray]
    groups: Mapping[str, IntArray]
    kind: IntArray | None = None

    @property
    def reps(self) -> int:
        """How many reps."""
        return int(self.rep.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Summed:
    """Rows of equal efforts, shape (rows,), and of what each company is part of.

    Attributes:
        reps: how many.
        cell: rep and time of a row as one number: twice the rep, and one more in the later time.
        success, exposure: of a row.
        dimensions: the level of a row by dimension, from 0, -1 where it has none.
        groups: the group of each rep, shape (reps,).
        account, pair_cell: of each pair of a company with a rep in a time, in order of reps; shape (pairs,).
        part_row, part_pair: what equal efforts to one company are part of; shape (parts,).
        part_success, part_exposure: their sums.
        row, week: of each effort, shape (n,).
        effort_success, effort_exposure: of each effort.
    """

    reps: int
    cell: IntArray
    success: FloatArray
    exposure: FloatArray
    dimensions: Mapping[str, IntArray]
    groups: Mapping[str, IntArray]
    account: IntArray
    pair_cell: IntArray
    part_row: IntArray
    part_pair: IntArray
    part_success: FloatArray
    part_exposure: FloatArray
    row: IntArray
    week: IntArray
    effort_success: FloatArray
    effort_exposure: FloatArray

    @property
    def rep(self) -> IntArray:
        """The rep of each row."""
        return self.cell // 2

    @property
    def now(self) -> BoolArray:
        """Which rows are of the later time."""
        return np.asarray(self.cell % 2 == 1)

    def by_pair(self, rate: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of each pair what is left beside these rates of rows, and the information."""
        size = self.account.size
        rates = rate[self.part_row]
        expected = self.part_exposure * rates
        left = weighted_count(self.part_pair, self.part_success - expected, size)
        return left, weighted_count(self.part_pair, expected * (1.0 - rates), size)


def summed(efforts: Efforts) -> Summed:
    """Efforts put together."""
    kind = efforts.kind
    if kind is None:
        kind = together([efforts.rep, *efforts.dimensions.values()], efforts.rep.size)
    company = _numbered(efforts.rep, efforts.account)
    row, first = _in_time(kind, efforts.now)
    pair, one = _in_time(company, efforts.now)
    part, any_of = _in_time(_numbered(company, kind), efforts.now)
    cell = efforts.rep * np.int64(2) + efforts.now
    return Summed(
        reps=efforts.reps,
        cell=cell[first],
        success=weighted_count(row, efforts.success, first.size),
        exposure=weighted_count(row, efforts.exposure, first.size),
        dimensions={name: level[first].astype(np.int64) for name, level in efforts.dimensions.items()},
        groups=efforts.groups,
        account=efforts.account[one].astype(np.int64),
        pair_cell=cell[one],
        part_row=row[any_of],
        part_pair=pair[any_of],
        part_success=weighted_count(part, efforts.success, any_of.size),
        part_exposure=weighted_count(part, efforts.exposure, any_of.size),
        row=row,
        week=efforts.week,
        effort_success=efforts.success,
        effort_exposure=efforts.exposure,
    )


def _in_time(code: IntArray, now: BoolArray) -> tuple[IntArray, IntArray]:
    """A number for each code in each time, in their order, and the place of one effort of each."""
    codes, number = without_gaps(code * np.int64(2) + now)
    place = np.empty(codes.size, dtype=np.int64)
    place[number] = np.arange(number.size)
    return number, place


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
    """A number from 0 for each pair of codes, in their order; without sorting where they are in order."""
    code = one * np.int64(int(other.max(initial=0)) + 1) + other
    if np.all(code[1:] >= code[:-1]):
        return np.cumsum(np.diff(code, prepend=code[:1]) > 0)
    order = in_order(one, other)
    number = np.empty(code.size, dtype=np.int64)
    number[order] = np.cumsum(np.diff(code[order], prepend=code[order[:1]]) > 0)
    return number


def without_gaps(code: IntArray) -> tuple[IntArray, IntArray]:
    """The codes that occur, in order, and the place of each row among them.

    >>> without_gaps(np.array([7, 2, 7]))
    (array([2, 7]), array([1, 0, 1]))
    """
    there = np.zeros(int(code.max(initial=-1)) + 1, dtype=np.bool_)
    there[code] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[code]
