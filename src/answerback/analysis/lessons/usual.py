"""What buyers like these usually object and do at a step, and which touches move them: of five people at least."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from answerback.analysis.disputes import in_view
from answerback.analysis.lessons.touches import OBSTACLES, STAGES, placed_sql
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant

DAYS = 364
LEAST_PEOPLE = 5
"""What fewer people's buyers said is not told."""
LEAST_TOUCHES = 20
MOST = 5
_NO_SORT = ""
"""Buyers whose sort is not known."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that buyers do or name there: in how many deals, and in those of how many people."""

    what: str
    deals: int
    people: int


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at one step with one sort of buyers.

    Attributes:
        step, segment: Where; the segment is empty for all sorts of buyers.
        deals: Deals that stood there within the year.
        objections: What stood in the way, as buyers, reps or records say.
        acts: What buyers did.
    """

    step: str
    segment: str
    deals: int
    objections: tuple[Said, ...]
    acts: tuple[Said, ...]


def usual_at_steps(reader: Reader, scope: Scope) -> dict[tuple[str, str], Usual]:
    """By step and sort of buyers (empty: all sorts), what five people's buyers or more did there in the last year."""
    since = sql_instant(reader.as_of - timedelta(days=DAYS))
    rows = reader.query(f"""
        with stage as {STAGES},
        event as (
            select event.chain_key as deal_key, event.occurred_at, 'act' as sort, event.kind as what
            from chain_event as event
            where event.is_deal and event.side = 'buyer' and event.evidence = 'captured'
              and {in_view(scope, "event.contested", "event.rep_key")}
            union all
            select deal_key, occurred_at, 'objection', kind from {OBSTACLES} as named
            union all
            select deal_key, occurred_at, 'stood', '' from stage
        ),
        placed as (
            select event.deal_key, event.sort, event.what, stage.step, span.owner_key,
                   coalesce(company.segment, company.size_band, '') as segment
            from (select * from event where occurred_at > {since} and occurred_at <= {reader.instant}
                    and deal_key is not null) as event
            asof join stage on stage.deal_key = event.deal_key and event.occurred_at >= stage.occurred_at
            join deal_span as span on span.deal_key = event.deal_key
            left join account as company on company.account_key = span.account_key
        )
        select step, segment, sort, what, count(distinct deal_key) as deals, count(distinct owner_key) as people
        from placed group by grouping sets ((step, segment, sort, what), (step, sort, what))
        order by deals desc, what""").to_pylist()
    there: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["segment"] != _NO_SORT:  # those are in the line of all sorts
            there.setdefault((row["step"], row["segment"] or ""), []).append(row)
    return {
        place: Usual(
            *place,
            deals=max((row["deals"] for row in found if row["sort"] == "stood"), default=0),
            objections=_of(found, "objection"),
            acts=_of(found, "act"),
        )
        for place, found in there.items()
    }


def _of(rows: Iterable[dict[str, Any]], sort: str) -> tuple[Said, ...]:
    told = [Said(row["what"], row["deals"], row["people"]) for row in rows
            if row["sort"] == sort and row["people"] >= LEAST_PEOPLE]  # fmt: skip
    return tuple(told[:MOST])


@dataclass(frozen=True, slots=True)
class Works:
    """One channel at one step: touches that nobody had asked for, how many moved the buyer by proof, whose they are."""

    play: str
    touches: int
    moved: int
    people: int


def what_works(reader: Reader, scope: Scope) -> dict[tuple[str, str], tuple[Works, ...]]:
    """By step and sort of buyers (empty: all sorts) the channels that five people used there, the best share first.

    Observed, not tried: who is touched how was chosen.
    """
    rows = reader.query(f"""
        with {placed_sql(reader, scope, reader.as_of - timedelta(days=DAYS))}
        select step, segment, play_channel as play, count(*) as touches, count(*) filter (moved) as moved,
               count(distinct rep_key) as people
        from touch where step <> ''
        group by grouping sets ((step, segment, play_channel), (step, play_channel))
        having count(distinct rep_key) >= {LEAST_PEOPLE} and count(*) >= {LEAST_TOUCHES}
        order by step, segment, play""").to_pylist()
    there: dict[tuple[str, str], list[Works]] = {}
    for row in rows:
        if row["segment"] == _NO_SORT:
            continue
        told = Works(row["play"], row["touches"], row["moved"], row["people"])
        there.setdefault((row["step"], row["segment"] or ""), []).append(told)
    return {place: tuple(sorted(found, key=lambda each: (-each.moved / each.touches, each.play)))
            for place, found in there.items()}  # fmt: skip
