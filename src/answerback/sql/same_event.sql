-- One row per event that another record describes as well: the same mail from two mailboxes, or from a mailbox and the CRM.
-- Recorded beats typed in, then the source's name, then the key decides which record stands for all.
-- key: event_key · unit: whole · look-back: none · look-forward: none · kept: yes
with bearer as (
    select reference.token_key, 'effort' as event_type, effort.effort_key as event_key, effort.evidence, effort.source
    from current_reference as reference
    join current_effort as effort on effort.effort_key = reference.event_key
    where reference.role = 'is' and reference.token_kind = 'message'
      and coalesce(reference.event_type, 'effort') = 'effort'
      and coalesce(reference.owner_hash, effort.content_hash) = effort.content_hash
    union all
    select reference.token_key, 'buyer_action', action.action_key, action.evidence, action.source
    from current_reference as reference
    join current_buyer_action as action on action.action_key = reference.event_key
    where reference.role = 'is' and reference.token_kind = 'message'
      and coalesce(reference.event_type, 'buyer_action') = 'buyer_action'
      and coalesce(reference.owner_hash, action.content_hash) = action.content_hash
),
shared as (
    select token_key, event_type from bearer group by token_key, event_type having min(event_key) <> max(event_key)
),
ranked as (
    select bearer.event_type, bearer.event_key, bearer.evidence, bearer.source,
           first_value(bearer.event_key) over (
               partition by bearer.token_key, bearer.event_type
               order by bearer.evidence, bearer.source, bearer.event_key
               rows between unbounded preceding and unbounded following
           ) as canonical_key
    from bearer
    semi join shared on shared.token_key = bearer.token_key and shared.event_type = bearer.event_type
)
select event_type, event_key, min(canonical_key) as canonical_key
from ranked
where event_key <> canonical_key
group by event_type, event_key
