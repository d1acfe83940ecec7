-- One row per effort and buyer's person on the mail or invitation besides the contact that the effort itself names, as the
-- version of the effort that stands lists them; for a mail with several records, everybody whom one of them lists or names.
-- key: effort_key, contact_key · unit: month · look-back: none · look-forward: none · kept: yes
-- follows: same_as (canonical_key by key canonical_key = effort_contact.contact_key)
-- follows: same_event (canonical_key by event_key canonical_key = current_effort.effort_key)
select distinct coalesce(twin.canonical_key, participant.event_key) as effort_key,
       coalesce(same.canonical_key, participant.contact_key) as contact_key
from current_participant as participant
join current_effort as effort on effort.effort_key = participant.event_key
left join same_event as twin on twin.event_key = participant.event_key and twin.event_type = 'effort'
left join same_as as same on same.key = participant.contact_key
where participant.contact_key is not null
  and coalesce(participant.event_type, 'effort') = 'effort'
  and coalesce(participant.owner_hash, effort.content_hash) = effort.content_hash
  and (twin.canonical_key is not null or participant.contact_key is distinct from effort.contact_key)
union
select twin.canonical_key, coalesce(same.canonical_key, other.contact_key)
from same_event as twin
join current_effort as other on other.effort_key = twin.event_key
left join same_as as same on same.key = other.contact_key
where twin.event_type = 'effort' and other.contact_key is not null
