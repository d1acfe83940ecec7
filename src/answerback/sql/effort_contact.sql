-- One row per effort and buyer's person it was made toward: its own contact and everybody else on the mail or invitation,
-- as the version of the effort that stands names them.
-- key: effort_key, contact_key · unit: month · look-back: none · look-forward: none · kept: yes
select effort_key, contact_key from effort where contact_key is not null
union
select coalesce(twin.canonical_key, participant.event_key) as effort_key,
       coalesce(same.canonical_key, participant.contact_key) as contact_key
from current_participant as participant
join current_effort as effort on effort.effort_key = participant.event_key
left join same_event as twin on twin.event_key = participant.event_key and twin.event_type = 'effort'
left join same_as as same on same.key = participant.contact_key
where participant.contact_key is not null
  and coalesce(participant.event_type, 'effort') = 'effort'
  and coalesce(participant.owner_hash, effort.content_hash) = effort.content_hash
