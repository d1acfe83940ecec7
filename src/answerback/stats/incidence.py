"""How long until the next step, where something else may end the wait first: cumulative incidence of many groups.

A spell begins with a step and ends with the next step (end 1), with another end that makes a next step impossible (2,
3, …: refused, lost, won), or not yet (end 0: it was watched for so long, and nothing had come). The cumulative
incidence F(age) is the share of spells that a next step ends within an age, when the other ends are in the world as
they are. One less Kaplan-Meier is not that: it says how many would move if nobody ever refused, and is too high
wherever somebody does.

Method: Aalen, Johansen (1978), Scand. J. Statist. 5(3). Variance: Aalen's, as in R's cmprsk and SAS PROC LIFETEST.
Interval: by the log-log of F, as there and in scikit-survival; where F is 0 or 1, the exact one for the spells at risk.
Checked in tests/reference/incidence.json (R's survival and cmprsk) and incidence_python.json (lifelines and
scikit-survival).

Events of one age come before the end of watching at that age. Everything is worked out for all groups at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, IntArray, counts, frozen, same_shape, whole_numbers
from answerback.stats.special import normal_quantile

COVERAGE = 0.95
NEXT = 1
"""The end that is waited for."""
_NONE = 1e-9
"""A smaller part than this of those at risk is nobody: weights are added in floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Counts of spells, sorted: for each group its ages at which any ended, and how many ended how.

    `start[g]` to `start[g + 1]` are the rows of group g. `ended[row, 0]` is how many were watched no longer.
    """

    start: IntArray
    age: FloatArray
    ended: FloatArray

    @property
    def groups(self) -> int:
        """How many groups there are, those without spells included."""
        return self.start.size - 1

    @property
    def group(self) -> IntArray:
        """The group of each row."""
        return np.repeat(np.arange(self.groups), np.diff(self.start))

    def pooled(self, parent: ArrayLike, parents: int) -> Spells:
        """The same spells with each group in a coarser one; `parent` gives it for each group, shape (groups,).

        >>> spells_of([0, 1], [3.0, 3.0], [1, 0], [4, 5]).pooled([0, 0], 1).ended
        array([[5., 4.]])
        """
        to = whole_numbers(parent, "parent")[self.group]
        kinds = self.ended.shape[1]
        return spells_of(
            np.repeat(to, kinds),
            np.repeat(self.age, kinds),
            np.tile(np.arange(kinds), self.age.size),
            self.ended.ravel(),
            groups=parents,
            ends=kinds - 1,
        )


def spells_of(
    group: ArrayLike,
    age: ArrayLike,
    end: ArrayLike,
    n: ArrayLike,
    *,
    groups: int | None = None,
    ends: int | None = None,
) -> Spells:
    """Spells from counts in any order; rows of the same group, age and end add up.

    Args:
        group: whole, >= 0, shape (rows,).
        age: how long a spell lasted or was watched, >= 0, in any unit, shape (rows,).
        end: 0 where it goes on, 1 for the next step, 2, 3, … for other ends, shape (rows,).
        n: how many, >= 0, shape (rows,).
        groups: how many groups there are; else up to the last in the rows.
        ends: the last end that there can be; else the last in the rows, at least 1.

    Raises:
        ValueError: the rows differ in length, or a number is of the wrong kind.

    >>> spells_of([0, 0, 0], [2.0, 1.0, 2.0], [1, 0, 1], [1, 4, 1]).ended
    array([[4., 0.],
           [0., 2.]])
    """
    of, how = whole_numbers(group, "group"), whole_numbers(end, "end")
    lasted, number = counts(age, "age"), counts(n, "n")
    same_shape(group=of, age=lasted, end=how, n=number)
    size = int(of.max(initial=-1)) + 1 if groups is None else groups
    last = max(NEXT, int(how.max(initial=NEXT)) if ends is None else ends)
    if np.any((of < 0) | (of >= size)) or np.any((how < 0) | (how > last)):
        raise ValueError(f"group must be from 0 to {size - 1}, end from 0 to {last}")
    there = number > 0.0
    of, how, lasted, number = of[there], how[there], lasted[there], number[there]
    order = np.lexsort((lasted, of))
    of, how, lasted, number = of[order], how[order], lasted[order], number[order]
    fresh = np.ones(of.size, np.bool_)
    fresh[1:] = (np.diff(of) != 0) | (np.diff(lasted) != 0.0)
    row = np.cumsum(fresh) - 1
    rows = int(fresh.sum())
    ended = np.bincount(row * (last + 1) + how, weights=number, minlength=rows * (last + 1)).reshape(rows, last + 1)
    start = np.searchsorted(of[fresh], np.arange(size + 1))
    return Spells(start=start.astype(np.int64), age=frozen(lasted[fresh]), ended=frozen(ended.astype(np.float64)))


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of many groups; a row is one age of one group, as in `spells`."""

    spells: Spells
    at_risk: FloatArray
    """Spells that had not ended before this age, shape (rows,)."""
    open: FloatArray
    """The share that goes on after this age, whatever might have ended it, shape (rows,)."""
    incidence: FloatArray
    """The share that each end has ended by this age, shape (rows, ends); the first is the next step."""

    def rows_at(self, group: ArrayLike, age: ArrayLike) -> IntArray:
        """The last row of a group whose age is at most this one; -1 where there is none. Any shape, broadcast.

        Raises ValueError for a group that there is not, or an age that is no number.

        >>> curves([0, 0], [1.0, 5.0], [1, 1], [1, 1]).rows_at(0, [0.5, 1.0, 9.0])
        array([-1,  0,  1])
        """
        which, wanted = np.broadcast_arrays(whole_numbers(group, "group"), np.asarray(age, np.float64))
        if np.any((which < 0) | (which >= self.spells.groups)) or np.any(np.isnan(wanted)):
            raise ValueError("groups must be known and ages be numbers")
        rank = which * self._span + np.searchsorted(self._ages, wanted, "right")
        place = np.searchsorted(self._ranked, rank, "right")
        return np.where(place > self.spells.start[which], place - 1, -1)

    def share_by(self, group: ArrayLike, age: ArrayLike, end: int = NEXT) -> FloatArray:
        """The share that an end has ended within an age; beyond the last age what it is there.

        >>> curves([0, 0, 0], [1.0, 2.0, 2.0], [1, 2, 0], [1, 1, 2]).share_by(0, [0.5, 1.0, 99.0])
        array([0.  , 0.25, 0.25])
        """
        row = self.rows_at(group, age)
        return np.where(row >= 0, _value(self.incidence[:, end - 1], row), 0.0)

    def open_at(self, group: ArrayLike, age: ArrayLike) -> FloatArray:
        """The share of spells that have not ended by an age."""
        row = self.rows_at(group, age)
        return np.where(row >= 0, _value(self.open, row), 1.0)

    @property
    def last(self) -> IntArray:
        """The last row of each group; -1 for a group without spells."""
        return np.where(np.diff(self.spells.start) > 0, self.spells.start[1:] - 1, -1)

    @property
    def moved(self) -> FloatArray:
        """How many spells of each group ended with the next step."""
        total = np.bincount(self.spells.group, weights=self.spells.ended[:, NEXT], minlength=self.spells.groups)
        return np.asarray(total, dtype=np.float64)

    @property
    def known(self) -> FloatArray:
        """How many spells each group has."""
        total = np.bincount(self.spells.group, weights=self.spells.ended.sum(axis=1), minlength=self.spells.groups)
        return np.asarray(total, dtype=np.float64)

    @cached_property
    def _ages(self) -> FloatArray:
        return np.unique(self.spells.age)

    @property
    def _span(self) -> int:
        return self._ages.size + 2

    @cached_property
    def _ranked(self) -> IntArray:
        """One ascending number for each row, by group and age."""
        return self.spells.group * self._span + np.searchsorted(self._ages, self.spells.age, "right")

    @cached_property
    def sums(self) -> VarianceSums:
        """What variances are made of, for the next step."""
        return _variance_sums(self)


