-- One row per buyer action and token that it bears, in the version of the action that stands; when it happened, and whether it
-- counts as a buyer's act.
-- key: action_key, token_key, role · unit: month · look-back: none · look-forward: none · kept: yes
-- follows: same_event (canonical_key by event_key canonical_key = current_buyer_action.action_key)
-- order: token_key, action_key
select distinct action.action_key, reference.token_key, reference.role, action.occurred_at, action.counts
from current_reference as reference
join current_buyer_action as bearer on bearer.action_key = reference.event_key
left join same_event as same on same.event_key = bearer.action_key and same.event_type = 'buyer_action'
join buyer_action as action on action.action_key = coalesce(same.canonical_key, bearer.action_key)
where coalesce(reference.event_type, 'buyer_action') = 'buyer_action'
  and coalesce(reference.owner_hash, bearer.content_hash) = bearer.content_hash
