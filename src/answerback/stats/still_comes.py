"""Will the next step still come, now that nothing has been heard for so long? And from which age on is it improbable?

Of spells that are still open at an age a, the share (F(end) - F(a)) / S(a) is ended by the next step later on: F is the
cumulative incidence of the next step, S the share of spells that nothing has ended. Where no other ends are recorded it
is pi S'(a) / (pi S'(a) + 1 - pi), with pi the share that ever moves and S' what is left of the movers. Where they are,
whoever has refused is no longer waited for, and does not count among the silent.

All of it rests on F(end): that the curve has become flat within the time that anybody was watched. What comes later
has never been seen. So nothing is said of fewer than `MIN_MOVED` next steps, nor while in the last fifth of the time
watched more than `RISE` of all next steps still came, unless nearly every spell has ended. The time watched ends where
one spell would stand for too much: there a single late answer would move the curve by several points.

Uncertainty: among the spells still open at a, the share is again a cumulative incidence, begun at a, so its variance is
Aalen's, from the ages after a alone; the interval is by its log-log. An age at which a share falls below a value has
the interval of ages at which the share's interval does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.incidence import COVERAGE, Curves, Spells, curves_of, log_log, spells_of, variance_of

MIN_MOVED = 30
"""Next steps that a curve must rest on."""
LAST_PART = 0.2
"""The last part of the time watched, in which the curve must be flat."""
RISE = 0.05
"""The share of all next steps that may still have come in it."""
_WEIGHT = 0.02
"""Where one open spell stands for more than this of all, watching ends; in small groups: for more than two."""


@dataclass(frozen=True, slots=True, eq=False)
class Ages:
    """An age of each group, with its interval.

    Infinite where it was not reached in the time watched, not a number where there are no next steps.
    """

    age: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """A share with its interval, shapes as asked for."""

    share: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The curves of groups, cut where too few are left to watch, and whether each may be used."""

    curves: Curves
    ever: FloatArray
    """The share of spells that a next step ends, up to the last age watched; shape (groups,)."""
    until: FloatArray
    """The last age watched; 0 without spells."""
    rise: FloatArray
    """The share of all next steps that came in the last fifth of it; 0 where nearly every spell has ended."""

    @property
    def usable(self) -> BoolArray:
        """Whether a group's curve rests on enough next steps and has become flat."""
        return np.asarray((self.curves.moved >= MIN_MOVED) & (self.rise <= RISE))

    def why_not(self, group: int) -> CannotTell | None:
        """Why a group's curve is not used; None where it is."""
        if (moved := float(self.curves.moved[group])) < MIN_MOVED:
            return CannotTell(Refused.TOO_FEW_MOVED, have=moved, need=MIN_MOVED)
        if (rise := float(self.rise[group])) > RISE:
            return CannotTell(Refused.STILL_COMING, have=rise, need=RISE)
        return None


def watched(spells: Spells) -> Watched:
    """The curves with what is needed to know whether they may be used.

    >>> flat = watched(spells_of([0, 0, 0], [1.0, 2.0, 9.0], [1, 1, 0], [30, 10, 60]))
    >>> flat.ever, flat.usable, flat.why_not(0)
    (array([0.4]), array([ True]), None)
    """
    of = curves_of(_cut(curves_of(spells)))
    last = of.last
    some = last >= 0
    until = np.where(some, of.spells.age[last] if of.spells.age.size else 0.0, 0.0)
    every = np.arange(of.spells.groups)
    ever, left = of.share_by(every, until), of.open_at(every, until)
    late = ever - of.share_by(every, (1.0 - LAST_PART) * until)
    rise = np.divide(late, ever, out=np.zeros_like(ever), where=(ever > 0.0) & (left > RISE * ever))
    return Watched(curves=of, ever=ever, until=until, rise=rise)


def still_comes(of: Watched, group: ArrayLike, age: ArrayLike, *, coverage: float = COVERAGE) -> Chance:
    """How probable it is that the next step still comes, at ages of spells that are open; broadcast, any shape.

    It does not ask whether a group is `usable`: that is for the caller.

    >>> flat = watched(spells_of([0, 0, 0], [1.0, 2.0, 9.0], [1, 1, 0], [30, 10, 60]))
    >>> still_comes(flat, 0, [0.0, 1.0, 2.0]).share.round(3)
    array([0.4  , 0.143, 0.   ])
    """
    row = of.curves.rows_at(group, age)
    which = np.broadcast_to(np.asarray(group, np.int64), row.shape)
    return _chance(of, which, row, coverage)


def _chance(of: Watched, which: IntArray, row: IntArray, coverage: float) -> Chance:
    curve, sums = of.curves, of.curves.sums
    ever, last, seen = of.ever[which], curve.last[which], row >= 0
    if not curve.open.size:
        none = np.zeros(row.shape)
        return Chance(none, none, np.ones(row.shape))
    share = np.where(seen, curve.incidence[row, 0], 0.0)
    left = np.where(seen, curve.open[row], 1.0)
    goes_on = left > 0.0
    value = np.clip(np.divide(ever - share, left, out=np.zeros_like(left), where=goes_on), 0.0, 1.0)

    def later(column: FloatArray) -> FloatArray:
        return np.asarray(np.where(last >= 0, column[last], 0.0) - np.where(seen, column[row], 0.0))

    spread = (
        ever**2 * later(sums.a)
        - 2.0 * ever * (later(sums.fa) + later(sums.c))
        + later(sums.ffa)
        + later(sums.b)
        + 2.0 * later(sums.fc)
    )
    variance = np.divide(np.maximum(spread, 0.0), left**2, out=np.zeros_like(left), where=goes_on)
    ended = curve.spells.ended[row].sum(axis=-1)
    at_risk = np.where(seen, curve.at_risk[row] - ended, curve.known[which])
    low, high = log_log(value, variance, at_risk, coverage=coverage)
    return Chance(value, low, high)


