"""A ball opened: the act, the policy, whose it was and why, the time that was counted and skipped, what settled it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from answerback.analysis.court.balls import Balls, State, balls
from answerback.analysis.reader import Reader, ids_of, keys_of
from answerback.domain.errors import NotFoundError
from answerback.domain.playbook import Policy
from answerback.domain.scope import Scope
from answerback.stats.working_time import NEVER


@dataclass(frozen=True, slots=True)
class BallOpened:
    """One ball, held to one policy.

    Attributes:
        policy: Its name, or what it is without one; `rule` is the policy itself, where there is one.
        state: What became of it.
        event_id, kind, times: The first act that nobody had answered, and for how many it stands.
        rep_id, why: Whose turn it was, and why it was theirs; empty where nobody was given it.
        since: When the buyer acted.
        told_at: When the rep was told that it is theirs, where an assignment says so.
        runs_from, due_at: From when until when it was in time; None where no working time is so long.
        ended_at: When it was answered, refused or over; None where it is open.
        settled_id: The touch that answered it.
        counted_seconds, skipped_seconds: From `runs_from` to its end, or until now: what counted, and what did not.
    """

    policy: str
    rule: Policy | None
    state: State
    event_id: str
    kind: str
    times: int
    rep_id: str
    why: str
    since: datetime
    told_at: datetime | None
    runs_from: datetime
    due_at: datetime | None
    ended_at: datetime | None
    settled_id: str
    counted_seconds: int
    skipped_seconds: int


def explain_ball(reader: Reader, scope: Scope, event_id: str, source: str = "") -> tuple[BallOpened, ...]:
    """The balls that an act opened, one for each policy; or that a promise or a case is.

    Raises NotFoundError where it opened none within the scope.
    """
    spaces = ("event", "promise", "case")
    keys = [key for space in spaces for key in keys_of(reader, space, event_id, source)]
    found = balls(reader, scope, chains=_chains_of(reader, keys))
    rows = np.flatnonzero(np.isin(found.event_key, keys))
    if not rows.size:
        raise NotFoundError(
            f"{event_id!r} opened no ball", next_step="take the id as answerback --format json balls prints it"
        )
    wanted = np.concatenate([found.rep_key[rows], found.settled_key[rows]])
    ids = ids_of(reader, wanted, "rep", "event")
    return tuple(_opened(found, int(row), event_id, ids) for row in rows)


def _chains_of(reader: Reader, keys: list[int]) -> list[int]:
    """The chains that acts, promises and cases with these keys belong to."""
    wanted = ", ".join(str(key) for key in keys) or "null"
    rows = reader.query(f"""
        select chain_key from chain_event where side = 'buyer' and event_key in ({wanted})
        union
        select deal_key from promise where promise_key in ({wanted})
        union
        select coalesce(deal_key, account_key) from service_case where case_key in ({wanted})""")
    return [key for key in rows["chain_key"].to_pylist() if key is not None]


def _opened(found: Balls, row: int, event_id: str, ids: dict[int, str]) -> BallOpened:
    place = int(found.policy[row])
    rule = found.policies[place] if place < len(found.policies) else None
    end = int(found.ended_at[row])
    until = max(end if end >= 0 else found.as_of, int(found.runs_from[row]))
    counted = int(found.reaction_seconds[row])
    return BallOpened(
        policy=found.names[place],
        rule=rule,
        state=found.state_of(row),
        event_id=event_id,
        kind=found.kind[row].as_py(),
        times=int(found.times[row]),
        rep_id=ids.get(int(found.rep_key[row]), ""),
        why=found.why[row].as_py() or "",
        since=_instant(int(found.since[row])),
        told_at=_instant(int(found.told_at[row])) if found.told_at[row] >= 0 else None,
        runs_from=_instant(int(found.runs_from[row])),
        due_at=None if found.due_at[row] == NEVER else _instant(int(found.due_at[row])),
        ended_at=None if end < 0 else _instant(end),
        settled_id=ids.get(int(found.settled_key[row]), ""),
        counted_seconds=counted,
        skipped_seconds=until - int(found.runs_from[row]) - counted,
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
