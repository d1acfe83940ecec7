-- One row per stretch of time in which something else was known of a rep, account, contact, deal or event. `attribute_key`
-- is the record that says it: its text, where it has one, lies with the names. What is said of an event that another record
-- stands for is said of that one, unless its key is also that of an event of the other sort: then it stays as it was said.
-- key: subject_kind, subject_key, name, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
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
),
known as (
    select attribute.subject_kind,
           coalesce(twin.canonical_key, same.canonical_key, attribute.subject_key) as subject_key,
           attribute.name, attribute.value, attribute.attribute_key,
           coalesce(attribute.starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
           coalesce(attribute.ends_at, timestamp '2200-01-01 00:00:00') as ends_at,
           attribute.version_at, attribute.content_hash
    from current_attribute as attribute
    left join same_as as same on same.key = attribute.subject_key and attribute.subject_kind <> 'event'
    left join twin on twin.event_key = attribute.subject_key and attribute.subject_kind = 'event'
)
select subject_kind, subject_key, name, value, attribute_key, starts_at, ends_at
from known
qualify row_number() over (
    partition by subject_kind, subject_key, name, starts_at order by version_at desc, content_hash desc, attribute_key
) = 1
