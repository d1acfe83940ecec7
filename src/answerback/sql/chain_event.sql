-- One row per effort and per buyer action that counts, by the chain that it belongs to: its own deal, else the one deal of its
-- account that was open then, if just one was, else its account (`is_deal` is false). What has neither is in no chain.
-- In a chain events come by time, at one instant the seller's before the buyer's, then by key. `side` is whose it was, seller or
-- buyer; `rep_key` who made the effort, or who registered the act. `step` is the kind of touch without its stage (`play_wide`),
-- or the kind of act. `turns` says whether it hands the ball to the other side: whatever a buyer did, and an effort made by hand
-- that reaches a buyer, so no task, no sequence and nothing that merely registered an act.
-- key: event_key, side · unit: month · look-back: none · look-forward: none · kept: yes
-- order: chain_key, occurred_at, event_key, side · rows in a group: 4096
-- follows: sole_deal (deal_key by account_key = chain_event.account_key since starts_at)
with event as (
    select effort.effort_key as event_key, 'seller' as side, effort.account_key, effort.deal_key, effort.occurred_at,
           effort.rep_key, effort.contact_key, effort.kind, effort.subkind, effort_play.play_wide as step,
           effort_play.reactive, cast(null as varchar) as stance, effort.origin, effort.evidence,
           effort.origin = 'hand' and effort.kind <> 'task' and not effort_play.registration as turns, effort.contested
    from effort
    join effort_play on effort_play.effort_key = effort.effort_key
    union all
    select action_key, 'buyer', account_key, deal_key, occurred_at, registered_by_key, contact_key, kind, subkind, kind,
           cast(null as boolean), stance, cast(null as varchar), evidence, true, contested
    from buyer_action
    where counts
),
placed as (
    select event.deal_key as chain_key, true as is_deal, event.account_key, event.occurred_at, event.event_key, event.side,
           event.rep_key, event.contact_key, event.kind, event.subkind, event.step, event.reactive, event.stance,
           event.origin, event.evidence, event.turns, event.contested
    from event
    where event.deal_key is not null
    union all
    select event.account_key, false, event.account_key, event.occurred_at, event.event_key, event.side, event.rep_key,
           event.contact_key, event.kind, event.subkind, event.step, event.reactive, event.stance, event.origin,
           event.evidence, event.turns, event.contested
    from event
    anti join sole_deal on sole_deal.account_key = event.account_key
    where event.deal_key is null and event.account_key is not null
    union all
    select coalesce(sole.deal_key, event.account_key), sole.deal_key is not null, event.account_key, event.occurred_at,
           event.event_key, event.side, event.rep_key, event.contact_key, event.kind, event.subkind, event.step,
           event.reactive, event.stance, event.origin, event.evidence, event.turns, event.contested
    from (select * from event where deal_key is null and account_key is not null) as event
    asof join sole_deal as sole on sole.account_key = event.account_key and event.occurred_at >= sole.starts_at
)
select chain_key, is_deal, account_key, occurred_at, event_key, side, rep_key, contact_key, kind, subkind, step, reactive,
       stance, origin, evidence, turns, contested
from placed
