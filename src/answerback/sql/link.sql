-- One row per buyer action that answers an effort: which one, on what basis, how good the evidence is, and after how long.
-- key: action_key · unit: month · look-back: any · look-forward: none · kept: yes · order: effort_key, action_key
with found as (
    select action_key, effort_key, 'reference' as basis, 'E1' as grade, effort_at, occurred_at from link_by_reference
    union all
    select action_key, effort_key, 'object', 'E2', effort_at, occurred_at from link_by_object
    union all
    select action_key, effort_key, 'contact', 'E3', effort_at, occurred_at from link_by_contact
    union all
    select action_key, effort_key, 'deal', 'E4', effort_at, occurred_at from link_by_deal
    union all
    select action_key, effort_key, 'account', 'E4', effort_at, occurred_at from link_by_account
)
select action_key, effort_key, basis, grade, cast(epoch(occurred_at) - epoch(effort_at) as bigint) as lag_seconds
from found
