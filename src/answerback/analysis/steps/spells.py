"""Spells of chains as SQL: from a step that hands the ball over until the other side's next step, or until it is over.

A spell begins with a touch by hand, and waits for what the buyer does; or with what a buyer did (a refusal apart), and
waits for the seller's next touch. It ends with the other side's first step after it, in the order of the chain. That is
the next step, unless it is a buyer's refusal. Else it ends when its deal is lost or won, or when a deal was opened for
a company that had none: from then on the story goes on there. What is still open ends when one looks, or where nothing
more could have been recorded: for a touch at the end of the stretch in which answers to it were, for an act at the end
of all that was recorded. A touch whose answer could not have been recorded at all has no spell.

One's own further steps do not end a spell, so a step's curve tells how such steps go as they are usually followed up.
Contested events are as if they had not been.

The events are read once and sorted once: of all later steps of the other side, the first has the least number made of
its time and its sort.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

DIMENSIONS = ("side", "channel", "step", "play", "segment", "region", "industry", "size_band")
"""What spells can be grouped and restricted by. A play is the step with the stage of its deal."""
OF_ACCOUNTS = ("segment", "region", "industry", "size_band")

_SORTS = 1 << 16
"""More sorts of steps than there are."""


class End(IntEnum):
    """How a spell ended; the numbers are those of `answerback.stats.incidence`."""

    OPEN = 0
    NEXT = 1
    REFUSED = 2
    LOST = 3
    OTHER = 4
    """Won, or the story went on in a deal."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which spells, and in which groups."""

    reader: Reader
    scope: Scope
    by: tuple[str, ...] = ("side", "channel", "step")
    where: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (*self.by, *self.where):
            if name not in DIMENSIONS:
                raise UsageError(
                    f"steps have no {name!r}", where="--by, --where", next_step="use " + ", ".join(DIMENSIONS)
                )


def spells_sql(asked: Asked) -> str:
    """The query for spells: one row each with its group, how long it lasted in seconds, how it ended and with what."""
    names = tuple(dict.fromkeys([*asked.by, *asked.where]))
    columns = {
        "side": "sort.side",
        "channel": "sort.kind",
        "step": "sort.step",
        "play": "coalesce(played.play, sort.step)",
    }
    columns |= {name: f"account.{name}" for name in OF_ACCOUNTS}
    joins = []
    if {*names} & {*OF_ACCOUNTS}:
        joins.append("left join account on account.account_key = spell.account_key")
    if "play" in names:
        joins.append("left join effort_play as played on spell.ours and played.effort_key = spell.event_key")
    chosen = "".join(f", {columns[name]} as {name}" for name in asked.by)
    conditions = "".join(f"\n  and {_equals(columns[name], value)}" for name, value in sorted(asked.where.items()))
    return _SPELLS.format(
        instant=asked.reader.instant,
        in_view=in_view(asked.scope, "contested", "rep_key"),
        sorts=_SORTS,
        columns=chosen,
        joins="".join(f"\n{each}" for each in joins),
        conditions=conditions,
        **{each.name.lower(): int(each) for each in End},
    )


def counts_sql(asked: Asked) -> str:
    """The query for counts of spells by group, next step, end and length, in whole steps of time."""
    names = "".join(f"{name}, " for name in asked.by)
    return f"""\
with spells as (
{spells_sql(asked)}
)
select {names}next_step, ended, {_bucket_sql("seconds", f"ended <> {int(End.OPEN)}")} as seconds, count(*) as n
from spells
group by all
order by all"""


def _bucket_sql(seconds: str, ended: str) -> str:
    """Times in steps of a quarter of an hour up to six hours, of an hour up to ten days, of a day from then on.

    What ended is put at the end of its step. What was watched only so long is put at the nearer end: on average half of
    those who are watched into a step are there when something happens in it.
    """
    parts = []
    for below, width in (("21600", 900), ("864000", 3600), ("", 86_400)):
        up = f"case when {ended} then {width - 1} else {width // 2} end"
        step = f"({seconds} + {up}) // {width} * {width}"
        parts.append(f"when {seconds} < {below} then {step}" if below else f"else {step}")
    return f"case {' '.join(parts)} end"


def _equals(column: str, value: str) -> str:
    return f"{column} = {sql_text(value)}" if value else f"{column} is null"


_SPELLS = """\
with sort as (
    select side, kind, step, refuses, row_number() over (order by side, refuses, kind, step) as number
    from (
        select distinct side, kind, step, coalesce(stance = 'retreat', false) as refuses
        from chain_event where turns
    )
),
event as (
    select event.chain_key, event.is_deal, event.account_key, event.event_key, event.rep_key, sort.number,
           cast(epoch(event.occurred_at) as bigint) as began, event.side = 'seller' as ours, sort.refuses
    from chain_event as event
    join sort on sort.side = event.side and sort.kind = event.kind and sort.step = event.step
             and sort.refuses = coalesce(event.stance = 'retreat', false)
    where event.turns and event.occurred_at <= {instant} and {in_view}
),
followed as (
    select *,
           min(case when not ours then began * {sorts} + number end) over later as theirs,
           min(case when ours then began * {sorts} + number end) over later as own
    from event
    window later as (
        partition by chain_key order by began, ours desc, event_key rows between 1 following and unbounded following
    )
),
recorded as (
    select cast(epoch(least(max(ends_at), {instant})) as bigint) as until from coverage_span
),
kind_of_touch as (
    select play_wide as step, min(play_id) as play_id from effort_play group by play_wide
),
watched_rep as (
    select distinct rep_key from coverage_span where rep_key is not null
),
opened as (
    select account_key, cast(epoch(starts_at) as bigint) as began from deal_span where account_key is not null
),
watched as (
    select followed.chain_key, followed.account_key, followed.event_key, followed.ours, followed.number, followed.began,
           case when followed.ours then theirs else own end as next,
           case when followed.ours then cast(epoch(least(span.ends_at, {instant})) as bigint)
                else recorded.until end as until,
           case when followed.is_deal then cast(epoch(deal.ends_at) as bigint) else opened.began end as over_at,
           case when deal.outcome = 'lost' then {lost} else {other} end as over
    from followed
    cross join recorded
    left join deal_span as deal on followed.is_deal and deal.deal_key = followed.chain_key
    left join sort as touch on followed.ours and touch.number = followed.number
    left join kind_of_touch on kind_of_touch.step = touch.step
    left join watched_rep on followed.ours and watched_rep.rep_key = followed.rep_key
    left join coverage_span as span
      on span.rep_key is not distinct from watched_rep.rep_key and span.play_id = kind_of_touch.play_id
     and followed.began >= epoch(span.starts_at) and followed.began < epoch(span.ends_at)
    asof left join opened on opened.account_key = followed.account_key and opened.began > followed.began
    where not followed.refuses
),
spell as (
    select *,
           case when next // {sorts} <= until and (over_at is null or over_at <= began or next // {sorts} <= over_at)
                then next end as came,
           case when over_at > began and over_at <= until then over_at end as over_by
    from watched
    where until >= began
)
select spell.event_key, spell.ours, spell.began, next_sort.step as next_step,
       coalesce(came // {sorts}, over_by, until) - spell.began as seconds,
       case when came is not null and next_sort.refuses then {refused}
            when came is not null then {next}
            when over_by is not null then over
            else {open} end as ended{columns}
from spell
join sort on sort.number = spell.number
left join sort as next_sort on next_sort.number = spell.came % {sorts}{joins}
where true{conditions}"""
