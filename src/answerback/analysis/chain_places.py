"""What chains can be restricted to: facts of their company or deal, and how they ended, as conditions of a query.

A query that takes them names `account`, `deal` and the deal's life in `deal_span` as `life`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from answerback.analysis.reader import Reader
from answerback.domain.errors import UsageError
from answerback.engine.literals import sql_text

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "segment": "coalesce(account.segment, '')",
        "industry": "coalesce(account.industry, '')",
        "region": "coalesce(account.region, '')",
        "size_band": "coalesce(account.size_band, '')",
        "product_line": "coalesce(deal.product_line, '')",
        "outcome": "case when life.outcome is null or life.ends_at > {instant} then 'open' else life.outcome end",
    }
)
"""By name, where its value stands; those who never ended are open."""


def check_places(where: Mapping[str, str], of: str) -> None:
    """Raises UsageError for a place that there is not; `of` says whose, such as deals."""
    for name in where:
        if name not in PLACES:
            raise UsageError(f"{of} have no {name!r}", where="--where", next_step=f"take one of {', '.join(PLACES)}")


def place_conditions(reader: Reader, where: Mapping[str, str]) -> list[str]:
    """One SQL condition for each place that is asked for, as of the reader's instant."""
    return [f"{PLACES[name].format(instant=reader.instant)} = {sql_text(value)}" for name, value in where.items()]
