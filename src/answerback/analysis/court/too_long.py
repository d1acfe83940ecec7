"""Buyers who wait longer than the policy allows, by whose turn it is: what a conversation can be about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from answerback.analysis.court.balls import State, balls
from answerback.analysis.own import called_sql
from answerback.analysis.reader import Reader, ids_of
from answerback.domain.scope import Scope

LOOKED_AT = timedelta(weeks=13)
"""What came in before is old: a page of its own shows what has gone cold."""


@dataclass(frozen=True, slots=True)
class TooLong:
    """A buyer who waits.

    Attributes:
        rep_key: Whose turn it is.
        event_id: The act that nobody answered, or the promise.
        account_id, account: The buyer's company, by id and by name; empty where it is not known.
        since: From when they wait.
    """

    rep_key: int
    event_id: str
    account_id: str
    account: str
    since: datetime


def too_long(reader: Reader, scope: Scope) -> tuple[TooLong, ...]:
    """The balls of people within the scope that dropped in the last quarter and are still theirs, the oldest first."""
    found = balls(reader, scope, since=reader.as_of - LOOKED_AT)
    rows = np.flatnonzero(found.where(State.DROPPED))
    rows = rows[np.lexsort((found.event_key[rows], found.since[rows]))]
    accounts = found.account_key[rows].tolist()
    ids = ids_of(reader, {*accounts, *found.event_key[rows].tolist()}, "account", "event", "promise", "case")
    names = _names(reader, set(accounts))
    return tuple(
        TooLong(
            rep_key=int(found.rep_key[row]),
            event_id=ids.get(int(found.event_key[row]), ""),
            account_id=ids.get(account, ""),
            account=names.get(account) or ids.get(account, ""),
            since=datetime.fromtimestamp(int(found.since[row]), UTC),
        )
        for row, account in zip(rows.tolist(), accounts, strict=True)
    )


def _names(reader: Reader, accounts: set[int]) -> dict[int, str]:
    if not accounts:
        return {}
    rows = reader.query(
        f"select account_key, name from {called_sql('account')}"
        f" where account_key in ({', '.join(map(str, sorted(accounts)))})"
    ).to_pylist()
    return {row["account_key"]: row["name"] for row in rows}