def curves(
    group: ArrayLike,
    age: ArrayLike,
    end: ArrayLike,
    n: ArrayLike,
    *,
    groups: int | None = None,
    ends: int | None = None,
) -> Curves:
    """The curves from counts of spells; the arguments are those of `spells_of`.

    >>> curves([0, 0, 0], [1.0, 2.0, 3.0], [1, 2, 0], [2, 1, 1]).incidence
    array([[0.5 , 0.  ],
           [0.5 , 0.25],
           [0.5 , 0.25]])
    """
    return curves_of(spells_of(group, age, end, n, groups=groups, ends=ends))


def curves_of(spells: Spells) -> Curves:
    """The curves of spells that are counted already."""
    all_ended = spells.ended.sum(axis=1)
    at_risk = _remaining(all_ended, spells)
    events = spells.ended[:, NEXT:]
    left = at_risk - events.sum(axis=1)
    after = _running_product(np.where(left > _NONE * at_risk, left / at_risk, 0.0), spells)
    before = _shifted(after, spells, 1.0)
    steps = events / at_risk[:, None] * before[:, None]
    incidence = np.minimum(_running(steps, spells), 1.0)
    return Curves(spells=spells, at_risk=frozen(at_risk), open=frozen(after), incidence=frozen(incidence))


@dataclass(frozen=True, slots=True, eq=False)
class VarianceSums:
    """Sums over the ages up to and with each row, of which all variances and covariances of F follow; shape (rows,).

    With d of r spells ended at an age, d1 of them by the next step: a = d / ((r - 1)(r - d)),
    b = S(before)^2 d1 (r - d1) / (r^2 (r - 1)), c = S(before) d1 (r - d1) / (r (r - d)(r - 1)).
    """

    a: FloatArray
    fa: FloatArray
    ffa: FloatArray
    b: FloatArray
    c: FloatArray
    fc: FloatArray

    def covariance(self, row: IntArray, one: FloatArray, other: FloatArray) -> FloatArray:
        """Of F at `row`, which is `one`, and F at the same age or later, which is `other`."""
        both = one + other
        return np.asarray(
            one * other * _value(self.a, row)
            - both * (_value(self.fa, row) + _value(self.c, row))
            + _value(self.ffa, row)
            + _value(self.b, row)
            + 2.0 * _value(self.fc, row)
        )


