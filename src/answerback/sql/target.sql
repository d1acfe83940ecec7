-- One row per target that a system holds: what a rep or a team should reach in a period. Several systems' targets for one
-- period are one: the newest version stands.
-- key: rep_key, team, metric, period · unit: whole · look-back: none · look-forward: none · kept: yes
with known as (
    select coalesce(same.canonical_key, target.rep_key) as rep_key, target.team, target.metric, target.period,
           target.value, target.version_at, target.content_hash, target.target_key
    from current_target as target
    left join same_as as same on same.key = target.rep_key
)
select rep_key, team, metric, period, value
from known
qualify row_number() over (
    partition by rep_key, team, metric, period order by version_at desc, content_hash desc, target_key
) = 1
