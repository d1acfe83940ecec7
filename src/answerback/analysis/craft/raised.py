"""Findings about one's own craft: for the rep alone. They speak of the task, these buyers and this step."""

from __future__ import annotations

from datetime import UTC, date, timedelta

from answerback.analysis.craft.cells import Group
from answerback.analysis.craft.endings import Repeat
from answerback.analysis.craft.patterns import Craft, craft_of
from answerback.analysis.craft.plays import Groove, Rut, Strong
from answerback.analysis.reader import Reader
from answerback.domain.findings import EXPIRES_DAYS, Evidence, Finding, FindingKind, Measure, Size, Subject, SureBy
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope

_NOT_TRIED = CannotTell(Refused.NO_HOLDOUT, have=0, need=1, names=("a trial of both",))


def findings(reader: Reader, scope: Scope, answer: Craft | None = None) -> tuple[Finding, ...]:
    """What `craft_of` named."""
    said = answer or craft_of(reader, scope)
    today = reader.as_of.astimezone(UTC).date()
    found = [_rut(each, today) for each in said.ruts if each.named]
    if not isinstance(said.repeats, CannotTell):
        found += [_repeat(each, today) for each in said.repeats if each.named]
    found += [_groove(each, today) for each in said.grooves if each.named]
    found += [_strong(each, today) for each in said.strengths if each.named]
    return tuple(found)


def _place(group: Group) -> dict[str, str]:
    return {name: getattr(group, name) for name in ("segment", "step") if getattr(group, name)}


def _opens(rep_key: int, group: Group) -> dict[str, str]:
    return {"rep": str(rep_key), "play": group.play}


def _rut(rut: Rut, today: date) -> Finding:
    return Finding(
        kind=FindingKind.RUT,
        subject=Subject("rep", key=rut.rep_key),
        measure=Measure.ON_BASE,
        play=rut.group.play,
        where=_place(rut.group),
        direction="fall",
        raised_on=today,
        size=Size(rut.rate, rut.other_rate, rut.other_rate - rut.rate, rut.low, rut.high),
        sure_by=SureBy.POSTERIOR,
        sure=rut.probability,
        settle=(_NOT_TRIED,),
        evidence=Evidence(efforts=rut.touches, answers=rut.answers, where=_opens(rut.rep_key, rut.group)),
        next_step="try_other_play",
        expires=today + timedelta(days=EXPIRES_DAYS),
        details={
            "other_play": rut.other.play,
            "share": rut.share,
            "peers_share": rut.peers_share,
            "peers_rate": rut.peers,
        },
    )


def _repeat(each: Repeat, today: date) -> Finding:
    known = isinstance(each.cause, str)
    return Finding(
        kind=FindingKind.REPEAT,
        subject=Subject("rep", key=each.rep_key),
        measure=Measure.WIN_RATE,
        where={"step": each.step, "ending": "lost"},
        since=each.since,
        raised_on=today,
        size=Size(
            each.peers_share, each.alike / each.ended, each.alike / each.ended - each.peers_share, *_wilson_less(each)
        ),
        sure_by=SureBy.P_VALUE,
        sure=each.sure,
        settle=() if isinstance(each.cause, str) else (each.cause,),
        evidence=Evidence(where={"rep": str(each.rep_key)}),
        next_step="debrief_same_ending" if known else "say_what_they_say",
        expires=today + timedelta(days=EXPIRES_DAYS),
        details={
            "of_last": each.of_last,
            "alike": each.alike,
            "ended": each.ended,
            "by_chance": each.by_chance,
            "cause": each.cause if isinstance(each.cause, str) else "unknown",
            "cause_in": each.cause_in,
            "with_cause": each.with_cause,
            "deal_keys": each.deals,
        },
    )


def _wilson_less(each: Repeat) -> tuple[float, float]:
    """The 95 % interval of the own share, less the peers'."""
    from answerback.stats.intervals import wilson

    own = wilson(each.alike, each.ended)
    return float(own.low) - each.peers_share, float(own.high) - each.peers_share


def _groove(each: Groove, today: date) -> Finding:
    return Finding(
        kind=FindingKind.GROOVE,
        subject=Subject("rep", key=each.rep_key),
        measure=Measure.ON_BASE,
        play=each.play,
        direction="rise",
        good_news=True,
        since=each.since,
        raised_on=today,
        size=Size(each.before, each.after, each.after - each.before, each.low, each.high),
        sure_by=SureBy.P_VALUE,
        sure=each.sure,
        evidence=Evidence(efforts=each.touches, answers=each.answers, where={"rep": str(each.rep_key)}),
        next_step="keep_doing",
        expires=today + timedelta(days=EXPIRES_DAYS),
    )


def _strong(each: Strong, today: date) -> Finding:
    return Finding(
        kind=FindingKind.STRENGTH,
        subject=Subject("rep", key=each.rep_key),
        measure=Measure.ON_BASE,
        play=each.group.play,
        where=_place(each.group),
        direction="rise",
        good_news=True,
        raised_on=today,
        size=Size(each.peers, each.rate, each.rate - each.peers, each.low - each.peers, each.high - each.peers),
        sure_by=SureBy.POSTERIOR,
        sure=each.probability,
        evidence=Evidence(efforts=each.touches, answers=each.answers, where=_opens(each.rep_key, each.group)),
        next_step="show_others",
        expires=today + timedelta(days=EXPIRES_DAYS),
    )
