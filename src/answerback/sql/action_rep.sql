-- One row per buyer action and seller's person whom it reached, as the version of the action that stands names them.
-- `copied` is true for who only got a copy (Cc).
-- key: action_key, rep_key · unit: month · look-back: none · look-forward: none · kept: yes
-- follows: same_as (canonical_key by key canonical_key = action_rep.rep_key)
-- follows: same_event (canonical_key by event_key canonical_key = current_buyer_action.action_key)
select coalesce(twin.canonical_key, participant.event_key) as action_key,
       coalesce(same.canonical_key, participant.rep_key) as rep_key,
       bool_and(coalesce(participant.role, '') = 'cc') as copied
from current_participant as participant
join current_buyer_action as action on action.action_key = participant.event_key
left join same_event as twin on twin.event_key = participant.event_key and twin.event_type = 'buyer_action'
left join same_as as same on same.key = participant.rep_key
where participant.rep_key is not null
  and coalesce(participant.event_type, 'buyer_action') = 'buyer_action'
  and coalesce(participant.owner_hash, action.content_hash) = action.content_hash
group by coalesce(twin.canonical_key, participant.event_key), coalesce(same.canonical_key, participant.rep_key)
