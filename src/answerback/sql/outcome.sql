-- One row per effort that can be answered: when it was made, how long it may wait, until when an answer could be seen, and
-- when the first answers came. The state (moved forward, answered, no answer, too early, not visible) follows from these
-- instants for any "as of"; it is not stored.
-- key: effort_key · unit: month · look-back: the longest waiting time · look-forward: the longest waiting time · kept: yes
-- order: rep_key, occurred_at, effort_key
with person as (
    select effort.effort_key, rep.team, rep.role, rep.segment, rep.region, rep.tenure_start
    from (select effort_key, rep_key, occurred_at from effort) as effort
    asof join rep on rep.rep_key = effort.rep_key and effort.occurred_at >= rep.valid_from
    where effort.occurred_at < rep.valid_to
),
span as (
    select effort.effort_key, span.ends_at as seen_until
    from (
        select effort.effort_key, effort.rep_key, effort.occurred_at, effort_play.play_id
        from effort join effort_play on effort_play.effort_key = effort.effort_key
    ) as effort
    asof join coverage_span as span
      on span.rep_key = effort.rep_key and span.play_id = effort.play_id and effort.occurred_at >= span.starts_at
    where effort.occurred_at < span.ends_at
)
select effort.effort_key, effort.rep_key, effort.account_key, effort.contact_key, effort.deal_key, effort.occurred_at,
       effort.kind, effort.purpose, effort.origin, effort.evidence, effort.source, effort_play.play_id, effort_play.play,
       effort_play.play_wide, effort_play.play_channel, effort_play.step, effort_play.reactive,
       person.team, person.role, coalesce(account.segment, person.segment) as segment,
       coalesce(account.region, person.region) as region, account.industry, account.size_band,
       tenure.band as tenure_band, play.waiting_seconds, span.seen_until,
       answered.on_base_at, answered.on_base_action_key, answered.proved_at, answered.proved_action_key,
       answered.other_at, answered.other_action_key, answered.other_proved_at
from effort
join effort_play on effort_play.effort_key = effort.effort_key
join playbook_play as play on play.play_id = effort_play.play_id
left join person on person.effort_key = effort.effort_key
left join span on span.effort_key = effort.effort_key
left join account on account.account_key = effort.account_key
left join effort_answer as answered on answered.effort_key = effort.effort_key
left join playbook_tenure as tenure
  on epoch(effort.occurred_at) - epoch(person.tenure_start) >= tenure.from_seconds
 and epoch(effort.occurred_at) - epoch(person.tenure_start) < tenure.to_seconds
where play.counts and not effort_play.registration
