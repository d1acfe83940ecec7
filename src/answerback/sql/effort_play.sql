-- One row per effort with its play, its step, and whether it answered a buyer or merely registered an act.
-- key: effort_key · unit: month · look-back: none · look-forward: none · kept: yes
select effort.effort_key, variant.play_id, variant.play, variant.play_wide, variant.play_channel, step.step,
       reactive.effort_key is not null as reactive, registration.effort_key is not null as registration
from effort
left join effort_step as step on step.effort_key = effort.effort_key
left join reactive_effort as reactive on reactive.effort_key = effort.effort_key
left join registration on registration.effort_key = effort.effort_key
join play_variant as variant
  on variant.kind = effort.kind
 and variant.subkind is not distinct from effort.subkind
 and variant.purpose is not distinct from effort.purpose
 and variant.step is not distinct from step.step
 and variant.reactive = (reactive.effort_key is not null)
 and variant.origin = effort.origin
