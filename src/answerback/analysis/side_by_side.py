"""One's own touches of a kind side by side: those nobody answered beside those that were, the latest of each.

And the few of them that their owner chose to show to others: by id, within the owner's own scope, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from answerback.analysis.behind import touches_behind
from answerback.analysis.own import BUYER_COLUMNS, Buyer, buyer_of, names_sql
from answerback.analysis.reader import Reader, ids_sql, keys_of
from answerback.analysis.states import state_sql
from answerback.domain.scope import Scope
from answerback.engine.scoped import within

MOST = 10
"""So many of each side are shown."""
ANSWERED = ("on_base", "answered")
UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Laid:
    """One touch, to whom it went and what came of it."""

    effort_id: str
    occurred_at: datetime
    play: str
    state: str
    buyer: Buyer
    act: str
    """The kind of the buyer's act that answered it; empty where none did."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The two sides, the latest first."""

    unanswered: tuple[Laid, ...]
    answered: tuple[Laid, ...]

    @property
    def ids(self) -> frozenset[str]:
        """All that stand here."""
        return frozenset(each.effort_id for each in (*self.unanswered, *self.answered))


def side_by_side(reader: Reader, scope: Scope, play: str, most: int = MOST) -> SideBySide:
    """The latest touches of a kind within a scope that nobody answered, beside the latest that were.

    Args:
        reader: Of the snapshot.
        scope: One person's own touches.
        play: Which kind of touch.
        most: So many of each side.
    """

    def latest(state: str) -> list[Laid]:
        rows = touches_behind(reader, scope, {"play": play}, state=state, most=most).rows.to_pylist()
        return [_laid(row) for row in rows if row["effort_id"]]

    answered = sorted((each for state in ANSWERED for each in latest(state)), key=_place, reverse=True)
    return SideBySide(tuple(latest(UNANSWERED)), tuple(answered[:most]))


def _place(each: Laid) -> tuple[datetime, str]:
    return each.occurred_at, each.effort_id


def chosen(reader: Reader, scope: Scope, event_ids: Collection[str]) -> tuple[Laid, ...]:
    """The touches of these ids that lie within a scope, the latest first; others are not there."""
    keys = sorted({key for each in event_ids for key in keys_of(reader, "event", each)})
    if not keys:
        return ()
    rows = reader.query(f"""
        with shown as (
            select effort_key, contact_key, account_key, occurred_at, play, {state_sql(reader.instant)} as state,
                   case when on_base_at <= {reader.instant} then on_base_action_key
                        when other_at <= {reader.instant} then other_action_key end as action_key
            from outcome
            where effort_key in ({", ".join(map(str, keys))}) and occurred_at <= {reader.instant}
              and {within(scope, "rep_key", "occurred_at")}
        )
        select event.id as effort_id, shown.occurred_at, shown.play, shown.state, {BUYER_COLUMNS}, act.kind as act
        from shown
        {names_sql("shown")}
        left join buyer_action as act on act.action_key = shown.action_key
        left join {ids_sql("'event'")} as event on event.key = shown.effort_key
        order by shown.occurred_at desc, shown.effort_key""").to_pylist()
    return tuple(_laid(row) for row in rows)


def _laid(row: dict[str, Any]) -> Laid:
    at = row["occurred_at"].replace(tzinfo=UTC)
    return Laid(row["effort_id"], at, row["play"], row["state"], buyer_of(row), row["act"] or "")
