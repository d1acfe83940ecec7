"""How much of the fields that analyses use is filled in, by source and by rep."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.scoped import within

USED_FOR: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("effort", "account_key"): "chains, segments, markets",
        ("effort", "contact_key"): "which touch an act answers",
        ("buyer_action", "account_key"): "chains, segments",
        ("buyer_action", "contact_key"): "which touch an act answers, whose turn it is",
        ("deal", "account_key"): "chains, segments",
        ("deal", "owner_key"): "stages, targets",
        ("deal", "amount_minor"): "the pipeline's value, what is left on the table, risk",
        ("deal", "created_at"): "how long a deal has lived",
        ("deal", "product_line"): "risk: first sales of a line",
        ("deal", "stage"): "stages, steps",
        ("deal", "loss_reason"): "why deals are lost (of lost ones)",
        ("contact", "account_key"): "whose company an act is of",
        ("contact", "level"): "risk: who is contacted first",
        ("account", "segment"): "segments, markets",
        ("account", "industry"): "markets",
        ("account", "region"): "regions, markets",
        ("account", "size_band"): "sizes",
        ("rep", "manager_key"): "who sees a finding next",
        ("rep", "team"): "teams",
        ("rep", "tenure_start"): "comparisons with reps of like experience",
    }
)
"""By relation and field, what rests on it."""
RELATIONS = frozenset(relation for relation, _ in USED_FOR)


@dataclass(frozen=True, slots=True)
class Filled:
    """Of so many rows of a relation so many have a value; `source` is empty and `rep_key` 0 where there is none."""

    relation: str
    field: str
    source: str
    rep_key: int
    rows: int
    filled: int

    @property
    def share(self) -> float:
        """How many, 0 to 1; 1 where there are no rows."""
        return self.filled / self.rows if self.rows else 1.0

    @property
    def used_for(self) -> str:
        """What rests on it."""
        return USED_FOR[self.relation, self.field]


def filled(reader: Reader, scope: Scope, only: Collection[str] = RELATIONS) -> tuple[Filled, ...]:
    """Every field by source and rep, as of the reader's instant; of some relations only.

    What no rep stands behind (acts, persons, companies, reps) is told only to who sees everybody.
    """
    found: list[Filled] = []
    for relation, rows in _rows(reader, scope).items():
        if relation not in only:
            continue
        fields = [field for of, field in USED_FOR if of == relation]
        wanted = {field: f"count({field})" for field in fields}
        if "loss_reason" in wanted:
            wanted["loss_reason"] = "count(loss_reason) filter (lost)"
        columns = ", ".join(f"{sql} as {field}" for field, sql in wanted.items())
        lost = "count(*) filter (lost)" if relation == "deal" else "0"
        for row in reader.query(f"""
            select coalesce(source, '') as source, coalesce(rep_key, 0) as rep_key, count(*) as n, {lost} as lost,
                   {columns}
            from ({rows}) group by all order by source, rep_key""").to_pylist():
            found += [
                Filled(relation, each, row["source"], row["rep_key"], row["lost" if each == "loss_reason" else "n"],
                       row[each])
                for each in fields
            ]  # fmt: skip
    return tuple(each for each in found if each.rows)


def _rows(reader: Reader, scope: Scope) -> dict[str, str]:
    """By relation, the query for its rows with `source` and `rep_key`."""
    found = {
        "effort": f"""select * from effort where occurred_at <= {reader.instant}
            and {within(scope, "rep_key", "occurred_at")}""",
        "deal": f"""select deal.* exclude (owner_key), owner.owner_key, owner.owner_key as rep_key, stage.stage,
                   reason.loss_reason,
                   coalesce(life.outcome = 'lost' and life.ends_at <= {reader.instant}, false) as lost
            from deal
            join deal_span as life on life.deal_key = deal.deal_key and life.starts_at <= {reader.instant}
            left join ({_last("deal_owner", "owner_key", reader.instant)}) as owner on owner.deal_key = deal.deal_key
            left join ({_last("deal_stage", "stage", reader.instant)}) as stage on stage.deal_key = deal.deal_key
            left join (
                select deal_key, value as loss_reason
                from ({_last("deal_said", "value", reader.instant, "field = 'loss_reason'")})
            ) as reason on reason.deal_key = deal.deal_key
            where {within(scope, "owner.owner_key", reader.instant)}""",
    }
    if scope.everybody:
        nobodys = "cast(null as varchar) as source, cast(null as bigint) as rep_key"
        found |= {
            "buyer_action": f"""select *, cast(null as bigint) as rep_key from buyer_action
                where counts and occurred_at <= {reader.instant}""",
            "contact": f"select *, {nobodys} from contact",
            "account": f"select *, {nobodys} from account",
            "rep": f"""select *, cast(null as varchar) as source from rep
                where valid_from <= {reader.instant} and valid_to > {reader.instant}""",
        }
    return found


def _last(relation: str, column: str, instant: str, where: str = "true") -> str:
    """What a relation of changes says of each deal at an instant."""
    return f"""select deal_key, {column} from {relation} where occurred_at <= {instant} and {where}
        qualify row_number() over (partition by deal_key order by occurred_at desc) = 1"""
