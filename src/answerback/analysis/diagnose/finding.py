"""Findings of a diagnosis: what lies in the system to its leaders, what lies in one person's work to them first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from answerback.analysis.diagnose.answer import Cause, Counts, Diagnosis, Happening, Shift
from answerback.analysis.diagnose.diagnosing import diagnose
from answerback.analysis.reader import Reader
from answerback.domain.findings import (
    Evidence,
    Finding,
    FindingKind,
    Measure,
    Role,
    Size,
    Subject,
    SureBy,
    Verdict,
)
from answerback.domain.scope import Scope
from answerback.stats.special import logistic


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """What the diagnosis of the newest weeks gives somebody to look at; nothing where it cannot tell."""
    return found_in(diagnose(reader, scope), today=reader.as_of.date())


def found_in(told: Diagnosis, *, today: date) -> tuple[Finding, ...]:
    """The findings of one diagnosis, raised on the last day that it looked at."""
    if told.verdict is Verdict.CANNOT_TELL or told.period is None:
        return ()
    raised = min(told.period.end - timedelta(days=1), today)
    return (*_causes(told, raised), *_everybody(told, raised), *_mix(told, raised), *_people(told, raised))


def _causes(told: Diagnosis, raised: date) -> Iterator[Finding]:
    for cause in told.causes:
        name, value = cause.place.dimension, str(cause.place.value)
        about_manager = name == "manager" and isinstance(cause.place.value, int)
        found = _shifted(told, cause.shift, cause.counts, since=cause.since, raised=raised)
        yield replace(
            found,
            subject=Subject("manager", key=int(value)) if about_manager else Subject(name, name=value),
            where={name: value},
            verdict=Verdict.SEGMENT,
            evidence=_evidence(cause.counts, name, value),
            first_for=Role.MANAGER if cause.between_people else Role.LEADER,
            next_step=_segment_step(cause),
            details={**found.details, **_happened(cause.happening)},
        )


def _shifted(told: Diagnosis, shift: Shift, counts: Counts, *, since: date | None, raised: date) -> Finding:
    """What findings on a shift have in common, said of everybody; the others say whose it is."""
    return Finding(
        kind=FindingKind.VERDICT,
        subject=Subject("organisation"),
        measure=Measure.ON_BASE,
        direction="rise" if shift.good_news else "fall",
        good_news=shift.good_news,
        since=since,
        raised_on=raised,
        size=size_of(shift, counts),
        sure_by=SureBy.P_VALUE,
        sure=shift.p_value,
        verdict=Verdict.SYSTEMIC,
        settle=told.settle,
        evidence=Evidence(round(counts.efforts_now), round(counts.moved_now)),
        first_for=Role.LEADER,
        next_step="keep_doing" if shift.good_news else "fix_for_all",
        details=_details(told, shift, counts),
    )


def _happened(known: Happening | None) -> dict[str, object]:
    """What is known to have happened then, for the words."""
    return {"happening": known.text, "happened_on": known.starts} if known is not None else {}


def _segment_step(cause: Cause) -> str:
    if cause.shift.good_news:
        return "keep_doing"
    return "ask_what_changed" if cause.between_people else "fix_for_segment"


def _everybody(told: Diagnosis, raised: date) -> Iterator[Finding]:
    common = told.everybody
    if common is None or not common.changed:
        return
    found = _shifted(told, common.shift, told.counts, since=common.since, raised=raised)
    yield replace(found, details={**found.details, **_happened(common.happening)})


def _mix(told: Diagnosis, raised: date) -> Iterator[Finding]:
    part = told.mix
    if part is None or told.decomposition is None or told.period is None:
        return
    half = 1.96 * part.error
    yield Finding(
        kind=FindingKind.VERDICT,
        subject=Subject("mix", name=part.dimension),
        measure=Measure.ON_BASE,
        where={part.dimension: part.most},
        direction="fall" if part.change < 0.0 else "rise",
        good_news=part.change > 0.0,
        since=told.period.turn,
        raised_on=raised,
        size=Size(told.decomposition.before, None, part.change, part.change - half, part.change + half),
        sure_by=SureBy.INTERVAL,
        verdict=Verdict.SYSTEMIC,
        settle=told.settle,
        evidence=_evidence(told.counts, part.dimension, part.most),
        first_for=Role.LEADER,
        next_step="fix_for_all" if part.change < 0.0 else "keep_doing",
        details={
            "cause": "mix",
            "share_before": part.share_before,
            "share_now": part.share_now,
            "rate_part": told.decomposition.rate,
            "verdict": str(told.verdict),
        },
    )


def _people(told: Diagnosis, raised: date) -> Iterator[Finding]:
    for person in told.people:
        found = _shifted(told, person.shift, person.counts, since=person.since, raised=raised)
        yield replace(
            found,
            subject=Subject("rep", key=person.rep_key),
            verdict=Verdict.INDIVIDUAL,
            # What is not known is said of a person, too, but for what names others.
            settle=tuple(each for each in told.settle if not each.names),
            evidence=_evidence(person.counts, "rep", str(person.rep_key)),
            first_for=Role.REP,
            next_step="keep_doing" if person.shift.good_news else "compare_with_the_rest",
        )


def _evidence(counts: Counts, name: str, value: str) -> Evidence:
    return Evidence(round(counts.efforts_now), round(counts.moved_now), {name: value})


def _details(told: Diagnosis, shift: Shift, counts: Counts) -> dict[str, object]:
    """Figures for words and machines; the verdict of the whole, where several things came together."""
    return {
        "verdict": str(told.verdict),
        "log_odds": shift.log_odds,
        "efforts_before": round(counts.efforts_before),
        "moved_before": round(counts.moved_before),
        "from": told.period.start if told.period else None,
        "turn": told.period.turn if told.period else None,
    }


def size_of(shift: Shift, counts: Counts) -> Size | None:
    """A shift of the log odds as a change of the rate before, like for like; None without efforts before.

    >>> size = size_of(Shift(-1.0, -1.5, -0.5, 0.001), Counts(400, 100, 100, 11))
    >>> size and (size.before, round(size.change, 3), round(size.low, 3), round(size.high, 3))
    (0.25, -0.141, -0.181, -0.082)
    """
    before = counts.before
    if before is None or not counts.efforts_before:
        return None
    kept = min(max(before, 0.5 / (counts.efforts_before + 1.0)), 1.0 - 0.5 / (counts.efforts_before + 1.0))
    odds = np.log(kept / (1.0 - kept))
    change, low, high = (float(logistic(odds + each)) - kept for each in (shift.log_odds, shift.low, shift.high))
    return Size(before, before + change, change, low, high)
