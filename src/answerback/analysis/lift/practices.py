"""Practices whose start was drawn by lot: what was fixed before, how far it is, and what it changed.

Judged is by the plan as it stood before it began. A plan that was changed afterwards is shown with the day of the
change, and does not change what is judged. Before the end the interval is one that may be looked at every week.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from answerback.analysis.lift.given import Gift
from answerback.analysis.lift.plan import LATER, NOW, Design, Plan, plan_of
from answerback.analysis.lift.weeks import EARLIER_WEEKS, RECENT_WEEKS, RepWeeks
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.lottery import Drawn, drawn_lots
from answerback.stats.sequences import peeking_factor

ALL_TOUCHES = "all touches"
"""What somebody practises on who named no kind of touch."""


@dataclass(frozen=True, slots=True)
class Version:
    """One rep's plan as it was fixed at an instant."""

    rep_key: int
    play: str
    plan: Plan
    arm: str
    frozen_at: datetime
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Lottery:
    """One draw: its plan, how far it is, and what starting now changed against starting later.

    Attributes:
        draw: Its name.
        play: The kind of touch; empty: all.
        metric: What is measured.
        seed: Of the lots.
        frozen_on: The day on which all was fixed.
        starts, ends: The first day, and the day after the last on which both sides are compared.
        later_starts: When the others start.
        now, later: Keys of those who start now, and later.
        weeks_done, weeks: How far it is.
        drawn: What was measured so far, where there is enough.
        low, high: An interval that may be looked at every week; at the end the usual one.
        refused: Why it cannot be told whether it helped; empty where it can.
        changed_on: The days on which the plan was changed after it began.
        drawn_again: Whether some of these people were in an earlier draw that overlaps.
        efforts, answers: Of those who started, since they did.
    """

    draw: str
    play: str
    metric: str
    seed: int | None
    frozen_on: date
    starts: date
    ends: date
    later_starts: date
    now: tuple[int, ...]
    later: tuple[int, ...]
    weeks_done: int
    weeks: int
    drawn: Drawn | None
    low: float | None
    high: float | None
    refused: CannotTell | None
    changed_on: tuple[date, ...]
    drawn_again: bool
    efforts: float = 0.0
    answers: float = 0.0

    @property
    def over(self) -> bool:
        """Whether the end that was fixed before has been reached."""
        return self.weeks_done >= self.weeks

    @property
    def helped(self) -> bool:
        """Whether it is sure that it helped."""
        return self.refused is None and self.drawn is not None and self.drawn.effect.value > 0.0


def versions(reader: Reader, scope: Scope) -> list[Version]:
    """Every version of every practice that was fixed by the instant that is looked from."""
    rows = reader.query(f"""
        select rep_key, coalesce(play, '') as play, metric, coalesce(arm, '') as arm, frozen_at, starts_at, ends_at
        from practice
        where frozen_at <= {reader.instant} and starts_at is not null and ends_at is not null
          and {within(scope, "rep_key", "starts_at")}
        order by all""").to_pylist()
    return [
        Version(
            row["rep_key"],
            row["play"],
            plan_of(row["metric"]),
            row["arm"],
            row["frozen_at"].replace(tzinfo=UTC),
            row["starts_at"].date(),
            row["ends_at"].date(),
        )
        for row in rows
    ]


def without_lots(found: list[Version]) -> list[Gift]:
    """Practices that no lots were drawn for: they began when they began."""
    return [
        Gift(each.rep_key, each.starts, each.play or ALL_TOUCHES)
        for each in found
        if not _lots(each) and not two_ways(each)
    ]


def _lots(version: Version) -> bool:
    return bool(version.plan.draw) and version.plan.design is Design.STARTS and version.arm in (NOW, LATER)


def two_ways(version: Version) -> bool:
    """Whether it is part of a trial that compares two ways of doing a thing."""
    return bool(version.plan.draw) and version.plan.design is not Design.STARTS


@dataclass(frozen=True, slots=True)
class Fixed:
    """A draw as it was fixed first, and on which days its plan was changed after it began."""

    draw: str
    first: tuple[Version, ...]
    changed_on: tuple[date, ...]

    @property
    def reps(self) -> set[int]:
        """Keys of all who take part."""
        return {each.rep_key for each in self.first}

    @property
    def starts(self) -> date:
        """The day on which the first of them begin."""
        return min(each.starts for each in self.first)

    @property
    def ends(self) -> date:
        """The day after the last on which anybody is measured."""
        return max(each.ends for each in self.first)

    @property
    def frozen_at(self) -> datetime:
        """When the last of it was fixed."""
        return max(each.frozen_at for each in self.first)


