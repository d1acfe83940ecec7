-- One row per word that somebody said on a finding: that they saw it, dismiss it (why), will wait (until when), share it or take
-- that back, are done with it, or want it back. Every word stays, so that the state as of any day can be told; `subject_key` is
-- the key of the finding's id.
-- key: decision_key · unit: whole · look-back: none · look-forward: none · kept: yes
select decision.decision_key, decision.subject_key, decision.kind, decision.value, decision.reason, decision.occurred_at,
       decision.until, coalesce(person.canonical_key, decision.actor_key) as actor_key, decision.content_hash
from current_decision as decision
left join same_as as person on person.key = decision.actor_key
where decision.subject_kind = 'finding'
