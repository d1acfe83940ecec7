"""Balls in the seller's court: what buyers asked for, whose turn that made it, until when, and what became of it.

Everything is derived when it is asked, from what happened and from the playbook's policies: a late answer stays
visible, and a changed policy changes the past with it. Several acts of one person before they are answered are one
ball, which counts from the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.clocks.book import ClockBook
from answerback.analysis.clocks.due import due, elapsed
from answerback.analysis.clocks.reading import clock_book
from answerback.analysis.court.asked import asked_sql
from answerback.analysis.court.whose import whose_sql
from answerback.analysis.reader import Reader
from answerback.domain.playbook import Policy
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.arrays import BoolArray, IntArray

NOBODY = 0
"""The key of no rep: nobody was given it yet."""


class State(StrEnum):
    """What became of a ball."""

    WAITING = auto()
    """It is the seller's turn, and there is time left."""
    DROPPED = auto()
    """It is the seller's turn, and the policy's time is over."""
    POSTPONED = auto()
    """Somebody decided to wait, and that day has not come."""
    ANSWERED = auto()
    """In time."""
    LATE = auto()
    """Answered after the policy's time."""
    LOST = auto()
    """The time went by, and then the buyer said no or the deal ended."""
    OFF = auto()
    """The buyer said no, or the deal ended, while there was time left."""
    UNASSIGNED = auto()
    """Nobody was given it: nobody's fault but of how leads are routed."""


OPEN = (State.WAITING, State.DROPPED, State.POSTPONED, State.UNASSIGNED)
"""States in which it is the seller's turn now."""
MISSED = (State.DROPPED, State.LATE, State.LOST)
"""States in which the policy's time went by."""
HELD = (State.ANSWERED, *MISSED)
"""States of balls that were somebody's and whose time is known to have been kept or missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Balls:
    """Every ball, one value a row; instants in seconds since 1970, -1 where there is none.

    Attributes:
        as_of: The instant they are seen from.
        policies: Those of the playbook; `policy` is a place in them.
        state: What became of it, as a place in `State`.
        event_key, kind: The first act of the buyer that nobody had answered.
        times: How many acts it stands for.
        chain_key, is_deal, account_key, contact_key: Where; 0 for nobody and nothing.
        rep_key: Whose turn it was; `NOBODY` where nobody was given it.
        since: When the buyer acted.
        told_at: When the rep was told that it is theirs, where an assignment says so.
        runs_from: From when the policy's time runs.
        due_at: The last instant in time; `NEVER` where the rep does not work that long.
        ended_at: When it was settled, refused or over.
        settled_key: The touch that settled it, or 0.
        reaction_seconds: By the policy's clock, from `runs_from` to the end, or until now.
        book: The clocks they were held against.
    """

    as_of: int
    policies: tuple[Policy, ...]
    state: IntArray
    policy: IntArray
    event_key: IntArray
    kind: pa.Array
    times: IntArray
    chain_key: IntArray
    is_deal: BoolArray
    account_key: IntArray
    contact_key: IntArray
    rep_key: IntArray
    since: IntArray
    told_at: IntArray
    runs_from: IntArray
    due_at: IntArray
    ended_at: IntArray
    settled_key: IntArray
    reaction_seconds: IntArray
    book: ClockBook

    def __len__(self) -> int:
        return len(self.state)

    def where(self, *states: State) -> BoolArray:
        """Which rows are in one of the states; shape (n,)."""
        return np.isin(self.state, [_PLACE[each] for each in states])

    def state_of(self, row: int) -> State:
        """The state of a row."""
        return _STATES[int(self.state[row])]


_STATES = tuple(State)
_PLACE = {state: place for place, state in enumerate(_STATES)}


def balls(reader: Reader, scope: Scope) -> Balls:
    """All balls that were ever in the court of somebody within the scope, as of the reader's instant."""
    policies = reader.playbook.policy
    book = clock_book(reader, scope)
    table = reader.query(_balls_sql(reader, scope, policies)) if policies else _NONE.empty_table()
    column = _columns(table)
    limit = np.array([each.within_seconds for each in policies], np.int64)[column("policy")]
    working = np.array([each.working_time for each in policies], np.bool_)[column("policy")]
    by_assignment = np.array([each.clock == "assignment" for each in policies], np.bool_)[column("policy")]
    since, told_at, rep_key = column("since"), column("told_at"), column("rep_key")
    # Nobody is late for what nobody had given them: without an owner before, the clock runs from the assignment.
    runs_from = np.where(by_assignment | (column("given_later") == 1), np.maximum(since, told_at), since)
    due_at = due(book, rep_key, runs_from, limit, working_time=working)
    settled, over = column("settled_at"), _earliest(column("refused_at"), column("ends_at"))
    now = int(reader.as_of.timestamp())
    ended = _earliest(settled, over)
    ended = np.where(ended > now, -1, ended)
    until = np.where(ended >= 0, ended, now)
    states = _states(
        late=until > due_at,
        settled=(settled >= 0) & ((over < 0) | (settled <= over)) & (ended >= 0),
        ended=ended >= 0,
        postponed=column("wait_until") > now,
        nobodys=rep_key == NOBODY,
    )
    return Balls(
        as_of=now,
        policies=policies,
        state=states,
        policy=column("policy"),
        event_key=column("event_key"),
        kind=table["kind"].combine_chunks(),
        times=column("times"),
        chain_key=column("chain_key"),
        is_deal=column("is_deal").astype(np.bool_),
        account_key=column("account_key"),
        contact_key=column("contact_key"),
        rep_key=rep_key,
        since=since,
        told_at=told_at,
        runs_from=runs_from,
        due_at=due_at,
        ended_at=ended,
        settled_key=np.where(states == _PLACE[State.OFF], 0, column("settled_key")),
        reaction_seconds=elapsed(book, rep_key, runs_from, np.maximum(until, runs_from), working_time=working),
        book=book,
    )


