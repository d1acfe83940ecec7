"""Trials of two ways of doing a thing: what the new way brings against the usual one, as the lots fell.

Lots deal companies (per account), or weeks of reps (switchback). Judged is the plan as it stood before the first day,
and by what the lots said, not by what was done: whoever goes the way that suits them cannot bend the answer. Where
records of touches show which way they were made, it is told how far the lots were kept to; too far off, there is no
answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from answerback.analysis.lift.plan import BASELINE_WEEKS, METRICS, Design, Plan, new_weeks
from answerback.analysis.lift.practices import Fixed, Version, as_fixed, overlap, two_ways
from answerback.analysis.lift.trial_touches import NEW, UNTOLD, Touches, Which, read_touches
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.ab import compared, dealt, units_to_show, wanted_error
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.linear import Estimate
from answerback.stats.switchback import switchback, switching_points

LEAST_KEPT = 0.75
"""Where fewer companies or weeks went as their lot said, no answer about the ways can be given."""
LEAST_TOLD = 10
"""So many must show their way before it is said how far lots were kept to."""
_HELD = 20.0
"""A rep's own rate before is drawn toward that of all as if by so many touches."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was fixed, and by when.

    Attributes:
        draw, plan, play: Its name, its plan, and the kind of touch; empty: all.
        reps: Keys of those who take part.
        new_weeks: Of each rep the weeks that go the new way, where weeks are switched.
        frozen_on: The day on which all was fixed.
        starts, ends: The first day (UTC), and the day after the last.
        changed_on: The days on which the plan was changed after it began.
        drawn_again: Whether lots were drawn earlier for the same two ways, some of the same people and this time.
    """

    draw: str
    plan: Plan
    play: str
    reps: tuple[int, ...]
    new_weeks: tuple[tuple[bool, ...], ...]
    frozen_on: date
    starts: date
    ends: date
    changed_on: tuple[date, ...] = ()
    drawn_again: bool = False

    @property
    def weeks(self) -> int:
        """How long it lasts."""
        return max(1, (self.ends - self.starts).days // 7)

    @property
    def by_company(self) -> bool:
        """Whether companies are dealt the ways."""
        return self.plan.design is Design.PER_ACCOUNT

    @property
    def drawn_for(self) -> tuple[date, ...]:
        """The Mondays on which lots are drawn, where weeks are switched."""
        if self.by_company:
            return ()
        points = switching_points(self.weeks, self.plan.wash_out).tolist()
        return tuple(self.starts + timedelta(weeks=each) for each in points)

    def days_done(self, as_of: datetime) -> int:
        """How many of its days are over."""
        return min((self.ends - self.starts).days, max(0, (as_of.date() - self.starts).days))

    def is_new(self, unit: str) -> bool:
        """Whether a company (or person) gets the new way."""
        return dealt(unit, "" if self.plan.seed is None else self.plan.seed)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured so far; shares from 0 to 1, the new way's less the usual one's.

    Attributes:
        effect: With its interval for one look at the planned end.
        low, high: For every look; at the end as `effect` has them.
        new, usual: The two rates.
        units: Companies, or weeks of reps that count, new and usual.
        needed: How many of these a side it takes to see the least difference worth knowing in four of five cases.
    """

    effect: Estimate
    low: float
    high: float
    new: float
    usual: float
    units: tuple[int, int]
    needed: int


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial and its answer.

    Attributes:
        trial: What was fixed.
        days_done, over: How far it is, and whether the end that was fixed has been reached.
        measured: None where there is too little.
        refused: Why it cannot be told which way is better; None where it can.
        kept, told: The share of companies (or weeks of reps) that went as their lot said, of those whose way shows, and
            how many these are; None where too few show it.
        efforts, answers: Matured touches, and those that moved a buyer, new and usual together.
    """

    trial: Trial
    days_done: int
    over: bool
    measured: Measured | None
    refused: CannotTell | None
    kept: float | None
    told: int
    efforts: float
    answers: float

    @property
    def better(self) -> bool:
        """Whether it is sure that the new way is the better one."""
        return self.refused is None and self.measured is not None and self.measured.effect.value > 0.0


def trials_of(found: list[Version]) -> list[Trial]:
    """Every trial of two ways, the earliest first."""
    told: list[Trial] = []
    taken: list[Fixed] = []
    for each in as_fixed(found, two_ways):
        one = each.first[0]
        again = any(overlap(each, other) and _same_ways(one, other.first[0]) for other in taken)
        taken.append(each)
        weeks = 0 if one.plan.design is Design.PER_ACCOUNT else (each.ends - each.starts).days // 7
        first = sorted(
            (version for version in each.first if len(new_weeks(version.arm)) == weeks),
            key=lambda version: version.rep_key,
        )
        trial = Trial(
            each.draw,
            one.plan,
            one.play,
            tuple(version.rep_key for version in first),
            tuple(tuple(new_weeks(version.arm)) for version in first),
            each.frozen_at.date(),
            each.starts,
            each.ends,
            each.changed_on,
            again,
        )
        told.append(trial)
    return told


def _same_ways(one: Version, other: Version) -> bool:
    return {one.plan.new.name, one.plan.usual.name} == {other.plan.new.name, other.plan.usual.name}


def tried(reader: Reader, scope: Scope, trial: Trial) -> Tried:
    """What a trial says as of the instant that is looked from.

    Args:
        reader: The snapshot.
        scope: Whose touches may be looked at.
        trial: From `trials_of`.
    """
    days, done = (trial.ends - trial.starts).days, trial.days_done(reader.as_of)
    touches = read_touches(reader, scope, _which(trial), trial.plan)
    inside = touches.week >= 0
    measured = _measured(trial, touches, done / days) if done else CannotTell(Refused.NOT_OVER)
    kept, told = _kept(trial, touches)
    refused = _refused(trial, measured, kept, done)
    if isinstance(measured, Measured):
        low, high = (measured.low, measured.high) if done < days else (measured.effect.low, measured.effect.high)
        measured = replace(measured, low=max(-1.0, low), high=min(1.0, high))
    return Tried(
        trial,
        done,
        done >= days,
        measured if isinstance(measured, Measured) else None,
        refused,
        kept,
        told,
        float(touches.exposure[inside].sum()),
        float(touches.success[inside].sum()),
    )


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What these lots would have said of weeks in which nobody went two ways: how much of a difference would show.

    Attributes:
        ends: The day after the last of these weeks: that of the last touch known.
        told: What they would have said.
    """

    ends: date
    told: Measured | CannotTell


