"""How many open stories somebody can carry before more balls are missed: weeks compared within each rep, all pooled.

An open story is a deal or company that the rep touched by hand within eight weeks and that had not ended. It is counted
at the end of the week in which a ball came to them. What is told is one figure of all reps; nobody is ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from answerback.analysis.court.balls import HELD, MISSED, NOBODY, Balls
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.stats.arrays import IntArray
from answerback.stats.bend import Bend, bend

CARRIED = timedelta(weeks=8)
"""A story that the rep has not touched for so long is no longer carried."""
_WEEK = 7 * 86_400
_MONDAY = 4 * 86_400
"""1970-01-05 was a Monday."""
_SEED = 6


@dataclass(frozen=True, slots=True)
class Juggling:
    """Where it bends; and counts by how much was carried, over everybody: from, to, balls, missed."""

    found: Bend | CannotTell
    parts: tuple[tuple[int, int, int, int], ...]


def juggling(reader: Reader, found: Balls) -> Juggling:
    """The juggling limit of everybody together, from whole weeks."""
    rows = np.flatnonzero(found.where(*HELD) & (found.rep_key != NOBODY) & (found.policy != found.names.index(SERVICE)))
    week = (found.runs_from[rows] - _MONDAY) // _WEEK
    last = (found.as_of - _MONDAY) // _WEEK
    rows, week = rows[week < last], week[week < last]
    missed = found.where(*MISSED)[rows]
    asked = np.stack([found.rep_key[rows], week, found.policy[rows]])
    own, place = np.unique(asked, axis=1, return_inverse=True)
    place = place.reshape(-1)
    tasks = np.bincount(place, minlength=own.shape[1])
    dropped = np.bincount(place, weights=missed, minlength=own.shape[1])
    reps, number = np.unique(own[0], return_inverse=True)
    carried = _carried(reader, reps, number, own[1])
    told = bend(number, carried, tasks, dropped, rng=np.random.default_rng(_SEED), sort=own[2])
    return Juggling(told, _parts(carried, tasks, dropped))


def carried_now(reader: Reader, scope: Scope, rep_key: int) -> int:
    """How many open stories a rep carries at the reader's instant."""
    since = sql_instant(reader.as_of - CARRIED)
    (row,) = reader.query(f"""
        select count(distinct told.chain_key) as n
        from chain_event as told
        left join deal_span as life on life.deal_key = told.chain_key and told.is_deal
        where told.side = 'seller' and told.turns and told.rep_key = {rep_key}
          and told.occurred_at > {since} and told.occurred_at <= {reader.instant}
          and {within(scope, "told.rep_key", "told.occurred_at")}
          and (life.ends_at is null or life.ends_at > {reader.instant})""").to_pylist()
    return int(row["n"])


def _carried(reader: Reader, reps: IntArray, number: IntArray, week: IntArray) -> IntArray:
    """How many stories each of these reps carried at the end of these weeks."""
    wanted = ", ".join(str(each) for each in reps) or "null"
    table = reader.query(f"""
        with touch as (
            select rep_key, chain_key, is_deal, cast(epoch(occurred_at) as bigint) as made,
                   lag(cast(epoch(occurred_at) as bigint)) over story as before
            from chain_event
            where side = 'seller' and turns and occurred_at <= {reader.instant} and rep_key in ({wanted})
            window story as (partition by rep_key, chain_key order by occurred_at, event_key)
        ),
        told as (
            select *, count(*) filter (before is null or made - before > {int(CARRIED.total_seconds())}) over (
                partition by rep_key, chain_key order by made rows between unbounded preceding and current row
            ) as stretch
            from touch
        )
        select told.rep_key, min(made) as starts, max(made) + {int(CARRIED.total_seconds())} as ends,
               min(cast(epoch(life.ends_at) as bigint)) as over_at
        from told left join deal_span as life on life.deal_key = told.chain_key and told.is_deal
        group by told.rep_key, told.chain_key, told.stretch""")
    rep = np.searchsorted(reps, table["rep_key"].to_numpy())
    starts, ends = table["starts"].to_numpy(), table["ends"].to_numpy()
    over = table["over_at"].fill_null(int(ends.max(initial=0))).to_numpy()
    # Carried at the end of week w where it began before that and neither it nor the deal was over by then.
    first = (starts - _MONDAY) // _WEEK
    past = (np.minimum(ends, np.maximum(over, starts)) - _MONDAY) // _WEEK
    low, high = int(week.min(initial=0)), int(week.max(initial=0)) + 1
    grid = np.zeros((len(reps), high - low + 1), np.int64)
    some = past > first
    np.add.at(grid, (rep[some], np.clip(first[some] - low, 0, high - low)), 1)
    np.add.at(grid, (rep[some], np.clip(past[some] - low, 0, high - low)), -1)
    return np.asarray(np.cumsum(grid, axis=1)[number, week - low], dtype=np.int64)


def _parts(carried: IntArray, tasks: IntArray, missed: IntArray) -> tuple[tuple[int, int, int, int], ...]:
    """Balls and missed ones in five parts of weeks, from those with the fewest open stories."""
    if not len(carried):
        return ()
    edges = np.unique(np.quantile(carried, [0.2, 0.4, 0.6, 0.8, 1.0], method="higher"))
    part = np.searchsorted(edges, carried)
    return tuple(
        (
            int(carried[part == each].min()),
            int(carried[part == each].max()),
            int(tasks[part == each].sum()),
            int(missed[part == each].sum()),
        )
        for each in np.unique(part)
    )
