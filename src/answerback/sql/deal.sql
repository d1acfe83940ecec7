-- One row per deal.
-- key: deal_key · unit: whole · look-back: none · look-forward: none · kept: yes
select coalesce(same.canonical_key, deal.deal_key) as deal_key,
       coalesce(company.canonical_key, deal.account_key) as account_key,
       coalesce(owner.canonical_key, deal.owner_key) as owner_key,
       deal.product_line, deal.amount_minor, deal.currency, deal.created_at, deal.source
from current_deal as deal
left join same_as as same on same.key = deal.deal_key
left join same_as as company on company.key = deal.account_key
left join same_as as owner on owner.key = deal.owner_key
qualify row_number() over (
    partition by coalesce(same.canonical_key, deal.deal_key) order by deal.version_at desc, deal.content_hash desc, deal.deal_key
) = 1
