-- One row per work item that was opened to register a buyer's act: by the person who registered the act, on the same deal
-- (or account, where there is no deal), at most the playbook's minutes before it. Shown, never counted as an effort.
-- key: effort_key · unit: month · look-back: none · look-forward: buyer_action (the registration minutes) · kept: yes
with item as (
    select effort.effort_key, effort.rep_key, coalesce(effort.deal_key, effort.account_key) as place_key,
           effort.occurred_at, rule.seconds
    from effort join playbook_registration as rule on rule.subkind = effort.subkind
),
act as (
    select action_key, registered_by_key as rep_key, coalesce(deal_key, account_key) as place_key, occurred_at
    from buyer_action where registered_by_key is not null
    qualify row_number() over (
        partition by registered_by_key, coalesce(deal_key, account_key), occurred_at order by action_key
    ) = 1
)
select item.effort_key, act.action_key
from item
asof join act on act.rep_key = item.rep_key and act.place_key = item.place_key and item.occurred_at <= act.occurred_at
where epoch(act.occurred_at) - epoch(item.occurred_at) <= item.seconds
