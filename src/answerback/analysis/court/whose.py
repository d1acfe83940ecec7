"""Whose ball it is: who held the deal or company when the buyer asked, and since when they were told.

In order: who held the deal, then the company, by an assignment; who owned the deal in the CRM; who made the touch that
the act answers; whom the act reached, if that is one person; who last touched this person, then this chain, by hand.
Where only a later assignment names somebody, or somebody just answered, it was nobody's until then: that time is
routing, and no rep's.
"""

from __future__ import annotations

_WHOSE = """
with asked as (
    select event_key, chain_key, is_deal, account_key, contact_key, occurred_at, min(settled_at) as settled_at,
           min_by(settled_key, settled_at) as settled_key
    from {asked}
    group by all
),
held as (
    select asked.event_key, held.rep_key, coalesce(held.notified_at, held.starts_at) as told_at
    from (select * from asked where is_deal) as asked
    asof join (select * from holding where deal_key is not null) as held
      on held.deal_key = asked.chain_key and held.starts_at <= asked.occurred_at
    where held.ends_at > asked.occurred_at
),
kept as (
    select asked.event_key, kept.rep_key, coalesce(kept.notified_at, kept.starts_at) as told_at
    from asked
    asof join (select * from holding where deal_key is null) as kept
      on kept.account_key = asked.account_key and kept.starts_at <= asked.occurred_at
    where kept.ends_at > asked.occurred_at
),
owned as (
    select asked.event_key, owner.owner_key as rep_key
    from (select * from asked where is_deal) as asked
    asof join deal_owner as owner on owner.deal_key = asked.chain_key and owner.occurred_at <= asked.occurred_at
),
answers as (
    select asked.event_key, min(effort.rep_key) as rep_key
    from asked
    join link on link.action_key = asked.event_key and link.grade in ('E1', 'E2')
    join effort on effort.effort_key = link.effort_key
    group by asked.event_key
),
reached as (
    select asked.event_key, min(reached.rep_key) as rep_key
    from asked join action_rep as reached on reached.action_key = asked.event_key
    where not reached.copied
    group by asked.event_key
    having min(reached.rep_key) = max(reached.rep_key)
),
touch as (
    select event.event_key, event.chain_key, event.rep_key, event.occurred_at
    from chain_event as event
    where event.side = 'seller' and event.turns
),
spoke as (
    select asked.event_key, toward.rep_key
    from asked
    asof join (
        select who.contact_key, touch.occurred_at, touch.rep_key
        from effort_contact as who join touch on touch.event_key = who.effort_key
    ) as toward on toward.contact_key = asked.contact_key and toward.occurred_at <= asked.occurred_at
),
worked as (
    select asked.event_key, touch.rep_key
    from asked asof join touch on touch.chain_key = asked.chain_key and touch.occurred_at <= asked.occurred_at
),
later as (
    select asked.event_key, given.rep_key, coalesce(given.notified_at, given.starts_at) as told_at,
           'given_later' as why
    from asked
    asof join (select * from holding where deal_key is null) as given
      on given.account_key = asked.account_key and given.starts_at >= asked.occurred_at
    where given.starts_at <= {instant}
    union all
    select asked.event_key, given.rep_key, coalesce(given.notified_at, given.starts_at), 'given_later'
    from (select * from asked where is_deal) as asked
    asof join (select * from holding where deal_key is not null) as given
      on given.deal_key = asked.chain_key and given.starts_at >= asked.occurred_at
    where given.starts_at <= {instant}
    union all
    select asked.event_key, event.rep_key, asked.settled_at, 'picked_up'
    from asked join chain_event as event on event.event_key = asked.settled_key and event.side = 'seller'
),
first_later as (
    select event_key, rep_key, told_at, why
    from later
    qualify row_number() over (partition by event_key order by told_at, why, rep_key) = 1
),
known as (
    select asked.event_key, coalesce(held.rep_key, kept.rep_key) as given_key,
           case when held.rep_key is not null then held.told_at else kept.told_at end as told_at,
           coalesce(owned.rep_key, answers.rep_key, reached.rep_key, spoke.rep_key, worked.rep_key) as known_key,
           case when held.rep_key is not null then 'deal_given' when kept.rep_key is not null then 'account_given'
                when owned.rep_key is not null then 'owner' when answers.rep_key is not null then 'answers'
                when reached.rep_key is not null then 'reached' when spoke.rep_key is not null then 'spoke'
                when worked.rep_key is not null then 'worked' end as why
    from asked
    left join held on held.event_key = asked.event_key
    left join kept on kept.event_key = asked.event_key
    left join owned on owned.event_key = asked.event_key
    left join answers on answers.event_key = asked.event_key
    left join reached on reached.event_key = asked.event_key
    left join spoke on spoke.event_key = asked.event_key
    left join worked on worked.event_key = asked.event_key
)
select known.event_key, coalesce(given_key, known_key, first_later.rep_key) as rep_key,
       case when given_key is not null then known.told_at
            when known_key is null then first_later.told_at end as told_at,
       given_key is null and known_key is null and first_later.rep_key is not null as given_later,
       coalesce(known.why, first_later.why) as why
from known
left join first_later on first_later.event_key = known.event_key
"""


def whose_sql(asked: str, instant: str) -> str:
    """One row per act of a table of what was asked: whose turn it made it, why, and when they were told.

    As of an instant, an SQL literal.
    """
    return _WHOSE.format(asked=asked, instant=instant)