def _states(
    *, late: BoolArray, settled: BoolArray, ended: BoolArray, postponed: BoolArray, nobodys: BoolArray
) -> IntArray:
    """The state of each row."""
    cases = [
        (nobodys & ~ended, State.UNASSIGNED),
        (ended & settled & ~late, State.ANSWERED),
        (ended & settled, State.LATE),
        (ended & (~late | nobodys), State.OFF),
        (ended, State.LOST),
        (postponed, State.POSTPONED),
        (late, State.DROPPED),
    ]
    return np.select([case for case, _ in cases], [_PLACE[state] for _, state in cases], _PLACE[State.WAITING])


def _earliest(one: IntArray, other: IntArray) -> IntArray:
    """The earlier of two instants, -1 where there is neither."""
    return np.where((one >= 0) & ((other < 0) | (one <= other)), one, other)


_INSTANTS = ("since", "told_at", "settled_at", "refused_at", "ends_at", "wait_until")
_KEYS = ("event_key", "chain_key", "account_key", "contact_key", "rep_key", "settled_key")
_NONE = pa.schema(
    [(name, pa.int64()) for name in (*_KEYS, *_INSTANTS, "policy", "times", "given_later", "is_deal")]
    + [("kind", pa.string())]
)


def _columns(table: pa.Table) -> Callable[[str], IntArray]:
    def column(name: str) -> IntArray:
        nothing = -1 if name in _INSTANTS else 0
        filled: IntArray = pc.fill_null(table[name].cast(pa.int64()), nothing).to_numpy()
        return filled

    return column


def _balls_sql(reader: Reader, scope: Scope, policies: tuple[Policy, ...]) -> str:
    """One row per ball: the acts of one party that one thing settled, or nothing yet, and whose turn they made it."""
    return f"""
        with asked as materialized ({asked_sql(reader, scope, enumerate(policies))}),
        {_words("event", reader.instant)},
        {_words("deal", reader.instant)},
        standing as (
            select asked.*,
                   greatest(case when event_word.kind = 'wait_until' then event_word.until end,
                            case when deal_word.kind = 'wait_until' and deal_word.occurred_at >= asked.occurred_at
                                 then deal_word.until end) as wait_until
            from asked
            left join event_word on event_word.subject_key = asked.event_key
            left join deal_word on deal_word.subject_key = asked.chain_key and asked.is_deal
            where coalesce(event_word.kind, '') <> 'not_a_ball'
              and not (coalesce(deal_word.kind, '') = 'not_a_ball' and deal_word.occurred_at >= asked.occurred_at)
        ),
        ball as (
            select *, count(*) over run as times, max(wait_until) over run as waits_until
            from standing
            window run as (partition by policy, coalesce(contact_key, chain_key), settled_key, refused_at, ends_at)
            qualify row_number() over (
                partition by policy, coalesce(contact_key, chain_key), settled_key, refused_at, ends_at
                order by occurred_at, event_key
            ) = 1
        ),
        whose as ({whose_sql("ball")})
        select ball.event_key, ball.chain_key, cast(ball.is_deal as bigint) as is_deal, ball.account_key,
               ball.contact_key, ball.kind, ball.policy, ball.times, whose.rep_key, ball.settled_key,
               cast(whose.given_later as bigint) as given_later,
               cast(epoch(ball.occurred_at) as bigint) as since, cast(epoch(whose.told_at) as bigint) as told_at,
               cast(epoch(ball.settled_at) as bigint) as settled_at,
               cast(epoch(ball.refused_at) as bigint) as refused_at, cast(epoch(ball.ends_at) as bigint) as ends_at,
               cast(epoch(ball.waits_until) as bigint) as wait_until
        from ball
        left join whose on whose.event_key = ball.event_key
        where {_seen(scope)}
        order by ball.occurred_at, ball.event_key, ball.policy"""


def _seen(scope: Scope) -> str:
    """Balls of somebody in the scope; those of nobody only where everybody is seen."""
    return "true" if scope.everybody else within(scope, "whose.rep_key", "ball.occurred_at")


def _words(kind: str, instant: str) -> str:
    """The last word on each event, or each deal, as a table `<kind>_word`; an undone one is none."""
    return f"""{kind}_word as (
            select subject_key, kind, occurred_at, until
            from ball_word
            where subject_kind = '{kind}' and occurred_at <= {instant}
            qualify row_number() over (partition by subject_key order by occurred_at desc, decision_key) = 1
        )"""
