"""Findings about stages: a question to the rep whose deals are ahead of their buyers, and all deals together.

With one rep it is a question and stays with them: a stage may be right although nobody recorded why. What all deals
have in common goes to the leader and names nobody.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

from answerback.analysis.reader import Reader
from answerback.analysis.stages.ahead import EVERY, LOOKS, Ahead, all_ahead, read_looks, reps_ahead
from answerback.domain.findings import (
    EXPIRES_DAYS,
    Evidence,
    Finding,
    FindingKind,
    Level,
    Measure,
    Role,
    Size,
    Subject,
    SureBy,
)
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """Reps whose deals are ahead clearly more often than others', and whether all deals are, more than they were.

    Both compare with everybody, so nothing is found for who sees some reps only.
    """
    if not scope.everybody:
        return ()
    today = reader.as_of.astimezone(UTC).date()
    looks = read_looks(reader, scope)
    reps, everybody = reps_ahead(looks), all_ahead(looks)
    found = [] if isinstance(reps, CannotTell) else [_of_rep(each, today) for each in reps if each.named]
    if isinstance(everybody, Ahead) and everybody.named:
        found.append(_of_all(everybody, today))
    return tuple(found)


def _of_rep(each: Ahead, today: date) -> Finding:
    return Finding(
        kind=FindingKind.STAGE,
        level=Level.ASK,
        subject=Subject("rep", key=each.rep_key),
        measure=Measure.STAGE_AHEAD,
        direction="rise",
        since=today - EVERY * (LOOKS - 1),
        raised_on=today,
        size=_size(each),
        sure_by=SureBy.P_VALUE,
        sure=each.p_value,
        evidence=Evidence(efforts=each.deals, answers=each.ahead),
        next_step="name_the_act",
        expires=today + timedelta(days=EXPIRES_DAYS),
        details={"ahead_now": each.ahead_now},
    )


def _of_all(each: Ahead, today: date) -> Finding:
    return Finding(
        kind=FindingKind.STAGE,
        subject=Subject("organisation"),
        measure=Measure.STAGE_AHEAD,
        direction="rise",
        raised_on=today,
        size=_size(each),
        sure_by=SureBy.P_VALUE,
        sure=each.p_value,
        evidence=Evidence(efforts=each.deals, answers=each.ahead),
        first_for=Role.LEADER,
        next_step="ask_what_a_stage_means",
    )


def _size(each: Ahead) -> Size:
    share = each.ahead / each.deals
    return Size(each.usual, share, share - each.usual, each.low - each.usual, each.high - each.usual)
