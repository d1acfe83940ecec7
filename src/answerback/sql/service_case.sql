-- One row per service case after the sale: of which company, about which deal, from when to when, and what sort. The company is
-- the case's own, else its deal's; without an end it is open.
-- key: case_key · unit: whole · look-back: none · look-forward: none · kept: yes
-- order: deal_key, account_key, opened_at, case_key · rows in a group: 4096
select service.case_key, coalesce(company.canonical_key, service.account_key, deal.account_key) as account_key,
       coalesce(bargain.canonical_key, service.deal_key) as deal_key, service.opened_at, service.closed_at, service.kind
from current_case as service
left join same_as as company on company.key = service.account_key
left join same_as as bargain on bargain.key = service.deal_key
left join deal on deal.deal_key = coalesce(bargain.canonical_key, service.deal_key)
