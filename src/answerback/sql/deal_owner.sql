-- One row per deal and instant from which somebody else owned it; without a key from then on nobody did. The first owner is
-- whom the first change replaced, else whom the deal's record names, and owned it from the first that is known of the deal.
-- Of changes at one instant the newest record stands; a change to the same owner is none.
-- key: deal_key, occurred_at · unit: whole · look-back: none · look-forward: none · kept: yes
-- rows in a group: 4096
with every as (
    select coalesce(same.canonical_key, change.deal_key) as deal_key, change.occurred_at, change.field,
           coalesce(former.canonical_key, change.old_rep_key) as old_rep_key,
           coalesce(later.canonical_key, change.new_rep_key) as new_rep_key,
           change.version_at, change.content_hash, change.deal_change_key
    from current_deal_change as change
    left join same_as as same on same.key = change.deal_key
    left join same_as as former on former.key = change.old_rep_key
    left join same_as as later on later.key = change.new_rep_key
),
change as (
    select deal_key, occurred_at, old_rep_key, new_rep_key
    from every
    where field = 'owner'
    qualify row_number() over (
        partition by deal_key, occurred_at order by version_at desc, content_hash desc, deal_change_key
    ) = 1
),
begun as (
    select deal_key, coalesce(min(known_at), timestamp '1900-01-01 00:00:00') as starts_at
    from (select deal_key, created_at as known_at from deal union all select deal_key, occurred_at from every) as known
    group by deal_key
),
first_change as (
    select deal_key, occurred_at, old_rep_key
    from change
    qualify row_number() over (partition by deal_key order by occurred_at, deal_key) = 1
),
owned as (
    select deal_key, occurred_at, new_rep_key as owner_key from change
    union all
    select begun.deal_key, begun.starts_at,
           case when first_change.deal_key is null then deal.owner_key else first_change.old_rep_key end
    from begun
    left join first_change on first_change.deal_key = begun.deal_key
    left join deal on deal.deal_key = begun.deal_key
    where first_change.deal_key is null or first_change.occurred_at > begun.starts_at
),
turned as (
    select deal_key, occurred_at, owner_key,
           lag(owner_key) over (partition by deal_key order by occurred_at, deal_key) as owner_before
    from owned
)
select deal_key, occurred_at, owner_key from turned where owner_key is distinct from owner_before