def _variance_sums(of: Curves) -> VarianceSums:
    risk, events = of.at_risk, of.spells.ended[:, NEXT:]
    d, d1, share = events.sum(axis=1), events[:, 0], of.incidence[:, 0]
    before = _shifted(of.open, of.spells, 1.0)
    # Where all that is left ends, F stays as it is: only b is left, and with one spell left it is 0.
    goes_on = (risk - d > _NONE * risk) & (risk > 1.0)
    left = np.where(goes_on, risk - d, 1.0)
    less = np.where(risk > 1.0, risk - 1.0, 1.0)
    a = np.where(goes_on, d / (less * left), 0.0)
    b = np.where(risk > 1.0, before**2 * d1 * (risk - d1) / (risk**2 * less), 0.0)
    c = np.where(goes_on, before * d1 * (risk - d1) / (risk * left * less), 0.0)
    summed = _running(np.stack([a, share * a, share**2 * a, b, c, share * c], axis=1), of.spells)
    return VarianceSums(*(frozen(np.ascontiguousarray(column)) for column in summed.T))


def variance_of(of: Curves, row: IntArray) -> FloatArray:
    """Aalen's variance of F at rows, -1 for an age before the first; any shape."""
    share = np.where(row >= 0, _value(of.incidence[:, 0], row), 0.0)
    return np.where(row >= 0, np.maximum(of.sums.covariance(row, share, share), 0.0), 0.0)


def band(of: Curves, group: ArrayLike, age: ArrayLike, *, coverage: float = COVERAGE) -> tuple[FloatArray, FloatArray]:
    """The interval of `share_by` at ages, each by itself: low and high.

    >>> low, high = band(curves([0, 0], [1.0, 2.0], [1, 0], [50, 50]), 0, [1.0])
    >>> low.round(3), high.round(3)
    (array([0.398]), array([0.594]))
    """
    row = of.rows_at(group, age)
    share = of.share_by(group, age)
    at_risk = np.where(row >= 0, _value(of.at_risk, row), np.broadcast_to(of.known[np.asarray(group)], row.shape))
    return log_log(share, variance_of(of, row), at_risk, coverage=coverage)


def log_log(
    share: FloatArray, variance: FloatArray, at_risk: FloatArray, *, coverage: float = COVERAGE
) -> tuple[FloatArray, FloatArray]:
    """The interval of a share by its log-log; the exact one where it is 0 or 1 (Clopper, Pearson 1934)."""
    z = normal_quantile(0.5 + coverage / 2.0)
    inside = (share > 0.0) & (share < 1.0)
    safe = np.where(inside, share, 0.5)
    # Beyond 50 the ends are 0 and 1 anyway.
    half = np.minimum(z * np.sqrt(variance) / (safe * np.abs(np.log(safe))), 50.0)
    far = (0.5 - coverage / 2.0) ** (1.0 / np.maximum(at_risk, 1.0))
    low = np.where(inside, safe ** np.exp(half), np.where(share > 0.0, far, 0.0))
    high = np.where(inside, safe ** np.exp(-half), np.where(share < 1.0, 1.0 - far, 1.0))
    return low, high


def _value(column: FloatArray, row: IntArray) -> FloatArray:
    """A column at rows; whatever there is at -1 is not looked at, and an empty column has zeros."""
    return np.asarray(column[row] if column.size else np.zeros(row.shape), dtype=np.float64)


def _running(values: FloatArray, spells: Spells) -> FloatArray:
    """Sums along each group's rows, shape as given."""
    total = np.cumsum(values, axis=0)
    if not total.size:
        return np.asarray(total, dtype=np.float64)
    first = spells.start[spells.group]
    base = np.where((first > 0)[:, None], total[first - 1], 0.0)
    return np.asarray(total - base, dtype=np.float64)


def _remaining(ended: FloatArray, spells: Spells) -> FloatArray:
    """How many have not ended before each row: its own and all later ones of its group."""
    total = np.concatenate([[0.0], np.cumsum(ended)])
    left = total[spells.start[spells.group + 1]] - total[:-1]
    return np.asarray(np.maximum(left, ended), dtype=np.float64)


def _running_product(stay: FloatArray, spells: Spells) -> FloatArray:
    """Products along each group's rows: exact zeros where nothing is left, which only a group's last row can have."""
    some = stay > 0.0
    logs = np.log(np.where(some, stay, 1.0))
    return np.where(some, np.exp(_running(logs[:, None], spells)[:, 0]), 0.0)


def _shifted(column: FloatArray, spells: Spells, first: float) -> FloatArray:
    """The row before in the same group; `first` for a group's first row."""
    before = np.concatenate([[first], column[:-1]]) if column.size else column
    is_first = np.zeros(column.size, np.bool_)
    is_first[spells.start[:-1][np.diff(spells.start) > 0]] = True
    return np.where(is_first, first, before)
