-- One row per account and instant from which another one of its deals was the only one that was open; without a deal, from then
-- on none was, or several were. The first row of an account that has deals reaches back for good. A deal is open from the
-- instant at which it starts until before the one at which it ends.
-- One sweep over starts and ends: the places of the open deals are added up, and where one is open the sum is its place.
-- key: account_key, starts_at · unit: whole · look-back: none · look-forward: none · kept: yes
with numbered as (
    select account_key, deal_key, starts_at, ends_at,
           row_number() over (partition by account_key order by deal_key) as place
    from deal_span
    where account_key is not null and starts_at < ends_at
),
edge as (
    select account_key, starts_at as turned_at, 1 as opened, place from numbered
    union all
    select account_key, ends_at, -1, -place from numbered where ends_at < timestamp '2200-01-01 00:00:00'
    union all
    select distinct account_key, timestamp '1900-01-01 00:00:00', 0, 0 from numbered
),
turn as (
    select account_key, turned_at, cast(sum(opened) as bigint) as opened, cast(sum(place) as bigint) as place
    from edge
    group by account_key, turned_at
),
level as (
    select account_key, turned_at, cast(sum(opened) over running as bigint) as open_deals,
           cast(sum(place) over running as bigint) as place
    from turn
    window running as (partition by account_key order by turned_at rows between unbounded preceding and current row)
),
sole as (
    select level.account_key, level.turned_at as starts_at, numbered.deal_key
    from level
    left join numbered
      on numbered.account_key = level.account_key and numbered.place = level.place and level.open_deals = 1
),
turned as (
    select account_key, starts_at, deal_key,
           lag(deal_key) over (partition by account_key order by starts_at, account_key) as deal_before,
           row_number() over (partition by account_key order by starts_at, account_key) as number
    from sole
)
select account_key, starts_at, deal_key from turned where number = 1 or deal_key is distinct from deal_before
