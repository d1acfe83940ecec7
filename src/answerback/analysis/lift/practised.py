"""One rep's own practice: what was before it, what it could show, and at its end whether it worked.

No lots were drawn, so nothing is compared but the rep with themselves; what would have come anyway is known all the
same, by `alone`: how much of a low rate comes back by itself, and how far others moved in the same weeks. Judged is the
plan as it was fixed, and only when its last week is over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum, auto

import numpy as np

from answerback.analysis.detect.reading import read_cells
from answerback.analysis.lift.alone import Alone, doubted, each_alone
from answerback.analysis.lift.answers import everything_given, rates_of_reps
from answerback.analysis.lift.comparing import Start, fresh_weeks
from answerback.analysis.lift.given import Gift, by_week
from answerback.analysis.lift.plan import BASELINE_WEEKS, WORTH
from answerback.analysis.lift.practices import ALL_TOUCHES, Lottery, Version, lotteries, versions
from answerback.analysis.lift.weeks import LEAST_EFFORTS, RECENT_WEEKS, RepWeeks
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.arrays import BoolArray

_TWO_SIDED = 1.96
_FOUR_IN_FIVE = 1.96 + 0.84
"""Standard errors of a rise that shows four times in five."""
_ON_BASE = "on_base"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of touch (empty: all) in the weeks before: touches, those that have waited long enough, and answers."""

    play: str
    touches: int
    matured: float
    moved: int

    def least_rise(self, touches: float) -> float | None:
        """The least rise of the rate that so many touches would show four times in five, at best; None without a past.

        >>> round(Kind("", 60, 58.0, 9).least_rise(48), 2), Kind("", 0, 0.0, 0).least_rise(48)
        (0.2, None)
        """
        if self.matured < LEAST_EFFORTS or touches <= 0.0:
            return None
        rate = (self.moved + 0.5) / (self.matured + 1.0)
        return _FOUR_IN_FIVE * math.sqrt(rate * (1.0 - rate) * (1.0 / self.matured + 1.0 / touches))


def own_kinds(reader: Reader, scope: Scope, rep_key: int, *, weeks: int = BASELINE_WEEKS) -> tuple[Kind, ...]:
    """All touches of a rep, then each kind, over the last full weeks, by proof, as they stand now."""
    weekly = read_cells(reader, scope.only(rep_key)).weekly(reader.as_of, last=weeks)
    made, matured, moved = (each.sum(axis=0) for each in (weekly.efforts, weekly.matured, weekly.answered))
    kinds: dict[str, list[int]] = {"": list(range(len(weekly.streams)))}
    for place, stream in enumerate(weekly.streams):
        for name in dict.fromkeys((stream.play, stream.play_channel)):
            kinds.setdefault(name, []).append(place)
    found = [
        Kind(name, round(made[at].sum()), float(matured[at].sum()), round(moved[at].sum()))
        for name, at in kinds.items()
    ]
    return tuple(each for each in found if each.touches or not each.play)


class Answer(StrEnum):
    """Whether a practice worked."""

    WORKED = auto()
    DID_NOT = auto()
    """Whatever it brings is less than would be worth it."""
    CANNOT_TELL = auto()


@dataclass(frozen=True, slots=True)
class Practised:
    """What was fixed of one rep's practice."""

    rep_key: int
    play: str
    starts: date
    ends: date
    baseline_weeks: int = BASELINE_WEEKS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one practice.

    Attributes:
        answer: Whether it worked.
        alone: The change, and what was to be expected; None where there is too little for it.
        refused: Why it cannot be told; None where it can.
        more: About so many more touches would tell; None where no number of them would.
        beside: What else this rep began with in these weeks: a rise may be its doing.
    """

    answer: Answer
    alone: Alone | None
    refused: CannotTell | None
    more: int | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PracticesJudged:
    """All practices of the log whose end has come, by rep, kind of touch and first day; and all draws, by name."""

    own: dict[tuple[int, str, date], Outcome]
    draws: dict[str, Lottery]


def practices_judged(reader: Reader, scope: Scope) -> PracticesJudged:
    """What came of the practices of a scope. Rates are everybody's: others show what would have come anyway."""
    found = versions(reader, scope)
    given = everything_given(reader)
    own: dict[tuple[int, str, date], Outcome] = {}
    for version in _fixed_first(found):
        plan = Practised(version.rep_key, version.play, version.starts, version.ends, version.plan.baseline_weeks)
        if version.ends <= reader.as_of.date():
            weeks = rates_of_reps(reader, plan.play, own=plan.rep_key)
            own[plan.rep_key, plan.play, plan.starts] = _outcome(weeks, plan, given, version)
    draws = {each.draw: each for each in lotteries(found, lambda play: rates_of_reps(reader, play), as_of=reader.as_of)}
    return PracticesJudged(own, draws)


