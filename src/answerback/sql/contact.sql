-- One row per buyer's person, their records from several systems merged; what the newest of them states stands.
-- key: contact_key · unit: whole · look-back: none · look-forward: none · kept: yes
with person as (
    select coalesce(same.canonical_key, contact.contact_key) as contact_key,
           coalesce(company.canonical_key, contact.account_key) as account_key,
           contact.level, contact.version_at, contact.content_hash, contact.contact_key as own_key
    from current_contact as contact
    left join same_as as same on same.key = contact.contact_key
    left join same_as as company on company.key = contact.account_key
),
stated as (
    select contact_key,
           first_value(account_key ignore nulls) over newest as account_key,
           first_value(level ignore nulls) over newest as level,
           row_number() over newest as place
    from person
    window newest as (partition by contact_key order by version_at desc, content_hash desc, own_key
                      rows between unbounded preceding and unbounded following)
)
select contact_key, account_key, level from stated where place = 1