def foreseen(reader: Reader, scope: Scope, trial: Trial) -> Foreseen:
    """The same lots, as many weeks, just before: how much would show in the trial.

    Args:
        reader: The snapshot.
        scope: Whose touches may be looked at.
        trial: What is to be fixed.
    """
    last = reader.query(f"select max(occurred_at) as last from effort where occurred_at <= {reader.instant}")
    day = last["last"].to_pylist()[0] or reader.as_of
    ends = day.date() + timedelta(days=1)
    before = replace(trial, starts=ends - (trial.ends - trial.starts), ends=ends)
    touches = read_touches(reader, scope, _which(before), trial.plan)
    return Foreseen(ends, _measured(before, touches, 1.0))


def least_to_show(measured: Measured) -> float:
    """The least difference that so many touches show in four of five cases; a share from 0 to 1."""
    return measured.effect.error / wanted_error(1.0)


def _which(trial: Trial) -> Which:
    """With weeks switched, a rep's own rate before is what the weeks are held against."""
    weeks_before = 0 if trial.by_company else BASELINE_WEEKS
    return Which(trial.reps, trial.play, trial.starts, trial.ends, weeks_before)


def _refused(trial: Trial, measured: Measured | CannotTell, kept: float | None, done: int) -> CannotTell | None:
    days = (trial.ends - trial.starts).days
    late = (trial.frozen_on - trial.starts).days
    waiting = CannotTell(Refused.NOT_OVER, have=float(done), need=float(days))
    if late >= 0 or trial.plan.metric not in METRICS:
        return CannotTell(Refused.NOT_FROZEN, have=float(max(late, 1)), need=0.0, names=(trial.plan.metric,))
    if isinstance(measured, CannotTell):
        return measured if done >= days else waiting
    if kept is not None and kept < LEAST_KEPT:
        return CannotTell(Refused.NOT_KEPT_TO, have=kept, need=LEAST_KEPT)
    if done < days:
        return None if measured.low > 0.0 or measured.high < 0.0 else waiting
    if measured.effect.low > 0.0 or measured.effect.high < 0.0:
        return None
    return CannotTell(Refused.NOTHING_STANDS_OUT, have=measured.effect.p_value, need=0.05)


