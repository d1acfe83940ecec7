"""Findings about friction: reps whose touches harm, harm that is everybody's, and policies that make reps pester.

A policy's finding goes to its owner, in operations; it names no rep, and nobody who spoke up is named anywhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from answerback.analysis.friction.asked_too_often import MANY, Friction, SequenceFriction, TooOften, friction_of
from answerback.analysis.reader import Reader
from answerback.domain.findings import (
    EXPIRES_DAYS,
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
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.stats.harm import Harm

MARKS_DAYS = 180
"""A word that a policy makes somebody pester stands for so long."""
EVERYBODY_LEVEL = 0.005
"""For harm that is everybody's."""
_LOTTERY = CannotTell(Refused.NO_HOLDOUT, have=0, need=1, names=("a cap on touches",))


def findings(reader: Reader, scope: Scope, answer: Friction | None = None) -> tuple[Finding, ...]:
    """What `friction_of` found that somebody should look at, and the policies that reps marked."""
    said = answer or friction_of(reader, scope)
    today = reader.as_of.astimezone(UTC).date()
    found = [_of_rep(each, today, said.one_in) for each in said.reps if each.named]
    if scope.everybody:
        found += _everybodys(said, today)
        found += [_of_sequence(each, today) for each in said.sequences]
        found += _marked(reader, today)
    return tuple(found)


def _of_rep(rep: TooOften, today: date, one_in: int) -> Finding:
    return Finding(
        kind=FindingKind.FRICTION,
        subject=Subject("rep", key=rep.rep_key),
        measure=Measure.HARM,
        verdict=Verdict.INDIVIDUAL,
        direction="rise",
        since=datetime.fromtimestamp(rep.since, UTC).date(),
        raised_on=today,
        size=_ratio(rep.harm) if isinstance(rep.harm, Harm) else None,
        sure_by=SureBy.P_VALUE,
        sure=rep.sure,
        settle=(_LOTTERY,),
        evidence=Evidence(
            efforts=rep.touches,
            answers=rep.forbade,
            where={"rep": str(rep.rep_key)},
            effort_keys=rep.effort_keys,
            action_keys=rep.action_keys,
        ),
        next_step="space_touches",
        expires=today + timedelta(days=EXPIRES_DAYS),
        details={
            "most_of_them": rep.play,
            "many": MANY,
            "runs": rep.runs,
            "often_runs": rep.often_runs,
            "usual_share": rep.usual_share,
            "expected": rep.expected,
            "one_in": one_in,
        },
    )


def _everybodys(said: Friction, today: date) -> list[Finding]:
    """Harm after many touches that is left when the reps who are named are left out."""
    ratio = said.forbade_by_others
    if not isinstance(ratio, Harm) or ratio.p_value > EVERYBODY_LEVEL:
        return []
    return [
        Finding(
            kind=FindingKind.FRICTION,
            subject=Subject("organisation"),
            measure=Measure.HARM,
            verdict=Verdict.SYSTEMIC,
            direction="rise",
            raised_on=today,
            size=_ratio(ratio),
            sure_by=SureBy.P_VALUE,
            sure=ratio.p_value,
            settle=(_LOTTERY,),
            evidence=Evidence(efforts=int(ratio.trials_many), answers=int(ratio.events_many)),
            first_for=Role.LEADER,
            next_step="cap_lottery",
            details={"many": MANY, "expected": ratio.expected_few},
        )
    ]


def _of_sequence(each: SequenceFriction, today: date) -> Finding:
    return Finding(
        kind=FindingKind.POLICY,
        subject=Subject("policy", name=each.play),
        measure=Measure.HARM,
        play=each.play,
        where={"from": "sequence"},
        raised_on=today,
        sure_by=SureBy.P_VALUE,
        sure=each.p_value,
        settle=(_LOTTERY,),
        evidence=Evidence(efforts=each.touches, answers=each.forbade, where={"play": each.play}),
        first_for=Role.OPERATIONS,
        next_step="shorten_sequence",
        details={"from_touch": each.from_touch, "answered": each.answered, "forbade": each.forbade},
    )


def _marked(reader: Reader, today: date) -> list[Finding]:
    """One finding for each policy that somebody marked of late; nothing says who."""
    since = sql_instant(reader.as_of - timedelta(days=MARKS_DAYS))
    rows = reader.query(f"""
        select policy, count(*) as marks, min(occurred_at) as first_at from policy_mark
        where occurred_at > {since} and occurred_at <= {reader.instant} group by policy order by policy""").to_pylist()
    return [
        Finding(
            kind=FindingKind.POLICY,
            subject=Subject("policy", name=row["policy"]),
            measure=Measure.HARM,
            where={"from": "marks"},
            since=row["first_at"].date(),
            raised_on=today,
            settle=(_LOTTERY,),
            first_for=Role.OPERATIONS,
            next_step="hear_policy",
            details={"marks": row["marks"]},
        )
        for row in rows
    ]


def _ratio(ratio: Harm) -> Size:
    few = ratio.events_few / ratio.trials_few if ratio.trials_few else None
    many = ratio.events_many / ratio.trials_many if ratio.trials_many else None
    return Size(few, many, ratio.ratio, ratio.low, ratio.high, "ratio")
