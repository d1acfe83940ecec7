-- One row per effort and token that it bears, in the version of the effort that stands.
-- key: effort_key, token_key, role · unit: month · look-back: none · look-forward: none · kept: yes
-- order: token_key, effort_key
select distinct coalesce(same.canonical_key, effort.effort_key) as effort_key, reference.token_key, reference.role
from current_reference as reference
join current_effort as effort on effort.effort_key = reference.event_key
left join same_event as same on same.event_key = effort.effort_key and same.event_type = 'effort'
where coalesce(reference.event_type, 'effort') = 'effort'
  and coalesce(reference.owner_hash, effort.content_hash) = effort.content_hash
