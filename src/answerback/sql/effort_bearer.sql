-- One row per token of an effort by which a buyer's act can be linked to it, with what can answer the effort, and when it was
-- made.
-- key: effort_key, token_key, role · unit: month · look-back: none · look-forward: none · kept: yes
-- order: none
select token.token_key, token.role, token.effort_key, effort.reach_id, token.occurred_at
from effort_token as token
join linkable_effort as effort on effort.effort_key = token.effort_key
where token.role in ('is', 'about')
