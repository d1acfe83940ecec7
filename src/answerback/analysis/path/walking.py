"""The SQL of the buyer's path: one row per chain with what it asked of both sides.

Only what happened until the chain's end counts (or until one looks). Whose turn it was goes by `domain.court`. A wait
begins with the first act that made it the seller's turn and ends with the touch by hand that answered, with a refusal,
or with the end. From the buyer's chair an automatic mail is a touch like any other: it counts as a push, and as no
answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.court import ends_it_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text
from answerback.engine.scoped import within

CHANNELS = ("email", "call", "message")
"""Channels of which a buyer chooses one; a meeting is agreed by both, and answering a call is no choice of it."""
_CHOSEN = {"called": "call", "replied": "email", "asked": "email", "forwarded": "email"}
"""Acts by which a buyer chooses a channel, and which one where no answered touch says so."""

_REACHES = "event.side = 'seller' and (event.turns or event.origin = 'sequence' and event.kind <> 'task')"
"""What comes to a buyer's notice: touches by hand, and those of a sequence."""
_TALKING = ", ".join(f"'{each}'" for each in CHANNELS)


def paths_sql(reader: Reader, scope: Scope, *, asks: Iterable[str], conditions: Iterable[str]) -> str:
    """One row per chain; `asks` are kinds of act that ask for an answer, `conditions` are on `event`, deal, account."""
    return _PATHS.format(
        instant=reader.instant,
        in_view=in_view(scope, "event.contested", "event.rep_key"),
        refuses=ends_it_sql("event.kind", "event.stance"),
        seen=_seen_sql(reader, scope),
        asks=", ".join(sql_text(each) for each in sorted(asks)) or "''",
        conditions="".join(f" and {each}" for each in conditions),
        chosen=_chosen_sql(),
        talking=_TALKING,
        reaches=_REACHES,
        channels=_channels_sql(),
    )


def counts_sql(reader: Reader, scope: Scope, *, asks: Iterable[str], deals: bool) -> str:
    """One row per deal, or per company, with the channels and the questions of `paths_sql` and nothing else of it.

    For who sees everybody. Put in order is only what lies between questions of one kind.
    """
    return _COUNTS.format(
        instant=reader.instant,
        in_view=in_view(scope, "event.contested", "event.rep_key"),
        deals="event.is_deal" if deals else "not event.is_deal",
        asks=", ".join(sql_text(each) for each in sorted(asks)) or "''",
        chosen=_chosen_sql(),
        talking=_TALKING,
        reaches=_REACHES,
        channels=_channels_sql(),
    )


def _channels_sql() -> str:
    """How many acts and touches there were by channel, as columns."""
    return ", ".join(
        f"count(*) filter (channel = '{each}' and {of}) as {name}_{each}"
        for name, of in (("acts", "not ours"), ("touches", "ours"))
        for each in CHANNELS
    )


def _chosen_sql() -> str:
    return " ".join(f"when '{kind}' then '{channel}'" for kind, channel in _CHOSEN.items())


def _seen_sql(reader: Reader, scope: Scope) -> str:
    """Chains that somebody of the scope worked on, or whose deal they owned."""
    if scope.everybody:
        return "true"
    return f"""event.chain_key in (
            select own.chain_key from chain_event as own
            where own.side = 'seller' and own.occurred_at <= {reader.instant}
              and {within(scope, "own.rep_key", "own.occurred_at")}
            union all
            select deal_key from deal_owner
            where owner_key is not null and {within(scope, "owner_key", "occurred_at")})"""