def quiet_age(of: Watched, below: float, *, coverage: float = COVERAGE) -> Ages:
    """The age from which on the next step comes with less probability than `below`, for each group.

    It is 0 where it is improbable from the start: such a step usually ends in silence.

    >>> quiet_age(watched(spells_of([0, 0, 0], [1.0, 2.0, 9.0], [1, 1, 0], [30, 10, 60])), 0.2).age
    array([1.])
    """
    spells = of.curves.spells
    rows = np.arange(spells.age.size)
    later = _chance(of, spells.group, rows, coverage)
    every = np.arange(spells.groups)
    first = _chance(of, every, np.full(spells.groups, -1), coverage)
    last = of.curves.last

    def falls(at_first: FloatArray, at_row: FloatArray) -> FloatArray:
        keeps = np.full(spells.groups, -1)
        np.maximum.at(keeps, spells.group[at_row >= below], rows[at_row >= below])
        follows = np.where(keeps >= 0, keeps + 1, spells.start[:-1])
        reached = (last >= 0) & (follows <= last)
        age = np.where(reached, _at(spells.age, np.minimum(follows, last)), np.inf)
        return np.where((keeps < 0) & (at_first < below), 0.0, age)

    age, low = falls(first.share, later.share), falls(first.low, later.low)
    # Near the end few are left and the upper end rises again, so it is the first age at which it lies below.
    high = np.where((age == 0.0) & (first.high < below), 0.0, np.inf)
    under = (later.high < below) & (spells.age >= age[spells.group])
    np.minimum.at(high, spells.group[under], spells.age[under])
    known = of.curves.moved > 0.0
    return Ages(*(np.where(known, each, np.nan) for each in (age, low, high)))


def movers_quantile(of: Watched, share: float, *, coverage: float = COVERAGE) -> Ages:
    """The age by which a share of those that ever move have moved: 0.5 gives the median time to the next step.

    Of the curve divided by where it ends; its variance is by the delta method, from those of F at both ages and their
    covariance.

    Raises ValueError unless 0 < share < 1.

    >>> movers_quantile(watched(spells_of([0, 0, 0], [1.0, 2.0, 9.0], [1, 1, 0], [30, 10, 60])), 0.5).age
    array([1.])
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"share must be between 0 and 1, not {share}")
    spells, curve = of.curves.spells, of.curves
    rows = np.arange(spells.age.size)
    whole, last = of.ever[spells.group], curve.last[spells.group]
    moves = whole > 0.0
    f = curve.incidence[:, 0]
    part = np.divide(f, whole, out=np.zeros_like(f), where=moves)
    spread = variance_of(curve, rows) + part**2 * variance_of(curve, last)
    spread -= 2.0 * part * curve.sums.covariance(rows, f, whole)
    variance = np.divide(np.maximum(spread, 0.0), whole**2, out=np.zeros_like(f), where=moves)
    low, high = log_log(part, variance, curve.at_risk, coverage=coverage)
    # Where the curve is over, nothing is left to be unsure of.
    low = np.where(part >= 1.0, 1.0, low)

    def reaches(column: FloatArray) -> FloatArray:
        first = np.full(spells.groups, spells.age.size)
        there = moves & (column >= share - 1e-12)
        np.minimum.at(first, spells.group[there], rows[there])
        found = first < spells.age.size
        return np.where(found, _at(spells.age, np.where(found, first, 0)), np.nan)

    return Ages(reaches(part), reaches(high), reaches(low))


def _at(column: FloatArray, row: IntArray) -> FloatArray:
    return column[row] if column.size else np.zeros(row.shape)


def _cut(of: Curves) -> Spells:
    """The spells, watched no longer than until one of them would stand for too much."""
    spells = of.spells
    if not of.open.size:
        return spells
    before = np.concatenate([[1.0], of.open[:-1]])
    filled = np.diff(spells.start) > 0
    before[spells.start[:-1][filled]] = 1.0
    most = np.maximum(_WEIGHT, 2.0 / np.maximum(of.known[spells.group], 1.0))
    heavy = before / of.at_risk > most * (1.0 + 1e-9)
    if not heavy.any():
        return spells
    first = spells.start[1:].copy()
    rows = np.arange(spells.age.size)
    np.minimum.at(first, spells.group[heavy], rows[heavy])
    # The last row before it is where watching ends; a group that is heavy from the start keeps that row.
    end = np.maximum(first - 1, spells.start[:-1])
    kept = rows <= end[spells.group]
    kinds = spells.ended.shape[1]
    left = np.where(~kept, spells.ended.sum(axis=1), 0.0)
    age = np.where(kept, spells.age, spells.age[np.minimum(end, spells.age.size - 1)[spells.group]])
    ended = np.where(kept[:, None], spells.ended, 0.0)
    ended[:, 0] += left
    return spells_of(
        np.repeat(spells.group, kinds),
        np.repeat(age, kinds),
        np.tile(np.arange(kinds), age.size),
        ended.ravel(),
        groups=spells.groups,
        ends=kinds - 1,
    )
