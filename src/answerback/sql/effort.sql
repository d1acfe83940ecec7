-- One row per effort: who did what toward whom, each person and company by the one key that stands for all their records.
-- The company is the effort's own, else its contact's, else its deal's. A record that was settled as wrong is no effort;
-- `contested` is one about which that is not settled.
-- key: effort_key · unit: month · look-back: none · look-forward: none · kept: yes
-- order: account_key, occurred_at, effort_key · rows in a group: 4096
-- follows: contact (account_key by contact_key = effort.contact_key), deal (account_key by deal_key = effort.deal_key)
-- follows: same_as (canonical_key by key canonical_key = effort.rep_key contact_key deal_key account_key)
-- follows: contest (state event_type by event_key = current_effort.effort_key)
-- follows: same_event (canonical_key by event_key canonical_key = current_effort.effort_key)
with twin as (
    select same.canonical_key as effort_key, max(other.account_key) as account_key, max(other.contact_key) as contact_key,
           max(other.deal_key) as deal_key, max(other.template) as template, max(other.purpose) as purpose
    from same_event as same
    join current_effort as other on other.effort_key = same.event_key
    where same.event_type = 'effort'
    group by same.canonical_key
),
named as (
    select effort.effort_key, coalesce(person.canonical_key, effort.rep_key) as rep_key,
           coalesce(effort.account_key, twin.account_key) as own_account_key,
           coalesce(buyer.canonical_key, effort.contact_key, twin.contact_key) as contact_key,
           coalesce(bargain.canonical_key, effort.deal_key, twin.deal_key) as deal_key,
           effort.occurred_at, effort.kind, effort.subkind, coalesce(effort.purpose, twin.purpose) as purpose,
           effort.origin, coalesce(effort.template, twin.template) as template, effort.evidence, effort.source,
           effort.minutes, effort.cost_minor, dispute.state is not null as contested
    from current_effort as effort
    anti join same_event as repeated on repeated.event_key = effort.effort_key and repeated.event_type = 'effort'
    left join contest as dispute on dispute.event_key = effort.effort_key and dispute.event_type = 'effort'
    left join twin on twin.effort_key = effort.effort_key
    left join same_as as person on person.key = effort.rep_key
    left join same_as as buyer on buyer.key = coalesce(effort.contact_key, twin.contact_key)
    left join same_as as bargain on bargain.key = coalesce(effort.deal_key, twin.deal_key)
    where coalesce(dispute.state, 'contested') = 'contested'
)
select named.effort_key, named.rep_key,
       coalesce(company.canonical_key, named.own_account_key, contact.account_key, deal.account_key) as account_key,
       named.contact_key, named.deal_key, named.occurred_at, named.kind, named.subkind, named.purpose, named.origin,
       named.template, named.evidence, named.source, named.minutes, named.cost_minor, named.contested
from named
left join contact on contact.contact_key = named.contact_key
left join deal on deal.deal_key = named.deal_key
left join same_as as company on company.key = named.own_account_key
