-- One row per buyer action that names a token which an effort bears: the latest effort before it that does and that the act
-- can answer, whatever the time; of several at that instant the one with the greatest key.
-- key: action_key · unit: month · look-forward: none · kept: no
-- look-back: effort_bearer (any, by token_key of action_token)
with act as (
    select action.action_key, token.token_key, action.reach_id, action.occurred_at, action.waiting_seconds
    from action_token as token
    join askable_action as action on action.action_key = token.action_key
    where token.role = 'answers'
),
bearer as (
    select touch.token_key, touch.reach_id, touch.occurred_at, max(touch.effort_key) as effort_key
    from effort_bearer as touch
    semi join act on act.token_key = touch.token_key
    where touch.role = 'is'
    group by touch.token_key, touch.reach_id, touch.occurred_at
)
select act.action_key, bearer.effort_key, bearer.occurred_at as effort_at, act.occurred_at, act.waiting_seconds
from act
asof join bearer
  on bearer.token_key = act.token_key and bearer.reach_id = act.reach_id and act.occurred_at >= bearer.occurred_at
qualify row_number() over (partition by act.action_key order by bearer.occurred_at desc, bearer.effort_key desc) = 1