def _fixed_first(found: Iterable[Version]) -> list[Version]:
    """Of each practice without lots the plan that was fixed first."""
    first: dict[tuple[int, date], Version] = {}
    for each in sorted(found, key=lambda each: (each.frozen_at, each.rep_key, each.starts, each.play)):
        if not each.plan.draw:
            first.setdefault((each.rep_key, each.starts), each)
    return list(first.values())


def _outcome(weeks: RepWeeks, plan: Practised, given: list[Gift], version: Version) -> Outcome:
    late = (version.frozen_at.date() - version.starts).days
    if late > 0 or version.plan.metric != _ON_BASE:
        metric = version.plan.metric
        refused = CannotTell(Refused.NOT_FROZEN, have=float(max(late, 0)), need=0.0, names=(metric,))
        return Outcome(Answer.CANNOT_TELL, None, refused)
    return outcome(weeks, plan, given)


def outcome(weeks: RepWeeks, plan: Practised, given: list[Gift]) -> Outcome:
    """What came of a practice.

    Args:
        weeks: Everybody's rates of the kind of touch.
        plan: What was fixed.
        given: All that anybody was given: who began with anything in these weeks is nobody to learn from.
    """
    first, lasting = weeks.week_of(plan.starts), (plan.ends - plan.starts).days // 7
    before = weeks.stretch(first - plan.baseline_weeks, plan.baseline_weeks)
    after = weeks.stretch(first, lasting)
    me = weeks.reps == plan.rep_key
    if first + lasting > weeks.done:
        gone = max(0, weeks.done - first) * 7.0
        return Outcome(Answer.CANNOT_TELL, None, CannotTell(Refused.NOT_OVER, have=gone, need=lasting * 7.0))
    for stretch, reason in ((before, Refused.BASELINE_TOO_SHORT), (after, Refused.TOO_FEW_EFFORTS_NOW)):
        there = float(stretch.exposure[me].sum())
        if there < LEAST_EFFORTS:
            more = math.ceil(LEAST_EFFORTS - there) if stretch is after else None
            return Outcome(Answer.CANNOT_TELL, None, CannotTell(reason, have=round(there), need=LEAST_EFFORTS), more)
    began = _began(weeks, given, first, lasting)
    others = before.enough & after.enough & ~me & ~np.logical_or.reduce([me & ~me, *began.values()])
    start = Start(first, me, me, others, before, before, after)
    (alone,) = doubted(each_alone(weeks.reps, [start]))
    kind = plan.play or ALL_TOUCHES
    return replace(_told(alone), beside=tuple(what for what, who in began.items() if what != kind and (who & me).any()))


def _began(weeks: RepWeeks, given: list[Gift], first: int, lasting: int) -> dict[str, BoolArray]:
    """Who began with what from shortly before until the end."""
    found: dict[str, BoolArray] = {}
    kinds: dict[str, list[Gift]] = {}
    for each in given:
        kinds.setdefault(each.what, []).append(each)
    for what, gifts in sorted(kinds.items()):
        began = fresh_weeks(by_week(weeks, gifts))
        found[what] = np.asarray(began[:, max(0, first - RECENT_WEEKS) : max(0, first + lasting)].any(axis=1))
    return found


def _told(alone: Alone) -> Outcome:
    if alone.refused is None:
        return Outcome(Answer.WORKED, alone, None)
    if alone.change.high < WORTH:
        return Outcome(Answer.DID_NOT, alone, None)
    return Outcome(Answer.CANNOT_TELL, alone, alone.refused, _more(alone))


def _more(alone: Alone) -> int | None:
    """About how many more touches would make the interval as narrow as what was seen, or as what is worth knowing.

    What the weeks before leave open no further touch settles: then it is None.
    """
    change, made = alone.change, alone.efforts
    error = (change.high - change.low) / 2.0 / _TWO_SIDED
    rate = (alone.answers + 0.5) / (made + 1.0)
    own = alone.dispersion**2 * rate * (1.0 - rate) / made
    room = (max(abs(change.beyond), WORTH) / _TWO_SIDED) ** 2 - max(error**2 - own, 0.0)
    if room <= 0.0:
        return None
    return max(1, math.ceil(own * made / room - made))


def pooled_draw(found: PracticesJudged, draw: str, *, least: int) -> Lottery | None:
    """A draw's answer, where so many take part on each side; it names nobody."""
    lottery = found.draws.get(draw)
    if lottery is None or min(len(lottery.now), len(lottery.later)) < least:
        return None
    return lottery
