"""Balls in the seller's court: what buyers asked for, whose turn that made it, until when, and what became of it.

Everything is derived when it is asked, from what happened and from the playbook's policies: a late answer stays
visible, and a changed policy changes the past with it. Several acts of one person before they are answered are one
ball, which counts from the first. What was promised for a day, and open service cases, are balls beside them.

Somebody may say of an act that it is no ball, which holds for all that the person had done by then; or of a deal, which
holds for what was unanswered then. Or that they wait until a day: said in time, the policy's time runs from that day.
An `undo` takes all earlier words back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.clocks.book import ClockBook
from answerback.analysis.clocks.due import due, elapsed
from answerback.analysis.clocks.reading import clock_book
from answerback.analysis.court.asked import asked_sql
from answerback.analysis.court.beside import BESIDE, PROMISE, SERVICE, beside_sql, end_of_day
from answerback.analysis.court.whose import whose_sql
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.playbook import Policy
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.stats.arrays import BoolArray, IntArray
from answerback.stats.working_time import NEVER

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
        policies: Those of the playbook.
        state: What became of it, as a place in `State`.
        policy: The place in `names` of the policy that it is held to, or of what it is.
        event_key, kind: The first act of the buyer that nobody had answered; or the promise, or the case.
        times: How many acts it stands for.
        chain_key, is_deal, account_key, contact_key: Where; 0 for nobody and nothing.
        rep_key: Whose turn it was; `NOBODY` where nobody was given it.
        why: Why it is theirs: deal_given, account_given, owner, answers, reached, spoke, worked, given_later or
            picked_up.
        since: When the buyer acted; the time for which it was promised; when the case was opened.
        told_at: When the rep was told that it is theirs, where an assignment says so.
        runs_from: From when the policy's time runs.
        due_at: The last instant in time; `NEVER` where the rep does not work that long, and of a case.
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
    why: pa.Array
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

    @property
    def names(self) -> tuple[str, ...]:
        """What `policy` is a place in: the names of the policies, then promises and service cases."""
        return (*(each.name for each in self.policies), *BESIDE)

    def where(self, *states: State) -> BoolArray:
        """Which rows are in one of the states; shape (n,)."""
        return np.isin(self.state, [_PLACE[each] for each in states])

    def state_of(self, row: int) -> State:
        """The state of a row."""
        return _STATES[int(self.state[row])]


_STATES = tuple(State)
_PLACE = {state: place for place, state in enumerate(_STATES)}


def balls(
    reader: Reader,
    scope: Scope,
    *,
    since: datetime | None = None,
    chains: Collection[int] | None = None,
    heeding: bool = True,
) -> Balls:
    """All balls that were ever in the court of somebody within the scope, as of the reader's instant.

    Or those that began no earlier than `since`, or of the chains with these keys: what others asked is not read.
    Without `heeding`, as they would be had nobody said of an act that it is none, or that they wait with it.
    """
    policies = reader.playbook.policy
    book = clock_book(reader, scope)
    table = reader.query(_balls_sql(reader, scope, policies, _Wanted(since, chains, heeding)))
    column, now = _columns(table), int(reader.as_of.timestamp())
    began = np.where(column("promised_for") >= 0, column("promised_for"), column("since"))
    working = _by_sort([each.working_time for each in policies])[column("policy")]
    runs_from, due_at = _due(reader, book, policies, column, began)
    settled, over = column("settled_at"), _earliest(column("refused_at"), column("ends_at"))
    ended = _earliest(settled, over)
    ended = np.where(ended > now, -1, ended)
    until = np.where(ended >= 0, ended, now)
    answered = (settled >= 0) & ((over < 0) | (settled <= over)) & (ended >= 0)
    rep_key = column("rep_key")
    return Balls(
        as_of=now,
        policies=policies,
        state=_states(
            late=until > due_at,
            settled=answered,
            ended=ended >= 0,
            postponed=column("wait_until") > now,
            nobodys=rep_key == NOBODY,
        ),
        policy=column("policy"),
        event_key=column("event_key"),
        kind=table["kind"].combine_chunks(),
        times=column("times"),
        chain_key=column("chain_key"),
        is_deal=column("is_deal").astype(np.bool_),
        account_key=column("account_key"),
        contact_key=column("contact_key"),
        rep_key=rep_key,
        why=table["why"].combine_chunks(),
        since=began,
        told_at=column("told_at"),
        runs_from=runs_from,
        due_at=due_at,
        ended_at=ended,
        settled_key=np.where(answered, column("settled_key"), 0),
        reaction_seconds=elapsed(book, rep_key, runs_from, np.maximum(until, runs_from), working_time=working),
        book=book,
    )


def _by_sort(values: list[bool]) -> BoolArray:
    """A setting of each policy, and true for what stands beside them."""
    return np.array([*values, *(True for _ in BESIDE)], np.bool_)


def _due(
    reader: Reader, book: ClockBook, policies: tuple[Policy, ...], column: Callable[[str], IntArray], since: IntArray
) -> tuple[IntArray, IntArray]:
    """By row, from when its time runs, and the last instant in time."""
    policy, rep_key, told_at = column("policy"), column("rep_key"), column("told_at")
    limit = np.array([*(each.within_seconds for each in policies), *(0 for _ in BESIDE)], np.int64)[policy]
    working = _by_sort([each.working_time for each in policies])[policy]
    by_assignment = np.array([*(each.clock == "assignment" for each in policies), *(False for _ in BESIDE)])[policy]
    # Nobody is late for what nobody had given them: without an owner before, the clock runs from the assignment.
    runs_from = np.where(by_assignment | (column("given_later") == 1), np.maximum(since, told_at), since)
    due_at = due(book, rep_key, runs_from, limit, working_time=working)
    promised = policy == len(policies) + BESIDE.index(PROMISE)
    if promised.any():
        zone = ZoneInfo(reader.playbook.organisation.time_zone)
        due_at[promised] = end_of_day(book, zone, rep_key[promised], runs_from[promised])
    due_at[policy == len(policies) + BESIDE.index(SERVICE)] = NEVER
    waits = (column("wait_until") > runs_from) & (column("waited_at") <= due_at) & (due_at != NEVER)
    if waits.any():
        runs_from[waits] = column("wait_until")[waits]
        due_at[waits] = due(book, rep_key[waits], runs_from[waits], limit[waits], working_time=working[waits])
    return runs_from, due_at


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


_INSTANTS = ("since", "told_at", "settled_at", "refused_at", "ends_at", "wait_until", "waited_at", "promised_for")


def _columns(table: pa.Table) -> Callable[[str], IntArray]:
    def column(name: str) -> IntArray:
        nothing = -1 if name in _INSTANTS else 0
        filled: IntArray = pc.fill_null(table[name].cast(pa.int64()), nothing).to_numpy()
        return filled

    return column


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which balls: from when on, and of which chains; None for all."""

    since: datetime | None
    chains: Collection[int] | None
    heeding: bool
    """Whether what was said of acts counts."""

    def sql(self, began: str, chain: str) -> str:
        """A condition on when a ball began, or something that is part of one happened, and its chain; empty for all."""
        parts = [f"{began} >= {sql_instant(self.since)}"] if self.since is not None else []
        if self.chains is not None:
            parts.append(f"{chain} in ({', '.join(str(int(key)) for key in sorted(self.chains)) or 'null'})")
        return " and ".join(parts)


