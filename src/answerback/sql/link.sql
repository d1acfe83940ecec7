-- One row per buyer action that answers an effort: which one, on what basis, how good the evidence is, after how long, and
-- whether inside the effort's waiting time (a link by reference or object holds whatever the time). The account and the
-- instant are the act's.
-- key: action_key · unit: month · look-back: none · look-forward: none · kept: yes
-- order: account_key, occurred_at, action_key · rows in a group: 4096
with found as (
    select action_key, effort_key, 'reference' as basis, 'E1' as grade, effort_at, occurred_at, waiting_seconds
    from link_by_reference
    union all
    select action_key, effort_key, 'object', 'E2', effort_at, occurred_at, waiting_seconds from link_by_object
    union all
    select action_key, effort_key, 'contact', 'E3', effort_at, occurred_at, waiting_seconds from link_by_contact
    union all
    select action_key, effort_key, 'deal', 'E4', effort_at, occurred_at, waiting_seconds from link_by_deal
    union all
    select action_key, effort_key, 'account', 'E4', effort_at, occurred_at, waiting_seconds from link_by_account
)
select found.action_key, found.effort_key, action.account_key, found.occurred_at, found.basis, found.grade,
       cast(epoch(found.occurred_at) - epoch(found.effort_at) as bigint) as lag_seconds,
       epoch(found.occurred_at) - epoch(found.effort_at) <= found.waiting_seconds as in_time
from found
join buyer_action as action on action.action_key = found.action_key
