"""The touches behind a figure, a page of them at a time: to whom each went, what came of it, the act that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.at_hand import Act, Asked, AtHand
from answerback.analysis.counting import STATES, Question, chosen_few, outcomes, selected_sql
from answerback.analysis.few import few_of
from answerback.analysis.own import Buyer, buyers_of
from answerback.analysis.reader import Reader, ids_of
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text

FAR = 200_000
"""So many touches are given away at once at most."""
_SHOWN = ["effort_key", "occurred_at", "play", "state", "answered_by", "contact_key", "account_key"]
_TEXT = ("effort_id", "play", "state", "contact_id", "account_id", "contact_name", "account_name", "action_id", "act")
_ROWS = pa.schema(
    [
        ("effort_id", pa.string()),
        ("occurred_at", pa.timestamp("us")),
        *((name, pa.string()) for name in _TEXT[1:]),
        ("subkind", pa.string()),
        ("answered_at", pa.timestamp("us")),
        ("lag_seconds", pa.int64()),
        ("grade", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which touches of a figure: of some states, after the latest `skip`, so many at most."""

    states: tuple[str, ...]
    skip: int
    most: int


@dataclass(frozen=True, slots=True)
class Behind:
    """Touches that a figure counts, the latest first."""

    counts: Mapping[str, int]
    """How many there are by state, all of them."""
    rows: pa.Table
    """Those asked for: effort_id, occurred_at, play, state, contact_id, account_id, contact_name, account_name,
    action_id, act, subkind, answered_at, lag_seconds, grade."""

    @property
    def seen(self) -> int:
        """Those whose answer could have been recorded."""
        return self.total - self.counts["unseen"]

    @property
    def total(self) -> int:
        """All touches, whatever came of them."""
        return sum(self.counts.values())


def touches_behind(
    reader: Reader,
    scope: Scope,
    where: Mapping[str, str],
    *,
    state: str = "",
    only_seen: bool = False,
    skip: int = 0,
    most: int = FAR,
    at_hand: AtHand | None = None,
) -> Behind:
    """The touches that an on-base figure counts within a scope.

    Args:
        reader: Of the snapshot.
        scope: Whose touches, over which time.
        where: Dimension and value, as of `on_base`.
        state: Only those of one state; empty for all.
        only_seen: Of all states, only those of touches whose answer could have been recorded.
        skip: How many of the latest to pass over.
        most: How many rows at most.
        at_hand: What was read of everybody's acts and names before; without, the engine is asked.
    """
    states = (state,) if state else tuple(each for each in STATES if not only_seen or each != "unseen")
    wanted = _Wanted(states, skip, most)
    with few_of(reader, scope) as few:
        asked = Question(reader, scope, (), where, few=few)
        rows = chosen_few(asked)
        if rows is None:
            counted, shown = _by_engine(asked, wanted)
        else:
            counted, shown = _of_few(rows, wanted)
    return Behind({name: counted.get(name, 0) for name in STATES}, _told(reader, shown, at_hand or Asked(reader)))


def _of_few(rows: pa.Table, wanted: _Wanted) -> tuple[Mapping[str, int], list[dict[str, Any]]]:
    """How many of some touches there are by state, and those that are wanted."""
    counted = Counter(rows["state"].to_pylist())
    if len(wanted.states) < len(STATES):
        rows = rows.filter(pc.is_in(rows["state"], pa.array(wanted.states, pa.string())))
    rows = rows.select(_SHOWN).sort_by([("occurred_at", "descending"), ("effort_key", "ascending")])
    return counted, rows.slice(wanted.skip, wanted.most).to_pylist()


def _by_engine(asked: Question, wanted: _Wanted) -> tuple[Mapping[str, int], list[dict[str, Any]]]:
    """The same where it takes more than the touches themselves to know which they are."""
    chosen = selected_sql(asked)
    counted = asked.reader.query(f"select state, count(*) as n from ({chosen}) group by state").to_pylist()
    only = f"where chosen.state in ({', '.join(sql_text(each) for each in wanted.states)})"
    rows = asked.reader.query(f"""
        select chosen.effort_key, chosen.occurred_at, chosen.play, chosen.state, chosen.action_key as answered_by,
               made.contact_key, made.account_key
        from ({chosen}) as chosen join {outcomes(asked)} as made using (effort_key)
        {only}
        order by chosen.occurred_at desc, chosen.effort_key
        limit {int(wanted.most)} offset {int(wanted.skip)}""").to_pylist()
    return {row["state"]: row["n"] for row in counted}, rows


def _told(reader: Reader, rows: list[dict[str, Any]], at_hand: AtHand) -> pa.Table:
    """Touches with the ids and names of buyers and the acts that answered them."""
    acts = at_hand.acts({row["answered_by"] for row in rows} - {None})
    keys = {key for row in rows for key in (row["contact_key"], row["account_key"])}
    events = {key for row in rows for key in (row["effort_key"], row["answered_by"])}
    ids = ids_of(reader, (keys | events) - {None}, "account", "contact", "event")
    buyers = buyers_of(((row["contact_key"], row["account_key"]) for row in rows), ids, at_hand)
    return pa.Table.from_pylist([_row(row, acts.get(row["answered_by"]), ids, buyers) for row in rows], _ROWS)


def _row(
    row: Mapping[str, Any],
    act: Act | None,
    ids: Mapping[int, str],
    buyers: Mapping[tuple[int | None, int | None], Buyer],
) -> dict[str, Any]:
    buyer = buyers[row["contact_key"], row["account_key"]]
    told = {
        "effort_id": ids.get(row["effort_key"]),
        "occurred_at": row["occurred_at"],
        "play": row["play"],
        "state": row["state"],
        "contact_id": buyer.contact_id or None,
        "account_id": buyer.account_id or None,
        "contact_name": buyer.name or None,
        "account_name": buyer.company or None,
    }
    if act is None:
        return told
    return told | {
        "action_id": ids.get(row["answered_by"]),
        "act": act.kind,
        "subkind": act.subkind or None,
        "answered_at": act.occurred_at,
        "lag_seconds": act.lag_seconds,
        "grade": act.grade or None,
    }


def aware(at: datetime | None) -> datetime | None:
    """An instant of a row, in UTC."""
    return at.replace(tzinfo=UTC) if at is not None else None
