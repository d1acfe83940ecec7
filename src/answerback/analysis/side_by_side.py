"""One's own touches of a kind side by side: those nobody answered beside those that were, the latest of each.

And the few of them that their owner chose to show to others: by id, within the owner's own scope, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from answerback.analysis.own import Buyer
from answerback.analysis.reader import Reader, ids_sql, keys_of
from answerback.analysis.states import state_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text
from answerback.engine.scoped import within

MOST = 10
"""So many of each side are shown."""
_ANSWERED = "'on_base', 'answered'"
_UNANSWERED = "'unanswered'"


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
    unanswered, answered = (
        _laid(reader, scope, f"play = {sql_text(play)}", f"state in ({states})", most)
        for states in (_UNANSWERED, _ANSWERED)
    )
    return SideBySide(unanswered, answered)


def chosen(reader: Reader, scope: Scope, event_ids: Collection[str]) -> tuple[Laid, ...]:
    """The touches of these ids that lie within a scope, the latest first; others are not there."""
    keys = sorted({key for each in event_ids for key in keys_of(reader, "event", each)})
    return _laid(reader, scope, f"effort_key in ({', '.join(map(str, keys))})", "true", len(keys)) if keys else ()


def _laid(reader: Reader, scope: Scope, which: str, state: str, most: int) -> tuple[Laid, ...]:
    """Touches made by hand and recorded, with the buyer and the kind of the act that answered."""
    rows = reader.query(f"""
        with stated as (
            select effort_key, contact_key, account_key, occurred_at, play, {state_sql(reader.instant)} as state,
                   case when on_base_at <= {reader.instant} then on_base_action_key
                        when other_at <= {reader.instant} then other_action_key end as action_key
            from outcome
            where {which} and occurred_at <= {reader.instant} and {within(scope, "rep_key", "occurred_at")}
              and origin = 'hand' and evidence = 'captured'
        ),
        shown as (select * from stated where {state} order by occurred_at desc, effort_key limit {int(most)})
        select event.id as effort_id, shown.occurred_at, shown.play, shown.state, act.kind as act,
               contact.id as contact_id, account.id as account_id, called.name as contact_name,
               company.name as account_name
        from shown
        left join buyer_action as act on act.action_key = shown.action_key
        left join {ids_sql("'event'")} as event on event.key = shown.effort_key
        left join {ids_sql("'contact'")} as contact on contact.key = shown.contact_key
        left join {ids_sql("'account'")} as account on account.key = shown.account_key
        left join names_contact as called on called.contact_key = shown.contact_key
        left join names_account as company on company.account_key = shown.account_key
        order by shown.occurred_at desc, shown.effort_key""").to_pylist()
    return tuple(_touch(row) for row in rows if row["effort_id"])


def _touch(row: dict[str, Any]) -> Laid:
    names = (row[name] or "" for name in ("contact_id", "account_id", "contact_name", "account_name"))
    at = row["occurred_at"].replace(tzinfo=UTC)
    return Laid(row["effort_id"], at, row["play"], row["state"], Buyer(*names), row["act"] or "")
