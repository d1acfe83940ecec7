"""One person's own view: what their touches of the last quarter moved, and from when that is seen.

Who waits on them is told by `analysis.court.mine`. Both take a scope and a rep, and never answer for anybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.at_hand import Act, Asked, AtHand
from answerback.analysis.few import Few, few_of, rows_where
from answerback.analysis.on_base import STATES, OnBase, on_base
from answerback.analysis.reader import Reader, ids_of, ids_sql, keys_sql
from answerback.domain.kinds import OutcomeState
from answerback.domain.scope import Scope

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
    """Those on base or answered, the latest answer first; where so many buyers were asked for, what moved each last."""
    rates: OnBase
    """By kind of touch."""
    buyers: int
    """How many different buyers were moved forward."""

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
    reader: Reader,
    scope: Scope,
    rep_key: int,
    *,
    length: timedelta = QUARTER,
    until: datetime | None = None,
    at_hand: AtHand | None = None,
    buyers: int | None = None,
) -> Moved:
    """What a rep's touches of a stretch moved: made by hand and recorded, none else.

    Args:
        reader: Of the snapshot.
        scope: Whose rows may be seen.
        rep_key: Whose touches.
        length: How long the stretch is.
        until: Where it ends, this instant excluded; without, it ends with the reader's instant.
        at_hand: What was read of everybody's acts and names before; without, the engine is asked.
        buyers: Tell of the touch alone that moved each of so many buyers last; without, of all that were answered.
    """
    end = reader.as_of + timedelta(seconds=1) if until is None else until
    start = end - length
    narrowed = scope.only(rep_key, start, end)
    with few_of(reader, narrowed) as few:
        rates = on_base(reader, narrowed, by=("play",), looked_up=few)
        told, moved_forward = _answered(reader, narrowed, few, at_hand or Asked(reader), buyers)
    states = dict.fromkeys(STATES, 0)
    for cell in rates.cells:
        for state in STATES:
            states[state] += cell.still_open if state == "open" else getattr(cell, state)
    return Moved(start, end, states, told, rates, moved_forward)


BUYER_COLUMNS = (
    "contact.id as contact_id, account.id as account_id, called.name as contact_name, company.name as account_name"
)


def names_sql(row: str) -> str:
    """The joins behind `BUYER_COLUMNS`, for the rows of a relation with contact_key and account_key."""
    return f"""left join {ids_sql("'contact'")} as contact on contact.key = {row}.contact_key
left join {ids_sql("'account'")} as account on account.key = {row}.account_key
left join {called_sql("contact", row)} as called on called.contact_key = {row}.contact_key
left join {called_sql("account", row)} as company on company.account_key = {row}.account_key"""


def called_sql(space: str, rows: str = "") -> str:
    """What is called how in a space, by the key that stands for it: whichever of its records has the name.

    Args:
        space: contact or account.
        rows: The relation whose keys are asked for; all that have a name, where it is empty.
    """
    key = f"coalesce(same.canonical_key, named.{space}_key)"
    asked = f"and {key} in (select {space}_key from {rows})" if rows else ""
    return f"""(
    select {key} as {space}_key, min(named.name) as name
    from names_{space} as named left join same_as as same on same.key = named.{space}_key
    where named.name is not null {asked}
    group by all
)"""


def buyer_by_ids(reader: Reader, contact_id: str, account_id: str) -> Buyer:
    """A buyer by the ids that the sources have, with the names that are known of them."""

    def name(space: str, of: str) -> str:
        if not of:
            return ""
        named = f"select min(name) as name from {called_sql(space)} where {space}_key in ({keys_sql(space, of)})"
        rows = reader.query(named)
        return str(rows["name"].to_pylist()[0] or "")

    return Buyer(contact_id, account_id, name("contact", contact_id), name("account", account_id))


def buyer_of(row: dict[str, Any]) -> Buyer:
    """The buyer of a row with `BUYER_COLUMNS`."""
    return Buyer(row["contact_id"] or "", row["account_id"] or "", row["contact_name"] or "", row["account_name"] or "")


def _answered(
    reader: Reader, scope: Scope, few: Few | None, at_hand: AtHand, buyers: int | None
) -> tuple[tuple[Touch, ...], int]:
    """Touches that were answered, each with the act that did, the latest answer first; and how many buyers moved."""
    told = rows_where(few, reader, (), {}, scope.viewer_key) if few is not None else None
    if told is None:
        return (), 0
    told = told.filter(pc.is_in(told["state"], value_set=pa.array([OutcomeState.ON_BASE, OutcomeState.ANSWERED])))
    rows = told.select(["effort_key", "play", "occurred_at", "state", "answered_by"]).to_pylist()
    acts = at_hand.acts({row["answered_by"] for row in rows})
    rows = [row for row in rows if row["answered_by"] in acts]
    last = _last_of_each(rows, acts)
    if buyers is not None:
        rows = last[:buyers]
    shown = [acts[row["answered_by"]] for row in rows]
    keys = {key for act in shown for key in (act.account_key, act.contact_key) if key is not None}
    events = {key for row in rows for key in (row["effort_key"], row["answered_by"])}
    ids = ids_of(reader, {*keys, *events}, "account", "contact", "event")
    who = buyers_of(((act.contact_key, act.account_key) for act in shown), ids, at_hand)
    found = [_touch(row, acts[row["answered_by"]], ids, who) for row in rows]
    found.sort(key=lambda each: (-each.answered_at.timestamp(), each.action_id, each.effort_id))
    return tuple(found), len(last)


def _last_of_each(rows: Iterable[dict[str, Any]], acts: Mapping[int, Act]) -> list[dict[str, Any]]:
    """Of each buyer who moved forward the touch that moved them last, the latest answer first."""
    forward = (row for row in rows if row["state"] == OutcomeState.ON_BASE)
    latest: dict[int | None, dict[str, Any]] = {}
    for row in sorted(forward, key=lambda row: acts[row["answered_by"]].occurred_at, reverse=True):
        act = acts[row["answered_by"]]
        latest.setdefault(act.account_key if act.contact_key is None else act.contact_key, row)
    return list(latest.values())


def buyers_of(
    who: Iterable[tuple[int | None, int | None]], ids: Mapping[int, str], at_hand: AtHand
) -> dict[tuple[int | None, int | None], Buyer]:
    """Buyers by the keys of their person and company, with their ids and what they are called."""
    pairs = set(who)
    persons = at_hand.called("contact", {person for person, _ in pairs if person is not None})
    companies = at_hand.called("account", {company for _, company in pairs if company is not None})
    return {
        (person, company): Buyer(
            ids.get(person, "") if person is not None else "",
            ids.get(company, "") if company is not None else "",
            persons.get(person, "") if person is not None else "",
            companies.get(company, "") if company is not None else "",
        )
        for person, company in pairs
    }


def _touch(
    row: Mapping[str, Any], act: Act, ids: Mapping[int, str], buyers: Mapping[tuple[int | None, int | None], Buyer]
) -> Touch:
    return Touch(
        effort_id=ids.get(row["effort_key"], ""),
        play=row["play"],
        occurred_at=row["occurred_at"].replace(tzinfo=UTC),
        state=row["state"],
        buyer=buyers[act.contact_key, act.account_key],
        action_id=ids.get(row["answered_by"], ""),
        kind=act.kind,
        subkind=act.subkind,
        answered_at=act.occurred_at.replace(tzinfo=UTC),
        lag_seconds=act.lag_seconds,
        grade=act.grade,
    )
