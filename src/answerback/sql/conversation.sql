-- One row per coaching talk: whose, who coached, when, of what kind, about what, for how many minutes. Never its text.
-- key: conversation_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: rep_key, occurred_at, conversation_key
select talk.conversation_key, coalesce(person.canonical_key, talk.rep_key) as rep_key,
       coalesce(other.canonical_key, talk.coach_key) as coach_key, talk.occurred_at, talk.kind, talk.topic, talk.minutes
from current_conversation as talk
left join same_as as person on person.key = talk.rep_key
left join same_as as other on other.key = talk.coach_key
