"""What the CRM says of a quarter: money won against targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from answerback.simulate.exports.playbook import DOLLARS
from answerback.simulate.facts import Facts
from answerback.simulate.worktime import quarter_of


@dataclass(frozen=True, slots=True)
class QuarterResult:
    """A quarter's money, in minor units of euros."""

    quarter: str
    won_minor: int
    target_minor: int


def quarter_result(facts: Facts) -> QuarterResult:
    """The last quarter that is over: deals won in it at the playbook's rates, and the sum of the reps' targets."""
    end = datetime.fromtimestamp(facts.end, tz=UTC)
    last = (end.year * 4 + (end.month - 1) // 3) - 1
    quarter = f"{last // 4}Q{last % 4 + 1}"
    deals = {row["deal"]: row for row in facts.rows("deal")}
    won = 0.0
    for change in facts.rows("deal_change"):
        if change["field"] == "outcome" and change["new"] == "won" and quarter_of(change["at"]) == quarter:
            deal = deals[change["deal"]]
            won += deal["amount_minor"] * DOLLARS[deal["currency"]] / DOLLARS["EUR"]
    target = sum(row["value"] for row in facts.rows("target") if row["period"] == quarter)
    return QuarterResult(quarter, round(won), target)