def _balls_sql(reader: Reader, scope: Scope, policies: tuple[Policy, ...], wanted: _Wanted) -> str:
    """One row per ball: the acts of one party that one thing settled, or nothing yet, and whose turn they made it."""
    parties_of = wanted.sql("event.occurred_at", "event.chain_key")
    every = asked_sql(reader, scope, enumerate(policies), parties_of) + beside_sql(reader, len(policies))
    instants = {
        "since": "ball.occurred_at",
        "told_at": "whose.told_at",
        "settled_at": "ball.settled_at",
        "refused_at": "ball.refused_at",
        "ends_at": "ball.ends_at",
        "wait_until": "ball.waits_until",
        "waited_at": "ball.waited_at",
        "promised_for": "ball.promised_for",
    }
    seconds = ", ".join(f"cast(epoch({value}) as bigint) as {name}" for name, value in instants.items())
    return f"""
        with asked as materialized ({" union all ".join(f"({each})" for each in every)}),
        {_runs_sql(reader, policies, heeding=wanted.heeding)},
        ball as (
            select * from first
            where {wanted.sql("coalesce(promised_for, occurred_at)", "chain_key") or "true"}
        ),
        whose as ({whose_sql("ball", reader.instant)})
        select ball.event_key, ball.chain_key, cast(ball.is_deal as bigint) as is_deal, ball.account_key,
               ball.contact_key, ball.kind, ball.policy, ball.times, whose.rep_key, ball.settled_key,
               whose.why, cast(whose.given_later as bigint) as given_later, {seconds}
        from ball
        left join whose on whose.event_key = ball.event_key
        where {_seen(scope)} and {in_view(scope, "ball.contested", "whose.rep_key")}
        order by ball.occurred_at, ball.event_key, ball.policy"""


