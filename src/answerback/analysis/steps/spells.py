"""Spells of chains as SQL: from a step that hands the ball over until the other side's next step, or until it is over.

A spell begins with a touch by hand, and waits for what the buyer does; or with what a buyer did (a refusal apart), and
waits for the seller's next touch. It ends with the other side's first step after it, in the order of the chain. That is
the next step, unless it is a buyer's refusal. Else it ends when its deal is lost or won, or when a deal was opened for
a company that had none: from then on the story goes on there. What is still open ends when one looks, or where nothing
more could have been recorded: for a touch at the end of the stretch in which answers to it were, for an act at the end
of all that was recorded. A touch whose answer could not have been recorded at all has no spell.

One's own further steps do not end a spell, so a step's curve tells how such steps go as they are usually followed up.
Contested events are as if they had not been.

The events are read once and sorted once; the first later step of the other side is one number, made of its time and its
sort.
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


_OF_STEPS = {"side": "sort.side", "channel": "sort.kind", "step": "sort.step"}


def spells_sql(asked: Asked) -> str:
    """The query for the spells themselves: one row each, how long it lasted in seconds, how it ended and with what."""
    columns, joins = _columns(asked)
    return f"""\
with {_relations(asked)}
select spell.event_key, spell.ours, spell.began, next_sort.step as next_step, spell.seconds, spell.ended
from spell
join sort on sort.number = spell.number
left join sort as next_sort on next_sort.number = spell.next_number{joins}
where true{_conditions(asked, columns)}"""


def counts_sql(asked: Asked) -> str:
    """The query for counts of spells by group, next step, end and length, in whole steps of time.

    Counted by numbers first and named afterwards: that is what costs where there are ten million events.
    """
    columns, joins = _columns(asked)
    early = {name: column for name, column in columns.items() if name not in _OF_STEPS}
    kept = "".join(f", {early[name]} as {name}" for name in asked.by if name in early)
    named = "".join(f"{_OF_STEPS.get(name, f'counted.{name}')} as {name}, " for name in asked.by)
    return f"""\
with {_relations(asked)},
counted as (
    select spell.number, spell.next_number, spell.ended{kept},
           {_bucket_sql("spell.seconds", f"spell.ended <> {int(End.OPEN)}")} as lasted, count(*) as n
    from spell{joins}
    where true{_conditions(asked, early)}
    group by all
)
select {named}next_sort.step as next_step, counted.ended, counted.lasted as seconds, cast(sum(counted.n) as bigint) as n
from counted
join sort on sort.number = counted.number
left join sort as next_sort on next_sort.number = counted.next_number
where true{_conditions(asked, _OF_STEPS)}
group by all
order by all"""


def _columns(asked: Asked) -> tuple[dict[str, str], str]:
    names = {*asked.by, *asked.where}
    columns = _OF_STEPS | {name: f"account.{name}" for name in OF_ACCOUNTS} | {"play": "played.play"}
    joins = ""
    if names & {*OF_ACCOUNTS}:
        joins += "\n    left join account on account.account_key = spell.account_key"
    if "play" in names:
        joins += "\n    left join effort_play as played on spell.ours and played.effort_key = spell.event_key"
    return columns, joins


def _conditions(asked: Asked, columns: Mapping[str, str]) -> str:
    said = (_equals(columns[name], value) for name, value in sorted(asked.where.items()) if name in columns)
    return "".join(f"\n      and {each}" for each in said)


def _relations(asked: Asked) -> str:
    return _SPELLS.format(
        instant=asked.reader.instant,
        in_view=in_view(asked.scope, "contested", "rep_key"),
        sorts=_SORTS,
        **{each.name.lower(): int(each) for each in End},
    )


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
touch as (
    select play_wide as step, min(play_id) as play_id from effort_play group by play_wide
),
sort as (
    select told.side, told.kind, told.step, told.refuses, touch.play_id,
           row_number() over (order by told.side, told.refuses, told.step) as number
    from (
        select side, step, coalesce(stance = 'retreat', false) as refuses, min(kind) as kind
        from chain_event where turns group by all
    ) as told
    left join touch on told.side = 'seller' and touch.step = told.step
),
event as (
    select event.chain_key, event.is_deal, event.account_key, event.event_key, event.rep_key, sort.number, sort.play_id,
           cast(epoch(event.occurred_at) as bigint) as began, event.side = 'seller' as ours, sort.refuses
    from chain_event as event
    join sort on sort.step = event.step and sort.side = event.side
             and sort.refuses = coalesce(event.stance = 'retreat', false)
    where event.turns and event.occurred_at <= {instant} and {in_view}
),
followed as (
    select *,
           first_value(case when not ours then began * {sorts} + number end ignore nulls) over later as theirs,
           first_value(case when ours then began * {sorts} + number end ignore nulls) over later as own
    from event
    window later as (
        partition by chain_key order by began, ours desc, event_key
        rows between 1 following and unbounded following
    )
),
recorded as (
    select cast(epoch(least(max(ends_at), {instant})) as bigint) as until from coverage_span
    having max(ends_at) is not null
),
watched_rep as (
    select distinct rep_key from coverage_span where rep_key is not null
),
span as (
    select rep_key, play_id, cast(epoch(starts_at) as bigint) as starts,
           cast(epoch(ends_at) as bigint) as ends, cast(epoch(least(ends_at, {instant})) as bigint) as until
    from coverage_span
),
opened as (
    select account_key, cast(epoch(starts_at) as bigint) as over_at from deal_span where account_key is not null
),
placed as (
    select followed.*, cast(epoch(deal.ends_at) as bigint) as over_at,
           case when deal.outcome = 'lost' then {lost} else {other} end as over_as
    from followed
    left join deal_span as deal on deal.deal_key = followed.chain_key
    where followed.is_deal and not followed.refuses
    union all
    select followed.*, opened.over_at, {other}
    from (select * from followed where not is_deal and not refuses) as followed
    asof left join opened on opened.account_key = followed.account_key and opened.over_at > followed.began
),
watched as (
    select placed.account_key, placed.event_key, placed.ours, placed.number, placed.began, placed.over_at,
           placed.over_as, case when placed.ours then placed.theirs else placed.own end as next,
           case when placed.ours then span.until else recorded.until end as until
    from placed
    cross join recorded
    left join watched_rep on watched_rep.rep_key = placed.rep_key
    left join span
      on span.rep_key is not distinct from watched_rep.rep_key and span.play_id = placed.play_id
     and placed.began >= span.starts and placed.began < span.ends
),
judged as (
    select *,
           case when next // {sorts} <= until and (over_at is null or over_at <= began or next // {sorts} <= over_at)
                then next end as came,
           case when over_at > began and over_at <= until then over_at end as over_by
    from watched
    where until >= began
),
spell as (
    select judged.account_key, judged.event_key, judged.ours, judged.began, judged.number,
           came % {sorts} as next_number,
           coalesce(came // {sorts}, over_by, until) - judged.began as seconds,
           case when came is not null then (case when refusal.number is null then {next} else {refused} end)
                when over_by is not null then over_as
                else {open} end as ended
    from judged
    left join (select number from sort where refuses) as refusal on refusal.number = came % {sorts}
)"""
