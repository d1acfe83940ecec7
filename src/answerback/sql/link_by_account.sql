-- One row per buyer action that nothing stronger ties to an effort: the latest effort on its account before it, inside the
-- effort's own waiting time, that the act can answer.
-- One sort, so one account with a million events costs no more than a million with one.
-- key: action_key · unit: month · look-back: the longest waiting time · look-forward: none · kept: no
with touch as (
    select account_key, reach_id, occurred_at, max(effort_key) as effort_key
    from linkable_effort where account_key is not null
    group by account_key, reach_id, occurred_at
),
act as (
    select action_key, account_key, reach_id, occurred_at, waiting_seconds
    from askable_action as action
    where account_key is not null
      and not exists (select 1 from linked_by_deal as stronger where stronger.action_key = action.action_key)
)
select act.action_key, touch.effort_key, touch.occurred_at as effort_at, act.occurred_at
from act
asof join touch
  on touch.account_key = act.account_key and touch.reach_id = act.reach_id and act.occurred_at >= touch.occurred_at
where epoch(act.occurred_at) - epoch(touch.occurred_at) <= act.waiting_seconds
qualify row_number() over (partition by act.action_key order by touch.occurred_at desc, touch.effort_key desc) = 1
