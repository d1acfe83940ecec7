"""What became of every rep's touches: changes as findings, questions to a rep alone, and how soon one could show.

A **finding** is an alarm: a probability of .9 that the rate has changed. Below it stands the **ask**, a question to the
rep and to nobody else: about touches on watch, about a fall that slower answers may explain, and about the first
touches of somebody who has no past to be compared with. Alarms of all touches of a rep together come first; one kind of
touch is named beside them only where the whole says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from answerback.analysis.detect.basis import cells_for_alarms
from answerback.analysis.detect.measures import Moved, watch_measures
from answerback.analysis.detect.naming import efforts_since
from answerback.analysis.detect.other_buyers import EXPLAINED, OtherBuyers, other_buyers
from answerback.analysis.detect.raised import Family, Raised, Replay
from answerback.analysis.detect.replaying import replay
from answerback.analysis.detect.silences import Silent, silences_known, without
from answerback.analysis.detect.silent import silence_finding, silent_alone
from answerback.analysis.detect.standing import NEW_WEEKS, Standing, standings
from answerback.analysis.detect.stopped import absences, stopped, stopped_finding
from answerback.analysis.detect.weekly import Cells, monday, week_of
from answerback.analysis.reader import Reader
from answerback.domain.findings import EXPIRES_DAYS, Evidence, Finding, FindingKind, Level, Measure, Role, Size, Subject
from answerback.domain.findings import SureBy as By
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.alarms import posterior
from answerback.stats.detect import LEAST_BASELINE, WATCH, Direction
from answerback.stats.intervals import jeffreys
from answerback.stats.slower import LEVEL

FIRST_TOUCHES = 10
"""Touches whose answers are due, before which nobody is asked about them."""
SAME_WEEKS = 13
"""A kind of touch is not told apart from the whole where both were raised within so many weeks."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """The whole answer."""

    cells: Cells
    replay: Replay
    standings: tuple[Standing, ...]
    measures: tuple[Moved, ...]
    week: int
    """The last week in which anybody touched a buyer."""
    not_by_contact: CannotTell | None = None
    """Why acts of the very contact do not count, although the playbook asks for it."""
    silences: tuple[Silent, ...] = ()
    """Channels whose answers seem not to arrive; these weeks of these reps are in no rate."""


def changes(reader: Reader, scope: Scope, *, strict: bool = False, follow: Collection[int] = ()) -> Changes:
    """Watches everybody, up to the last full week with touches, and tells what a scope may see.

    What peers say and what all share is worked out from everybody, whoever is asking: so all see one figure. The
    evidence of reps to `follow` is worked out in every week.
    """
    found, whole = _watched(reader, scope, strict=strict, follow=follow)
    stood = standings(found.cells, whole, found.week)
    return replace(found, standings=tuple(one for one in stood if _seen(scope, one.rep_key, found.week, found.week)))


def _watched(reader: Reader, scope: Scope, *, strict: bool, follow: Collection[int] = ()) -> tuple[Changes, Replay]:
    """All but where everybody stands, and what was raised of anybody."""
    cells, refused = cells_for_alarms(reader, replace(scope, everybody=True))
    made = cells.efforts.day
    week = min(int(week_of(int(made[-1]))), cells.weeks().stop - 1) if made.size else -1
    moved = tuple(one for one in watch_measures(cells) if _seen(scope, one.rep_key, one.since, one.week))
    silences = silences_known(reader, cells, until=week)
    cells = without(cells, silences)
    found = replay(cells, until=week, strict=strict, follow=follow)
    raised = tuple(one for one in found.raised if _seen(scope, one.rep_key, one.since, one.week))
    told = tuple(one for each in silences if (one := _within(scope, each)) is not None)
    return Changes(cells, replace(found, raised=raised), (), moved, week, refused, told), found


def _within(scope: Scope, one: Silent) -> Silent | None:
    """A silence with the reps alone that a scope holds."""
    reps = {key: due for key, due in one.reps.items() if _seen(scope, key, one.since, one.last)}
    return replace(one, reps=reps) if reps else None


def _seen(scope: Scope, rep_key: int, first: int, last: int) -> bool:
    """Whether a scope holds a rep for all of some weeks."""
    begin, end = monday(first), monday(last + 1)
    return scope.everybody or any(
        each.rep_key == rep_key
        and (each.start is None or each.start.date() <= begin)
        and (each.end is None or each.end.date() >= end)
        for each in scope.stretches
    )


def findings(reader: Reader, scope: Scope, *, strict: bool = False) -> tuple[Finding, ...]:
    """What there is to look at today: alarms of the last twelve months, and questions to reps."""
    found, _ = _watched(reader, scope, strict=strict)
    oldest = reader.as_of.date() - timedelta(days=EXPIRES_DAYS)
    alarms = [each for each in _told(found.replay) if each.raised_on > oldest]
    told = _changed(reader, scope, alarms, found.cells)
    told += [_moved(each) for each in found.measures if _worth_telling(each) and each.raised_on > oldest]
    told += [silence_finding(each) for each in found.silences if each.raised_on > oldest]
    gone = stopped(found.cells, found.week, absences(reader))
    told += [stopped_finding(each) for each in gone if _seen(scope, each.rep_key, found.week, found.week)]
    raised = {(each.subject.key, each.direction) for each in told}
    asked = {one.subject.key: one for one in (*_first_touches(found, scope), *_asks(found))}
    return tuple(told) + tuple(one for one in asked.values() if (one.subject.key, one.direction) not in raised)


def raised_changes(reader: Reader, scope: Scope, *, strict: bool = False) -> tuple[Finding, ...]:
    """Every alarm with the week in which it would have been raised, in order: what a look back over all weeks found."""
    found, _ = _watched(reader, scope, strict=strict)
    told = _changed(reader, scope, _told(found.replay), found.cells)
    told += [_moved(each) for each in found.measures if _worth_telling(each)]
    told += [silence_finding(each) for each in found.silences]
    return tuple(sorted(told, key=lambda each: (each.raised_on, each.finding_id)))


def _told(found: Replay) -> list[Raised]:
    """The alarms that are findings: those of all touches, and of one kind where the whole raised none about then."""
    whole = [each for each in found.alarms() if not each.play]

    def covered(one: Raised) -> bool:
        return any(
            each.rep_key == one.rep_key and each.direction == one.direction and abs(each.week - one.week) <= SAME_WEEKS
            for each in whole
        )

    return whole + [each for each in found.alarms() if each.play and not covered(each)]


def _changed(reader: Reader, scope: Scope, alarms: list[Raised], cells: Cells) -> list[Finding]:
    named = efforts_since(reader, scope, alarms, cells.basis)
    mixed = other_buyers(reader, alarms)
    told = [_change(each, keys, silent_alone(cells, each)) for each, keys in zip(alarms, named, strict=True)]
    return [one if mix is None else _question(one, mix) for one, mix in zip(told, mixed, strict=True)]


def _question(one: Finding, mix: OtherBuyers) -> Finding:
    """An alarm that other buyers explain, as a question to the rep."""
    why = CannotTell(Refused.OTHER_BUYERS, mix.explained, EXPLAINED, (f"{mix.dimension} {mix.level}",))
    step = "wait_and_see" if one.good_news else "ask_what_changed"
    return replace(one, level=Level.ASK, settle=(why, *one.settle), next_step=step)


def _change(one: Raised, effort_keys: tuple[int, ...], settle: tuple[CannotTell, ...]) -> Finding:
    low, high = _interval(one)
    rise = one.direction is Direction.RISE
    return Finding(
        kind=FindingKind.CHANGE,
        subject=Subject("rep", key=one.rep_key),
        measure=Measure.ON_BASE,
        play=one.play,
        direction=str(one.direction),
        good_news=rise,
        since=monday(one.since),
        raised_on=one.raised_on - timedelta(days=1),
        size=Size(before=one.usual, after=one.rate, change=one.rate - one.usual, low=low, high=high),
        sure_by=By.POSTERIOR,
        sure=one.sure,
        settle=settle,
        evidence=Evidence(
            efforts=one.efforts,
            answers=one.answered,
            where=_where(one.rep_key, one.play),
            effort_keys=effort_keys,
        ),
        next_step="keep_doing" if rise else "look_at_unanswered",
        episode=one.episode,
        details={
            "evidence": round(one.evidence, 1),
            "unchanged_rate": round(one.expected, 4),
            "weeks_watched": one.weeks_watched,
            "matured": round(one.matured, 1),
        },
    )


def _interval(one: Raised) -> tuple[float, float]:
    """95 % limits of after less before: those of both rates put together (Newcombe 1998, Statistics in Medicine 17)."""
    after = jeffreys(one.answered, max(one.matured, one.answered))
    before = jeffreys(one.usual * one.usual_matured, one.usual_matured)
    change = one.rate - one.usual
    down = np.hypot(one.rate - after.low, before.high - one.usual)
    up = np.hypot(after.high - one.rate, one.usual - before.low)
    return float(change - down), float(change + up)


def _where(rep_key: int, play: str) -> Mapping[str, str]:
    return {"rep": str(rep_key), **({"play": play} if play else {})}


def _worth_telling(one: Moved) -> bool:
    """Alarms that somebody can do something with: what is no longer seen, what is typed in, and fewer touches."""
    told = {
        Measure.UNSEEN: Direction.RISE,
        Measure.CLAIMED: Direction.RISE,
        Measure.EFFORTS: Direction.FALL,
    }
    return one.alarm and told.get(one.measure) is one.direction


def _moved(one: Moved) -> Finding:
    unseen = one.measure is Measure.UNSEEN
    change = one.after - one.before
    day = one.measure is Measure.EFFORTS
    limits = jeffreys(min(one.after, 1.0) * one.n, one.n)
    spread = 1.96 * np.sqrt(max(one.after, 0.1) / max(one.n, 1))
    low, high = (
        (change - spread, change + spread) if day else (float(limits.low) - one.before, float(limits.high) - one.before)
    )
    return Finding(
        kind=FindingKind.COVERAGE if unseen else FindingKind.CHANGE,
        subject=Subject("rep", key=one.rep_key),
        measure=one.measure,
        level=Level.FINDING if unseen else Level.ASK,
        direction=str(one.direction),
        since=monday(one.since),
        raised_on=one.raised_on - timedelta(days=1),
        size=Size(one.before, one.after, change, float(low), float(high), "per_day" if day else "share"),
        sure_by=By.POSTERIOR,
        sure=one.sure,
        evidence=Evidence(efforts=one.n, where=_where(one.rep_key, "")),
        first_for=Role.OPERATIONS if unseen else Role.REP,
        next_step="load_what_is_missing" if unseen else "ask_what_changed",
        episode=one.episode,
        details={"evidence": round(one.evidence, 1)},
    )


def _asks(found: Changes) -> list[Finding]:
    """Questions to reps whose touches are on watch today, the strongest of each."""
    asks: dict[int, tuple[float, Finding]] = {}
    latest: dict[tuple[int, str, Direction], Raised] = {}
    for each in found.replay.raised:
        latest[each.rep_key, each.play, each.direction] = each
    for family in (found.replay.by_play, found.replay.together):
        for one, r in _on_watch(family, latest):
            held = () if one.held_back is None else (CannotTell(Refused.ANSWERS_SLOWER, one.held_back, LEVEL),)
            low, high = _interval(one)
            ask = Finding(
                kind=FindingKind.CHANGE,
                subject=Subject("rep", key=one.rep_key),
                measure=Measure.ON_BASE,
                level=Level.ASK,
                play=one.play,
                direction=str(one.direction),
                good_news=one.direction is Direction.RISE,
                since=monday(one.since),
                raised_on=one.raised_on - timedelta(days=1),
                size=Size(one.usual, one.rate, one.rate - one.usual, low, high),
                sure_by=By.POSTERIOR,
                sure=float(posterior(r, family.hazard if family is not None else 1 / 520)),
                settle=held,
                evidence=Evidence(one.efforts, one.answered, _where(one.rep_key, one.play)),
                next_step="wait_and_see" if held else "say_what_they_say",
                episode=one.episode,
                details={"evidence": round(r, 1)},
            )
            if r > asks.get(one.rep_key, (0.0, ask))[0]:
                asks[one.rep_key] = (r, ask)
    return [ask for _, ask in asks.values()]


def _on_watch(family: Family | None, latest: Mapping[tuple[int, str, Direction], Raised]) -> list[tuple[Raised, float]]:
    if family is None:
        return []
    return [
        (latest[key], float(r[place]))
        for side, r in family.evidence.items()
        for place in np.flatnonzero(r >= WATCH).tolist()
        if (key := (int(family.rep_keys[place]), family.plays[place], side)) in latest
    ]


def _first_touches(found: Changes, scope: Scope) -> list[Finding]:
    """Questions to those who are new, asked once: what became of their first touches? Nobody is compared."""
    if found.replay.together is None or found.week < 0:
        return []
    cells = found.cells
    weekly = cells.weekly(monday(found.week + 1), found.replay.together.lags)
    keys, begins = np.unique([each.rep_key for each in cells.streams], return_index=True)
    by_rep = [np.add.reduceat(of, begins, axis=1).T for of in (weekly.efforts, weekly.answered, weekly.matured)]
    asks = []
    for rep, efforts, answered, matured in zip(keys.tolist(), *by_rep, strict=True):
        active = np.flatnonzero(efforts)
        started = int(weekly.weeks[active[0]]) if active.size else found.week + 1
        new = (
            _seen(scope, rep, started, found.week)
            and found.week - started < NEW_WEEKS
            and started > cells.weeks().start + 1
        )
        if new and FIRST_TOUCHES <= matured.sum() < 2.0 * LEAST_BASELINE:
            asked = min(int(weekly.weeks[np.argmax(np.cumsum(efforts) >= FIRST_TOUCHES)]) + 1, found.week)
            asks.append(
                Finding(
                    kind=FindingKind.CHANGE,
                    subject=Subject("rep", key=rep),
                    measure=Measure.ON_BASE,
                    level=Level.ASK,
                    since=monday(started),
                    raised_on=monday(asked + 1) - timedelta(days=1),
                    settle=(CannotTell(Refused.BASELINE_TOO_SHORT, float(matured.sum().round()), LEAST_BASELINE),)
                    if matured.sum() < LEAST_BASELINE
                    else (),
                    evidence=Evidence(int(efforts.sum()), int(answered.sum()), _where(rep, "")),
                    next_step="say_what_they_say",
                    details={"first_touches": int(efforts.sum()), "moved": int(answered.sum())},
                )
            )
    return asks
