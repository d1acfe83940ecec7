"""One person's own view: what their touches of the last quarter moved, and from when that is seen.

Who waits on them is told by `analysis.court.mine`. Both take a scope and a rep, and never answer for anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from answerback.analysis.disputes import in_view
from answerback.analysis.on_base import STATES, OnBase, on_base
from answerback.analysis.reader import Reader, ids_sql, keys_sql
from answerback.analysis.states import state_sql
from answerback.domain.scope import Scope
from answerback.engine.scoped import within

QUARTER = timedelta(days=91)
OLD_EXPORT = timedelta(days=3)
"""A mailbox that ends longer ago is an old export, and is looked at from its own end."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer's person: ids as the source has them, and what they are called where that is known."""

    contact_id: str
    account_id: str
    name: str
    company: str = ""
    """What their company is called, where that is known."""


@dataclass(frozen=True, slots=True)
class Touch:
    """An effort that a buyer answered in time."""

    effort_id: str
    play: str
    occurred_at: datetime
    state: str
    """`on_base` or `answered`."""
    buyer: Buyer
    action_id: str
    kind: str
    subkind: str
    answered_at: datetime
    lag_seconds: int
    grade: str
    """E1 to E4."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the touches of a stretch of time moved."""

    start: datetime
    end: datetime
    """The second excluded."""
    states: dict[str, int]
    """How many touches by state; together all touches made by hand and recorded."""
    touches: tuple[Touch, ...]
    """Those on base or answered, the latest answer first."""
    rates: OnBase
    """By kind of touch."""

    @property
    def count(self) -> int:
        """All touches made by hand and recorded."""
        return sum(self.states.values())


def takes_part(reader: Reader, rep_key: int) -> bool:
    """Whether anything in the snapshot was done by this rep or reached them."""
    return bool(
        reader.query(f"""
            select rep_key from effort where rep_key = {rep_key}
            union all select rep_key from action_rep where rep_key = {rep_key} limit 1""").num_rows
    )


def rep_key_of(reader: Reader, rep_id: str) -> int | None:
    """The key of a rep by an id of theirs; None where nothing of them was loaded."""
    keys: list[int] = reader.query(keys_sql("rep", rep_id))["key"].to_pylist()
    return min(keys, default=None)


def looked_at_from(reader: Reader, rep_key: int, now: datetime) -> tuple[datetime, bool]:
    """The instant to look from, and whether that is the end of an old export and not `now`."""
    last = reader.query(f"""
        select coalesce(
            (select max(ends_at) from coverage where rep_key = {rep_key}),
            greatest((select max(occurred_at) from effort), (select max(occurred_at) from buyer_action))
        ) as last""").to_pylist()[0]["last"]
    if last is None or now - last.replace(tzinfo=UTC) <= OLD_EXPORT:
        return now, False
    return last.replace(tzinfo=UTC), True


def moved(
    reader: Reader, scope: Scope, rep_key: int, *, length: timedelta = QUARTER, until: datetime | None = None
) -> Moved:
    """What a rep's touches of a stretch moved: made by hand and recorded, none else.

    Args:
        reader: Of the snapshot.
        scope: Whose rows may be seen.
        rep_key: Whose touches.
        length: How long the stretch is.
        until: Where it ends, this instant excluded; without, it ends with the reader's instant.
    """
    end = reader.as_of + timedelta(seconds=1) if until is None else until
    start = end - length
    narrowed = scope.only(rep_key, start, end)
    rates = on_base(reader, narrowed, by=("play",))
    states = dict.fromkeys(STATES, 0)
    for cell in rates.cells:
        for state in STATES:
            states[state] += cell.still_open if state == "open" else getattr(cell, state)
    rows = reader.query(_answered_sql(reader, narrowed)).to_pylist()
    return Moved(start, end, states, tuple(_touch(row) for row in rows), rates)


BUYER_COLUMNS = (
    "contact.id as contact_id, account.id as account_id, called.name as contact_name, company.name as account_name"
)


def names_sql(row: str) -> str:
    """The joins behind `BUYER_COLUMNS`, for a row with contact_key and account_key."""
    return f"""left join {ids_sql("'contact'")} as contact on contact.key = {row}.contact_key
left join {ids_sql("'account'")} as account on account.key = {row}.account_key
left join names_contact as called on called.contact_key = {row}.contact_key
left join names_account as company on company.account_key = {row}.account_key"""


def buyer_by_ids(reader: Reader, contact_id: str, account_id: str) -> Buyer:
    """A buyer by the ids that the sources have, with the names that are known of them."""

    def name(space: str, of: str) -> str:
        if not of:
            return ""
        rows = reader.query(f"select min(name) as name from names_{space} where {space}_key in ({keys_sql(space, of)})")
        return str(rows["name"].to_pylist()[0] or "")

    return Buyer(contact_id, account_id, name("contact", contact_id), name("account", account_id))


def _answered_sql(reader: Reader, scope: Scope) -> str:
    """One row per touch that was answered, with the act that did."""
    return f"""
        with stated as (
            select *, {state_sql(reader.instant)} as state
            from outcome
            where origin = 'hand' and evidence = 'captured' and occurred_at <= {reader.instant}
              and ({within(scope, "rep_key", "occurred_at")}) and {in_view(scope, "contested", "rep_key")}
        ),
        told as (
            select effort_key, play, occurred_at, state,
                   case when state = 'on_base' then on_base_action_key else other_action_key end as action_key
            from stated where state in ('on_base', 'answered')
        )
        select {BUYER_COLUMNS}, effort.id as effort_id, told.play, told.occurred_at, told.state, event.id as action_id,
               action.kind, action.subkind, action.occurred_at as answered_at, link.lag_seconds, link.grade
        from told
        join buyer_action as action on action.action_key = told.action_key
        join link on link.action_key = told.action_key
        {names_sql("action")}
        left join {ids_sql("'event'")} as effort on effort.key = told.effort_key
        left join {ids_sql("'event'")} as event on event.key = told.action_key
        order by action.occurred_at desc, event.id, effort.id"""


def buyer_of(row: dict[str, Any]) -> Buyer:
    """The buyer of a row with `BUYER_COLUMNS`."""
    return Buyer(row["contact_id"] or "", row["account_id"] or "", row["contact_name"] or "", row["account_name"] or "")


def _touch(row: dict[str, Any]) -> Touch:
    return Touch(
        effort_id=row["effort_id"],
        play=row["play"],
        occurred_at=row["occurred_at"].replace(tzinfo=UTC),
        state=row["state"],
        buyer=buyer_of(row),
        action_id=row["action_id"],
        kind=row["kind"],
        subkind=row["subkind"] or "",
        answered_at=row["answered_at"].replace(tzinfo=UTC),
        lag_seconds=row["lag_seconds"],
        grade=row["grade"],
    )
