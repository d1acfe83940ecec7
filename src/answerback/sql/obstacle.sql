-- One row per thing that stood in the way, as a record says it: of which deal, or in which event it showed, when, what sort,
-- and whether the buyer, the rep or a record said so.
-- key: obstacle_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: deal_key, occurred_at, obstacle_key · rows in a group: 4096
with twin as (
    select event_key, min(canonical_key) as canonical_key from same_event group by event_key
)
select obstacle.obstacle_key, coalesce(twin.canonical_key, obstacle.event_key) as event_key,
       coalesce(same.canonical_key, obstacle.deal_key) as deal_key, obstacle.occurred_at, obstacle.kind, obstacle.said_by,
       obstacle.evidence
from current_obstacle as obstacle
left join twin on twin.event_key = obstacle.event_key
left join same_as as same on same.key = obstacle.deal_key
