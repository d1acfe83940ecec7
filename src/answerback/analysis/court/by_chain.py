"""The balls that are open or were missed, by chain: found in memory, for a page that marks them in one story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from answerback.analysis.court.balls import MISSED, OPEN, State, balls
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.stats.arrays import IntArray
from answerback.stats.working_time import NEVER


@dataclass(frozen=True, slots=True)
class ChainBall:
    """A ball in one chain.

    Attributes:
        event_key: The act that nobody had answered; or the promise, or the case.
        rep_key: Whose turn it was; 0 where nobody was given it.
        policy: What it is held to.
        state: What became of it.
        due_at: Until when it was in time; None where there is no such time.
    """

    event_key: int
    rep_key: int
    policy: str
    state: State
    due_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it is the seller's turn now."""
        return self.state in OPEN

    @property
    def missed(self) -> bool:
        """Whether its time went by."""
        return self.state in MISSED


@dataclass(frozen=True, slots=True, eq=False)
class BallsByChain:
    """Balls in order of their chain's key, a value a row; `state` and `policy` are places in lists of names."""

    chain_key: IntArray
    event_key: IntArray
    rep_key: IntArray
    policy: IntArray
    state: IntArray
    due_at: IntArray
    policies: tuple[str, ...]

    def of(self, chain_key: int) -> tuple[ChainBall, ...]:
        """The balls of one chain, the earliest first."""
        first, last = np.searchsorted(self.chain_key, [chain_key, chain_key + 1])
        return tuple(self._ball(row) for row in range(int(first), int(last)))

    def _ball(self, row: int) -> ChainBall:
        due = int(self.due_at[row])
        return ChainBall(
            event_key=int(self.event_key[row]),
            rep_key=int(self.rep_key[row]),
            policy=self.policies[int(self.policy[row])],
            state=_STATES[int(self.state[row])],
            due_at=None if due == NEVER else datetime.fromtimestamp(due, UTC),
        )


_STATES = tuple(State)


def balls_by_chain(reader: Reader, scope: Scope) -> BallsByChain:
    """The balls of the scope that are open or whose time went by."""
    found = balls(reader, scope)
    rows = np.flatnonzero(found.where(*OPEN, *MISSED))
    rows = rows[np.lexsort((found.event_key[rows], found.since[rows], found.chain_key[rows]))]
    columns = {
        name: getattr(found, name)[rows] for name in ("chain_key", "event_key", "rep_key", "policy", "state", "due_at")
    }
    return BallsByChain(**columns, policies=found.names)
