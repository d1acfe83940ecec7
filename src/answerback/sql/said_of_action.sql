-- One row per buyer action on which somebody's later word stands: "that was a no" (`refusal`), or "it was not" (`not_refusal`).
-- key: action_key · unit: whole · look-back: none · look-forward: none · kept: yes
select coalesce(same.canonical_key, decision.subject_key) as action_key, decision.kind
from current_decision as decision
left join same_event as same on same.event_key = decision.subject_key and same.event_type = 'buyer_action'
where decision.subject_kind = 'event' and decision.kind in ('refusal', 'not_refusal')
qualify row_number() over (
    partition by coalesce(same.canonical_key, decision.subject_key)
    order by decision.occurred_at desc, decision.content_hash desc, decision.decision_key
) = 1
