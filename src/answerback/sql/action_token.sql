-- One row per buyer action and token that it bears, in the version of the action that stands.
-- key: action_key, token_key, role · unit: month · look-back: none · look-forward: none · kept: yes
-- order: token_key, action_key
select distinct coalesce(same.canonical_key, action.action_key) as action_key, reference.token_key, reference.role
from current_reference as reference
join current_buyer_action as action on action.action_key = reference.event_key
left join same_event as same on same.event_key = action.action_key and same.event_type = 'buyer_action'
where coalesce(reference.event_type, 'buyer_action') = 'buyer_action'
  and coalesce(reference.owner_hash, action.content_hash) = action.content_hash