def as_fixed(found: list[Version], chosen: Callable[[Version], bool]) -> list[Fixed]:
    """Every draw of the versions that are chosen, the earliest first: of each rep the plan that was fixed first."""
    by_draw: dict[str, list[Version]] = {}
    for each in found:
        if chosen(each):
            by_draw.setdefault(each.plan.draw, []).append(each)
    told = []
    for draw, every in sorted(by_draw.items(), key=lambda item: (min(each.frozen_at for each in item[1]), item[0])):
        first: dict[int, Version] = {}
        for each in sorted(every, key=lambda each: each.frozen_at):
            first.setdefault(each.rep_key, each)
        starts = min(each.starts for each in first.values())
        began = datetime(starts.year, starts.month, starts.day, tzinfo=UTC)
        later = {each.frozen_at.date() for each in every if each.frozen_at >= began}
        changed = later - {min(each.frozen_at for each in first.values()).date()}
        told.append(Fixed(draw, tuple(first.values()), tuple(sorted(changed))))
    return told


def lotteries(found: list[Version], weeks_of: Callable[[str], RepWeeks], *, as_of: datetime) -> list[Lottery]:
    """Every draw, the earliest first; `weeks_of` gives the rates of a kind of touch."""
    told: list[Lottery] = []
    taken: list[Fixed] = []
    for each in as_fixed(found, _lots):
        again = any(overlap(each, other) for other in taken)
        taken.append(each)
        told.append(_told(each, weeks_of, as_of, again=again))
    return told


def overlap(one: Fixed, other: Fixed) -> bool:
    """Whether two draws have some of the same people at the same time."""
    return one.starts < other.ends and other.starts < one.ends and bool(one.reps & other.reps)


def _told(fixed: Fixed, weeks_of: Callable[[str], RepWeeks], as_of: datetime, *, again: bool) -> Lottery:
    now = [each for each in fixed.first if each.arm == NOW]
    later = [each for each in fixed.first if each.arm == LATER]
    one = (now or later)[0]
    starts = fixed.starts
    later_starts = min((each.starts for each in later), default=one.ends)
    ends = min(max((each.ends for each in now), default=one.ends), later_starts)
    weeks = max(1, (ends - starts).days // 7)
    done = min(weeks, max(0, (as_of.date() - starts).days // 7))
    frozen = fixed.frozen_at
    sides = tuple(tuple(sorted(each.rep_key for each in side)) for side in (now, later))
    rates = weeks_of(one.play)
    drawn, low, high, refused, sums = _measured(rates, sides, starts, done, weeks)
    late = (frozen.date() - starts).days
    if late > 0 or one.plan.metric != "on_base":
        refused = CannotTell(Refused.NOT_FROZEN, have=float(max(late, 0)), need=0.0, names=(one.plan.metric,))
    return Lottery(
        draw=fixed.draw,
        play=one.play,
        metric=one.plan.metric,
        seed=one.plan.seed,
        frozen_on=frozen.date(),
        starts=starts,
        ends=starts + timedelta(weeks=weeks),
        later_starts=later_starts,
        now=sides[0],
        later=sides[1],
        weeks_done=done,
        weeks=weeks,
        drawn=drawn,
        low=low,
        high=high,
        refused=refused,
        changed_on=fixed.changed_on,
        drawn_again=again,
        efforts=sums[0],
        answers=sums[1],
    )


_Measured = tuple[Drawn | None, float | None, float | None, CannotTell | None, tuple[float, float]]


def _measured(
    rates: RepWeeks, sides: tuple[tuple[int, ...], ...], starts: date, done: int, weeks: int
) -> _Measured:  # fmt: skip
    """What was measured so far: the comparison, its interval, why it cannot be told, and counts of the starters."""
    waiting = CannotTell(Refused.NOT_OVER, have=done * 7.0, need=weeks * 7.0)
    if not done:
        return None, None, None, waiting, (0.0, 0.0)
    week = rates.week_of(starts)
    earlier = rates.stretch(week - RECENT_WEEKS - EARLIER_WEEKS, EARLIER_WEEKS)
    recent, post = rates.stretch(week - RECENT_WEEKS, RECENT_WEEKS), rates.stretch(week, done)
    here = [np.isin(rates.reps, side) for side in sides]
    sums = (float(post.exposure[here[0]].sum()), float(post.success[here[0]].sum()))
    counted = earlier.enough & recent.enough & post.enough & (here[0] | here[1])
    drawn = drawn_lots(
        post=post.rate[counted], now=here[0][counted], recent=recent.rate[counted], earlier=earlier.rate[counted]
    )
    if isinstance(drawn, CannotTell):
        return None, None, None, drawn if done >= weeks else waiting, sums
    half = float(peeking_factor(done / weeks, df=drawn.effect.df)) * drawn.effect.error
    low, high = drawn.effect.value - half, drawn.effect.value + half
    if done >= weeks:
        low, high = drawn.effect.low, drawn.effect.high
    if low > 0.0 or high < 0.0:
        return drawn, low, high, None, sums
    if done < weeks:
        return drawn, low, high, waiting, sums
    return drawn, low, high, _within(drawn), sums


def _within(drawn: Drawn) -> CannotTell:
    rise = drawn.after - drawn.before
    if rise > 0.0 and drawn.anyway > 0.0:
        return CannotTell(Refused.WITHIN_REBOUND, have=rise, need=drawn.anyway)
    return CannotTell(Refused.NOTHING_STANDS_OUT, have=drawn.effect.p_value, need=0.05)
