-- One row per event that another record describes as well: the same mail from two mailboxes, or from a mailbox and the CRM.
-- Recorded beats typed in, then the source's name, then the key decides which record stands for all. A record with several
-- message ids follows the best record that shares one of them, and so do those that follow it.
-- key: event_key, event_type · unit: whole · look-back: none · look-forward: none · kept: yes
-- narrows: current_reference (token_key in shared_token.token_key)
-- narrows: current_effort (effort_key in current_reference.event_key)
-- narrows: current_buyer_action (action_key in current_reference.event_key)
with recursive bearer as (
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
    select bearer.token_key, bearer.event_type, bearer.event_key,
           dense_rank() over (order by bearer.evidence, bearer.source, bearer.event_key) as place
    from bearer
    semi join shared on shared.token_key = bearer.token_key and shared.event_type = bearer.event_type
),
best as (
    select token_key, event_type, min(place) as place from ranked group by token_key, event_type
),
followed as (
    select ranked.event_type, ranked.event_key, min(ranked.place) as place, min(best.place) as better_place
    from ranked
    join best on best.token_key = ranked.token_key and best.event_type = ranked.event_type
    group by ranked.event_type, ranked.event_key
),
standing as (
    select event_type, place, event_key as canonical_key from followed where place = better_place
    union all
    select standing.event_type, followed.place, standing.canonical_key
    from standing
    join followed
      on followed.event_type = standing.event_type and followed.better_place = standing.place
     and followed.place <> standing.place
)
select followed.event_type, followed.event_key, standing.canonical_key
from followed
join standing on standing.event_type = followed.event_type and standing.place = followed.place
where followed.event_key <> standing.canonical_key
