-- One row per effort that got an answer in time: the first act that moved it forward, the first such act that is proved, the
-- first other answer, and the first such that is proved; when it was first moved by an act that is proved or from the very
-- contact; and whether any of its answers is contested.
-- key: effort_key · unit: month · look-back: none · look-forward: none · kept: no
with placed as (
    select effort_key, action_key, occurred_at, moved, proved, from_contact, contested,
           row_number() over (partition by effort_key, moved order by occurred_at, action_key) as place,
           row_number() over (partition by effort_key, moved, proved order by occurred_at, action_key) as proved_place
    from answer
)
select effort_key,
       max(case when moved and place = 1 then occurred_at end) as on_base_at,
       max(case when moved and place = 1 then action_key end) as on_base_action_key,
       max(case when moved and proved and proved_place = 1 then occurred_at end) as proved_at,
       max(case when moved and proved and proved_place = 1 then action_key end) as proved_action_key,
       max(case when not moved and place = 1 then occurred_at end) as other_at,
       max(case when not moved and place = 1 then action_key end) as other_action_key,
       max(case when not moved and proved and proved_place = 1 then occurred_at end) as other_proved_at,
       min(case when moved and from_contact then occurred_at end) as contact_at,
       bool_or(contested) as contested
from placed
group by effort_key
