"""Risk taken within a scope: attempts of the last year, what came of them, and how many were looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.disputes import in_view
from answerback.analysis.exchange import Exchange
from answerback.analysis.instants import seconds_of
from answerback.analysis.reader import Reader, ids_of
from answerback.analysis.risk.attempts import (
    LEAST_EARLIER,
    LEAST_OF_ALL,
    LEVELS,
    OF_DEALS,
    WINDOW,
    Came,
    Deals,
    Firsts,
    Look,
    Tried,
    of_deals,
    of_persons,
)
from answerback.analysis.states import state_sql
from answerback.domain.kinds import OutcomeState
from answerback.domain.money import Missing
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.stats.arrays import IntArray

_CAME = {
    "won": Came.WORKED,
    "lost": Came.NOT,
    OutcomeState.ON_BASE: Came.WORKED,
    OutcomeState.ANSWERED: Came.NOT,
    OutcomeState.UNANSWERED: Came.NOT,
}
_MADE = "kind <> 'task' and origin = 'hand'"


@dataclass(frozen=True, slots=True)
class Risk:
    """Everything that was looked at, in order of time, and why something could not be.

    Attributes:
        since: Attempts after this instant.
        looks: Deals and touches of reps within the scope.
        refused: By what was tried, why it cannot be told.
        no_rate: Currencies and days without a rate: deals in them have no size here.
    """

    since: datetime
    looks: tuple[Look, ...]
    refused: Mapping[Tried, CannotTell]
    no_rate: tuple[Missing, ...]

    def attempts(self, tried: Tried) -> list[Look]:
        """What was tried of a kind."""
        return [each for each in self.looks if each.tried is tried and each.is_attempt]


def risk_taken(reader: Reader, scope: Scope) -> Risk:
    """Attempts of reps within the scope; what is usual for everybody is taken from everybody, and names nobody."""
    since = reader.as_of - WINDOW
    deals, missing = deals_opened(reader)
    firsts = _firsts(reader, scope)
    reach = _reach(reader)
    markets = [] if isinstance(reach, CannotTell) else _markets(reader, scope, since, reach)
    found = [*of_deals(deals, since), *of_persons(firsts, since), *markets]
    kept = [each for each in found if scope.holds(each.rep_key, each.at)]
    refused = {} if not isinstance(reach, CannotTell) else {Tried.NEW_MARKET: reach}
    for tried in Tried:
        if tried not in refused and not any(each.tried is tried for each in found):
            refused[tried] = _too_few(tried, deals, firsts)
    return Risk(since, tuple(sorted(kept, key=lambda each: (each.at, each.tried, each.key))), refused, missing)


def ids_behind(reader: Reader, found: Risk, space: str) -> dict[int, str]:
    """The ids of the deals, or of the touches (`event`), that are attempts; by key."""
    keys = {each.key for each in found.looks if each.is_attempt and (each.tried in OF_DEALS) == (space == "deal")}
    return ids_of(reader, keys, space)


def _too_few(tried: Tried, deals: Deals, firsts: Firsts) -> CannotTell:
    match tried:
        case Tried.HIGHER if not firsts.height.any():
            return CannotTell(Refused.NO_RECORDS, names=("levels of persons",))
        case Tried.NEW_LINE if not (deals.line >= 0).any():
            return CannotTell(Refused.NO_RECORDS, names=("product lines of deals",))
        case Tried.NEW_MARKET:
            return CannotTell(Refused.NO_RECORDS, names=("segment, industry and region of companies",))
        case Tried.HIGHER:
            return CannotTell(Refused.TOO_FEW_EARLIER, have=len(firsts.key), need=LEAST_EARLIER)
        case _:
            need = LEAST_OF_ALL if tried is Tried.LARGE else LEAST_EARLIER
            return CannotTell(Refused.TOO_FEW_EARLIER, have=len(deals.key), need=need)


def deals_opened(reader: Reader, since: datetime | None = None) -> tuple[Deals, tuple[Missing, ...]]:
    """Everybody's deals as they were opened (after an instant), by who owned them first; currencies without a rate."""
    after = sql_instant(since) if since else "timestamp '1900-01-01 00:00:00'"
    table = reader.query(f"""
        with life as (
            select deal_key, starts_at, ends_at, outcome from deal_span
            where starts_at <= {reader.instant} and starts_at > {after}
        ),
        first_owner as (
            select deal_key, owner_key from deal_owner
            qualify row_number() over (partition by deal_key order by occurred_at) = 1
        ),
        first_amount as (
            select deal_key, try_cast(value as bigint) as amount_minor from deal_said
            where field = 'amount' and occurred_at <= {reader.instant}
            qualify row_number() over (partition by deal_key order by occurred_at) = 1
        )
        select life.deal_key, life.starts_at, first_owner.owner_key, deal.product_line, deal.currency,
               coalesce(first_amount.amount_minor, deal.amount_minor) as amount_minor,
               case when life.ends_at <= {reader.instant} then life.outcome end as outcome
        from life
        join deal on deal.deal_key = life.deal_key
        join first_owner on first_owner.deal_key = life.deal_key
        left join first_amount on first_amount.deal_key = life.deal_key
        where first_owner.owner_key is not null
        order by life.starts_at, life.deal_key""")
    exchange = Exchange(reader)
    amount, currency = table["amount_minor"].to_pylist(), table["currency"].to_pylist()
    deals = Deals(
        key=table["deal_key"].to_numpy(),
        at=seconds_of(table["starts_at"]),
        rep_key=table["owner_key"].to_numpy(),
        line=_numbered(table["product_line"]),
        worth=exchange.worth(amount, currency, table["starts_at"]),
        came=_came(table["outcome"]),
    )
    return deals, tuple(exchange.missing)


