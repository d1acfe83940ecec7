"""The causes that a systemic change may have, each held against what the records say before it and since.

These are comparisons of two times, of everybody together: they say which causes the records speak for or against, and
of which they know nothing. None of them proves a cause; a test does. As several are looked at, each interval is the
wider for it (Bonferroni), and a comparison in which fewer than five people have a part is not made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, auto

import numpy as np

from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within
from answerback.stats.compare import Compared, shares, weekly_ratio

BEFORE_WEEKS = 26
"""So many weeks before the change are what it is held against."""
LEAST_WEEKS = 3
LEAST_NAMED = 20
"""So many obstacles must have been named at each time before their shares are compared."""
LEAST_PEOPLE = 5
NEW_WEEKS = 26
"""So long somebody counts as new."""


class Sign(StrEnum):
    """What is compared, each of one cause."""

    PRICE_NAMED = auto()
    """How often buyers said that it was the price that stood in the way."""
    RIVAL_NAMED = auto()
    """How often they said that it was a competitor, or that what is offered does not fit."""
    UNPROMPTED = auto()
    """How often buyers come of themselves."""
    TALKS = auto()
    """Talks of coaching a week."""
    TRAININGS = auto()
    """Trainings a week."""
    NEW_PEOPLE = auto()
    """Which share of touches is made by those who are new."""
    NEW_BUYERS = auto()
    """Which share of touches goes to the segment whose share changed most."""


PRICE, RIVALS = ("price",), ("competitor", "integration", "no need")
"""Kinds of obstacles."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One comparison: what changed, or why it cannot be told.

    Attributes:
        sign: What is compared.
        compared: Before and since; None where it cannot be told.
        counts: Of what, of how many: before, and since.
        refused: Why it cannot be told.
        name: The segment, where one is meant.
    """

    sign: Sign
    compared: Compared | None
    counts: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))
    refused: CannotTell | None = None
    name: str = ""

    @property
    def rose(self) -> bool | None:
        """Whether it surely rose (True) or fell (False); None where neither is sure."""
        if self.compared is None or not self.compared.sure:
            return None
        return self.compared.change > 0.0


@dataclass(frozen=True, slots=True)
class _Times:
    start: datetime
    turn: datetime
    end: datetime
    loaded: datetime
    """When what is loaded begins: weeks before it had nothing because nothing was looked at."""

    def where(self, column: str) -> str:
        return f"{column} >= {sql_instant(self.start)} and {column} < {sql_instant(self.end)}"

    def later(self, column: str) -> str:
        return f"{column} >= {sql_instant(self.turn)}"

    def week(self, column: str) -> str:
        """The week of an instant, counted from the start."""
        return f"cast(floor((epoch({column}) - epoch({sql_instant(self.start)})) / 604800) as integer)"


def weigh_causes(reader: Reader, scope: Scope, since: date) -> tuple[Weighed, ...]:
    """Every comparison around a change that began on a day.

    Args:
        reader: The snapshot.
        scope: Whose rows: everybody's, for sums that name nobody.
        since: When the change began.
    """
    turn = midnight(since)
    loaded, end = _span(reader)
    times = _Times(turn - timedelta(weeks=BEFORE_WEEKS), turn, end, loaded)
    if times.end - turn < timedelta(weeks=LEAST_WEEKS):
        weeks = (times.end - turn).days / 7
        too_soon = CannotTell(Refused.NOT_OVER, have=weeks * 7.0, need=LEAST_WEEKS * 7.0)
        return tuple(Weighed(each, None, refused=too_soon) for each in Sign)
    if (people := _people(reader, scope, times)) < LEAST_PEOPLE:
        too_few = CannotTell(Refused.TOO_FEW_REPS, have=float(people), need=float(LEAST_PEOPLE))
        return tuple(Weighed(each, None, refused=too_few) for each in Sign)
    coverage = 1.0 - 0.05 / len(Sign)
    return (
        *_named(reader, scope, times, coverage),
        _weekly(Sign.UNPROMPTED, _unprompted(reader, scope, times), times, coverage, "acts of buyers"),
        *_talks(reader, scope, times, coverage),
        _new_people(reader, scope, times, coverage),
        _new_buyers(reader, scope, times, coverage),
    )


def _span(reader: Reader) -> tuple[datetime, datetime]:
    """From the first touch that is loaded to the last one; to the instant that is looked from where there is none."""
    (row,) = reader.query(f"""
        select min(occurred_at) as first, max(occurred_at) as last from outcome
        where occurred_at <= {reader.instant}""").to_pylist()
    first, last = ((row[name] or reader.as_of).replace(tzinfo=UTC) for name in ("first", "last"))
    return first, last


def _people(reader: Reader, scope: Scope, times: _Times) -> int:
    """Of how many people there are touches at both times."""
    rows = reader.query(f"""
        select rep_key from outcome
        where {times.where("occurred_at")} and {within(scope, "rep_key", "occurred_at")}
        group by rep_key having count(distinct {times.later("occurred_at")}) = 2""")
    return int(rows.num_rows)


def _named(reader: Reader, scope: Scope, times: _Times, coverage: float) -> tuple[Weighed, Weighed]:
    """Obstacles by kind: of deals by who owned them last, of events by whose they are."""
    rows = reader.query(f"""
        with named as (
            select obstacle.kind, obstacle.occurred_at,
                   coalesce(deal_span.owner_key, effort.rep_key, action_rep.rep_key) as rep_key
            from obstacle
            left join deal_span on deal_span.deal_key = obstacle.deal_key
            left join effort on effort.effort_key = obstacle.event_key
            left join action_rep on action_rep.action_key = obstacle.event_key
            where obstacle.said_by = 'buyer' and {times.where("obstacle.occurred_at")}
        )
        select kind, {times.later("occurred_at")} as later, count(*) as n
        from named where rep_key is not null and {within(scope, "rep_key", "occurred_at")}
        group by all order by all""").to_pylist()
    of_all = [sum(row["n"] for row in rows if row["later"] is later) for later in (False, True)]
    told = []
    for sign, kinds in ((Sign.PRICE_NAMED, PRICE), (Sign.RIVAL_NAMED, RIVALS)):
        here = [
            sum(row["n"] for row in rows if row["later"] is later and row["kind"] in kinds) for later in (False, True)
        ]
        pair = ((float(here[0]), float(of_all[0])), (float(here[1]), float(of_all[1])))
        if min(of_all) < LEAST_NAMED:
            need = CannotTell(Refused.TOO_FEW_ACTS, have=float(min(of_all)), need=float(LEAST_NAMED))
            told.append(Weighed(sign, None, pair, need))
        else:
            told.append(Weighed(sign, shares(*pair, coverage=coverage), pair))
    return told[0], told[1]


def _unprompted(reader: Reader, scope: Scope, times: _Times) -> Mapping[int, float]:
    """Acts by which buyers came of themselves, by week from the start: those that answer no touch."""
    if not scope.everybody:
        return {}
    rows = reader.query(f"""
        select {times.week("action.occurred_at")} as week, count(*) as n
        from buyer_action as action
        where action.kind in ('inquired', 'called', 'referred') and action.counts and not action.contested
          and {times.where("action.occurred_at")}
          and not exists (select 1 from link where link.action_key = action.action_key)
        group by all""").to_pylist()
    return {row["week"]: float(row["n"]) for row in rows}


def _talks(reader: Reader, scope: Scope, times: _Times, coverage: float) -> tuple[Weighed, Weighed]:
    rows = reader.query(f"""
        select {times.week("occurred_at")} as week,
               coalesce(kind, '') = 'training' as training, count(*) as n
        from conversation
        where {times.where("occurred_at")} and {within(scope, "rep_key", "occurred_at")}
        group by all""").to_pylist()
    by_sort = [{row["week"]: float(row["n"]) for row in rows if row["training"] is sort} for sort in (False, True)]
    return (
        _weekly(Sign.TALKS, by_sort[0], times, coverage, "talks"),
        _weekly(Sign.TRAININGS, by_sort[1], times, coverage, "trainings"),
    )


def _weekly(
    sign: Sign, by_week: Mapping[int, float], times: _Times, coverage: float, what: str
) -> Weighed:  # fmt: skip
    """Counts a week before and since, in whole weeks that are loaded; the last one is left out if it is not over."""
    first = max(0, math.ceil((times.loaded - times.start) / timedelta(weeks=1)))
    weeks = np.arange(first, (times.end - times.start).days // 7)
    n = np.array([by_week.get(int(week), 0.0) for week in weeks])
    later = weeks >= BEFORE_WEEKS
    sums = tuple((float(n[side].sum()), float(side.sum())) for side in (~later, later))
    pair = (sums[0], sums[1])
    compared = weekly_ratio(n, np.ones(weeks.size), later, coverage=coverage) if n.any() else None
    if compared is None:
        return Weighed(sign, None, pair, CannotTell(Refused.NO_RECORDS, names=(what,)))
    return Weighed(sign, compared, pair)


def _new_people(reader: Reader, scope: Scope, times: _Times, coverage: float) -> Weighed:
    rows = reader.query(f"""
        select {times.later("occurred_at")} as later, count(*) as n, count(rep.tenure_start) as known,
               count(*) filter (where rep.tenure_start > outcome.occurred_at - interval {NEW_WEEKS * 7} day) as new
        from outcome
        join rep on rep.rep_key = outcome.rep_key
             and outcome.occurred_at >= rep.valid_from and outcome.occurred_at < rep.valid_to
        where {times.where("outcome.occurred_at")} and {within(scope, "outcome.rep_key", "outcome.occurred_at")}
        group by all order by later""").to_pylist()
    if len(rows) < len(("before", "since")) or not min(row["known"] for row in rows):
        return Weighed(
            Sign.NEW_PEOPLE, None, refused=CannotTell(Refused.NO_RECORDS, names=("since when reps are here",))
        )
    pair = ((float(rows[0]["new"]), float(rows[0]["known"])), (float(rows[1]["new"]), float(rows[1]["known"])))
    return Weighed(Sign.NEW_PEOPLE, shares(*pair, coverage=coverage), pair)


def _new_buyers(reader: Reader, scope: Scope, times: _Times, coverage: float) -> Weighed:
    """Of the segment whose share of touches changed most; with as many segments, each interval is the wider."""
    rows = reader.query(f"""
        select coalesce(account.segment, '') as segment,
               count(*) filter (where not {times.later("occurred_at")}) as before,
               count(*) filter (where {times.later("occurred_at")}) as since, count(distinct rep_key) as people
        from outcome left join account on account.account_key = outcome.account_key
        where {times.where("occurred_at")} and {within(scope, "rep_key", "occurred_at")}
        group by all order by segment""").to_pylist()
    sums = [float(sum(row[side] for row in rows)) for side in ("before", "since")]
    named = [row for row in rows if row["segment"] and row["people"] >= LEAST_PEOPLE]
    if not named or min(sums) < LEAST_NAMED:
        return Weighed(Sign.NEW_BUYERS, None, refused=CannotTell(Refused.NO_RECORDS, names=("segments of companies",)))
    found = []
    for row in named:
        pair = ((float(row["before"]), sums[0]), (float(row["since"]), sums[1]))
        change = shares(*pair, coverage=1.0 - (1.0 - coverage) / len(named))
        found.append(Weighed(Sign.NEW_BUYERS, change, pair, name=row["segment"]))
    return max(found, key=lambda each: abs(each.compared.change) if each.compared else 0.0)
