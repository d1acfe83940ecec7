-- One row per buyer action that no reference ties to an effort and that is about an object (offer, meeting, thread, document)
-- as an effort is: the latest effort before it that is and that the act can answer, whatever the time; of several at that
-- instant the one with the greatest key.
-- key: action_key · unit: month · look-forward: none · kept: no
-- look-back: effort_bearer (any, by token_key of action_token)
with act as (
    select action.action_key, token.token_key, action.reach_id, action.occurred_at, action.waiting_seconds
    from action_token as token
    join askable_action as action on action.action_key = token.action_key
    where token.role = 'about'
      and not exists (select 1 from link_by_reference as stronger where stronger.action_key = action.action_key)
),
touch as (
    select bearer.token_key, bearer.reach_id, bearer.occurred_at, max(bearer.effort_key) as effort_key
    from effort_bearer as bearer
    semi join act on act.token_key = bearer.token_key
    where bearer.role = 'about'
    group by bearer.token_key, bearer.reach_id, bearer.occurred_at
)
select act.action_key, touch.effort_key, touch.occurred_at as effort_at, act.occurred_at, act.waiting_seconds
from act
asof join touch
  on touch.token_key = act.token_key and touch.reach_id = act.reach_id and act.occurred_at >= touch.occurred_at
qualify row_number() over (partition by act.action_key order by touch.occurred_at desc, touch.effort_key desc) = 1
