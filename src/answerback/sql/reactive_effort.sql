-- One row per effort that answers a buyer action: it names a token of an earlier act, or the last thing that happened before
-- it on the same object (offer, meeting, thread, document) was a buyer's act.
-- key: effort_key · unit: month · look-forward: none · kept: yes
-- look-back: effort_token (any, by token_key of effort_token), action_token (any, by token_key of effort_token)
with borne as (
    select token.effort_key, token.token_key, token.role, token.occurred_at
    from effort_token as token semi join effort on effort.effort_key = token.effort_key
),
first_act as (
    select act.token_key, min(act.occurred_at) as occurred_at
    from action_token as act
    semi join (select token_key from borne where role = 'answers') as named on named.token_key = act.token_key
    where act.role = 'is' and act.counts
    group by act.token_key
),
object as (
    select distinct token_key from borne where role = 'about'
),
object_event as (
    select touch.token_key, touch.occurred_at, 0 as is_action, touch.effort_key as event_key
    from effort_token as touch semi join object on object.token_key = touch.token_key
    where touch.role = 'about'
    union all
    select act.token_key, act.occurred_at, 1, act.action_key
    from action_token as act semi join object on object.token_key = act.token_key
    where act.role = 'about' and act.counts
),
before as (
    select event_key, is_action,
           lag(is_action) over (partition by token_key order by occurred_at, is_action, event_key) as was_action
    from object_event
)
select borne.effort_key
from borne join first_act on first_act.token_key = borne.token_key
where borne.role = 'answers' and first_act.occurred_at <= borne.occurred_at
union
select before.event_key
from before semi join effort on effort.effort_key = before.event_key
where before.is_action = 0 and before.was_action = 1
