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
from answerback.analysis.states import DAY_SECONDS, age_days_sql, observed_sql
from answerback.domain.scope import Scope
from answerback.stats.lag import LagCurve
from answerback.stats.standard import RIDGE, expected_log_odds, shifts
from answerback.stats.summed import in_order, without_gaps

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
    known = pc.unique(reader.query("select distinct segment from account")["segment"])
    words = tuple(tuple(sorted(each for each in of if each is not None)) for of in (lags, known.to_pylist()))
    table = _counted(reader, *words)
    reps, rep = np.unique(table["rep_key"].to_numpy(), return_inverse=True)
    plays, play = _used(words[0], table["play"].to_numpy())
    segments, segment = _segments(table, words[1])
    week, young, seen, proved = (
        table[name].to_numpy().astype(np.int64) for name in ("week", "age_days", "seen", "proved")
    )
    first = int(week.min()) if week.size else 0
    order = in_order(rep.reshape(-1), play + 1, segment + 1, week - first, young + 1)
    play, young, seen = play[order], young[order], seen[order]
    share = np.where(young < 0, 1.0, 0.0)
    waits = np.flatnonzero(young >= 0)
    for number, name in enumerate(plays):
        curve = lags[name].curve
        of = waits[play[waits] == number]
        if isinstance(curve, LagCurve) and of.size:
            share[of] = curve.at(young[of])
    return Weeks(
        reps=reps.astype(np.int64),
        plays=plays,
        segments=segments,
        first_day=_MONDAY + timedelta(days=WEEK_DAYS * first),
        weeks=int(week.max()) - first + 1 if week.size else 0,
        last_day=pc.max(table["last_at"]).as_py().date() if week.size else None,
        rep=rep.astype(np.int64).reshape(-1)[order],
        week=week[order] - first,
        play=play,
        segment=segment[order],
        efforts=seen.astype(np.float64),
        exposure=seen * share,
        success=np.where(share > 0.0, proved[order], 0.0),
    )


def _counted(reader: Reader, plays: tuple[str, ...], segments: tuple[str, ...]) -> pa.Table:
    """The counts in no order, where plays and segments of accounts are told by number, -1 for none."""
    told = {"_week_play": plays, "_week_segment": segments}
    for name, words in told.items():
        number = pa.array(range(len(words)), pa.int32())
        reader.duck.put(name, pa.table({"word": pa.array(words, pa.string()), "number": number}))
    table = reader.query(_SQL.format(
        as_of=reader.instant, full=observed_sql(reader.instant), age=age_days_sql(reader.instant),
        day=DAY_SECONDS, monday=(_MONDAY - date(1970, 1, 1)).days * DAY_SECONDS,
    ))  # fmt: skip
    for name in told:
        reader.duck.drop(name)
    return table


def _segments(table: pa.Table, of_accounts: tuple[str, ...]) -> tuple[tuple[str, ...], Ints]:
    """The segments of buyers, else of their reps, and the number of each row's; -1 for none."""
    of_reps, code = numbered(table["segment"])
    words = tuple(sorted({*of_accounts, *of_reps}))
    account, rep = (np.array([*(words.index(each) for each in of), -1], np.int64) for of in (of_accounts, of_reps))
    known = table["known"].to_numpy()
    return _used(words, np.where(known >= 0, account[known], rep[code]))


def _used(words: tuple[str, ...], code: Ints) -> tuple[tuple[str, ...], Ints]:
    """The words that occur, and the number of each row's among them; -1 for none.

    >>> _used(("a", "b", "c"), np.array([2, -1, 0, 2]))
    (('a', 'c'), array([ 1, -1,  0,  1]))
    """
    codes, number = without_gaps(code.astype(np.int64) + 1)
    none = int(np.count_nonzero(codes == 0))
    return tuple(words[each - 1] for each in codes[none:].tolist()), number - none


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
select rep_key, coalesce(play.number, -1) as play, coalesce(known.number, -1) as known,
       case when known.number is null then outcome.segment end as segment,
       cast(floor((epoch(occurred_at) - {monday}) / (7 * {day})) as integer) as week,
       cast(case when {full} >= waiting_seconds then -1 else {age} end as integer) as age_days,
       count(*) as seen,
       count(*) filter (
           proved_at <= {as_of}
           and ({full} >= waiting_seconds or epoch(proved_at) - epoch(occurred_at) <= {age} * {day})
       ) as proved,
       max(occurred_at) as last_at
from outcome
left join _week_play as play on play.word = outcome.play
left join (
    select account_key, number from account join _week_segment as told on told.word = account.segment
) as known on known.account_key = outcome.account_key
where occurred_at <= {as_of} and not contested and evidence = 'captured' and origin = 'hand'
  and seen_seconds is not null and rep_key is not null
group by all"""


def may_see(scope: Scope, rep_key: int) -> bool:
    """Whether a scope holds a rep at any time."""
    return scope.everybody or any(each.rep_key == rep_key for each in scope.stretches)
