-- One row per deal and instant at which it was won or lost, or opened again (`outcome` is null), with the owner that it had
-- then. Changes of the outcome say it; where a deal has none, its stages do, as the playbook names those that end a deal.
-- Said twice in a row, the first time counts; what is open from the start has no row. `amount_said` is what changes say that
-- the amount was then, minor units as text, null where they say nothing; `amount_minor` is what the deal's record says.
-- key: deal_key, occurred_at · unit: whole · look-back: none · look-forward: none · kept: yes
with change as (
    select coalesce(same.canonical_key, change.deal_key) as deal_key, change.occurred_at, change.field, change.old,
           change.new, coalesce(former.canonical_key, change.old_rep_key) as old_rep_key,
           coalesce(later.canonical_key, change.new_rep_key) as new_rep_key, change.deal_change_key
    from current_deal_change as change
    left join same_as as same on same.key = change.deal_key
    left join same_as as former on former.key = change.old_rep_key
    left join same_as as later on later.key = change.new_rep_key
    where change.field in ('outcome', 'amount', 'owner')
    qualify row_number() over (
        partition by coalesce(same.canonical_key, change.deal_key), change.occurred_at, change.field
        order by change.version_at desc, change.content_hash desc, change.deal_change_key
    ) = 1
),
said as (
    select deal_key, occurred_at, case when new in ('won', 'lost') then new end as outcome
    from change where field = 'outcome'
    union all
    select stage.deal_key, stage.occurred_at, known.outcome
    from deal_stage as stage
    join playbook_stage as known on known.stage = stage.stage
    where not exists (select 1 from change where change.deal_key = stage.deal_key and change.field = 'outcome')
),
turned as (
    select deal_key, occurred_at, outcome,
           coalesce(lag(outcome) over (partition by deal_key order by occurred_at, deal_key), 'open') as outcome_before
    from said
),
ended as (
    select deal_key, occurred_at, outcome from turned where coalesce(outcome, 'open') <> outcome_before
),
stated as (
    select ended.deal_key, ended.occurred_at, change.field,
           case when change.occurred_at <= ended.occurred_at then change.new else change.old end as amount_said,
           case when change.occurred_at <= ended.occurred_at then change.new_rep_key
                else change.old_rep_key end as owner_key,
           row_number() over (
               partition by ended.deal_key, ended.occurred_at, change.field
               order by case when change.occurred_at <= ended.occurred_at then 0 else 1 end,
                        case when change.occurred_at <= ended.occurred_at
                             then epoch(ended.occurred_at) - epoch(change.occurred_at)
                             else epoch(change.occurred_at) - epoch(ended.occurred_at) end,
                        change.deal_change_key
           ) as place
    from ended
    join change on change.deal_key = ended.deal_key and change.field in ('amount', 'owner')
),
nearest as (
    select deal_key, occurred_at, max(case when field = 'amount' then amount_said end) as amount_said,
           max(case when field = 'owner' then owner_key end) as owner_key
    from stated
    where place = 1
    group by deal_key, occurred_at
)
select ended.deal_key, ended.occurred_at, ended.outcome, deal.account_key,
       coalesce(nearest.owner_key, deal.owner_key) as owner_key, nearest.amount_said, deal.amount_minor, deal.currency,
       deal.product_line, deal.created_at
from ended
left join nearest on nearest.deal_key = ended.deal_key and nearest.occurred_at = ended.occurred_at
left join deal on deal.deal_key = ended.deal_key
