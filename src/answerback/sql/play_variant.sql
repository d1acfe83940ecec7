-- One row per combination of facts that decide an effort's play, with the play: the playbook's first whose conditions all fit.
-- `play` is channel × purpose × step × proactive or reactive × origin; `play_wide` leaves out the step, `play_channel` also
-- the purpose: the coarser kinds of touch to which a figure with too little data is rolled up.
-- key: kind, subkind, purpose, step, reactive, origin · unit: month · look-back: none · look-forward: none · kept: no
with variant as (
    select distinct effort.kind, effort.subkind, effort.purpose, step.step, reactive.effort_key is not null as reactive,
           effort.origin
    from effort
    left join effort_step as step on step.effort_key = effort.effort_key
    left join reactive_effort as reactive on reactive.effort_key = effort.effort_key
),
fitting as (
    select variant.*, play.play_id, play.name,
           case when play.purpose is null and variant.purpose is not null then ' / ' || variant.purpose else '' end as aimed,
           case when play.step is null and variant.step is not null then ' @ ' || variant.step else '' end as placed,
           (case when play.reactive is null and variant.reactive then ' (reactive)' else '' end)
           || (case when play.origin is null and variant.origin = 'sequence' then ' (sequence)' else '' end) as manner,
           (case when variant.reactive then ' (reactive)' else '' end)
           || (case when variant.origin = 'sequence' then ' (sequence)' else '' end) as full_manner,
           row_number() over (
               partition by variant.kind, variant.subkind, variant.purpose, variant.step, variant.reactive, variant.origin
               order by play.play_id
           ) as place
    from variant
    join playbook_play as play
      on (play.kind is null or play.kind = variant.kind)
     and (play.subkind is null or play.subkind = variant.subkind)
     and (play.purpose is null or play.purpose = variant.purpose)
     and (play.step is null or play.step = variant.step)
     and (play.reactive is null or play.reactive = variant.reactive)
     and (play.origin is null or play.origin = variant.origin)
)
select kind, subkind, purpose, step, reactive, origin, play_id,
       name || aimed || placed || manner as play,
       name || aimed || manner as play_wide,
       kind || full_manner as play_channel
from fitting where place = 1
