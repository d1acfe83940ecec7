"""The touches that a lesson is held against: where they were made, which are of the advised kind, what came of them.

Counted are captured touches made by hand that no act called for, whose answer could have been recorded and that have
waited in full; answers by proof alone. A touch without a deal of its own belongs to the chain in which it stands. Its
step is the one at which that deal stood then; what stood in the way is what was named last in that deal before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.analysis.states import observed_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within
from answerback.stats.advice import Touched
from answerback.stats.arrays import IntArray

STAGES = """(
            select stage.* from deal_stage as stage left join playbook_stage as known on known.stage = stage.stage
            where stage.step is not null and coalesce(known.outcome, '') = ''
        )"""
"""Where deals stood, as a subquery; that one has ended is no step."""
OBSTACLES = """(
            select coalesce(obstacle.deal_key, event.chain_key) as deal_key,
                   coalesce(obstacle.occurred_at, event.occurred_at) as occurred_at,
                   obstacle.kind, obstacle.obstacle_key
            from obstacle left join chain_event as event on event.event_key = obstacle.event_key and event.is_deal
            where coalesce(obstacle.deal_key, event.chain_key) is not null
              and coalesce(obstacle.occurred_at, event.occurred_at) is not null
        )"""
"""What stood in the way of deals, and when it was named, as a subquery."""
AT_ONCE = 24
"""For so many lessons the touches are read at once: what comes back is held in memory."""
KINDS_OF = ("play", "play_wide", "play_channel")
"""A lesson may name a kind of touch as finely or as coarsely as it likes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a lesson says, as far as it can be refuted.

    Attributes:
        lesson_id: Its number.
        stated_at: When it was said. What was seen before is where it came from; only later touches speak for it.
        play: The kind of touch that it advises; empty: any.
        instead_of: The kind that is made there else; empty: the same kind without the lesson.
        step, segment, obstacle: Where it applies; each empty: everywhere.
        author_key: Who said it; None where that is not known.
        draws: Names of the practices by lots that put it to the test.
    """

    lesson_id: str
    stated_at: datetime
    play: str = ""
    instead_of: str = ""
    step: str = ""
    segment: str = ""
    obstacle: str = ""
    author_key: int | None = None
    draws: tuple[str, ...] = ()

    @property
    def by_kind(self) -> bool:
        """Whether a touch shows by its kind that it was made as the lesson says; else the rep says so."""
        return bool(self.play and self.instead_of)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The touches that a lesson is held against. Strata are a rep at a step; `rep` is by row of `touched`."""

    rep: IntArray
    touched: Touched

    def people(self, *, used: bool) -> frozenset[int]:
        """Keys of those who made touches of the advised kind, or of the other one."""
        return frozenset(self.rep[(self.touched.used == used) & (self.touched.n > 0)].tolist())

    def sums(self, *, used: bool) -> tuple[int, int]:
        """Touches, and how many of them moved the buyer."""
        here = self.touched.used == used
        return round(float(self.touched.n[here].sum())), round(float(self.touched.s[here].sum()))

    def without(self, rep_key: int | None) -> Held:
        """The same without one rep."""
        return self.of(self.rep != rep_key) if rep_key is not None else self

    def of(self, chosen: NDArray[np.bool_]) -> Held:
        """Some rows."""
        return Held(self.rep[chosen], self.touched.only(chosen))

    def by_person(self) -> Held:
        """The same sums with one row for each person and kind of touch: no step, no company is told apart any more."""
        people, whose = np.unique(self.rep, return_inverse=True)
        both, place = np.unique(2 * whose + self.touched.used, return_inverse=True)
        n, s = (np.bincount(place, each, len(both)).astype(np.float64) for each in (self.touched.n, self.touched.s))
        nowhere = np.zeros(len(both), np.int64)
        return Held(people[both // 2], Touched(nowhere, nowhere, both % 2 == 1, n, s))


def placed_sql(reader: Reader, scope: Scope, since: datetime | None) -> str:
    """Common table expressions, the last of them `touch`: one row per touch that counts, with where it was made.

    `touch` has `effort_key, rep_key, company_key, deal_key, occurred_at`, the three kinds, `step`, `segment` and
    `obstacle` (each empty where none is known), and `moved`.
    """
    from_then = f"and made.occurred_at > {sql_instant(since)}" if since is not None else ""
    return f"""
        named as {OBSTACLES},
        said as (
            select deal_key, occurred_at, kind from named
            qualify row_number() over (partition by deal_key, occurred_at order by kind, obstacle_key) = 1
        ),
        made as (
            select made.effort_key, made.rep_key, coalesce(made.account_key, made.contact_key) as company_key,
                   event.chain_key as deal_key, made.occurred_at, made.play, made.play_wide, made.play_channel,
                   coalesce(made.step, '') as own_step, coalesce(company.segment, company.size_band, '') as segment,
                   coalesce(made.proved_at <= {reader.instant}, false) as moved
            from outcome as made
            left join chain_event as event
              on event.event_key = made.effort_key and event.side = 'seller' and event.is_deal
            left join account as company on company.account_key = made.account_key
            where made.evidence = 'captured' and made.origin = 'hand' and not made.reactive and made.rep_key is not null
              and {in_view(scope, "made.contested", "made.rep_key")}
              and {within(scope, "made.rep_key", "made.occurred_at")}
              and made.occurred_at <= {reader.instant} {from_then}
              and made.seen_seconds is not null and {_observed(reader)} >= made.waiting_seconds
              and coalesce(made.account_key, made.contact_key) is not null
        ),
        at_step as (
            select made.*, coalesce(nullif(made.own_step, ''), stage.step, '') as step
            from made asof left join {STAGES} as stage
              on stage.deal_key = made.deal_key and made.occurred_at >= stage.occurred_at
        ),
        touch as (
            select at_step.*, coalesce(said.kind, '') as obstacle
            from at_step asof left join said
              on said.deal_key = at_step.deal_key and at_step.occurred_at > said.occurred_at
        )"""


def _observed(reader: Reader) -> str:
    return observed_sql(reader.instant).replace("occurred_at", "made.occurred_at").replace("seen_s", "made.seen_s")


def held_against(reader: Reader, scope: Scope, claim: Claim, until: datetime | None = None) -> Held:
    """The touches that a lesson is held against, made since it was said (before `until`), as far as the scope goes."""
    return next(held_against_each(reader, scope, [claim], until))


def held_against_each(
    reader: Reader, scope: Scope, claims: Sequence[Claim], until: datetime | None = None
) -> Iterator[Held]:
    """The same for several lessons, in order: the touches are read once for `AT_ONCE` of them."""
    before = f"and touch.occurred_at < {sql_instant(until)}" if until is not None else ""
    for first in range(0, len(claims), AT_ONCE):
        some = claims[first : first + AT_ONCE]
        of_each = [
            f"""(select {number} as claim, touch.rep_key, touch.step, touch.company_key, {_made_so(claim)} as used,
                        count(*) as n, count(*) filter (touch.moved) as s
                 from placed as touch
                 where touch.occurred_at > {sql_instant(claim.stated_at)} and {there(claim)} {before}
                 group by all)"""
            for number, claim in enumerate(some)
        ]
        rows = reader.query(f"""
            with {placed_sql(reader, scope, min(each.stated_at for each in some))},
            placed as materialized (select * from touch)
            {" union all ".join(of_each)} order by all""")
        which = rows["claim"].to_numpy()
        starts = np.searchsorted(which, np.arange(len(some) + 1)).tolist()
        yield from (_held(rows.slice(start, end - start)) for start, end in pairwise(starts))


def there(claim: Claim) -> str:
    """A condition on `touch`: made where the lesson applies, of one of the two kinds that it compares."""
    place = [
        f"touch.{name} = {sql_text(value)}"
        for name, value in (("step", claim.step), ("segment", claim.segment), ("obstacle", claim.obstacle))
        if value
    ]
    kinds = [_of_kind("touch", each) for each in (claim.play, claim.instead_of) if each]
    if kinds:
        place.append(f"({' or '.join(kinds)})")
    return " and ".join(place) or "true"


def _of_kind(table: str, play: str) -> str:
    return f"{sql_text(play)} in ({', '.join(f'{table}.{each}' for each in KINDS_OF)})"


def _made_so(claim: Claim) -> str:
    """A condition on a row of `placed`: made as the lesson says, by its kind, or the next in a deal by a rep's word."""
    if claim.by_kind:
        return _of_kind("touch", claim.play)
    return f"""touch.effort_key in (
            select next.effort_key
            from lesson_use as said_so
            join placed as next
              on next.deal_key = said_so.deal_key and next.occurred_at >= said_so.occurred_at
             and next.occurred_at > {sql_instant(claim.stated_at)}
             and (said_so.rep_key is null or next.rep_key = said_so.rep_key)
            where said_so.lesson = {sql_text(claim.lesson_id)}
            qualify row_number() over (
                partition by said_so.decision_key order by next.occurred_at, next.effort_key
            ) = 1
        )"""


def _held(rows: pa.Table) -> Held:
    rep = rows["rep_key"].to_numpy().astype(np.int64)
    steps = np.unique(np.array(rows["step"].to_pylist(), dtype=object), return_inverse=True)[1]
    stratum = np.unique(rep, return_inverse=True)[1] * (int(steps.max(initial=0)) + 1) + steps
    return Held(
        rep,
        Touched(
            stratum.astype(np.int64),
            rows["company_key"].to_numpy().astype(np.int64),
            np.array(rows["used"].to_pylist(), np.bool_),
            rows["n"].to_numpy().astype(np.float64),
            rows["s"].to_numpy().astype(np.float64),
        ),
    )


def knows_uses(reader: Reader) -> bool:
    """Whether the snapshot has what reps said of lessons; an earlier version's has not."""
    return "lesson_use" in reader.snapshot.relations


def touches_of(reader: Reader, scope: Scope, claim: Claim, *, most: int) -> Sequence[dict[str, object]]:
    """The touches themselves, the latest first: their key, when, the kind, of the advised one or not, and what came."""
    rows: list[dict[str, object]] = reader.query(f"""
        with {placed_sql(reader, scope, claim.stated_at)}, placed as materialized (select * from touch)
        select touch.effort_key, touch.occurred_at, touch.play, touch.moved, {_made_so(claim)} as used
        from placed as touch where {there(claim)}
        order by touch.occurred_at desc, touch.effort_key limit {int(most)}""").to_pylist()
    return rows
