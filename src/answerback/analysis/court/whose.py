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
told as (
    select asked.*, coalesce(held.rep_key, kept.rep_key, owned.rep_key) as rep_key,
           case when held.rep_key is not null then held.told_at
                when kept.rep_key is not null then kept.told_at end as told_at,
           case when held.rep_key is not null then 'deal_given' when kept.rep_key is not null then 'account_given'
                when owned.rep_key is not null then 'owner' end as why
    from asked
    left join held on held.event_key = asked.event_key
    left join kept on kept.event_key = asked.event_key
    left join owned on owned.event_key = asked.event_key
),
untold as (
    select * from told where rep_key is null
),
answers as (
    select untold.event_key, min(effort.rep_key) as rep_key
    from untold
    join link on link.action_key = untold.event_key and link.grade in ('E1', 'E2')
    join effort on effort.effort_key = link.effort_key
    group by untold.event_key
),
reached as (
    select untold.event_key, min(reached.rep_key) as rep_key
    from untold join action_rep as reached on reached.action_key = untold.event_key
    where not reached.copied
    group by untold.event_key
    having min(reached.rep_key) = max(reached.rep_key)
),
meant as (
    select untold.event_key, coalesce(answers.rep_key, reached.rep_key) as rep_key,
           case when answers.rep_key is not null then 'answers'
                when reached.rep_key is not null then 'reached' end as why
    from untold
    left join answers on answers.event_key = untold.event_key
    left join reached on reached.event_key = untold.event_key
),
unmeant as (
    select untold.* from untold join meant on meant.event_key = untold.event_key where meant.rep_key is null
),
touch as not materialized (
    select event.event_key, event.chain_key, event.contact_key, event.rep_key, event.occurred_at
    from chain_event as event
    where event.side = 'seller' and event.turns
),
spoke as (
    select unmeant.event_key, toward.rep_key
    from unmeant
    asof join (
        select contact_key, occurred_at, max_by(rep_key, event_key) as rep_key
        from (
            select contact_key, occurred_at, rep_key, event_key from touch
            union all
            select guest.contact_key, touch.occurred_at, touch.rep_key, touch.event_key
            from effort_guest as guest join touch on touch.event_key = guest.effort_key
        )
        where contact_key in (select contact_key from unmeant)
        group by contact_key, occurred_at
    ) as toward on toward.contact_key = unmeant.contact_key and toward.occurred_at <= unmeant.occurred_at
),
worked as (
    select unmeant.event_key, touched.rep_key
    from unmeant
    asof join (
        select chain_key, occurred_at, max_by(rep_key, event_key) as rep_key
        from touch
        where chain_key in (select chain_key from unmeant)
        group by chain_key, occurred_at
    ) as touched on touched.chain_key = unmeant.chain_key and touched.occurred_at <= unmeant.occurred_at
),
met as (
    select unmeant.event_key, coalesce(spoke.rep_key, worked.rep_key) as rep_key,
           case when spoke.rep_key is not null then 'spoke' when worked.rep_key is not null then 'worked' end as why
    from unmeant
    left join spoke on spoke.event_key = unmeant.event_key
    left join worked on worked.event_key = unmeant.event_key
),
nobodys as (
    select unmeant.* from unmeant join met on met.event_key = unmeant.event_key where met.rep_key is null
),
later as (
    select nobodys.event_key, given.rep_key, coalesce(given.notified_at, given.starts_at) as told_at,
           'given_later' as why
    from nobodys
    asof join (select * from holding where deal_key is null) as given
      on given.account_key = nobodys.account_key and given.starts_at >= nobodys.occurred_at
    where given.starts_at <= {instant}
    union all
    select nobodys.event_key, given.rep_key, coalesce(given.notified_at, given.starts_at), 'given_later'
    from (select * from nobodys where is_deal) as nobodys
    asof join (select * from holding where deal_key is not null) as given
      on given.deal_key = nobodys.chain_key and given.starts_at >= nobodys.occurred_at
    where given.starts_at <= {instant}
    union all
    select nobodys.event_key, event.rep_key, nobodys.settled_at, 'picked_up'
    from nobodys join chain_event as event on event.event_key = nobodys.settled_key and event.side = 'seller'
),
first_later as (
    select event_key, rep_key, told_at, why
    from later
    qualify row_number() over (partition by event_key order by told_at, why, rep_key) = 1
)
select told.event_key, coalesce(told.rep_key, meant.rep_key, met.rep_key, first_later.rep_key) as rep_key,
       coalesce(told.told_at, first_later.told_at) as told_at,
       first_later.rep_key is not null as given_later,
       coalesce(told.why, meant.why, met.why, first_later.why) as why
from told
left join meant on meant.event_key = told.event_key
left join met on met.event_key = told.event_key
left join first_later on first_later.event_key = told.event_key
"""


def whose_sql(asked: str, instant: str) -> str:
    """One row per act of a table of what was asked: whose turn it made it, why, and when they were told.

    As of an instant, an SQL literal.
    """
    return _WHOSE.format(asked=asked, instant=instant)
