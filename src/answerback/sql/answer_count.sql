-- One row per rep, kind of touch, day of UTC (numbered from 1970-01-01) and whole days until the first act that moved the effort
-- forward: how many efforts. By what ties act and effort (`basis`): `any`; at least the very `contact` (E1 to E3); `proved` (E1,
-- E2). Only acts inside the waiting time and inside what could be seen. Evidence, origin and whether contested as in
-- `effort_count`, which holds the efforts.
-- key: rep_key, play, waiting_seconds, evidence, origin, contested, effort_day, seen_days, basis, lag_days
-- unit: month · look-back: none · look-forward: none · kept: yes
-- order: rep_key, play, effort_day, basis, lag_days, evidence, origin, contested, seen_days, waiting_seconds
with moved as (
    select rep_key, play, waiting_seconds, evidence, origin, contested, occurred_at, seen_seconds, 'any' as basis,
           epoch(on_base_at) - epoch(occurred_at) as lag_seconds
    from outcome where on_base_at is not null
    union all
    select rep_key, play, waiting_seconds, evidence, origin, contested, occurred_at, seen_seconds, 'contact',
           epoch(contact_at) - epoch(occurred_at)
    from outcome where contact_at is not null
    union all
    select rep_key, play, waiting_seconds, evidence, origin, contested, occurred_at, seen_seconds, 'proved',
           epoch(proved_at) - epoch(occurred_at)
    from outcome where proved_at is not null
)
select rep_key, play, waiting_seconds, evidence, origin, contested,
       cast(floor(epoch(occurred_at) / 86400) as bigint) as effort_day,
       cast(floor(seen_seconds / 86400) as bigint) as seen_days, basis,
       cast(floor(lag_seconds / 86400) as bigint) as lag_days, count(*) as n
from moved
where lag_seconds <= seen_seconds
group by rep_key, play, waiting_seconds, evidence, origin, contested,
         cast(floor(epoch(occurred_at) / 86400) as bigint), cast(floor(seen_seconds / 86400) as bigint), basis,
         cast(floor(lag_seconds / 86400) as bigint)
