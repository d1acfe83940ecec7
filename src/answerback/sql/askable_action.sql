-- One row per countable buyer action and reach that it could answer: how long an effort of that reach may have waited.
-- Reaches that no effort has are left out: nothing could be found there.
-- key: action_key, reach_id · unit: month · look-back: none · look-forward: none · kept: no
select action.action_key, action.account_key, action.contact_key, action.deal_key, action.occurred_at, reach.reach_id,
       reach.waiting_seconds
from buyer_action as action
join playbook_reach as reach on reach.kind = action.kind
semi join linkable_effort as effort on effort.reach_id = reach.reach_id
where action.counts
