-- One row per touch that somebody meant to make, and what lots said of it: `touch`, or `hold` until an instant. The company
-- is the intention's own, else its contact's, else its deal's.
-- key: intention_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: drawn_at, account_key, intention_key
with named as (
    select intention.intention_key, coalesce(person.canonical_key, intention.rep_key) as rep_key,
           intention.account_key as own_account_key,
           coalesce(buyer.canonical_key, intention.contact_key) as contact_key,
           coalesce(bargain.canonical_key, intention.deal_key) as deal_key, intention.play, intention.intended_at,
           intention.arm, intention.draw, intention.share_permille, intention.drawn_at, intention.until,
           intention.overruled = 'yes' as overruled
    from current_intention as intention
    left join same_as as person on person.key = intention.rep_key
    left join same_as as buyer on buyer.key = intention.contact_key
    left join same_as as bargain on bargain.key = intention.deal_key
)
select named.intention_key, named.rep_key,
       coalesce(company.canonical_key, named.own_account_key, contact.account_key, deal.account_key) as account_key,
       named.contact_key, named.deal_key, named.play, named.intended_at, named.arm, named.draw, named.share_permille,
       named.drawn_at, named.until, named.overruled
from named
left join contact on contact.contact_key = named.contact_key
left join deal on deal.deal_key = named.deal_key
left join same_as as company on company.key = named.own_account_key
