-- One row per deal and stretch of time for which one rep owned it: from when it became theirs until it became somebody else's
-- (2200 where it did not), with the life of the deal: from when, until when, and how it ended.
-- key: deal_key, owned_from · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: owner_key, deal_key, owned_from · rows in a group: 4096
with stretch as (
    select deal_key, owner_key, occurred_at as owned_from,
           coalesce(lead(occurred_at) over (partition by deal_key order by occurred_at, deal_key),
                    timestamp '2200-01-01 00:00:00') as owned_until
    from deal_owner
)
select stretch.owner_key, stretch.deal_key, life.account_key, stretch.owned_from, stretch.owned_until, life.starts_at,
       life.ends_at, life.outcome
from stretch
join deal_span as life on life.deal_key = stretch.deal_key
where stretch.owner_key is not null
