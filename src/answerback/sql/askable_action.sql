-- One row per countable buyer action and reach that it could answer: how long an effort of that reach may have waited.
-- key: action_key, reach_id · unit: month · look-back: none · look-forward: none · kept: no
select action.action_key, action.account_key, action.contact_key, action.deal_key, action.occurred_at, reach.reach_id,
       reach.waiting_seconds
from buyer_action as action
join playbook_reach as reach on reach.kind = action.kind
where action.counts
