-- One row per deal and the one stretch of time for which it lived: from the first that is known of it (when it was opened, or an
-- earlier change of it; for good where neither is known) to its last ending that stands (2200 while it is open), and how it
-- ended. Opened again it lives on as if it had not ended. Owned by whom its record names, else by whom a change named last.
-- key: deal_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- rows in a group: 4096
with change as (
    select coalesce(same.canonical_key, change.deal_key) as deal_key, change.occurred_at
    from current_deal_change as change
    left join same_as as same on same.key = change.deal_key
),
known as (
    select deal_key, created_at as known_at from deal
    union all
    select deal_key, occurred_at from change
),
begun as (
    select deal_key, coalesce(min(known_at), timestamp '1900-01-01 00:00:00') as starts_at from known group by deal_key
),
ended as (
    select deal_key, occurred_at, outcome
    from deal_outcome
    qualify row_number() over (partition by deal_key order by occurred_at desc, deal_key) = 1
),
owned as (
    select deal_key, owner_key
    from deal_owner
    qualify row_number() over (partition by deal_key order by occurred_at desc, deal_key) = 1
)
select begun.deal_key, deal.account_key, coalesce(deal.owner_key, owned.owner_key) as owner_key, begun.starts_at,
       case when ended.outcome is not null then ended.occurred_at
            else timestamp '2200-01-01 00:00:00' end as ends_at,
       ended.outcome
from begun
left join deal on deal.deal_key = begun.deal_key
left join ended on ended.deal_key = begun.deal_key
left join owned on owned.deal_key = begun.deal_key
