"""Why deals were lost: as the rep says, as the buyer says, and as the events tell; and how far these agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import numpy as np

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.court import Court, Side, court_after
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.stats.agreement import Kappa, cohen_kappa
from answerback.stats.intervals import jeffreys

DAYS = 365
"""Deals lost so far back."""
LEAST_DEALS = 20
"""Agreement is told from so many deals of which both name a reason."""


class Ending(StrEnum):
    """How a lost deal ended, as its events tell."""

    REFUSED = "the buyer said no"
    QUIET = "the buyer went quiet"
    LEFT_WAITING = "the buyer was left waiting"
    NOTHING = "nothing recorded"


@dataclass(frozen=True, slots=True)
class Agreed:
    """How often two name the same reason: of how many deals, the share with its interval, and Cohen's kappa."""

    deals: int
    same: int
    low: float
    high: float
    kappa: Kappa | None

    @property
    def share(self) -> float:
        """How many, 0 to 1."""
        return self.same / self.deals


@dataclass(frozen=True, slots=True)
class Reasons:
    """Lost deals and their reasons.

    Attributes:
        lost: How many were lost.
        by_rep, by_buyer: Of how many the CRM names a reason, and the buyer.
        agreed: How far rep and buyer agree, or why that cannot be told.
        beside: By the rep's reason and the buyer's, how many deals.
        endings: By the rep's reason (empty where there is none) and how it ended, how many deals.
    """

    lost: int
    by_rep: int
    by_buyer: int
    agreed: Agreed | CannotTell
    beside: Mapping[tuple[str, str], int]
    endings: Mapping[tuple[str, Ending], int]


def reasons(reader: Reader, scope: Scope) -> Reasons:
    """Deals of owners within the scope that were lost in the last year."""
    rows = reader.query(_endings_sql(reader, scope)).to_pylist()
    told = [
        (label(row["by_rep"]), label(row["by_buyer"]), ending(row["side"], row["kind"], row["stance"])) for row in rows
    ]
    both = [(rep, buyer) for rep, buyer, _ in told if rep and buyer]
    return Reasons(
        lost=len(told),
        by_rep=sum(bool(rep) for rep, _, _ in told),
        by_buyer=sum(bool(buyer) for _, buyer, _ in told),
        agreed=agreement(both),
        beside=Counter(both),
        endings=Counter((rep, how) for rep, _, how in told),
    )


def agreed(reader: Reader, scope: Scope) -> Agreed | CannotTell:
    """How far rep and buyer agree of these deals, without looking at how they ended."""
    rows = reader.query(f"""
        with {_said_sql(reader, scope)}
        select by_rep.value as by_rep, by_buyer.kind as by_buyer, count(*) as deals
        from lost
        join by_rep on by_rep.deal_key = lost.deal_key
        join by_buyer on by_buyer.deal_key = lost.deal_key
        group by all order by all""").to_pylist()
    both: Counter[tuple[str, str]] = Counter()
    for row in rows:
        both[label(row["by_rep"]), label(row["by_buyer"])] += row["deals"]
    return agreement([pair for pair in both.elements() if all(pair)])


def label(reason: str | None) -> str:
    """A reason as it is compared: without regard to case, underscores and spaces around it.

    >>> label(" No_Need "), label(None)
    ('no need', '')
    """
    return " ".join((reason or "").replace("_", " ").lower().split())


def ending(side: str | None, kind: str | None, stance: str | None) -> Ending:
    """What the last thing that handed the ball over says.

    >>> str(ending("buyer", "asked", "neutral")), str(ending("seller", "email", None)), str(ending(None, None, None))
    ('the buyer was left waiting', 'the buyer went quiet', 'nothing recorded')
    """
    if side is None:
        return Ending.NOTHING
    if side == Side.SELLER:
        return Ending.QUIET
    court = court_after(Side.BUYER, kind=kind or "", stance=stance)
    return Ending.LEFT_WAITING if court is Court.SELLER else Ending.REFUSED


def agreement(both: Sequence[tuple[str, str]]) -> Agreed | CannotTell:
    """How often the two of each pair are the same."""
    if len(both) < LEAST_DEALS:
        return CannotTell(Refused.TOO_FEW_DEALS, have=len(both), need=LEAST_DEALS)
    labels = sorted({each for pair in both for each in pair})
    place = {each: number for number, each in enumerate(labels)}
    table = np.zeros((len(labels), len(labels)))
    for rep, buyer in both:
        table[place[rep], place[buyer]] += 1
    same = int(np.trace(table))
    interval = jeffreys(same, len(both))
    return Agreed(len(both), same, float(interval.low), float(interval.high), cohen_kappa(table))


def _said_sql(reader: Reader, scope: Scope) -> str:
    """CTEs: deals that were `lost`, the reason `by_rep`, and the last one that was heard of `by_buyer`."""
    since = sql_instant(reader.as_of - timedelta(days=DAYS))
    return f"""lost as (
            select life.deal_key, life.ends_at
            from deal_span as life
            asof left join deal_owner as owner
              on owner.deal_key = life.deal_key and owner.occurred_at <= life.ends_at
            where life.outcome = 'lost' and life.ends_at > {since} and life.ends_at <= {reader.instant}
              and {within(scope, "owner.owner_key", "life.ends_at")}
        ),
        by_rep as (
            select deal_key, value from deal_said
            where field = 'loss_reason' and occurred_at <= {reader.instant}
            qualify row_number() over (partition by deal_key order by occurred_at desc) = 1
        ),
        heard as (
            select obstacle.deal_key, obstacle.occurred_at, obstacle.kind, obstacle.obstacle_key from obstacle
            where obstacle.said_by = 'buyer' and obstacle.deal_key is not null and obstacle.occurred_at is not null
            union all
            select coalesce(obstacle.deal_key, event.chain_key), coalesce(obstacle.occurred_at, event.occurred_at),
                   obstacle.kind, obstacle.obstacle_key
            from obstacle join chain_event as event on event.event_key = obstacle.event_key and event.is_deal
            where obstacle.said_by = 'buyer' and (obstacle.deal_key is null or obstacle.occurred_at is null)
        ),
        by_buyer as (
            select deal_key, kind from heard where occurred_at <= {reader.instant}
            qualify row_number() over (partition by deal_key order by occurred_at desc, obstacle_key) = 1
        )"""


def _endings_sql(reader: Reader, scope: Scope) -> str:
    """One row per lost deal: the reason by rep and by buyer, and the last event that handed the ball over."""
    return f"""
        with {_said_sql(reader, scope)},
        last as (
            select lost.deal_key, event.side, event.kind, event.stance
            from lost
            join chain_event as event on event.chain_key = lost.deal_key and event.is_deal
             and event.occurred_at <= lost.ends_at
            where event.turns and {in_view(scope, "event.contested", "event.rep_key")}
            qualify row_number() over (
                partition by lost.deal_key order by event.occurred_at desc, event.side, event.event_key desc
            ) = 1
        )
        select lost.deal_key, by_rep.value as by_rep, by_buyer.kind as by_buyer, last.side, last.kind, last.stance
        from lost
        left join by_rep on by_rep.deal_key = lost.deal_key
        left join by_buyer on by_buyer.deal_key = lost.deal_key
        left join last on last.deal_key = lost.deal_key
        order by lost.deal_key"""
