"""What buyers did who were touched, against those who were held back, as the lots fell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from answerback.analysis.increment.counted import acts_sql
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.holdout import Difference, difference, units_to_settle

DAYS = 14
"""Acts within so many days after the lots were drawn are counted."""
LEAST_HELD = 10
EFFECT = 0.1
"""Acts a company that one would want to see: one more act for ten companies touched."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One kind of touch, or all of them (`play` empty), in all drawings.

    Attributes:
        units: Companies whose 14 days are over.
        waiting: Companies whose days are not over.
        said: The difference, or why there is none.
        weeks: How many weeks more, at the pace of the drawings so far, until one act more in ten companies would show
            in four of five cases; None where there is an effect already, or no pace yet.
    """

    play: str
    units: int
    waiting: int
    said: Difference | CannotTell
    weeks: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All drawings together, and by kind of touch."""

    drawings: int
    total: Arm
    plays: tuple[Arm, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    play: list[str]
    drawing: IntArray
    held: BoolArray
    treated: BoolArray
    acts: FloatArray
    over: BoolArray
    drawn_at: FloatArray
    now: float
    """The instant that is looked from; as `drawn_at`, in seconds."""


def report(reader: Reader, scope: Scope) -> Report:
    """By intention to treat: acts of a company in the 14 days since its lot, whoever overruled it.

    The unit is the company (the person, where there is none), as the lots were; its kind of touch is the first one that
    was intended. Touched all the same: any touch of a rep of that drawing within the time that it should have waited.
    """
    if "intention" not in reader.snapshot.relations:
        return Report(0, _arm("", None), ())
    units = _units(reader, scope)
    if not len(units.held):
        return Report(0, _arm("", None), ())
    names = sorted(set(units.play))
    plays = tuple(_arm(name, units, np.array([each == name for each in units.play])) for name in names)
    whole = _arm("", units, np.ones(len(units.held), np.bool_))
    return Report(len(np.unique(units.drawing)), whole, plays if len(names) > 1 else ())


def _arm(play: str, units: _Units | None, chosen: BoolArray | None = None) -> Arm:
    if units is None or chosen is None:
        return Arm(play, 0, 0, CannotTell(Refused.NO_HOLDOUT, have=0, need=LEAST_HELD), None)
    done = chosen & units.over
    waiting = int((chosen & ~units.over).sum())
    held = int(units.held[done].sum())
    if not done.any():
        first = float(units.drawn_at[chosen].min())
        gone = (units.now - first) / 86_400
        return Arm(play, 0, waiting, CannotTell(Refused.NOT_OVER, have=max(int(gone), 0), need=DAYS), None)
    said = difference(units.acts[done], units.held[done], units.treated[done], units.drawing[done])
    if held < LEAST_HELD or said is None:
        refused = CannotTell(Refused.NO_HOLDOUT, have=held, need=LEAST_HELD)
        return Arm(play, int(done.sum()), waiting, refused, _weeks(units, done, EFFECT))
    sure = said.low > 0 or said.high < 0
    return Arm(play, int(done.sum()), waiting, said, None if sure else _weeks(units, done, EFFECT))


def _weeks(units: _Units, done: BoolArray, effect: float) -> float | None:
    """Weeks more at this pace until such an effect shows."""
    spread = float(units.acts[done].std())
    share = float(units.held[done].mean())
    first, last = float(units.drawn_at[done].min()), float(units.drawn_at[done].max())
    weeks = max((last - first) / (7 * 86_400), 1.0)
    if not spread or not 0.0 < share < 1.0:
        return None
    more = units_to_settle(spread, share, effect) - int(done.sum())
    return max(more, 0.0) / (int(done.sum()) / weeks)


def _units(reader: Reader, scope: Scope) -> _Units:
    """One row per company and drawing."""
    instant = reader.instant
    span = int(timedelta(days=DAYS).total_seconds())
    seen = "true" if scope.everybody else within(scope, "rep_key", "drawn_at")
    rows = reader.query(f"""
        with unit as (
            select draw, coalesce(account_key, contact_key) as unit_key, min(account_key) as account_key,
                   min(contact_key) as contact_key, min(drawn_at) as drawn_at, max(until) as until,
                   bool_or(arm = 'hold') as held, bool_or(overruled) as overruled,
                   min_by(coalesce(play, ''), intended_at) as play
            from intention where drawn_at <= {instant} and {seen}
            group by draw, coalesce(account_key, contact_key)
        ),
        act as ({acts_sql(reader)}),
        did as (
            select unit.draw, unit.unit_key, count(*) as n
            from unit join act on act.account_key = unit.account_key
             and act.occurred_at > unit.drawn_at and epoch(act.occurred_at) - epoch(unit.drawn_at) <= {span}
            group by unit.draw, unit.unit_key
        ),
        touched as (
            select unit.draw, unit.unit_key, count(*) as n
            from unit
            join effort on effort.account_key = unit.account_key
             and effort.occurred_at > unit.drawn_at and effort.occurred_at < unit.until
             and effort.occurred_at <= {instant}
            left join effort_play on effort_play.effort_key = effort.effort_key
            where not coalesce(effort_play.reactive, false)
            group by unit.draw, unit.unit_key
        )
        select unit.draw, unit.play, unit.held, unit.overruled or coalesce(touched.n, 0) > 0 as treated,
               coalesce(did.n, 0) as acts, cast(epoch(unit.drawn_at) as double) as drawn_at,
               epoch({instant}) - epoch(unit.drawn_at) >= {span} as over
        from unit
        left join did on did.draw = unit.draw and did.unit_key = unit.unit_key
        left join touched on touched.draw = unit.draw and touched.unit_key = unit.unit_key
        order by unit.draw, unit.unit_key""")
    drawn = rows["draw"].to_pylist()
    order = {name: number for number, name in enumerate(dict.fromkeys(drawn))}
    return _Units(
        rows["play"].to_pylist(),
        np.array([order[name] for name in drawn], np.int64),
        np.array(rows["held"].to_pylist(), np.bool_),
        np.array(rows["treated"].to_pylist(), np.bool_),
        np.array(rows["acts"].to_pylist(), np.float64),
        np.array(rows["over"].to_pylist(), np.bool_),
        np.array(rows["drawn_at"].to_pylist(), np.float64),
        reader.as_of.timestamp(),
    )
