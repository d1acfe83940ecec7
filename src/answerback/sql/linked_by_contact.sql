-- One row per buyer action that proof or its contact ties to an effort.
-- key: action_key · unit: month · look-back: none · look-forward: none · kept: no
select action_key from linked_by_proof
union all
select action_key from link_by_contact
