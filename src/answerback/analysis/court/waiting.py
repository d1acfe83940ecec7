"""Balls that are in the seller's court now, as rows that a person can act on, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from answerback.analysis.court.balls import OPEN, Balls, State
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.reader import Reader, ids_of
from answerback.stats.arrays import IntArray
from answerback.stats.working_time import NEVER

OLDEST = timedelta(days=60)
"""An older ball is counted, not listed."""
WARM = timedelta(days=14)
"""Within it a late answer still meets an open door."""


@dataclass(frozen=True, slots=True)
class Ball:
    """A ball in the seller's court.

    Attributes:
        event_id: The buyer's act, as `explain ball` and `decide` take it; or the promise, or the case.
        rep_id: Whose turn it is; empty where nobody was given it.
        account_id, contact_id, deal_id: Of whom; empty where it is not known.
        kind: What the buyer did.
        times: How often, since.
        policy: The policy that runs out, or ran out, first.
        since: When the buyer acted first.
        due_at: Until when it was or is in time; None where no day is worked for so long.
        late: Whether that time is over.
        chain_key: The key of the deal, or of the company.
    """

    event_id: str
    rep_id: str
    account_id: str
    contact_id: str
    deal_id: str
    kind: str
    times: int
    policy: str
    since: datetime
    due_at: datetime | None
    late: bool
    chain_key: int


@dataclass(frozen=True, slots=True)
class Court:
    """What is in the seller's court.

    Attributes:
        rows: Late and still warm first, the longest waiting before the others; then those in time, the next to fall
            due first; then the cold ones, the latest first.
        older: Balls older than `OLDEST`, which are not listed.
        postponed: Balls that somebody decided to wait with.
        unassigned: Buyers who wait and whom nobody was given.
    """

    rows: tuple[Ball, ...]
    older: int
    postponed: int
    unassigned: int

    @property
    def late(self) -> int:
        """How many are beyond their time."""
        return sum(row.late for row in self.rows)


def court(reader: Reader, found: Balls) -> Court:
    """The open balls: one for each buyer and chain, by the policy that runs out first."""
    open_ = np.flatnonzero(found.where(*OPEN))
    firsts = _firsts(found, open_)
    old = found.since[firsts] < found.as_of - int(OLDEST.total_seconds())
    postponed = found.where(State.POSTPONED)[firsts]
    shown = firsts[~old & ~postponed]
    names = {space: _names(reader, found, space, shown) for space in ("event", "rep", "account", "contact", "deal")}
    rows = [_ball(found, int(row), names) for row in shown]
    return Court(
        rows=tuple(sorted(rows, key=lambda ball: _urgency(ball, found.as_of))),
        older=int((old & ~postponed).sum()),
        postponed=int(postponed.sum()),
        unassigned=int((found.where(State.UNASSIGNED)[firsts] & ~old).sum()),
    )


def _firsts(found: Balls, rows: IntArray) -> IntArray:
    """Of several balls of one party in one chain, the one that runs out first; and each service case."""
    party = np.where(found.contact_key[rows] != 0, found.contact_key[rows], found.chain_key[rows])
    party = np.where(found.policy[rows] == found.names.index(SERVICE), found.event_key[rows], party)
    order = np.lexsort((found.event_key[rows], found.since[rows], found.due_at[rows], party))
    kept = np.ones(len(order), np.bool_)
    kept[1:] = party[order][1:] != party[order][:-1]
    return np.sort(rows[order][kept])


def _names(reader: Reader, found: Balls, space: str, rows: IntArray) -> Mapping[int, str]:
    """The ids behind the keys of some rows."""
    keys = found.chain_key[rows][found.is_deal[rows]] if space == "deal" else getattr(found, f"{space}_key")[rows]
    return ids_of(reader, keys, *((space, "promise", "case") if space == "event" else (space,)))


def _ball(found: Balls, row: int, names: Mapping[str, Mapping[int, str]]) -> Ball:
    due_at = int(found.due_at[row])
    return Ball(
        event_id=names["event"].get(int(found.event_key[row]), ""),
        rep_id=names["rep"].get(int(found.rep_key[row]), ""),
        account_id=names["account"].get(int(found.account_key[row]), ""),
        contact_id=names["contact"].get(int(found.contact_key[row]), ""),
        deal_id=names["deal"].get(int(found.chain_key[row]), "") if found.is_deal[row] else "",
        kind=found.kind[row].as_py(),
        times=int(found.times[row]),
        policy=found.names[int(found.policy[row])],
        since=datetime.fromtimestamp(int(found.since[row]), UTC),
        due_at=None if due_at == NEVER else datetime.fromtimestamp(due_at, UTC),
        late=found.state_of(row) is State.DROPPED,
        chain_key=int(found.chain_key[row]),
    )


def _urgency(ball: Ball, as_of: int) -> tuple[int, float, str]:
    age = as_of - ball.since.timestamp()
    if age > WARM.total_seconds():
        return 2, age, ball.event_id
    if ball.late:
        return 0, -age, ball.event_id
    return 1, NEVER if ball.due_at is None else ball.due_at.timestamp(), ball.event_id
