"""The touches of a trial of two ways: toward whom, in which week, what came of them, and which way they show.

What came of a touch is said as `show on-base` says it: by proof, captured, made by hand, not contested, young ones
weighted by the share of their answers that should be in by now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from answerback.analysis.counting import STATES, Counts, Question, selected_sql
from answerback.analysis.exposure import expose
from answerback.analysis.lags import play_lags
from answerback.analysis.lift.plan import Plan
from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within
from answerback.stats.arrays import FloatArray, IntArray

UNTOLD, USUAL, NEW = -1, 0, 1
"""Which way a touch shows; untold where its record shows neither, or both."""
_WEEK_SECONDS = 7 * 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """Touches in groups that are alike, as parallel columns of shape (groups,).

    Attributes:
        rep, unit: Keys of the rep, and of the company (or the person, where there is none).
        week: Counted from the first day, from 0; below 0 before it.
        first: When the first of them was made, in seconds since 1970.
        exposure, success: Matured touches, and those of them that moved the buyer, by proof.
        n: How many, whether their answer could be seen or not.
        shows: Which way they show.
        names: The id of each company or person.
    """

    rep: IntArray
    unit: IntArray
    week: IntArray
    first: FloatArray
    exposure: FloatArray
    success: FloatArray
    n: FloatArray
    shows: IntArray
    names: dict[int, str]


@dataclass(frozen=True, slots=True)
class Which:
    """Which touches: of these reps (keys), of a kind as named or any coarser one (empty: all), in these days (UTC).

    `starts` is the first day and `ends` the one after the last; `weeks_before` are read too, with weeks below 0.
    """

    reps: tuple[int, ...]
    play: str
    starts: date
    ends: date
    weeks_before: int = 0


def read_touches(reader: Reader, scope: Scope, which: Which, plan: Plan) -> Touches:
    """The touches of a trial, as far as the instant that is looked from.

    Args:
        reader: The snapshot.
        scope: Whose touches may be looked at.
        which: Whose, of which kind, when.
        plan: By what a touch shows its way.
    """
    rows = reader.query(_sql(reader, scope, which))
    names = names_of(reader, rows["unit_key"].to_numpy().astype(np.int64))
    rows = rows.filter(pa.array([each in names for each in rows["unit_key"].to_pylist()], pa.bool_()))
    size = rows.num_rows
    lags = play_lags(reader, scope) if size else {}
    exposed = expose(_counts(rows), lags, size)
    return Touches(
        rows["rep_key"].to_numpy().astype(np.int64),
        rows["unit_key"].to_numpy().astype(np.int64),
        rows["week"].to_numpy().astype(np.int64),
        rows["first"].to_numpy().astype(np.float64),
        exposed.exposure,
        exposed.proved,
        rows["n"].to_numpy().astype(np.float64),
        np.array([_shows(plan, each) for each in rows.to_pylist()], np.int64),
        names,
    )


def names_of(reader: Reader, units: IntArray) -> dict[int, str]:
    """The id behind each key of a company or person, as lots are drawn by it: the one that `show` prints."""
    reader.duck.put("_trial_unit", pa.table({"key": pa.array(np.unique(units), pa.int64())}))
    named = ids_sql("'account', 'contact'")
    rows = reader.query(f"select key, id from {named} as named join _trial_unit using (key)")
    return dict(zip(rows["key"].to_pylist(), rows["id"].to_pylist(), strict=True))


def _sql(reader: Reader, scope: Scope, which: Which) -> str:
    starts, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (which.starts, which.ends))
    origin, first, end = map(sql_instant, (starts, starts - timedelta(weeks=which.weeks_before), last))
    kept = f"and {sql_text(which.play)} in (made.play, made.play_wide, made.play_channel)" if which.play else ""
    return f"""
        with effort_state as (
        {selected_sql(Question(reader, scope, (), {}))}
        )
        select made.rep_key, coalesce(made.account_key, made.contact_key) as unit_key,
               cast(floor((epoch(made.occurred_at) - epoch({origin})) / {_WEEK_SECONDS}) as bigint) as week,
               effort.template, effort.subkind, made.purpose, made.kind, made.play, age_days, full_wait,
               count(*) as n, count(*) filter (state = 'unseen') as unseen,
               count(*) filter (proved_state = 'on_base' and proved_due) as proved_due,
               epoch(min(made.occurred_at)) as first
        from effort_state
        join outcome as made on made.effort_key = effort_state.effort_key
        join effort on effort.effort_key = effort_state.effort_key
        where effort_state.occurred_at >= {first} and effort_state.occurred_at < {end}
          and made.rep_key in ({", ".join(map(str, which.reps)) or "null"}) {kept}
          and coalesce(made.account_key, made.contact_key) is not null
        group by all order by all"""


def _counts(rows: pa.Table) -> Counts:
    """Each group of touches as a cell of its own."""
    size, none = rows.num_rows, np.zeros(rows.num_rows, np.int64)
    due = rows["proved_due"].to_numpy().astype(np.int64)
    return Counts(
        cell=np.arange(size),
        play=rows["play"].to_pylist(),
        peer=[(None, None)] * size,
        age=np.nan_to_num(rows["age_days"].to_numpy().astype(np.float64)).astype(np.int64),
        full=np.asarray(rows["full_wait"].to_pylist(), np.bool_),
        n=rows["n"].to_numpy().astype(np.int64),
        state=dict.fromkeys(STATES, none) | {"unseen": rows["unseen"].to_numpy().astype(np.int64)},
        due=due,
        proved=due,
        proved_due=due,
        first=none.astype(np.float64),
        last=none.astype(np.float64),
    )


def _shows(plan: Plan, touch: dict[str, object]) -> int:
    usual, new = plan.usual.shown(touch), plan.new.shown(touch)
    return UNTOLD if usual == new else NEW if new else USUAL


def touched_lately(reader: Reader, scope: Scope, reps: tuple[int, ...], weeks: int) -> list[tuple[int, int]]:
    """Pairs of rep and company (or person) touched by hand in the last weeks: who may want to know their lots."""
    since = sql_instant(reader.as_of - timedelta(weeks=weeks))
    rows = reader.query(f"""
        select distinct rep_key, coalesce(account_key, contact_key) as unit from effort
        where rep_key in ({", ".join(map(str, reps)) or "null"}) and occurred_at >= {since}
          and occurred_at <= {reader.instant} and origin = 'hand' and not contested
          and coalesce(account_key, contact_key) is not null and {within(scope, "rep_key", "occurred_at")}
        order by all""")
    return list(zip(rows["rep_key"].to_pylist(), rows["unit"].to_pylist(), strict=True))
