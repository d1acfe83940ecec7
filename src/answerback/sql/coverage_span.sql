-- One row per rep, play and unbroken stretch of time in which an answer to such an effort could have been recorded: on one of
-- the play's channels, or by a source that covers every channel; in the rep's own systems, or in ones that cover everybody.
-- Without a rep: for everybody who has no row of their own.
-- A stretch without a start or end reaches back or forward for good; one that ends before it starts is none.
-- key: rep_key, play_id, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
with stretch as (
    select coalesce(same.canonical_key, coverage.rep_key) as rep_key, coverage.channel,
           coalesce(coverage.starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
           coalesce(coverage.ends_at, timestamp '2200-01-01 00:00:00') as ends_at
    from current_coverage as coverage
    left join same_as as same on same.key = coverage.rep_key
),
seen as (
    select play.play_id, stretch.rep_key, stretch.starts_at, stretch.ends_at
    from stretch join playbook_play as play on stretch.channel is null
    where stretch.starts_at < stretch.ends_at
    union
    select channel.play_id, stretch.rep_key, stretch.starts_at, stretch.ends_at
    from stretch join playbook_seen as channel on channel.channel = stretch.channel
    where stretch.starts_at < stretch.ends_at
),
covered as (
    select rep_key, play_id, starts_at, ends_at from seen
    union all
    select watched.rep_key, seen.play_id, seen.starts_at, seen.ends_at
    from (select distinct rep_key from seen where rep_key is not null) as watched cross join seen
    where seen.rep_key is null
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
           count(*) filter (where reached_before is null or starts_at > reached_before) over (
               partition by rep_key, play_id order by starts_at, ends_at rows between unbounded preceding and current row
           ) as number
    from reached
)
select rep_key, play_id, min(starts_at) as starts_at, max(ends_at) as ends_at
from island
group by rep_key, play_id, number
