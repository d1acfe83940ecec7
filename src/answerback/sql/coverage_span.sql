-- One row per rep, play and unbroken stretch of time in which an answer to such an effort could have been recorded.
-- key: rep_key, play_id, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
with wanted as (
    select distinct effort.rep_key, effort_play.play_id
    from effort join effort_play on effort_play.effort_key = effort.effort_key
),
covered as (
    select wanted.rep_key, wanted.play_id,
           coalesce(coverage.starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
           coalesce(coverage.ends_at, timestamp '2200-01-01 00:00:00') as ends_at
    from wanted
    join coverage on true
    left join playbook_seen as seen on seen.play_id = wanted.play_id and seen.channel = coverage.channel
    where (coverage.rep_key is null or coverage.rep_key = wanted.rep_key)
      and (coverage.channel is null or seen.channel is not null)
),
reached as (
    select rep_key, play_id, starts_at, ends_at,
           max(ends_at) over (
               partition by rep_key, play_id order by starts_at, ends_at rows between unbounded preceding and 1 preceding
           ) as reached_before
    from covered
),
island as (
    select rep_key, play_id, starts_at, ends_at,
           sum(case when reached_before is null or starts_at > reached_before then 1 else 0 end) over (
               partition by rep_key, play_id order by starts_at, ends_at rows between unbounded preceding and current row
           ) as number
    from reached
)
select rep_key, play_id, min(starts_at) as starts_at, max(ends_at) as ends_at
from island
group by rep_key, play_id, number
