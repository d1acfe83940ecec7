"""Lists of deals: those of a company, and those that a rep has open. Each opens as a chain for who asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow.compute as pc

from answerback.analysis.reader import Reader, ids_of
from answerback.analysis.story.rows import LIFE, Row, aware, known, opened
from answerback.domain.scope import Scope

_OWNED = ("owner_key", "deal_key", "account_key", "owned_from", "owned_until", "starts_at", "ends_at", "outcome")


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal in a list.

    Attributes:
        deal_id, account_id, owner_id: Ids; empty where it is not known.
        starts_at, ends_at: From when to when it lived; None where that is open or not known.
        outcome: won, lost, or empty.
        deal_key: Its key.
    """

    deal_id: str
    account_id: str
    owner_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    outcome: str
    deal_key: int


def deals_of(reader: Reader, scope: Scope, account_key: int) -> tuple[Deal, ...]:
    """The deals of a company that had begun by the reader's instant and that open in the scope, the newest first."""
    keys = [row["deal_key"] for row in reader.rows("deal", "account_key", [account_key], ("deal_key",))]
    lives = [row for row in reader.rows("deal_span", "deal_key", keys, LIFE) if aware(row["starts_at"]) <= reader.as_of]
    allowed = opened(reader, scope, [row["deal_key"] for row in lives], are_deals=True)
    return _listed(reader, (row for row in lives if row["deal_key"] in allowed))


def open_deals_of(reader: Reader, scope: Scope, rep_key: int) -> tuple[Deal, ...]:
    """The deals that a rep owned and that were open at the reader's instant, the newest first.

    Of a time that the scope does not hold there are none.
    """
    now = reader.as_of.astimezone(UTC).replace(tzinfo=None)
    table = reader.table("owned_deal", "owner_key", [rep_key], _OWNED)
    for begins, ends in (("owned_from", "owned_until"), ("starts_at", "ends_at")):
        table = table.filter(pc.and_(pc.less_equal(table[begins], now), pc.greater(table[ends], now)))
    return _listed(reader, (row for row in table.to_pylist() if scope.holds(rep_key, aware(row["owned_from"]))))


def _listed(reader: Reader, rows: Iterable[Row]) -> tuple[Deal, ...]:
    rows = sorted(rows, key=lambda row: row["deal_key"])
    rows.sort(key=lambda row: row["starts_at"], reverse=True)
    keys = {row[name] for row in rows for name in ("deal_key", "account_key", "owner_key")} - {None}
    ids = ids_of(reader, keys, "deal", "account", "rep")
    return tuple(_deal(reader, row, ids) for row in rows)


def _deal(reader: Reader, row: Row, ids: dict[int, str]) -> Deal:
    ended = row["outcome"] is not None and aware(row["ends_at"]) <= reader.as_of
    return Deal(
        deal_id=ids.get(row["deal_key"], ""),
        account_id=ids.get(row["account_key"], ""),
        owner_id=ids.get(row["owner_key"], ""),
        starts_at=known(row["starts_at"]),
        ends_at=known(row["ends_at"]) if ended else None,
        outcome=row["outcome"] if ended else "",
        deal_key=row["deal_key"],
    )
