"""Typed-in calls and meetings beside recorded ones: how many of either kind the other confirms, within a day.

A typed-in call can be confirmed only where calls of that day were loaded, a meeting where the calendar was; others are
told apart, as they are nobody's fault. What is typed in and not confirmed may well have happened: on a private phone,
or on a visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.analysis.trust.cover import Cover
from answerback.domain.kinds import Evidence
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

DAYS = 180
"""So far back."""
CHANNEL = {"call": "call", "meeting": "calendar"}
"""By sort, the channel that records it."""
_SORT = "case when event.kind in ('call', 'answered_call', 'called') then 'call' else 'meeting' end"
_TOUCHES, _ACTS = "('call', 'meeting', 'visit')", "('answered_call', 'called', 'attended', 'no_show')"


@dataclass(frozen=True, slots=True)
class TypedIn:
    """Of one rep and sort, call or meeting: typed-in ones, those that a record confirms or none could, and the reverse.

    Attributes:
        typed: Typed-in ones on days that were loaded.
        confirmed: Those with a record of the same company or person within a day.
        unseen: Typed-in ones on days that were not loaded.
        recorded: Recorded ones.
        also_typed: Those with a typed-in one within a day.
    """

    rep_key: int
    sort: str
    typed: int
    confirmed: int
    unseen: int
    recorded: int
    also_typed: int


def typed_in(reader: Reader, scope: Scope, cover: Cover) -> tuple[TypedIn, ...]:
    """Every rep within the scope, by key and sort."""
    cells: dict[tuple[int, str], list[int]] = {}
    for row in reader.query(_sql(reader, scope)).to_pylist():
        cell = cells.setdefault((row["rep_key"], row["sort"]), [0] * 5)
        if row["evidence"] == Evidence.CAPTURED:
            cell[3] += row["n"]
            cell[4] += row["matched"]
            continue
        day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=row["day"])
        seen = cover.share(row["rep_key"], CHANNEL[row["sort"]], day, day + timedelta(days=1)) > 0.0
        # A record shows by itself that the day was loaded, whatever the source says it covers.
        cell[0] += row["n"] if seen else row["matched"]
        cell[1] += row["matched"]
        cell[2] += 0 if seen else row["n"] - row["matched"]
    return tuple(TypedIn(rep, sort, *cell) for (rep, sort), cell in sorted(cells.items()))


def _sql(reader: Reader, scope: Scope) -> str:
    """One row per rep, sort, evidence and day: how many touches, and how many that the other evidence has, too."""
    since = sql_instant(reader.as_of - timedelta(days=DAYS))
    in_time = f"event.occurred_at > {since} and event.occurred_at <= {reader.instant}"
    view = in_view(scope, "event.contested", "event.rep_key")
    return f"""
        with touch as (
            select event.effort_key as event_key, event.rep_key, event.account_key, event.contact_key,
                   event.occurred_at, event.evidence, {_SORT} as sort
            from effort as event
            where event.kind in {_TOUCHES} and {in_time} and {view}
        ),
        beside as (
            select event_key, rep_key, account_key, contact_key, occurred_at, evidence, sort from touch
            union all
            select event.action_key, null, event.account_key, event.contact_key, event.occurred_at, event.evidence,
                   {_SORT}
            from buyer_action as event
            where event.counts and event.kind in {_ACTS} and event.evidence = '{Evidence.CAPTURED}' and {in_time}
              and {in_view(scope, "event.contested", "event.registered_by_key")}
        ),
        matched as (
            {_matched("account_key")}
            union
            {_matched("contact_key")}
        )
        select touch.rep_key, touch.sort, touch.evidence,
               cast(floor(epoch(touch.occurred_at) / 86400) as bigint) as day,
               count(*) as n, count(matched.event_key) as matched
        from touch left join matched on matched.event_key = touch.event_key
        where touch.rep_key is not null and {within(scope, "touch.rep_key", "touch.occurred_at")}
        group by all
        order by touch.rep_key, touch.sort, touch.evidence, day"""


def _matched(same: str) -> str:
    """Touches with something of the other evidence beside them, of the same rep or of the buyer."""
    return f"""select touch.event_key
            from touch
            join beside on beside.{same} = touch.{same} and beside.sort = touch.sort
             and beside.evidence <> touch.evidence and coalesce(beside.rep_key, touch.rep_key) = touch.rep_key
             and abs(epoch(beside.occurred_at) - epoch(touch.occurred_at)) <= 86400"""


def added(rows: Sequence[TypedIn], sort: str) -> TypedIn:
    """All reps together."""
    kept = [row for row in rows if row.sort == sort]
    names = ("typed", "confirmed", "unseen", "recorded", "also_typed")
    return TypedIn(0, sort, *(sum(getattr(row, name) for row in kept) for name in names))
