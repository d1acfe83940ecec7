"""Touches toward silent buyers as columns: which of its run each was, how many came of late, what the buyer did next.

A run begins with the first touch after a buyer's own act, and ends with the next act. A buyer is a contact; where an
effort names none, the company. Only touches that no act called for are part of a run. One pass over events sorted by
buyer and time: work grows with their number, not with that of pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant

DAYS = 364
"""How far back it is looked."""
WARM_UP_DAYS = 42
"""Before this much of the data nobody knows which touch of a run the first one was."""
CLOSE_SECONDS = 14 * 86_400
MOST_TOUCHES = 2_000_000
"""Where there are more, so many buyers are taken by lot that about this many are left."""
NOTHING, ANSWERED, REFUSED, FORBADE = range(4)
"""What the buyer did before the next touch, at most fourteen days after this one."""
_FORBADE = "('unsubscribed', 'complained')"


@dataclass(frozen=True, slots=True, eq=False)
class Play:
    """A kind of touch and what it is made of."""

    play: str
    kind: str
    step: str | None
    sequence: bool
    by_hand: bool


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """One row per touch, in order of buyer and time; every array has the shape (touches,).

    Attributes:
        rep, effort: Keys.
        play: Index into `plays`.
        at: Seconds since 1970.
        run: Number of its run, rising; `started` says whether the run began where all before it was seen.
        number: Which touch of the run, from 1.
        pace: Touches of this run in the fourteen days up to it, itself included.
        result: What the buyer did next.
        act: The key of that act; 0 for none.
        proved: Whether an act is proved to answer it.
        waited: Whether the next touch, an act or the waiting time settled what came of it.
        visible: Whether its answer could have been recorded.
        plays: The kinds of touch.
        one_in: 1, or how many buyers each one that was looked at stands for.
    """

    rep: NDArray[np.int64]
    effort: NDArray[np.int64]
    play: NDArray[np.int64]
    at: NDArray[np.int64]
    run: NDArray[np.int64]
    started: NDArray[np.bool_]
    number: NDArray[np.int64]
    pace: NDArray[np.int64]
    result: NDArray[np.int64]
    act: NDArray[np.int64]
    proved: NDArray[np.bool_]
    waited: NDArray[np.bool_]
    visible: NDArray[np.bool_]
    plays: tuple[Play, ...]
    one_in: int

    def of_play(self, name: str) -> NDArray[np.object_]:
        """One attribute of each touch's play."""
        values = np.array([getattr(each, name) for each in self.plays], dtype=object)
        return values[self.play] if len(values) else np.empty(0, dtype=object)


