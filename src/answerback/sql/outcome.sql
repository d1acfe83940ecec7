-- One row per effort that can be answered: when it was made, how long it may wait, for how long an answer could be seen
-- (`seen_seconds`, at most the waiting time; null: not at all), and when the first answers came. The state (moved forward,
-- answered, no answer, too early, not visible) follows from these for any "as of"; it is not stored. Team, role, segment,
-- region and tenure are the rep's own at the time; the account's are in `account`. `contested`: the effort or an answer to it
-- is in dispute, so everybody's figures but the rep's own leave it out.
-- Stretches of a rep, and of what was covered, do not overlap, so an effort meets at most one of each; they are few, so looking
-- at all of a rep's is faster than sorting the efforts.
-- key: effort_key · unit: month · look-back: none · look-forward: none · kept: yes
-- follows: rep (during valid_from to valid_to)
-- follows: coverage_span (during starts_at to ends_at, reaching the longest waiting time)
-- order: rep_key, occurred_at, effort_key · rows in a group: 4096
select effort.effort_key, effort.rep_key, effort.account_key, effort.contact_key, effort.deal_key, effort.occurred_at,
       effort.kind, effort.purpose, effort.origin, effort.evidence, effort.source, effort_play.play_id, effort_play.play,
       effort_play.play_wide, effort_play.play_channel, effort_play.step, effort_play.reactive,
       person.team, person.role, person.segment, person.region, tenure.band as tenure_band, play.waiting_seconds,
       case when epoch(span.ends_at) - epoch(effort.occurred_at) < play.waiting_seconds
            then cast(epoch(span.ends_at) - epoch(effort.occurred_at) as bigint)
            when span.ends_at is not null then play.waiting_seconds end as seen_seconds,
       answered.on_base_at, answered.on_base_action_key, answered.proved_at, answered.proved_action_key,
       answered.other_at, answered.other_action_key, answered.other_proved_at,
       answered.contact_at,
       effort.contested or coalesce(answered.contested, false) as contested
from effort
join effort_play on effort_play.effort_key = effort.effort_key
join playbook_play as play on play.play_id = effort_play.play_id
left join rep as person
  on person.rep_key = effort.rep_key
 and effort.occurred_at >= person.valid_from and effort.occurred_at < person.valid_to
left join (select distinct rep_key from coverage_span where rep_key is not null) as watched
  on watched.rep_key = effort.rep_key
left join coverage_span as span
  on span.rep_key is not distinct from watched.rep_key and span.play_id = effort_play.play_id
 and effort.occurred_at >= span.starts_at and effort.occurred_at < span.ends_at
left join effort_answer as answered on answered.effort_key = effort.effort_key
left join playbook_tenure as tenure
  on epoch(effort.occurred_at) - epoch(person.tenure_start) >= tenure.from_seconds
 and epoch(effort.occurred_at) - epoch(person.tenure_start) < tenure.to_seconds
where play.counts and not effort_play.registration
