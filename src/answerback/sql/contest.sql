-- One row per effort or buyer action whose record is in dispute: `contested` by the person whose it is, or settled as wrong
-- (`void`), since when, and whose effort it is. The latest word on any record of it stands; one that was settled as right
-- (`upheld`) has no row.
-- key: event_key, event_type · unit: whole · look-back: none · look-forward: none · kept: yes
-- narrows: current_effort (effort_key in current_decision.subject_key)
-- narrows: current_buyer_action (action_key in current_decision.subject_key)
with word as (
    select subject_key, kind, occurred_at, content_hash, decision_key
    from current_decision
    where subject_kind = 'event' and kind in ('contest', 'upheld', 'void')
),
spoken_of as (
    select effort.effort_key as own_key, 'effort' as event_type, coalesce(person.canonical_key, effort.rep_key) as rep_key
    from current_effort as effort
    semi join word on word.subject_key = effort.effort_key
    left join same_as as person on person.key = effort.rep_key
    union all
    select action.action_key, 'buyer_action', cast(null as bigint)
    from current_buyer_action as action
    semi join word on word.subject_key = action.action_key
),
said as (
    select coalesce(same.canonical_key, spoken_of.own_key) as event_key, spoken_of.event_type, spoken_of.rep_key,
           word.kind, word.occurred_at,
           row_number() over (
               partition by coalesce(same.canonical_key, spoken_of.own_key), spoken_of.event_type
               order by word.occurred_at desc, word.content_hash desc, word.decision_key
           ) as place
    from spoken_of
    join word on word.subject_key = spoken_of.own_key
    left join same_event as same on same.event_key = spoken_of.own_key and same.event_type = spoken_of.event_type
)
select event_key, event_type, rep_key, case when kind = 'void' then 'void' else 'contested' end as state, occurred_at as since
from said
where place = 1 and kind <> 'upheld'
