-- One row per promise: about which deal, by which side, and until when. `made_at` is the date of the record that states it: its
-- newest version, where a system rewrites it.
-- key: promise_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: deal_key, due_at, promise_key · rows in a group: 4096
select promise.promise_key, coalesce(same.canonical_key, promise.deal_key) as deal_key, promise.promised_by as by_side,
       promise.due_at, promise.version_at as made_at
from current_promise as promise
left join same_as as same on same.key = promise.deal_key
