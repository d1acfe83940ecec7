"""What of lift somebody should look at: what is sure, good or bad, and how a practice that has ended came out."""

from __future__ import annotations

from datetime import datetime, timedelta

from answerback.analysis.lift.alone import Alone
from answerback.analysis.lift.answers import Lifts, Row, lifts
from answerback.analysis.lift.comparing import SURE
from answerback.analysis.lift.given import OF
from answerback.analysis.lift.practices import Lottery
from answerback.analysis.lift.trials import Tried
from answerback.analysis.lift.weeks import POST_WEEKS
from answerback.analysis.reader import Reader
from answerback.domain.findings import (
    EXPIRES_DAYS,
    FIRST_LOOK_WORKING_DAYS,
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
from answerback.domain.workdays import after_working_days

_TRIAL_NEXT_STEP = {"rise": "go_the_new_way", "fall": "stay_with_the_usual_way"}
"""By what the new way did to the rate."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """What is sure: a group that was helped or harmed, one rep who rose beyond a rebound, a practice that has ended.

    Over all groups that were looked at, an effect must hold by Holm's procedure; what cannot be told is no finding, but
    for a practice that has ended: its end was fixed, so it is told either way.
    """
    found: list[Finding] = []
    every = [lifts(reader, scope, of) for of in OF if of != "training"]  # trainings are a kind of talk
    measured = [(each, row) for each in every for row in each.rows if row.judged.lift is not None]
    sure = _holm([row.judged.lift.effect.p_value for _, row in measured if row.judged.lift is not None])
    found += [_group(told, row) for at, (told, row) in enumerate(measured) if at in sure]
    for told in every:
        found += _of_single_reps(told)
        found += [_draw(each, reader.as_of) for each in told.draws if each.over or each.refused is None]
        found += [_trial(each) for each in told.trials if each.over or each.refused is None]
    return tuple(found)


def _holm(p_values: list[float]) -> set[int]:
    """Which of all hold together (Holm 1979)."""
    held: set[int] = set()
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    for place, at in enumerate(order):
        if p_values[at] > SURE / (len(order) - place):
            break
        held.add(at)
    return held


def _group(told: Lifts, row: Row) -> Finding:
    lift, judged = row.judged.lift, row.judged
    if lift is None or judged.first is None or judged.last is None:
        raise ValueError("only what was measured is a finding")
    effect, end = lift.effect, told.day_of(judged.last + POST_WEEKS + 1)
    helped = effect.value > 0.0
    subject = Subject(told.of, name=row.what) if row.by is None else Subject("coach", name=row.what, key=row.by)
    return Finding(
        kind=FindingKind.LIFT,
        subject=subject,
        measure=Measure.ON_BASE,
        direction="rise" if helped else "fall",
        good_news=helped,
        since=told.day_of(judged.first),
        raised_on=end,
        size=Size(lift.before, lift.after, effect.value, effect.low, effect.high),
        sure_by=SureBy.P_VALUE,
        sure=effect.p_value,
        evidence=Evidence(efforts=round(judged.efforts), answers=round(judged.answers)),
        first_for=Role.MANAGER,
        others_from=after_working_days(end, FIRST_LOOK_WORKING_DAYS),
        next_step="keep_what_helped" if helped else "stop_what_harmed",
        expires=end + timedelta(days=EXPIRES_DAYS) if row.by is not None else None,
        details={
            "rise": lift.rise,
            "anyway": lift.anyway,
            "reps": lift.treated,
            "starts": lift.starts,
            "untreated": lift.untreated,
            "extrapolated": lift.extrapolated,
        },
    )


def _of_single_reps(told: Lifts) -> list[Finding]:
    """One for each rise beyond a rebound; of one rep and kind the first, second, ... time."""
    times: dict[tuple[int, str], int] = {}
    found = []
    for what, each in told.alone:
        if each.refused is None:
            times[each.rep_key, what] = times.get((each.rep_key, what), 0) + 1
            found.append(_alone(told, what, each, times[each.rep_key, what]))
    return found


def _alone(told: Lifts, what: str, each: Alone, episode: int) -> Finding:
    change, end = each.change, told.day_of(each.week + POST_WEEKS + 1)
    return Finding(
        kind=FindingKind.LIFT,
        subject=Subject("rep", key=each.rep_key),
        measure=Measure.ON_BASE,
        where={told.of: what},
        episode=episode,
        direction="rise",
        good_news=True,
        since=told.day_of(each.week),
        raised_on=end,
        size=Size(change.before, change.after, change.beyond, change.low, change.high),
        sure_by=SureBy.POSTERIOR,
        sure=change.sure,
        evidence=Evidence(efforts=round(each.efforts), answers=round(each.answers), where={"rep": str(each.rep_key)}),
        first_for=Role.REP,
        others_from=after_working_days(end, FIRST_LOOK_WORKING_DAYS),
        next_step="tell_what_changed",
        expires=end + timedelta(days=EXPIRES_DAYS),
        details={
            "rise": change.rise,
            "anyway": change.rebound + change.drift,
            "rebound": change.rebound,
            "drift": change.drift,
        },
    )


def _draw(each: Lottery, as_of: datetime) -> Finding:
    drawn, helped = each.drawn, each.helped
    size = None
    if drawn is not None and each.low is not None and each.high is not None:
        size = Size(drawn.before, drawn.after, drawn.effect.value, each.low, each.high)
    raised = min(each.ends, as_of.date()) if each.over else each.starts + timedelta(weeks=each.weeks_done)
    direction = "" if each.refused is not None or drawn is None else "rise" if helped else "fall"
    return Finding(
        kind=FindingKind.LIFT,
        subject=Subject("practice", name=each.draw),
        measure=Measure.ON_BASE,
        play=each.play,
        direction=direction,
        good_news=helped,
        since=each.starts,
        raised_on=raised,
        size=size,
        sure_by=SureBy.INTERVAL if size is not None and each.refused is None else None,
        verdict=Verdict.CANNOT_TELL if each.refused is not None else None,
        settle=() if each.refused is None else (each.refused,),
        evidence=Evidence(efforts=round(each.efforts), answers=round(each.answers)),
        first_for=Role.MANAGER,
        others_from=after_working_days(raised, FIRST_LOOK_WORKING_DAYS),
        next_step="keep_what_helped" if helped else "stop_what_harmed" if direction else "draw_again_larger",
        details={
            "now": len(each.now),
            "later": len(each.later),
            "changed_on": " ".join(map(str, each.changed_on)),
            "drawn_again": each.drawn_again,
        }
        | ({} if drawn is None else {"anyway": drawn.anyway, "p_by_draws": drawn.p_value}),
    )


def _trial(each: Tried) -> Finding:
    """`before` is the usual way's rate and `after` the new one's."""
    trial, measured, raised = each.trial, each.measured, each.trial.starts + timedelta(days=each.days_done)
    size = None
    if measured is not None:
        size = Size(measured.usual, measured.new, measured.effect.value, measured.low, measured.high)
    direction = "" if each.refused is not None else "rise" if each.better else "fall"
    return Finding(
        kind=FindingKind.LIFT,
        subject=Subject("practice", name=trial.draw),
        measure=Measure.ON_BASE,
        play=trial.play,
        where={"new way": trial.plan.new.name, "usual way": trial.plan.usual.name},
        direction=direction,
        good_news=each.better,
        since=trial.starts,
        raised_on=raised,
        size=size,
        sure_by=SureBy.INTERVAL if size is not None and each.refused is None else None,
        verdict=Verdict.CANNOT_TELL if each.refused is not None else None,
        settle=() if each.refused is None else (each.refused,),
        evidence=Evidence(efforts=round(each.efforts), answers=round(each.answers)),
        first_for=Role.MANAGER,
        others_from=after_working_days(raised, FIRST_LOOK_WORKING_DAYS),
        next_step=_TRIAL_NEXT_STEP.get(direction, "draw_again_larger"),
        details={"design": str(trial.plan.design), "drawn_again": trial.drawn_again, "told": each.told}
        | ({} if each.kept is None else {"kept": each.kept})
        | ({} if measured is None else {"needed": measured.needed}),
    )
