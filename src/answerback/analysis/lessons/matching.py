"""Which lesson fits a deal as it stands: by step, sort of buyers, what stood in the way. Never by who works on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from answerback.analysis.lessons.evidence import State
from answerback.analysis.lessons.touches import OBSTACLES, STAGES, Claim
from answerback.analysis.reader import Reader
from answerback.analysis.searching import ChainsOfReps
from answerback.engine.literals import sql_instant

_ORDER = (State.CONFIRMED, State.SUPPORTED, State.EMERGING)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deal stands: its step, its sort of buyers, what was named last that stands in its way; else empty."""

    step: str = ""
    segment: str = ""
    obstacle: str = ""


def fits(claim: Claim, place: Place) -> bool:
    """Whether a lesson applies to a deal that stands there. One that names no place at all applies to none.

    >>> from datetime import UTC, datetime
    >>> claim = Claim("1", datetime(2026, 3, 2, tzinfo=UTC), step="offer", obstacle="price")
    >>> fits(claim, Place("offer", "small", "price")), fits(claim, Place("offer", "small", ""))
    (True, False)
    """
    asked = ((claim.step, place.step), (claim.segment, place.segment), (claim.obstacle, place.obstacle))
    return any(wanted for wanted, _ in asked) and all(wanted in ("", there) for wanted, there in asked)


def best(claims: Iterable[tuple[Claim, State]], place: Place) -> Claim | None:
    """The one lesson to show for a deal: the best borne out, then the closest. Never a rejected one."""
    fitting = [(claim, state) for claim, state in claims if state in _ORDER and fits(claim, place)]
    fitting.sort(key=lambda each: (_ORDER.index(each[1]), -_closely(each[0]), each[0].stated_at, each[0].lesson_id))
    return fitting[0][0] if fitting else None


def _closely(claim: Claim) -> int:
    return sum(map(bool, (claim.step, claim.segment, claim.obstacle)))


def places(reader: Reader, deal_keys: Iterable[int]) -> Mapping[int, Place]:
    """Where deals stand as of the instant that is looked from; by key. Who may see them is the caller's to know."""
    keys = ", ".join(str(int(each)) for each in sorted(set(deal_keys))) or "null"
    now = sql_instant(reader.as_of)
    rows = reader.query(f"""
        with stood as (
            select deal_key, step from {STAGES} as stage
            where deal_key in ({keys}) and occurred_at <= {now}
            qualify row_number() over (partition by deal_key order by occurred_at desc) = 1
        ),
        every as {OBSTACLES},
        said as (
            select deal_key, kind from every
            where deal_key in ({keys}) and occurred_at <= {now}
            qualify row_number() over (partition by deal_key order by occurred_at desc, kind, obstacle_key) = 1
        )
        select deal.deal_key, coalesce(stood.step, '') as step, coalesce(said.kind, '') as obstacle,
               coalesce(company.segment, company.size_band, '') as segment
        from deal_span as deal
        left join stood on stood.deal_key = deal.deal_key
        left join said on said.deal_key = deal.deal_key
        left join account as company on company.account_key = deal.account_key
        where deal.deal_key in ({keys})""").to_pylist()
    return {row["deal_key"]: Place(row["step"], row["segment"], row["obstacle"]) for row in rows}


def open_deals(reader: Reader, rep_key: int, *, most: int, worked: ChainsOfReps | None = None) -> tuple[int, ...]:
    """Keys of the open deals that a rep owns, the one touched last first.

    With `worked`, what was read of everybody before, that is the deal that the rep touched last, and no story is read.
    """
    if worked is not None:
        return _by_own_touch(reader, rep_key, worked)[:most]
    rows = reader.query(f"""
        select deal.deal_key, max(event.occurred_at) as last_at
        from deal_span as deal
        left join chain_event as event on event.chain_key = deal.deal_key and event.occurred_at <= {reader.instant}
        where {_open(reader, rep_key)}
        group by all order by last_at desc nulls last, deal.deal_key limit {int(most)}""")
    found: list[int] = rows["deal_key"].to_pylist()
    return tuple(found)


def _by_own_touch(reader: Reader, rep_key: int, worked: ChainsOfReps) -> tuple[int, ...]:
    rows = reader.query(f"select deal_key from deal_span as deal where {_open(reader, rep_key)} order by deal_key")
    last = worked.last_of(rep_key)
    # A stable sort: deals of one instant stay in order of their keys, those without a touch come last.
    keys: list[int] = rows["deal_key"].to_pylist()
    return tuple(sorted(keys, key=lambda key: last.get(key, np.datetime64(0, "us")), reverse=True))


def _open(reader: Reader, rep_key: int) -> str:
    now = reader.instant
    return f"deal.owner_key = {int(rep_key)} and deal.starts_at <= {now} and deal.ends_at > {now}"