def _runs_sql(reader: Reader, policies: tuple[Policy, ...], *, heeding: bool) -> str:
    """Of what was asked, the first act of every run of acts that one thing settled, with what people said of them."""
    return f"""
        {words_sql("event", reader.instant if heeding else _BEFORE_ALL)},
        {words_sql("deal", reader.instant)},
        standing as (
            select asked.*, event_word.none_at, event_word.until as event_until, event_word.waited_at as event_said,
                   case when deal_word.waited_at >= asked.occurred_at then deal_word.until end as deal_until,
                   deal_word.waited_at as deal_said,
                   case when policy = {len(policies) + BESIDE.index(SERVICE)} then asked.event_key
                        else coalesce(contact_key, chain_key) end as party
            from asked
            left join event_word on event_word.subject_key = asked.event_key
            left join deal_word on deal_word.subject_key = asked.chain_key and asked.is_deal
            where deal_word.none_at is null or deal_word.none_at < asked.occurred_at
               or deal_word.none_at >= least(asked.settled_at, asked.refused_at, asked.ends_at)
        ),
        said as (
            select {_RUN}, max(none_at) as none_by, max(greatest(event_until, deal_until)) as waits_until,
                   min(least(event_said, case when deal_until is not null then deal_said end)) as waited_at
            from standing
            where none_at is not null or event_said is not null or deal_said is not null
            group by {_RUN}
        ),
        told as (
            select standing.*, said.none_by, said.waits_until, said.waited_at
            from standing
            left join said on {" and ".join(f"said.{each} is not distinct from standing.{each}" for each in _RUN_BY)}
        ),
        first as (
            select *, count(*) over (partition by {_RUN}) as times
            from told
            where none_by is null or none_by < occurred_at
            qualify row_number() over (partition by {_RUN} order by occurred_at, event_key) = 1
        )"""


_BEFORE_ALL = sql_instant(datetime(1, 1, 1, tzinfo=UTC))
"""Nobody had said anything by then."""
_RUN_BY = ("policy", "party", "settled_at", "refused_at", "ends_at", "promised_for")
_RUN = ", ".join(_RUN_BY)
"""What the acts of one ball have in common."""


def _seen(scope: Scope) -> str:
    """Balls of somebody in the scope; those of nobody only where everybody is seen."""
    return "true" if scope.everybody else within(scope, "whose.rep_key", "ball.occurred_at")


def words_sql(kind: str, instant: str) -> str:
    """What was said of each event, or each deal, since it was last undone, as a table `<kind>_word`."""
    return f"""{kind}_word as (
            select subject_key, max(occurred_at) filter (kind = 'not_a_ball') as none_at,
                   max(occurred_at) filter (kind = 'wait_until') as waited_at,
                   max_by(until, (occurred_at, decision_key)) filter (kind = 'wait_until') as until
            from (
                select *, max(occurred_at) filter (kind = 'undo') over (partition by subject_key) as undone_at
                from ball_word
                where subject_kind = '{kind}' and occurred_at <= {instant}
            )
            where kind <> 'undo' and (undone_at is null or occurred_at > undone_at)
            group by subject_key
        )"""