def read_touches(reader: Reader, scope: Scope, *, days: int = DAYS, most: int = MOST_TOUCHES) -> Touches:
    """The touches of the last `days` days, everybody's: a buyer feels what anybody sends.

    What a scope leaves out is not dropped here; whoever shows rows of reps must keep to the scope.
    """
    since = reader.as_of - timedelta(days=days + WARM_UP_DAYS)
    view = in_view(scope, "contested", "rep_key")
    made = f"""evidence = 'captured' and not reactive and {view}
          and occurred_at > {sql_instant(since)} and occurred_at <= {reader.instant}"""
    count = int(reader.query(f"select count(*) from outcome where {made}").column(0)[0].as_py())
    one_in = max(1, -(-count // most))
    chosen = "true" if one_in == 1 else f"coalesce(contact_key, account_key) % {one_in} = 0"
    rows = reader.query(_events_sql(reader, made, chosen, sql_instant(since)))
    return _numbered(reader, rows, since.timestamp(), one_in)


def _events_sql(reader: Reader, made: str, chosen: str, since: str) -> str:
    """Touches and acts in order of buyer and time; an act at the instant of a touch comes after it."""
    as_of = reader.instant
    return f"""
        with event as (
            select coalesce(contact_key, account_key) as unit, cast(epoch(occurred_at) as bigint) as moment,
                   0 as act, effort_key as event_key, rep_key, play,
                   coalesce(least(proved_at, other_proved_at) <= {as_of}, false) as proved,
                   epoch({as_of}) - epoch(occurred_at) >= waiting_seconds as waited,
                   seen_seconds is not null as visible
            from outcome where {made} and {chosen} and coalesce(contact_key, account_key) is not null
            union all
            select coalesce(contact_key, account_key), cast(epoch(occurred_at) as bigint),
                   case when kind in {_FORBADE} then {FORBADE} when stance = 'retreat' then {REFUSED}
                        else {ANSWERED} end, action_key, 0, null, false, true, true
            from buyer_action
            where counts and not contested and evidence = 'captured' and {chosen}
              and coalesce(contact_key, account_key) is not null
              and occurred_at > {since} and occurred_at <= {as_of}
        )
        select * from event order by unit, moment, act, event_key"""


def _numbered(reader: Reader, rows: pa.Table, since: float, one_in: int) -> Touches:
    column = {name: rows[name].to_numpy() for name in rows.column_names if name != "play"}
    unit, at, act = column["unit"], column["moment"].astype(np.int64), column["act"].astype(np.int64)
    size = len(unit)
    is_act = act > 0
    fresh = np.ones(size, dtype=np.bool_)
    fresh[1:] = unit[1:] != unit[:-1]
    after_act = np.zeros(size, dtype=np.bool_)
    after_act[1:] = is_act[:-1] & ~fresh[1:]
    run = np.cumsum(fresh | after_act)
    kept = np.flatnonzero(~is_act)
    first = np.searchsorted(run, run[kept])
    line = run * np.int64(1 << 36) + (at - np.int64(since))
    close = np.maximum(np.searchsorted(line, line[kept] - CLOSE_SECONDS), first)
    following = np.minimum(kept + 1, max(size - 1, 0))
    same = (kept + 1 < size) & (unit[following] == unit[kept])
    met = same & is_act[following]
    soon = met & (at[following] - at[kept] <= CLOSE_SECONDS)
    begins = float(at[kept].min()) if len(kept) else 0.0
    seen_before = after_act[first] | (at[first] >= max(begins, since) + WARM_UP_DAYS * 86_400)
    plays, code = _plays(reader, rows["play"], kept)
    return Touches(
        rep=column["rep_key"][kept],
        effort=column["event_key"][kept],
        play=code,
        at=at[kept],
        run=np.asarray(run[kept], np.int64),
        started=seen_before,
        number=kept - first + 1,
        pace=kept - close + 1,
        result=np.where(soon, act[following], NOTHING),
        act=np.where(soon, column["event_key"][following], 0),
        proved=column["proved"][kept].astype(np.bool_),
        waited=column["waited"][kept].astype(np.bool_) | (same & ~is_act[following]) | soon,
        visible=column["visible"][kept].astype(np.bool_),
        plays=plays,
        one_in=one_in,
    )


def _plays(
    reader: Reader, names: pa.ChunkedArray, kept: NDArray[np.int64]
) -> tuple[tuple[Play, ...], NDArray[np.int64]]:
    """The kinds of touch, and each touch's place among them."""
    known = reader.query(
        "select play, min(kind) as kind, min(step) as step, min(origin) as origin, count(distinct origin) as origins"
        " from outcome group by play order by play"
    ).to_pylist()
    plays = tuple(
        Play(row["play"], row["kind"], row["step"], row["origin"] == "sequence", row["origin"] == "hand")
        for row in known
    )
    coded = names.combine_chunks().dictionary_encode()
    place = {each.play: number for number, each in enumerate(plays)}
    order = np.array([place.get(name, 0) for name in coded.dictionary.to_pylist()] or [0], np.int64)
    found: NDArray[np.int64] = order[coded.indices.fill_null(0).to_numpy(zero_copy_only=False)][kept]
    return plays, found
