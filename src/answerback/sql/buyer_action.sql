-- One row per buyer action, each person and company by the one key that stands for all their records.
-- `counts` is false for what is never a buyer's act (opens, clicks, automatic replies, bounces) and for a record that was
-- settled as wrong; `contested` is one about which that is not settled.
-- A person's later word on a reply ("that was a no", or "it was not") stands over the stance that came with it.
-- key: action_key · unit: month · look-back: none · look-forward: none · kept: yes
-- order: account_key, occurred_at, action_key · rows in a group: 4096
-- follows: contact (account_key by contact_key = buyer_action.contact_key)
-- follows: deal (account_key by deal_key = buyer_action.deal_key), said_of_action (kind by action_key = buyer_action.action_key)
-- follows: same_as (canonical_key by key canonical_key = buyer_action.contact_key deal_key account_key registered_by_key)
-- follows: contest (state event_type by event_key = current_buyer_action.action_key)
-- follows: same_event (canonical_key by event_key canonical_key = current_buyer_action.action_key)
with twin as (
    select same.canonical_key as action_key, max(other.account_key) as account_key, max(other.contact_key) as contact_key,
           max(other.deal_key) as deal_key
    from same_event as same
    join current_buyer_action as other on other.action_key = same.event_key
    where same.event_type = 'buyer_action'
    group by same.canonical_key
),
named as (
    select action.action_key, coalesce(action.account_key, twin.account_key) as own_account_key,
           coalesce(buyer.canonical_key, action.contact_key, twin.contact_key) as contact_key,
           coalesce(bargain.canonical_key, action.deal_key, twin.deal_key) as deal_key,
           action.occurred_at, action.kind, action.subkind, action.stance, action.evidence, action.source,
           coalesce(clerk.canonical_key, action.registered_by_key) as registered_by_key
    from current_buyer_action as action
    anti join same_event as repeated on repeated.event_key = action.action_key and repeated.event_type = 'buyer_action'
    left join twin on twin.action_key = action.action_key
    left join same_as as buyer on buyer.key = coalesce(action.contact_key, twin.contact_key)
    left join same_as as bargain on bargain.key = coalesce(action.deal_key, twin.deal_key)
    left join same_as as clerk on clerk.key = action.registered_by_key
)
select named.action_key,
       coalesce(company.canonical_key, named.own_account_key, contact.account_key, deal.account_key) as account_key,
       named.contact_key, named.deal_key, named.occurred_at, named.kind, named.subkind,
       case when word.kind = 'refusal' then 'retreat'
            when word.kind = 'not_refusal' then usual.stance
            else coalesce(named.stance, particular.stance, usual.stance) end as stance,
       named.evidence, usual.counts and coalesce(dispute.state, 'contested') = 'contested' as counts,
       coalesce(dispute.state, 'void') = 'contested' as contested, named.registered_by_key, named.source
from named
join playbook_act as usual on usual.kind = named.kind and usual.subkind is null
left join playbook_act as particular on particular.kind = named.kind and particular.subkind = named.subkind
left join contest as dispute on dispute.event_key = named.action_key and dispute.event_type = 'buyer_action'
left join said_of_action as word on word.action_key = named.action_key
left join contact on contact.contact_key = named.contact_key
left join deal on deal.deal_key = named.deal_key
left join same_as as company on company.key = named.own_account_key
