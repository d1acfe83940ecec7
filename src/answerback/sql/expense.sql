-- One row per expense record: what a rep spent in a period, in minor units of a currency. Several of one period add up.
-- key: expense_key · unit: whole · look-back: none · look-forward: none · kept: yes
select expense.expense_key, coalesce(same.canonical_key, expense.rep_key) as rep_key, expense.period,
       expense.amount_minor, expense.currency
from current_expense as expense
left join same_as as same on same.key = expense.rep_key
