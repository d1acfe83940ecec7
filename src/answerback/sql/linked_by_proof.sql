-- One row per buyer action that a reference or a common object ties to an effort.
-- key: action_key · unit: month · look-back: none · look-forward: none · kept: no
select action_key from link_by_reference
union all
select action_key from link_by_object
