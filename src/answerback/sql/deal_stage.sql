-- One row per deal and instant at which its stage changed, with the step of the chain that the stage stands for.
-- key: deal_key, occurred_at · unit: whole · look-back: none · look-forward: none · kept: yes
-- rows in a group: 4096
select coalesce(same.canonical_key, change.deal_key) as deal_key, change.occurred_at, change.new as stage, stage.step
from current_deal_change as change
left join same_as as same on same.key = change.deal_key
left join playbook_stage as stage on stage.stage = change.new
where change.field = 'stage'
qualify row_number() over (
    partition by coalesce(same.canonical_key, change.deal_key), change.occurred_at
    order by change.version_at desc, change.content_hash desc, change.deal_change_key
) = 1
