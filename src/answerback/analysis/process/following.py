"""The chains of a stretch of time as a process: what follows what directly, variants, durations, and where chains stop.

All events of a chain in its order count, by a label: the kind of touch or act (`step`), the channel or act alone
(`kind`), or what the source calls it (`subkind`). A directly-follows count says what came next, not what it caused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text
from answerback.engine.scoped import within

LABELS: Mapping[str, str] = MappingProxyType(
    {"step": "event.step", "kind": "event.kind", "subkind": "coalesce(event.subkind, event.kind)"}
)
"""By name, what an event is called."""
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
"""By name, what chains can be restricted to."""


@dataclass(frozen=True, slots=True)
class Follows:
    """How often one thing came directly after another, in how many chains, and after how long (seconds)."""

    before: str
    after: str
    count: int
    chains: int
    median_seconds: float
    mean_seconds: float


@dataclass(frozen=True, slots=True)
class Variant:
    """A way that chains take from their first event to their last."""

    labels: tuple[str, ...]
    chains: int
    won: int
    lost: int
    median_seconds: float


@dataclass(frozen=True, slots=True)
class Stop:
    """Where chains stop: of those that came to a label, how many had it as their last, and how those ended.

    `open` are chains that may still go on.
    """

    label: str
    came: int
    stopped: int
    won: int
    lost: int
    open: int


@dataclass(frozen=True, slots=True)
class Process:
    """How chains run.

    Attributes:
        label: What events are called: step, kind or subkind.
        chains, events: How many there are.
        follows: The most frequent first.
        variants: The most frequent first, at most as many as asked for.
        variant_count: How many there are in all.
        stops: By label.
        durations: Seconds from the first to the last event: least, lower quartile, median, upper quartile, greatest;
            empty without chains.
    """

    label: str
    chains: int
    events: int
    follows: tuple[Follows, ...]
    variants: tuple[Variant, ...]
    variant_count: int
    stops: tuple[Stop, ...]
    durations: tuple[float, ...]


def process(
    reader: Reader,
    scope: Scope,
    *,
    label: str = "step",
    where: Mapping[str, str] = MappingProxyType({}),
    most: int = 20,
) -> Process:
    """How the chains within a scope run: those in which somebody of the scope made a touch, as a whole.

    Args:
        reader: The snapshot, seen from its instant.
        scope: Whose chains.
        label: What events are called by; see `LABELS`.
        where: Only chains of such companies or deals; see `PLACES`.
        most: How many variants are told.

    Raises UsageError for a label or place that there is not.
    """
    if label not in LABELS:
        raise UsageError(f"events have no {label!r}", where="--by", next_step=f"take one of {', '.join(LABELS)}")
    reader.duck.make("_chain", _events_sql(reader, scope, label, where))
    try:
        totals = reader.query(_TOTALS).to_pylist()[0]
        ways = reader.query(_VARIANTS).to_pylist()
        return Process(
            label=label,
            chains=totals["chains"],
            events=totals["events"],
            follows=tuple(Follows(**row) for row in reader.query(_FOLLOWS).to_pylist()),
            variants=tuple(_variant(row) for row in ways[:most]),
            variant_count=len(ways),
            stops=tuple(Stop(**row) for row in reader.query(_STOPS).to_pylist()),
            durations=tuple(totals["durations"] or ()),
        )
    finally:
        reader.duck.drop("_chain")


def _variant(row: dict[str, Any]) -> Variant:
    return Variant(tuple(row["labels"]), row["chains"], row["won"], row["lost"], row["median_seconds"])


def _events_sql(reader: Reader, scope: Scope, label: str, where: Mapping[str, str]) -> str:
    """One row per event of a chain in question: its label, the next one, and how the chain ended."""
    for name in where:
        if name not in PLACES:
            raise UsageError(f"chains have no {name!r}", where="--where", next_step=f"take one of {', '.join(PLACES)}")
    asked = [f"{PLACES[name].format(instant=reader.instant)} = {sql_text(value)}" for name, value in where.items()]
    if not scope.everybody:
        asked.append(f"""event.chain_key in (
            select own.chain_key from chain_event as own
            where own.side = 'seller' and {within(scope, "own.rep_key", "own.occurred_at")})""")
    ended = f"life.ends_at <= {reader.instant}"
    return f"""
        select event.chain_key, {LABELS[label]} as label, event.occurred_at,
               lead({LABELS[label]}) over chain as label_after,
               epoch(lead(event.occurred_at) over chain) - epoch(event.occurred_at) as seconds,
               row_number() over chain as place,
               case when {ended} then life.outcome end as outcome
        from chain_event as event
        left join deal_span as life on event.is_deal and life.deal_key = event.chain_key
        left join account on account.account_key = event.account_key
        left join deal on event.is_deal and deal.deal_key = event.chain_key
        where event.occurred_at <= {reader.instant} and {in_view(scope, "event.contested", "event.rep_key")}
          {"".join(f" and {each}" for each in asked)}
        window chain as (partition by event.chain_key order by event.occurred_at, event.side desc, event.event_key)"""


_TOTALS = """
    select count(*) as chains, cast(coalesce(sum(n), 0) as bigint) as events,
           quantile_cont(seconds, [0.0, 0.25, 0.5, 0.75, 1.0]) as durations
    from (
        select chain_key, count(*) as n, cast(epoch(max(occurred_at)) - epoch(min(occurred_at)) as double) as seconds
        from _chain group by chain_key
    )"""
_FOLLOWS = """
    select label as before, label_after as after, count(*) as count, count(distinct chain_key) as chains,
           cast(median(seconds) as double) as median_seconds, cast(avg(seconds) as double) as mean_seconds
    from _chain where label_after is not null
    group by label, label_after
    order by count desc, before, after"""
_VARIANTS = """
    select labels, count(*) as chains, count(*) filter (outcome = 'won') as won,
           count(*) filter (outcome = 'lost') as lost, cast(median(seconds) as double) as median_seconds
    from (
        select chain_key, list(label order by place) as labels, any_value(outcome) as outcome,
               epoch(max(occurred_at)) - epoch(min(occurred_at)) as seconds
        from _chain group by chain_key
    )
    group by labels
    order by chains desc, labels"""
_STOPS = """
    with came as (select label, count(distinct chain_key) as came from _chain group by label),
    last as (
        select label, count(*) as stopped, count(*) filter (outcome = 'won') as won,
               count(*) filter (outcome = 'lost') as lost, count(*) filter (outcome is null) as open
        from _chain where label_after is null group by label
    )
    select came.label, came.came, coalesce(last.stopped, 0) as stopped, coalesce(last.won, 0) as won,
           coalesce(last.lost, 0) as lost, coalesce(last.open, 0) as open
    from came left join last on last.label = came.label
    order by came.came desc, came.label"""
