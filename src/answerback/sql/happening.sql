-- One row per happening that touched many at once, such as a price change: from when to when, whom (all, or name=value of a
-- dimension; nothing stated means all) and what it was.
-- key: happening_key · unit: whole · look-back: none · look-forward: none · kept: yes
select happening_key, coalesce(starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
       coalesce(ends_at, timestamp '2200-01-01 00:00:00') as ends_at, coalesce(scope, 'all') as scope, text, source
from current_happening
