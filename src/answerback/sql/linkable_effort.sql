-- One row per effort that a buyer's act can answer, with its reach: what can answer it, and for how long it may wait.
-- key: effort_key · unit: month · look-back: none · look-forward: none · kept: yes
-- order: none
select effort.effort_key, effort.account_key, effort.contact_key, effort.deal_key, effort.occurred_at, play.reach_id
from effort
join effort_play on effort_play.effort_key = effort.effort_key
join playbook_play as play on play.play_id = effort_play.play_id
where play.counts and not effort_play.registration
