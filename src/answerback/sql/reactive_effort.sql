-- One row per effort that answers a buyer action: it names a token of an earlier act, or the last thing that happened before
-- it on the same object (offer, meeting, thread, document) was a buyer's act.
-- key: effort_key · unit: month · look-back: any · look-forward: none · kept: yes
with first_act as (
    select token.token_key, min(action.occurred_at) as occurred_at
    from action_token as token
    join buyer_action as action on action.action_key = token.action_key
    where token.role = 'is' and action.counts
    group by token.token_key
),
object_event as (
    select token.token_key, effort.occurred_at, 0 as is_action, effort.effort_key as event_key
    from effort_token as token join effort on effort.effort_key = token.effort_key
    where token.role = 'about'
    union all
    select token.token_key, action.occurred_at, 1, action.action_key
    from action_token as token join buyer_action as action on action.action_key = token.action_key
    where token.role = 'about' and action.counts
),
before as (
    select event_key, is_action,
           lag(is_action) over (partition by token_key order by occurred_at, is_action, event_key) as was_action
    from object_event
)
select token.effort_key
from effort_token as token
join effort on effort.effort_key = token.effort_key
join first_act on first_act.token_key = token.token_key
where token.role = 'answers' and first_act.occurred_at <= effort.occurred_at
union
select event_key from before where is_action = 0 and was_action = 1
