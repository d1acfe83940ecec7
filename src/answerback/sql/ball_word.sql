-- One row per word that somebody said on a ball: that it is none (why), that it waits (until when), or that an earlier word no
-- longer holds (`undo`). It is said on the event that opened the ball, or on its deal. Every word stays, so that the state as of
-- any day can be told. A word on an event that another record stands for is on that one, unless its key is also that of an event
-- of the other sort: then it stays as it was said.
-- key: decision_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- narrows: current_effort (effort_key in same_event.event_key), current_buyer_action (action_key in same_event.event_key)
with twin as (
    select event_key, min(canonical_key) as canonical_key
    from same_event
    where not exists (
        select 1 from current_effort as effort
        where same_event.event_type <> 'effort' and effort.effort_key = same_event.event_key
    )
      and not exists (
        select 1 from current_buyer_action as act
        where same_event.event_type <> 'buyer_action' and act.action_key = same_event.event_key
    )
    group by event_key
)
select decision.decision_key, decision.subject_kind,
       coalesce(twin.canonical_key, same.canonical_key, decision.subject_key) as subject_key, decision.kind,
       decision.occurred_at, decision.until, decision.reason, coalesce(person.canonical_key, decision.actor_key) as actor_key
from current_decision as decision
left join same_as as same on same.key = decision.subject_key and decision.subject_kind = 'deal'
left join twin on twin.event_key = decision.subject_key and decision.subject_kind = 'event'
left join same_as as person on person.key = decision.actor_key
where decision.subject_kind in ('event', 'deal') and decision.kind in ('not_a_ball', 'wait_until', 'undo')
