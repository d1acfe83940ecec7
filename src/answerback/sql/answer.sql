-- One row per link whose act came in time: whether it is proved, at least from the very contact (E1 to E3), in the play's aim
-- and no refusal, and counts as having happened.
-- An act that the seller typed in counts only against the seller: "that was a no" is believed, "they liked it" is shown.
-- key: action_key · unit: month · look-back: none · kept: no
-- look-forward: link (the longest waiting time), buyer_action (the longest waiting time)
select link.effort_key, link.action_key, action.occurred_at,
       link.grade in ('E1', 'E2') as proved, link.grade <> 'E4' as from_contact,
       answer.in_aim and action.stance <> 'retreat' and action.evidence = 'captured' as moved,
       action.contested
from link
join buyer_action as action on action.action_key = link.action_key
join effort_play on effort_play.effort_key = link.effort_key
join playbook_answer as answer on answer.play_id = effort_play.play_id and answer.kind = action.kind
where link.in_time and (action.evidence = 'captured' or action.stance = 'retreat')
