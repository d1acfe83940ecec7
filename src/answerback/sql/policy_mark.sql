-- One row per time that somebody said "this policy makes me pester": of which policy, play or sequence, and when. Who said so
-- is in no relation: the word is for the policy's owner.
-- key: decision_key · unit: whole · look-back: none · look-forward: none · kept: yes
select decision_key, value as policy, occurred_at
from current_decision
where subject_kind = 'policy' and kind = 'pester' and value is not null
