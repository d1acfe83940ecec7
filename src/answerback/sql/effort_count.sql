-- One row per rep, kind of touch and day of UTC (numbered from 1970-01-01), by evidence, origin, whether contested, and for how
-- many whole days an answer could be seen (`seen_days`, as far as the waiting time; null: not at all): how many efforts.
-- The coarser kinds of touch stand beside, so that counts can be rolled up. With `answer_count` these are all that rates and
-- changes of a rep over time need, as of any day.
-- key: rep_key, play, play_wide, play_channel, waiting_seconds, evidence, origin, contested, effort_day, seen_days
-- unit: month · look-back: none · look-forward: none · kept: yes
-- order: rep_key, play, effort_day, evidence, origin, contested, seen_days, play_wide, play_channel, waiting_seconds
select rep_key, play, play_wide, play_channel, waiting_seconds, evidence, origin, contested,
       cast(floor(epoch(occurred_at) / 86400) as bigint) as effort_day,
       cast(floor(seen_seconds / 86400) as bigint) as seen_days, count(*) as n
from outcome
group by rep_key, play, play_wide, play_channel, waiting_seconds, evidence, origin, contested,
         cast(floor(epoch(occurred_at) / 86400) as bigint), cast(floor(seen_seconds / 86400) as bigint)