def _numbered(texts: pa.ChunkedArray) -> IntArray:
    """The same number for the same text, and -1 for none."""
    known = pc.if_else(pc.equal(texts, ""), None, texts)
    indices = known.combine_chunks().dictionary_encode().indices
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _came(states: pa.ChunkedArray) -> list[Came]:
    return [_CAME.get(state, Came.OPEN) for state in states.to_pylist()]


def _firsts(reader: Reader, scope: Scope) -> Firsts:
    """The first touch of each person by each rep."""
    levels = ", ".join(f"('{level}', {height})" for level, height in LEVELS.items())
    table = reader.query(f"""
        with first as (
            select effort.rep_key, other.contact_key,
                   min(struct_pack(at := effort.occurred_at, key := effort.effort_key)) as touch
            from effort
            join effort_contact as other on other.effort_key = effort.effort_key
            where {_MADE} and effort.occurred_at <= {reader.instant} and effort.rep_key is not null
              and {in_view(scope, "effort.contested", "effort.rep_key")}
            group by effort.rep_key, other.contact_key
        )
        select first.rep_key, first.touch.key as effort_key, first.touch.at as occurred_at,
               cast(max(coalesce(known.height, 0)) as bigint) as height,
               any_value({state_sql(reader.instant)}) as state
        from first
        join contact on contact.contact_key = first.contact_key
        left join (values {levels}) as known(level, height) on known.level = lower(replace(contact.level, '_', ' '))
        left join outcome on outcome.effort_key = first.touch.key
        group by first.rep_key, first.touch
        order by occurred_at, effort_key""")
    return Firsts(
        key=table["effort_key"].to_numpy(),
        at=seconds_of(table["occurred_at"]),
        rep_key=table["rep_key"].to_numpy(),
        height=table["height"].to_numpy(),
        came=_came(table["state"]),
    )


def _reach(reader: Reader) -> datetime | CannotTell:
    """When the data begin, where that is long enough ago to know what is new."""
    row = reader.query(f"""
        select min(occurred_at) as first_at from (
            select min(occurred_at) as occurred_at from effort where occurred_at <= {reader.instant}
            union all
            select min(occurred_at) from buyer_action where occurred_at <= {reader.instant}
        )""").to_pylist()[0]["first_at"]
    first = reader.as_of if row is None else row.replace(tzinfo=UTC)
    days = (reader.as_of - first).days
    if reader.as_of - first <= WINDOW:
        return CannotTell(Refused.REACHES_BACK, have=days, need=WINDOW.days)
    return first


def _markets(reader: Reader, scope: Scope, since: datetime, first: datetime) -> list[Look]:
    """Days on which a market was touched or acted: the first of them, or the first after a year, is an attempt."""
    since = max(since, first + WINDOW)
    rows = reader.query(f"""
        with event as (
            select account_key, struct_pack(at := occurred_at, is_act := 0, key := effort_key, rep := rep_key) as first,
                   occurred_at
            from effort where {_MADE} and {in_view(scope, "contested", "rep_key")}
            union all
            select account_key,
                   struct_pack(at := occurred_at, is_act := 1, key := action_key, rep := cast(0 as bigint)), occurred_at
            from buyer_action where counts and {in_view(scope, "contested", "registered_by_key")}
        ),
        day as (
            select account.segment, account.industry, account.region, min(event.first) as first
            from event join account on account.account_key = event.account_key
            where event.occurred_at <= {reader.instant}
              and account.segment is not null and account.industry is not null and account.region is not null
            group by account.segment, account.industry, account.region, floor(epoch(event.occurred_at) / 86400)
        ),
        placed as (
            select first, lag(first.at) over (partition by segment, industry, region order by first.at) as before_at
            from day
        )
        select placed.first.key as effort_key, placed.first.at as occurred_at, placed.first.rep as rep_key,
               placed.before_at is null or placed.before_at <= placed.first.at - interval {WINDOW.days} day as is_new,
               {state_sql(reader.instant)} as state
        from placed
        left join outcome on outcome.effort_key = placed.first.key
        where placed.first.is_act = 0 and placed.first.rep is not null and placed.first.at > {sql_instant(since)}
        order by placed.first.at, placed.first.key""").to_pylist()
    return [
        Look(
            tried=Tried.NEW_MARKET,
            rep_key=row["rep_key"],
            key=row["effort_key"],
            at=row["occurred_at"].replace(tzinfo=UTC),
            came=_CAME.get(row["state"], Came.OPEN),
            is_attempt=row["is_new"],
        )
        for row in rows
    ]
