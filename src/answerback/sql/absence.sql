-- One row per rep and unbroken stretch of time for which they were away. Absences that overlap or touch are one; without a start
-- or end they reach back or forward for good; one that ends before it starts is none.
-- key: rep_key, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
with away as (
    select coalesce(same.canonical_key, absence.rep_key) as rep_key,
           coalesce(absence.starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
           coalesce(absence.ends_at, timestamp '2200-01-01 00:00:00') as ends_at
    from current_absence as absence
    left join same_as as same on same.key = absence.rep_key
),
reached as (
    select rep_key, starts_at, ends_at,
           max(ends_at) over (
               partition by rep_key order by starts_at, ends_at rows between unbounded preceding and 1 preceding
           ) as reached_before
    from away
    where starts_at < ends_at
),
island as (
    select rep_key, starts_at, ends_at,
           count(*) filter (where reached_before is null or starts_at > reached_before) over (
               partition by rep_key order by starts_at, ends_at rows between unbounded preceding and current row
           ) as number
    from reached
)
select rep_key, min(starts_at) as starts_at, max(ends_at) as ends_at
from island
group by rep_key, number