_PATHS = """
with event as (
    select event.chain_key, event.is_deal, event.account_key, event.event_key, event.occurred_at, event.kind,
           event.turns, event.rep_key, event.contact_key, event.stance, event.side, event.side = 'seller' as ours,
           coalesce({refuses}, false) as refuses,
           {reaches} as reaches,
           case when life.ends_at <= {instant} then life.outcome end as outcome,
           least(coalesce(life.ends_at, {instant}), {instant}) as until
    from chain_event as event
    left join deal_span as life on event.is_deal and life.deal_key = event.chain_key
    left join account on account.account_key = event.account_key
    left join deal on event.is_deal and deal.deal_key = event.chain_key
    where event.occurred_at <= {instant} and (life.ends_at is null or event.occurred_at <= life.ends_at)
      and {in_view} and {seen}{conditions}
),
said as (
    select event.*, case when ours then case when reaches and event.kind in ({talking}) then event.kind end
                         when proved.kind in ({talking}) and event.kind in ('replied', 'asked', 'forwarded')
                         then proved.kind
                         else case event.kind {chosen} end end as channel
    from event
    left join link on link.action_key = event.event_key and not event.ours and link.grade in ('E1', 'E2')
    left join effort as proved on proved.effort_key = link.effort_key
),
counted as (
    select chain_key, any_value(is_deal) as is_deal, min(account_key) as account_key, any_value(outcome) as outcome,
           min(occurred_at) as first_at, max(occurred_at) as last_at, any_value(until) as until,
           count(*) filter (not ours) as acts, count(*) filter (reaches) as touches,
           count(*) filter (not ours and stance = 'advance') as steps,
           count(distinct case when ours and turns then rep_key end) as reps,
           count(distinct case when not ours then contact_key end) as contacts, {channels}
    from said group by chain_key
),
turning as (
    select chain_key, occurred_at, event_key, side, until,
           case when ours then 'buyer' when refuses then 'nobody' else 'seller' end as court
    from event where turns
),
switched as (
    select *
    from turning
    qualify court is distinct from lag(court) over (partition by chain_key order by occurred_at, side desc, event_key)
),
stretch as (
    select chain_key, court, occurred_at,
           epoch(coalesce(lead(occurred_at) over chain, until)) - epoch(occurred_at) as seconds,
           row_number() over chain as place
    from switched
    window chain as (partition by chain_key order by occurred_at, side desc, event_key)
),
waited as (
    select chain_key, cast(coalesce(sum(seconds) filter (court = 'seller'), 0) as bigint) as waiting_seconds,
           cast(coalesce(max(seconds) filter (court = 'seller'), 0) as bigint) as longest_wait_seconds,
           cast(coalesce(sum(seconds) filter (court = 'buyer'), 0) as bigint) as buyer_seconds,
           max_by(court, place) as court, max_by(occurred_at, place) as court_since
    from stretch group by chain_key
),
placed as (
    select chain_key, kind, ours, turns, reaches,
           sum(case when ours then 0 else 1 end) over chain as acts_before,
           sum(case when ours and turns then 1 else 0 end) over chain as answers_before
    from event
    window chain as (
        partition by chain_key order by occurred_at, side desc, event_key
        rows between unbounded preceding and current row
    )
),
pushed as (
    select chain_key, cast(sum(touches - 1) as bigint) as pushes, max(touches) as longest_run
    from (select chain_key, count(*) as touches from placed where reaches group by chain_key, acts_before)
    group by chain_key
),
asked as (
    select chain_key, cast(sum(times) as bigint) as asks, cast(sum(times - 1) as bigint) as asked_again
    from (
        select chain_key, count(*) as times from placed where not ours and kind in ({asks})
        group by chain_key, answers_before, kind
    )
    group by chain_key
),
handed as (
    select chain_key, count(*) as hand_offs
    from (
        select chain_key, rep_key,
               lag(rep_key) over (partition by chain_key order by occurred_at, side desc, event_key) as before
        from event where ours and turns and rep_key is not null
    )
    where before <> rep_key
    group by chain_key
),
stage as (
    select stage.deal_key, stage.stage, stage.occurred_at, known.position,
           lag(known.position) over (partition by stage.deal_key order by stage.occurred_at) as before
    from deal_stage as stage
    left join playbook_stage as known on known.stage = stage.stage
    where stage.occurred_at <= {instant}
),
staged as (
    select stage.deal_key, count(*) filter (position < before and occurred_at <= counted.until) as went_back,
           max_by(stage.stage, occurred_at) as stage
    from stage join counted on counted.chain_key = stage.deal_key
    group by stage.deal_key
)
select counted.*, coalesce(waited.waiting_seconds, 0) as waiting_seconds,
       coalesce(waited.longest_wait_seconds, 0) as longest_wait_seconds,
       coalesce(waited.buyer_seconds, 0) as buyer_seconds,
       case when counted.outcome is not null or waited.court is null then 'nobody' else waited.court end as court,
       waited.court_since, coalesce(pushed.pushes, 0) as pushes, coalesce(pushed.longest_run, 0) as longest_run,
       coalesce(asked.asks, 0) as asks, coalesce(asked.asked_again, 0) as asked_again,
       coalesce(handed.hand_offs, 0) as hand_offs, staged.went_back, staged.stage
from counted
left join waited on waited.chain_key = counted.chain_key
left join pushed on pushed.chain_key = counted.chain_key
left join asked on asked.chain_key = counted.chain_key
left join handed on handed.chain_key = counted.chain_key
left join staged on counted.is_deal and staged.deal_key = counted.chain_key
order by counted.chain_key
"""

_COUNTS = """
with event as materialized (
    select event.chain_key, event.account_key, event.event_key, event.occurred_at, event.kind, event.turns,
           event.side = 'seller' as ours,
           {reaches} as reaches
    from chain_event as event
    left join deal_span as life on event.is_deal and life.deal_key = event.chain_key
    where event.occurred_at <= {instant} and (life.ends_at is null or event.occurred_at <= life.ends_at)
      and {in_view} and {deals}
),
proved as (
    select link.action_key, effort.kind
    from link join effort on effort.effort_key = link.effort_key
    where link.grade in ('E1', 'E2') and effort.kind in ({talking})
),
said as (
    select event.chain_key, event.account_key, event.ours, not event.ours and event.kind in ({asks}) as asks,
           case when ours then case when reaches and event.kind in ({talking}) then event.kind end
                else coalesce(proved.kind, case event.kind {chosen} end) end as channel
    from event
    left join proved on proved.action_key = event.event_key
     and not event.ours and event.kind in ('replied', 'asked', 'forwarded')
),
counted as (
    select chain_key, min(account_key) as account_key, count(*) filter (asks) as asks, {channels}
    from said group by chain_key
),
repeated as (
    select chain_key, min(first_at) as first_at, max(last_at) as last_at
    from (
        select chain_key, kind, min(occurred_at) as first_at, max(occurred_at) as last_at
        from event where not ours and kind in ({asks})
        group by chain_key, kind having count(*) > 1
    )
    group by chain_key
),
placed as (
    select event.chain_key, event.kind, event.ours, sum(case when event.ours then 1 else 0 end) over (
               partition by event.chain_key order by event.occurred_at, event.ours desc, event.event_key
               rows between unbounded preceding and current row
           ) as answers_before
    from event join repeated on repeated.chain_key = event.chain_key
    where (event.ours and event.turns or not event.ours and event.kind in ({asks}))
      and event.occurred_at between repeated.first_at and repeated.last_at
),
again as (
    select chain_key, cast(sum(times - 1) as bigint) as asked_again
    from (select chain_key, count(*) as times from placed where not ours group by chain_key, answers_before, kind)
    group by chain_key
)
select counted.*, coalesce(again.asked_again, 0) as asked_again
from counted left join again on again.chain_key = counted.chain_key
order by counted.chain_key
"""
