"""Everybody's efforts and proved answers by rep, week, kind of touch and segment: what all questions here start from.

One pass over the outcomes. Counted are the efforts of the on-base rate (recorded, made by hand, not contested, such
that an answer could have been seen), young ones with the share of their answers that should be in; answers are proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.lags import play_lags
from answerback.analysis.reader import Reader
from answerback.analysis.states import DAY_SECONDS, age_days_sql, observed_sql, state_sql
from answerback.domain.scope import Scope
from answerback.stats.lag import LagCurve
from answerback.stats.standard import RIDGE, expected_log_odds, shifts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_MONDAY = date(1970, 1, 5)
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, eq=False)
class Weeks:
    """One row per rep, week, kind of touch and segment; shape (rows,) each.

    `rep` numbers `reps` (keys, in order); `week` counts Mondays from `first_day`; `play` and `segment` number their
    names, -1 for none. `efforts` are those that could be seen, `exposure` their matured number, `success` those that
    moved a buyer by proof as far as they count for it.
    """

    reps: Ints
    plays: tuple[str, ...]
    segments: tuple[str, ...]
    first_day: date
    weeks: int
    last_day: date | None
    """The day of the last touch (UTC); None without any."""
    rep: Ints
    week: Ints
    play: Ints
    segment: Ints
    efforts: Floats
    exposure: Floats
    success: Floats

    def day(self, week: int) -> date:
        """The Monday on which a week begins (UTC)."""
        return self.first_day + timedelta(days=WEEK_DAYS * int(week))

    def week_of(self, day: date) -> int:
        """The week that a day lies in."""
        return (day - self.first_day).days // WEEK_DAYS

    def usual(self, learn: NDArray[np.bool_], *, with_rep: bool) -> Floats:
        """The usual log odds of each row, learnt from some rows: by kind of touch and segment, and by rep if said."""
        weight = learn.astype(np.float64)
        found = expected_log_odds([self.play, self.segment], self.success, self.exposure, weight)
        if with_rep:
            success, exposure = self.success * weight, self.exposure * weight
            own = shifts(found, success, exposure, self.rep, self.reps.size)
            # As if one touch more were known of each: who has none is as usual.
            found = found + (own.shift * own.information / (own.information + RIDGE))[self.rep]
        return np.asarray(found, dtype=np.float64)

    def by_rep(self, values: Floats, rows: NDArray[np.bool_] | None = None) -> Floats:
        """Sums by rep, shape (reps,), over all rows or some."""
        chosen = slice(None) if rows is None else rows
        return np.bincount(self.rep[chosen], values[chosen], self.reps.size).astype(np.float64)


def read_weeks(reader: Reader, scope: Scope) -> Weeks:
    """Everybody's, because peers are compared with. Callers show nobody whom the scope does not hold."""
    lags = play_lags(reader, scope)
    table = reader.query(_SQL.format(
        as_of=reader.instant, full=observed_sql("as_of"), age=age_days_sql("as_of"), day=DAY_SECONDS,
        state=state_sql("as_of", proved=True), monday=(_MONDAY - date(1970, 1, 1)).days * DAY_SECONDS,
    ))  # fmt: skip
    rep_key, week, seen = (table[name].to_numpy() for name in ("rep_key", "week", "seen"))
    reps, rep = np.unique(rep_key, return_inverse=True)
    plays, play = numbered(table["play"])
    segments, segment = numbered(table["segment"])
    young = table["age_days"].to_numpy()
    share = np.where(young < 0, 1.0, 0.0)
    for number, name in enumerate(plays):
        curve = lags[name].curve
        rows = (play == number) & (young >= 0)
        if isinstance(curve, LagCurve) and rows.any():
            share[rows] = curve.at(young[rows])
    success = table["proved"].to_numpy() * (share > 0.0)
    first = int(week.min()) if week.size else 0
    return Weeks(
        reps=reps.astype(np.int64),
        plays=plays,
        segments=segments,
        first_day=_MONDAY + timedelta(days=WEEK_DAYS * first),
        weeks=int(week.max()) - first + 1 if week.size else 0,
        last_day=pc.max(table["last_at"]).as_py().date() if week.size else None,
        rep=rep.astype(np.int64).reshape(-1),
        week=week - first,
        play=play,
        segment=segment,
        efforts=seen.astype(np.float64),
        exposure=seen * share,
        success=success.astype(np.float64),
    )


def numbered(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Ints]:
    """The different words of a column in order, and the number of each row's; -1 for none."""
    coded = column.combine_chunks().dictionary_encode()
    words: list[str] = coded.dictionary.to_pylist()
    place = (
        np.argsort(np.argsort(np.array(words, dtype=object), kind="stable"), kind="stable") if words else np.zeros(1)
    )
    code = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return tuple(sorted(words)), np.where(code < 0, -1, place.astype(np.int64)[np.maximum(code, 0)])


_SQL = """
with counted as (
    select outcome.rep_key, outcome.play, coalesce(account.segment, outcome.segment) as segment, occurred_at,
           cast(floor((epoch(occurred_at) - {monday}) / (7 * {day})) as bigint) as week,
           case when {full} >= waiting_seconds then -1 else {age} end as age_days,
           {state} = 'on_base'
           and ({full} >= waiting_seconds or epoch(proved_at) - epoch(occurred_at) <= {age} * {day}) as proved
    from outcome cross join (select {as_of} as as_of) as clock
    left join account on account.account_key = outcome.account_key
    where outcome.occurred_at <= as_of and not contested and evidence = 'captured' and origin = 'hand'
      and seen_seconds is not null
)
select rep_key, play, segment, week, age_days, count(*) as seen, count(*) filter (proved) as proved,
       max(occurred_at) as last_at
from counted
group by all
order by all"""


def may_see(scope: Scope, rep_key: int) -> bool:
    """Whether a scope holds a rep at any time."""
    return scope.everybody or any(each.rep_key == rep_key for each in scope.stretches)
