-- One row per stretch of time in which something else was known of a rep, account, contact, deal or event. `attribute_key`
-- is the record that says it: its text, where it has one, lies with the names.
-- key: subject_kind, subject_key, name, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
select attribute.subject_kind,
       coalesce(twin.canonical_key, same.canonical_key, attribute.subject_key) as subject_key,
       attribute.name, attribute.value, attribute.attribute_key,
       coalesce(attribute.starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
       coalesce(attribute.ends_at, timestamp '2200-01-01 00:00:00') as ends_at
from current_attribute as attribute
left join same_as as same on same.key = attribute.subject_key
left join same_event as twin on twin.event_key = attribute.subject_key
qualify row_number() over (
    partition by attribute.subject_kind, coalesce(twin.canonical_key, same.canonical_key, attribute.subject_key),
                 attribute.name, coalesce(attribute.starts_at, timestamp '1900-01-01 00:00:00')
    order by attribute.version_at desc, attribute.content_hash desc, attribute.attribute_key
) = 1
