"""The chains of a stretch of time as a process: what follows what directly, variants, durations, and where chains stop.

All events of a chain in its order count, by a label: the kind of touch or act (`step`), the channel or act alone
(`kind`), or what the source calls it (`subkind`). A directly-follows count says what came next, not what it caused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from answerback.analysis.chain_places import check_places, place_conditions
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.court import ends_it_sql
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within

LABELS: Mapping[str, str] = MappingProxyType(
    {"step": "event.step", "kind": "event.kind", "subkind": "coalesce(event.subkind, event.kind)"}
)
"""By name, what an event is called."""


@dataclass(frozen=True, slots=True)
class Chains:
    """Which chains, and what their events are called.

    Attributes:
        reader: The snapshot, seen from its instant.
        scope: Whose: those in which somebody of the scope made a touch, as a whole.
        label: What events are called by; see `LABELS`.
        where: Only chains of such companies or deals; see `chain_places.PLACES`.
        since, until: Only chains that began from then, and before then.

    Raises UsageError for a label or place that there is not.
    """

    reader: Reader
    scope: Scope
    label: str = "step"
    where: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise UsageError(
                f"events have no {self.label!r}", where="--by", next_step=f"take one of {', '.join(LABELS)}"
            )
        check_places(self.where, "chains")


@dataclass(frozen=True, slots=True)
class Follows:
    """How often one thing came directly after another, in how many chains, and after how long.

    Attributes:
        before, after: The labels.
        count, chains: How often, and in how many chains.
        share: Of all that came next after `before`.
        median_seconds, mean_seconds, lower_seconds, upper_seconds: The time between them: half, the mean, quartiles.
    """

    before: str
    after: str
    count: int
    chains: int
    share: float
    median_seconds: float
    mean_seconds: float
    lower_seconds: float
    upper_seconds: float


@dataclass(frozen=True, slots=True)
class Variant:
    """A way that chains take from their first event to their last."""

    labels: tuple[str, ...]
    chains: int
    won: int
    lost: int
    median_seconds: float


@dataclass(frozen=True, slots=True)
class Flow:
    """What follows what in the chains that were asked for.

    Attributes:
        label: What events are called: step, kind or subkind.
        chains, events: How many there are.
        follows: The most frequent first.
        variants: The most frequent first, at most as many as asked for.
        variant_count: How many there are in all.
        durations: Seconds from the first to the last event: least, lower quartile, median, upper quartile, greatest;
            empty without chains.
    """

    label: str
    chains: int
    events: int
    follows: tuple[Follows, ...]
    variants: tuple[Variant, ...]
    variant_count: int
    durations: tuple[float, ...]


@contextmanager
def laid_out(chains: Chains) -> Iterator[None]:
    """For as long as it is open, the events of these chains are the relation `_chain`."""
    chains.reader.duck.make("_chain", _events_sql(chains))
    try:
        yield
    finally:
        chains.reader.duck.drop("_chain")


def flow(chains: Chains, *, most: int = 20) -> Flow:
    """How chains run, from `_chain` as `laid_out` makes it; `most` says how many variants are told."""
    reader = chains.reader
    totals = reader.query(_TOTALS).to_pylist()[0]
    ways = reader.query(f"{_VARIANTS} limit {max(int(most), 1)}").to_pylist()
    return Flow(
        label=chains.label,
        chains=totals["chains"],
        events=totals["events"],
        follows=_follows(reader.query(_FOLLOWS).to_pylist()),
        variants=tuple(_variant(row) for row in ways[:most]),
        variant_count=ways[0]["all_variants"] if ways else 0,
        durations=tuple(totals["durations"] or ()),
    )


def behind(chains: Chains, before: str, after: str) -> pa.Table:
    """Each time that `after` came directly after `before`: the chain, both events and when they were; newest first."""
    return chains.reader.query(f"""
        select coalesce(deal.id, account.id) as chain_id, one.id as event_id, arrow.occurred_at,
               other.id as next_event_id, arrow.next_at, cast(epoch(arrow.next_at) - epoch(arrow.occurred_at) as bigint)
               as seconds
        from _chain as arrow
        left join _chain as next on next.chain_key = arrow.chain_key and next.place = arrow.place + 1
        left join {ids_sql("'event'")} as one on one.key = arrow.event_key
        left join {ids_sql("'event'")} as other on other.key = next.event_key
        left join {ids_sql("'deal'")} as deal on arrow.is_deal and deal.key = arrow.chain_key
        left join {ids_sql("'account'")} as account on not arrow.is_deal and account.key = arrow.chain_key
        where arrow.label = {sql_text(before)} and arrow.label_after = {sql_text(after)}
        order by arrow.occurred_at desc, event_id, arrow.event_key, arrow.place""")


def _follows(rows: list[dict[str, Any]]) -> tuple[Follows, ...]:
    nexts: dict[str, int] = {}
    for row in rows:
        nexts[row["before"]] = nexts.get(row["before"], 0) + row["count"]
    return tuple(
        Follows(
            before=row["before"],
            after=row["after"],
            count=row["count"],
            chains=row["chains"],
            share=row["count"] / nexts[row["before"]],
            median_seconds=row["quartiles"][1],
            mean_seconds=row["mean_seconds"],
            lower_seconds=row["quartiles"][0],
            upper_seconds=row["quartiles"][2],
        )
        for row in rows
    )


def _variant(row: dict[str, Any]) -> Variant:
    return Variant(tuple(row["labels"]), row["chains"], row["won"], row["lost"], row["median_seconds"])


def _events_sql(chains: Chains) -> str:
    """One row per event of a chain in question: its label, the next one, and how the chain ended."""
    reader, scope, label = chains.reader, chains.scope, LABELS[chains.label]
    asked = place_conditions(reader, chains.where)
    if not scope.everybody:
        asked.append(f"""event.chain_key in (
            select own.chain_key from chain_event as own
            where own.side = 'seller' and own.occurred_at <= {reader.instant}
              and {within(scope, "own.rep_key", "own.occurred_at")})""")
    seen = in_view(scope, "event.contested", "event.rep_key")
    if chains.since is not None:  # what began before is left out without going through it
        asked.append(f"""event.occurred_at >= {sql_instant(chains.since)} and event.chain_key not in (
            select event.chain_key from chain_event as event
            where event.occurred_at < {sql_instant(chains.since)} and {seen})""")
    until = chains.until and f"qualify min(event.occurred_at) over chain < {sql_instant(chains.until)}"
    return f"""
        select event.chain_key, event.is_deal, event.account_key, event.event_key, {label} as label, event.occurred_at,
               coalesce({ends_it_sql("event.kind", "event.stance")}, false) as refuses,
               lead({label}) over chain as label_after, lead(event.occurred_at) over chain as next_at,
               row_number() over chain as place,
               case when life.ends_at <= {reader.instant} then life.outcome end as outcome
        from chain_event as event
        left join deal_span as life on event.is_deal and life.deal_key = event.chain_key
        {_BESIDE if chains.where else ""}
        where event.occurred_at <= {reader.instant} and {seen}
          {"".join(f" and {each}" for each in asked)}
        window chain as (partition by event.chain_key order by event.occurred_at, event.side desc, event.event_key)
        {until or ""}"""


_BESIDE = """
        left join account on account.account_key = event.account_key
        left join deal on event.is_deal and deal.deal_key = event.chain_key"""
_TOTALS = """
    select count(*) as chains, cast(coalesce(sum(n), 0) as bigint) as events,
           quantile_cont(seconds, [0.0, 0.25, 0.5, 0.75, 1.0]) as durations
    from (
        select chain_key, count(*) as n, cast(epoch(max(occurred_at)) - epoch(min(occurred_at)) as double) as seconds
        from _chain group by chain_key
    )"""
_FOLLOWS = """
    select label as before, label_after as after, count(*) as count, count(distinct chain_key) as chains,
           quantile_cont(cast(seconds as double), [0.25, 0.5, 0.75]) as quartiles,
           cast(avg(seconds) as double) as mean_seconds
    from (select *, epoch(next_at) - epoch(occurred_at) as seconds from _chain where label_after is not null)
    group by label, label_after
    order by count desc, before, after"""
_VARIANTS = """
    select labels, count(*) as chains, count(*) filter (outcome = 'won') as won,
           count(*) filter (outcome = 'lost') as lost, cast(median(seconds) as double) as median_seconds,
           count(*) over () as all_variants
    from (
        select chain_key, list(label order by place) as labels, any_value(outcome) as outcome,
               epoch(max(occurred_at)) - epoch(min(occurred_at)) as seconds
        from _chain group by chain_key
    )
    group by labels
    order by chains desc, labels"""
