-- One row per deal, its records from several systems merged; what the newest of them states stands. An amount keeps the
-- currency that was stated with it.
-- key: deal_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: account_key, deal_key · rows in a group: 4096
with bargain as (
    select coalesce(same.canonical_key, deal.deal_key) as deal_key,
           coalesce(company.canonical_key, deal.account_key) as account_key,
           coalesce(owner.canonical_key, deal.owner_key) as owner_key,
           deal.product_line, deal.amount_minor, deal.currency, deal.created_at, deal.source,
           deal.version_at, deal.content_hash, deal.deal_key as own_key
    from current_deal as deal
    left join same_as as same on same.key = deal.deal_key
    left join same_as as company on company.key = deal.account_key
    left join same_as as owner on owner.key = deal.owner_key
),
stated as (
    select deal_key,
           first_value(account_key ignore nulls) over newest as account_key,
           first_value(owner_key ignore nulls) over newest as owner_key,
           first_value(product_line ignore nulls) over newest as product_line,
           first_value(amount_minor ignore nulls) over newest as amount_minor,
           first_value(case when amount_minor is not null then coalesce(currency, '') end ignore nulls) over newest as currency,
           first_value(created_at ignore nulls) over newest as created_at,
           first_value(source) over newest as source,
           row_number() over newest as place
    from bargain
    window newest as (partition by deal_key order by version_at desc, content_hash desc, own_key
                      rows between unbounded preceding and unbounded following)
)
select deal_key, account_key, owner_key, product_line, amount_minor, nullif(currency, '') as currency, created_at, source
from stated where place = 1
