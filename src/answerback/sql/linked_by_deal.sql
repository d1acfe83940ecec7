-- One row per buyer action that proof, its contact or its deal ties to an effort.
-- key: action_key · unit: month · look-back: none · look-forward: none · kept: no
select action_key from linked_by_contact
union all
select action_key from link_by_deal