def _measured(trial: Trial, touches: Touches, done: float) -> Measured | CannotTell:
    if trial.by_company:
        return _by_company(trial, touches, done)
    return _by_week(trial, touches, done)


def _by_company(trial: Trial, touches: Touches, done: float) -> Measured | CannotTell:
    units, place = _numbered(touches.unit)
    made, won = (np.bincount(place, each, len(units)) for each in (touches.exposure, touches.success))
    found = compared(_dealt(trial, touches, units), made, won, done=done)
    if isinstance(found, CannotTell):
        return found
    needed = units_to_show(found, trial.plan.worth)
    return Measured(found.effect, found.low, found.high, found.new, found.old, found.units, needed)


def _by_week(trial: Trial, touches: Touches, done: float) -> Measured | CannotTell:
    """Answers beyond what a rep's own rate before would have brought, by rep and week."""
    new, weeks = _switched(trial), trial.weeks
    rep = np.searchsorted(np.array(trial.reps, np.int64), touches.rep)
    inside = touches.week >= 0
    made, won = (_table(each[inside], rep[inside], touches.week[inside], new.shape) for each in _sums(touches))
    own_made, own_won = (np.bincount(rep[~inside], each[~inside], len(trial.reps)) for each in _sums(touches))
    usual = float(own_won.sum() / max(own_made.sum(), 1.0))
    own = (own_won + _HELD * usual) / (own_made + _HELD)
    over = int(done * weeks + 1e-9)
    found = switchback(won - made * own[:, None], new, carry_over=trial.plan.wash_out, efforts=made, done=over)
    if isinstance(found, CannotTell):
        return found
    counted = made * (np.arange(weeks) < over)
    rates = [
        float((won * side)[counted > 0].sum() / max((made * side)[counted > 0].sum(), 1e-300)) for side in (new, ~new)
    ]
    needed = int(np.ceil(min(found.weeks) * (found.effect.error / wanted_error(trial.plan.worth)) ** 2))
    return Measured(found.effect, found.low, found.high, rates[0], rates[1], found.weeks, needed)


def _sums(touches: Touches) -> tuple[FloatArray, FloatArray]:
    return touches.exposure, touches.success


def _table(values: FloatArray, rep: IntArray, week: IntArray, shape: tuple[int, int]) -> FloatArray:
    total = np.zeros(shape)
    np.add.at(total, (rep, week), values)
    return total


def _numbered(unit: IntArray) -> tuple[IntArray, IntArray]:
    units, place = np.unique(unit, return_inverse=True)
    return units, place.reshape(-1)


def _dealt(trial: Trial, touches: Touches, units: IntArray) -> BoolArray:
    return np.array([trial.is_new(touches.names[int(each)]) for each in units], np.bool_)


def _switched(trial: Trial) -> BoolArray:
    """By rep and week whether it goes the new way."""
    return np.array(trial.new_weeks, np.bool_).reshape(len(trial.reps), -1)


def _kept(trial: Trial, touches: Touches) -> tuple[float | None, int]:
    """The share that went as lots said: companies by the first touch that shows a way, weeks by most that do."""
    chosen = np.flatnonzero((touches.week >= 0) & (touches.shows != UNTOLD))
    new = touches.shows[chosen] == NEW
    if trial.by_company:
        order = chosen[np.argsort(touches.first[chosen], kind="stable")]
        units, first = np.unique(touches.unit[order], return_index=True)
        kept = (touches.shows[order][first] == NEW) == _dealt(trial, touches, units)
    else:
        rep = np.searchsorted(np.array(trial.reps, np.int64), touches.rep[chosen])
        lots = _switched(trial)
        sides = [
            _table(touches.n[chosen] * side, rep, touches.week[chosen], lots.shape[:2]) for side in (new, ~new)
        ]  # fmt: skip
        shown = sides[0] + sides[1] > 0
        kept = ((sides[0] > sides[1]) == lots)[shown]
    return (float(kept.mean()), len(kept)) if len(kept) >= LEAST_TOLD else (None, len(kept))
