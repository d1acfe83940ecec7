-- One row per buyer action that nothing stronger ties to an effort: the latest effort on its account before it, inside the
-- effort's own waiting time, that the act can answer; of several at that instant the one with the greatest key.
-- One sort, so one account with a million events costs no more than a million with one.
-- key: action_key · unit: month · look-back: linkable_effort (the longest waiting time) · look-forward: none · kept: no
with act as (
    select action_key, account_key, reach_id, occurred_at, waiting_seconds
    from askable_action as action
    where account_key is not null
      and not exists (select 1 from linked_by_deal as stronger where stronger.action_key = action.action_key)
),
latest as (
    select act.action_key, act.account_key, act.reach_id, act.occurred_at, act.waiting_seconds, touch.occurred_at as effort_at
    from act
    asof join linkable_effort as touch
      on touch.account_key = act.account_key and touch.reach_id = act.reach_id and act.occurred_at >= touch.occurred_at
    where epoch(act.occurred_at) - epoch(touch.occurred_at) <= act.waiting_seconds
),
answered as (
    select touch.account_key, touch.reach_id, touch.occurred_at, max(touch.effort_key) as effort_key
    from linkable_effort as touch
    semi join latest
      on latest.account_key = touch.account_key and latest.reach_id = touch.reach_id and latest.effort_at = touch.occurred_at
    group by touch.account_key, touch.reach_id, touch.occurred_at
)
select latest.action_key, answered.effort_key, latest.effort_at, latest.occurred_at, latest.waiting_seconds
from latest
join answered
  on answered.account_key = latest.account_key and answered.reach_id = latest.reach_id
 and answered.occurred_at = latest.effort_at
qualify row_number() over (partition by latest.action_key order by latest.effort_at desc, answered.effort_key desc) = 1
