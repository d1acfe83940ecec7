-- One row per deal, field and instant at which the field took another value, as a system said: amount (minor units as text),
-- close_date, loss_reason or competitor; without a value it was emptied. Of two at one instant the newest record stands.
-- key: deal_key, field, occurred_at · unit: whole · look-back: none · look-forward: none · kept: yes
select coalesce(same.canonical_key, change.deal_key) as deal_key, change.field, change.occurred_at, change.new as value
from current_deal_change as change
left join same_as as same on same.key = change.deal_key
where change.field in ('amount', 'close_date', 'loss_reason', 'competitor')
qualify row_number() over (
    partition by coalesce(same.canonical_key, change.deal_key), change.field, change.occurred_at
    order by change.version_at desc, change.content_hash desc, change.deal_change_key
) = 1
