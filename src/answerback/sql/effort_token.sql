-- One row per effort and token that it bears, in the version of the effort that stands; and when the effort was made.
-- key: effort_key, token_key, role · unit: month · look-back: none · look-forward: none · kept: yes
-- follows: same_event (canonical_key by event_key canonical_key = current_effort.effort_key)
-- order: token_key, effort_key
select distinct effort.effort_key, reference.token_key, reference.role, effort.occurred_at
from current_reference as reference
join current_effort as bearer on bearer.effort_key = reference.event_key
left join same_event as same on same.event_key = bearer.effort_key and same.event_type = 'effort'
join effort on effort.effort_key = coalesce(same.canonical_key, bearer.effort_key)
where coalesce(reference.event_type, 'effort') = 'effort'
  and coalesce(reference.owner_hash, bearer.content_hash) = bearer.content_hash
