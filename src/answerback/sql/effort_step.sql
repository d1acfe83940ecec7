-- One row per effort on a deal whose stage, at that time, stands for a step of the chain.
-- key: effort_key · unit: month · look-back: none · look-forward: none · kept: no
-- follows: deal_stage (step by deal_key = effort.deal_key since occurred_at)
select effort.effort_key, stage.step
from (select effort_key, deal_key, occurred_at from effort where deal_key is not null) as effort
asof join deal_stage as stage on stage.deal_key = effort.deal_key and effort.occurred_at >= stage.occurred_at
where stage.step is not null
