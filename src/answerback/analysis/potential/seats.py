"""A territory before and after each change of rep: does whoever replaces them fail the same way?

A seat is a territory that one rep left and another took over: whoever got most of the companies that the one before
handed over (as assignments say; where there are none, whoever next touched most of them). Each holder is compared with
peers in the same weeks, like for like by kind of touch and segment, and the holders with one another.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from answerback.analysis.potential.weeks import Weeks, may_see
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.stats.meta import pool
from answerback.stats.multiplicity import adjusted
from answerback.stats.seat import LEVEL, Seat, Whose, seat, whose
from answerback.stats.special import logistic
from answerback.stats.standard import expected_log_odds, shifts

LEAST_ACCOUNTS = 5
MOST = 0.5
"""The share of the companies handed over that the next holder of a seat must have got."""
GAP_DAYS = 60
"""A territory that nobody held for longer is not handed over."""
LEARNING_WEEKS = 4
"""So many first weeks of a new holder are left out: a new rep has to get to know the buyers."""
LEAST_EFFORTS = 40.0
FEWEST_PEERS = 5
IDLE_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Holder:
    """One who held the seat, from a day to another (excluded), what came of it, and what peers would have got."""

    rep_key: int
    start: date
    end: date
    efforts: float
    on_base: float
    rate: float
    peers: float
    """The rate that peers had with such touches in the same weeks."""
    shift: float
    """Log odds against peers."""


@dataclass(frozen=True, slots=True)
class SeatAnswer:
    """A seat, its holders in order of time, and whose the difference is."""

    accounts: int
    """Companies that were handed over, the most at one change."""
    holders: tuple[Holder, ...]
    whose: Whose
    found: Seat | CannotTell
    p_value: float = 1.0
    """Of the common part, corrected for all seats that were looked at; `p_step` of the change from one to the next."""
    p_step: float = 1.0


@dataclass(frozen=True, slots=True)
class _Handover:
    before: int
    after: int
    on: date
    accounts: int


def seats(reader: Reader, weeks: Weeks, scope: Scope, *, until: date) -> tuple[SeatAnswer, ...] | CannotTell:
    """Every seat that had two holders or more, in order of the newest change.

    A seat is shown to who may see all of its holders: one's figures say something about the others'.
    """
    chains = _chains(_handovers(reader, weeks, until))
    if not chains:
        return CannotTell(Refused.ONE_HOLDER, have=0.0, need=1.0)
    inside = {key for chain in chains for each in chain for key in (each.before, each.after)}
    peer = np.array([int(key) not in inside for key in weeks.reps], np.bool_)
    between = _between(weeks, peer)
    if between is None:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(peer.sum()), need=float(FEWEST_PEERS))
    usual = _usual(weeks, peer)
    told = [_told(weeks, usual, chain, between, until) for chain in chains]
    return tuple(each for each in _corrected(told) if all(may_see(scope, holder.rep_key) for holder in each.holders))


def _corrected(told: list[SeatAnswer]) -> list[SeatAnswer]:
    """The p-values held against how many seats were looked at, and whose each difference then is."""
    judged = [(place, each, each.found) for place, each in enumerate(told) if isinstance(each.found, Seat)]
    if not judged:
        return told
    common = adjusted([found.p_value for _, _, found in judged])
    step = adjusted([found.p_step for _, _, found in judged])
    result = list(told)
    for (place, each, found), p_value, p_step in zip(judged, common.tolist(), step.tolist(), strict=True):
        result[place] = SeatAnswer(
            each.accounts,
            each.holders,
            whose(found, p_value=p_value, p_step=p_step),
            found,
            p_value,
            p_step,
        )
    return result


def _usual(weeks: Weeks, peer: np.ndarray) -> np.ndarray:
    """The usual log odds of each row, learnt from those who hold no seat: by kind of touch, segment and week."""
    learn = peer[weeks.rep].astype(np.float64)
    levels = [weeks.play, weeks.segment, weeks.week]
    return np.asarray(expected_log_odds(levels, weeks.success, weeks.exposure, learn))


def _between(weeks: Weeks, peer: np.ndarray) -> float | None:
    """The variance between peers; None where there are too few."""
    usual = _usual(weeks, peer)
    found = shifts(usual, weeks.success, weeks.exposure, weeks.rep, weeks.reps.size)
    enough = peer & (found.exposure >= LEAST_EFFORTS)
    if enough.sum() < FEWEST_PEERS:
        return None
    return pool(found.shift[enough], 1.0 / found.information[enough]).tau_squared


def _told(weeks: Weeks, usual: np.ndarray, chain: list[_Handover], between: float, until: date) -> SeatAnswer:
    """The holders of a seat, each against peers."""
    people = [chain[0].before, *(each.after for each in chain)]
    starts = [weeks.first_day, *(each.on for each in chain)]
    ends = [*(each.on for each in chain), until]
    order = {int(key): place for place, key in enumerate(weeks.reps.tolist())}
    cell = np.full(weeks.rep.size, -1, np.int64)
    for number, (key, start, end) in enumerate(zip(people, starts, ends, strict=True)):
        first = weeks.week_of(start) + (LEARNING_WEEKS if number else 0)
        own = (weeks.rep == order.get(key, -1)) & (weeks.week >= first) & (weeks.week < weeks.week_of(end))
        cell[own] = number
    rows = cell >= 0
    found = shifts(usual[rows], weeks.success[rows], weeks.exposure[rows], cell[rows], len(people))
    due = np.bincount(cell[rows], (logistic(usual) * weeks.exposure)[rows], len(people))
    made = np.maximum(found.exposure, 1e-9)
    holders = tuple(
        Holder(key, start, end, *map(float, (found.exposure[n], found.success[n], found.success[n] / made[n],
                                             due[n] / made[n], found.shift[n])))
        for n, (key, start, end) in enumerate(zip(people, starts, ends, strict=True))
    )  # fmt: skip
    accounts = max(each.accounts for each in chain)
    least = float(found.exposure.min())
    if least < LEAST_EFFORTS:
        few = CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=least, need=LEAST_EFFORTS)
        return SeatAnswer(accounts, holders, Whose.CANNOT_TELL, few)
    said = seat(found.shift, 1.0 / found.information, between=between)
    return SeatAnswer(accounts, holders, Whose.CANNOT_TELL, said)


def what_settles(answer: SeatAnswer) -> CannotTell:
    """Why it cannot be told whose the difference is, and what would settle it."""
    if isinstance(answer.found, CannotTell):
        return answer.found
    if answer.found.short > 1.0:
        have = sum(each.efforts for each in answer.holders)
        return CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=have, need=have * answer.found.short**2)
    return CannotTell(Refused.NOTHING_STANDS_OUT, have=min(answer.p_value, answer.p_step), need=LEVEL)


def _chains(handovers: list[_Handover]) -> list[list[_Handover]]:
    """Handovers in a row: who took over from whom took over."""
    ordered = sorted(handovers, key=lambda each: (each.on, each.before))
    next_of = {each.before: each for each in ordered}
    taken = {each.after for each in ordered}
    chains = []
    for each in ordered:
        if each.before in taken:
            continue
        chain, seen = [each], {each.before}
        while chain[-1].after in next_of and chain[-1].after not in seen:
            seen.add(chain[-1].after)
            chain.append(next_of[chain[-1].after])
        chains.append(chain)
    return chains


def _handovers(reader: Reader, weeks: Weeks, until: date) -> list[_Handover]:
    """Who left, and who got most of their companies and had none before."""
    last = _worked(weeks, max_week=True)
    first = _worked(weeks, max_week=False)
    end = weeks.week_of(until)
    gone = {key for key, week in last.items() if week < end - IDLE_WEEKS}
    if not gone:
        return []
    assigned = bool(reader.snapshot.relations["holding"].rows) if "holding" in reader.snapshot.relations else False
    rows = reader.query(_ASSIGNED_SQL if assigned else _touched_sql(reader, weeks, gone, last)).to_pylist()
    given: dict[int, list[tuple[int, date]]] = {}
    for row in rows:
        if row["before_key"] in gone:
            given.setdefault(row["before_key"], []).append((row["after_key"], row["since"].date()))
    found = []
    for before, handed in sorted(given.items()):
        counts = Counter(after for after, _ in handed)
        after, accounts = min(counts.items(), key=lambda each: (-each[1], each[0]))
        if accounts < LEAST_ACCOUNTS or accounts < MOST * len(handed) or after not in first:
            continue
        on = sorted(day for whom, day in handed if whom == after)[accounts // 2]
        began = weeks.day(first[after])
        if began >= on - timedelta(days=7 * LEARNING_WEEKS):
            found.append(_Handover(before, after, on, accounts))
    return found


def _worked(weeks: Weeks, *, max_week: bool) -> dict[int, int]:
    """By rep, their first or last week with a touch."""
    edge = np.full(weeks.reps.size, -1 if max_week else weeks.weeks, np.int64)
    (np.maximum if max_week else np.minimum).at(edge, weeks.rep, weeks.week)
    return dict(zip(weeks.reps.tolist(), edge.tolist(), strict=True))


_ASSIGNED_SQL = f"""
with handed as (
    select account_key, rep_key as after_key, starts_at as since,
           lag(rep_key) over (partition by account_key order by starts_at, rep_key) as before_key,
           lag(ends_at) over (partition by account_key order by starts_at, rep_key) as ended_at
    from holding where account_key is not null and deal_key is null
)
select before_key, after_key, since from handed
where before_key <> after_key and epoch(since) - epoch(ended_at) <= {GAP_DAYS * 86_400}
order by all"""


def _touched_sql(reader: Reader, weeks: Weeks, gone: set[int], last: dict[int, int]) -> str:
    """Who next touched the companies that each of those who left had touched in their last weeks."""
    left = " union all ".join(
        f"select {key} as rep_key, timestamp '{weeks.day(last[key] + 1)}' as left_at" for key in sorted(gone)
    )
    return f"""
with gone as ({left}),
held as (
    select distinct gone.rep_key, gone.left_at, outcome.account_key
    from outcome join gone on gone.rep_key = outcome.rep_key
    where outcome.account_key is not null and not outcome.contested
      and epoch(gone.left_at) - epoch(outcome.occurred_at) <= 12 * 7 * 86400
),
touched as (
    select held.rep_key as before_key, outcome.rep_key as after_key, held.account_key, outcome.occurred_at as since,
           row_number() over (
               partition by held.rep_key, held.account_key order by outcome.occurred_at, outcome.effort_key
           ) as place
    from held
    join outcome on outcome.account_key = held.account_key and outcome.occurred_at >= held.left_at
    where outcome.rep_key <> held.rep_key and not outcome.contested
      and outcome.occurred_at <= {sql_instant(reader.as_of)}
      and epoch(outcome.occurred_at) - epoch(held.left_at) <= {GAP_DAYS * 86_400}
)
select before_key, after_key, since from touched where place = 1 order by all"""
