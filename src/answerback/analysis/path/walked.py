"""The buyer's path of every deal, and of one: effort, waiting, unanswered questions, hand-offs, pushes, channels.

It is told by the calendar, not by working time: whoever waits over a weekend has waited two days. What counts as an
unanswered question is what the playbook's policies name and `analysis.court` finds missed and never answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from answerback.analysis.chain_places import check_places, place_conditions
from answerback.analysis.court.balls import Balls, State, balls
from answerback.analysis.path.walking import CHANNELS, counts_sql, paths_sql
from answerback.analysis.reader import Reader, keys_of
from answerback.domain.errors import NotFoundError
from answerback.domain.kinds import ActionKind
from answerback.domain.scope import Scope

ASKS = (ActionKind.ASKED, ActionKind.REQUESTED_OFFER)
"""Acts that ask for something whatever the policies say."""
_NEVER = (State.DROPPED, State.LOST)
"""Of balls: the time went by, and no answer has come."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose deals, and which (`where`, by `chain_places.PLACES`). Raises UsageError for a place that there is not."""

    reader: Reader
    scope: Scope
    where: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_places(self.where, "deals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One chain from the buyer's chair, until its end or until one looks.

    Attributes:
        chain_key, account_key: Where; the account may be unknown.
        is_deal: Whether it is a deal's.
        outcome: won or lost; empty while it is open.
        first_at, last_at, until: The first and the last event, and until when it is told.
        acts: What the buyer had to do: their acts. `steps` are those that moved forward.
        touches: What reached the buyer, by hand or by a sequence.
        reps, contacts: How many of the seller's people touched by hand, and of the buyer's acted.
        waiting_seconds, longest_wait_seconds: While it was the seller's turn: in all, and at a stretch.
        buyer_seconds: While it was the buyer's.
        court, court_since: Whose turn it is now (seller, buyer, nobody), and since when.
        asks: Acts that asked for something; `asked_again` are those of a kind that had just been asked, unanswered.
        unanswered: What was asked and missed, and has no answer; None where the playbook has no policy.
        hand_offs: How often another rep went on.
        pushes: Touches that reached the buyer after another one, without an act between.
        longest_run: The most touches in a row without an act.
        went_back: How often the CRM took the deal to an earlier stage; None where no stage is known.
        stage: The last one; empty where none is known.
        acts_by, touches_by: By channel (see `walking.CHANNELS`): acts that choose one, and touches.
    """

    chain_key: int
    account_key: int | None
    is_deal: bool
    outcome: str
    first_at: datetime
    last_at: datetime
    until: datetime
    acts: int
    steps: int
    touches: int
    reps: int
    contacts: int
    waiting_seconds: int
    longest_wait_seconds: int
    buyer_seconds: int
    court: str
    court_since: datetime | None
    asks: int
    asked_again: int
    unanswered: int | None
    hand_offs: int
    pushes: int
    longest_run: int
    went_back: int | None
    stage: str
    acts_by: Mapping[str, int]
    touches_by: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of all chains that were asked for.

    Attributes:
        as_of: From when they are seen.
        of_deals: Whether they are deals; companies where no chain is a deal's.
        rows: One row per chain, with the names of `Path`; `acts_email` and so on for channels.
        policies: Whether the playbook says what has to be answered.
    """

    as_of: datetime
    of_deals: bool
    rows: pa.Table
    policies: bool


def paths(asked: Asked) -> Paths:
    """The path of every deal within the scope; of every company, where no chain is a deal's."""
    rows = _read(asked, [])
    deals = rows.filter(rows["is_deal"])
    chosen = deals if deals.num_rows else rows
    return Paths(asked.reader.as_of, bool(deals.num_rows), chosen, bool(asked.reader.playbook.policy))


def counted_paths(reader: Reader, scope: Scope) -> Paths:
    """Of the same paths, of everybody, only channels, questions and companies: a quarter of the work of `paths`."""
    asks = _kinds_that_ask(reader)
    deals = reader.query(counts_sql(reader, scope, asks=asks, deals=True))
    rows = deals if deals.num_rows else reader.query(counts_sql(reader, scope, asks=asks, deals=False))
    return Paths(reader.as_of, bool(deals.num_rows), rows, bool(reader.playbook.policy))


def _kinds_that_ask(reader: Reader) -> set[str]:
    return {str(kind) for kind in ASKS} | {str(kind) for policy in reader.playbook.policy for kind in policy.after}


def path_of(asked: Asked, chain_id: str) -> Path:
    """The path of one deal, or of a company, by its id. Raises NotFoundError where nothing happened in the scope."""
    for space in ("deal", "account"):
        for key in sorted(keys_of(asked.reader, space, chain_id)):
            of_deal = "event.is_deal" if space == "deal" else "not event.is_deal"
            rows = _read(asked, [f"event.chain_key = {int(key)}", of_deal]).to_pylist()
            if rows:
                return _path(rows[0])
    raise NotFoundError(
        f"nothing happened in a deal or company {chain_id!r}", next_step="take the id as your CRM has it"
    )


def _read(asked: Asked, conditions: list[str]) -> pa.Table:
    reader = asked.reader
    chosen = place_conditions(reader, asked.where)
    asks = _kinds_that_ask(reader)
    rows = reader.query(paths_sql(reader, asked.scope, asks=asks, conditions=[*conditions, *chosen]))
    return rows.append_column("unanswered", _unanswered(reader, asked.scope, rows))


def _unanswered(reader: Reader, scope: Scope, rows: pa.Table) -> pa.Array:
    """How many questions of each chain went unanswered, whoever of the seller's people they were left with."""
    if not reader.playbook.policy:
        return pa.nulls(rows.num_rows, pa.int64())
    if not sum(rows["asks"].to_pylist()):
        return pa.array([0] * rows.num_rows, pa.int64())
    # A chain that may be seen is told as a whole; what is contested stays out as the viewer's scope says.
    only = rows["chain_key"].to_pylist() if rows.num_rows == 1 else None
    found: Balls = balls(reader, replace(scope, everybody=True), chains=only)
    missed = found.where(*_NEVER) & (found.policy < len(found.policies))
    events, firsts = np.unique(found.event_key[missed], return_index=True)  # one act may be held to several policies
    chains, counts = np.unique(found.chain_key[missed][firsts], return_counts=True)
    by_chain = dict(zip(chains.tolist(), counts.tolist(), strict=True)) if len(events) else {}
    return pa.array([by_chain.get(key, 0) for key in rows["chain_key"].to_pylist()], pa.int64())


def _path(row: Mapping[str, Any]) -> Path:
    named = {name: row[name] for name in Path.__dataclass_fields__ if name in row}
    named |= {name: _instant(row[name]) for name in ("first_at", "last_at", "until", "court_since")}
    named |= {name: row[name] or "" for name in ("outcome", "stage")}
    by = {side: {each: row[f"{side}_{each}"] for each in CHANNELS} for side in ("acts", "touches")}
    return Path(**named, acts_by=by["acts"], touches_by=by["touches"])


def _instant(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
