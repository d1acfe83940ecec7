-- One row per buyer's company, its records from several systems merged; what the newest of them states stands.
-- key: account_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- rows in a group: 4096
with company as (
    select coalesce(same.canonical_key, account.account_key) as account_key,
           account.industry, account.size_band, account.region, account.segment,
           account.version_at, account.content_hash, account.account_key as own_key
    from current_account as account
    left join same_as as same on same.key = account.account_key
),
stated as (
    select account_key,
           first_value(industry ignore nulls) over newest as industry,
           first_value(size_band ignore nulls) over newest as size_band,
           first_value(region ignore nulls) over newest as region,
           first_value(segment ignore nulls) over newest as segment,
           row_number() over newest as place
    from company
    window newest as (partition by account_key order by version_at desc, content_hash desc, own_key
                      rows between unbounded preceding and unbounded following)
)
select account_key, industry, size_band, region, segment from stated where place = 1
