-- One row per stretch of time for which a rep held an account or a deal, as an assignment says: who, from when to when, and
-- when they were told (`notified_at`), where that is known. One that ends before it starts is none. Of two that begin at one
-- instant the newest version stands.
-- key: account_key, deal_key, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
with given as (
    select coalesce(company.canonical_key, assignment.account_key) as account_key,
           coalesce(bargain.canonical_key, assignment.deal_key) as deal_key,
           coalesce(person.canonical_key, assignment.rep_key) as rep_key,
           coalesce(assignment.starts_at, timestamp '1900-01-01 00:00:00') as starts_at,
           coalesce(assignment.ends_at, timestamp '2200-01-01 00:00:00') as ends_at,
           assignment.notified_at, assignment.version_at, assignment.content_hash, assignment.assignment_key
    from current_assignment as assignment
    left join same_as as company on company.key = assignment.account_key
    left join same_as as bargain on bargain.key = assignment.deal_key
    left join same_as as person on person.key = assignment.rep_key
)
select account_key, deal_key, rep_key, starts_at, ends_at, notified_at
from given
where starts_at < ends_at
qualify row_number() over (
    partition by account_key, deal_key, starts_at order by version_at desc, content_hash desc, assignment_key
) = 1
