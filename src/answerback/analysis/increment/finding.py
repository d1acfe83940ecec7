"""What a leader should know of increments: whether touches bring what buyers do, and which kinds bring nothing."""

from __future__ import annotations

from datetime import date, timedelta

from answerback.analysis.increment.answer import Increment, PlayIncrement
from answerback.analysis.increment.question import increment
from answerback.analysis.reader import Reader
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Role, Size, Subject, SureBy, Verdict
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope

MOST = 0.5
IDLE = 0.01
"""A kind of touch of which fewer than one in a hundred brings anything, proof and the upper bound of the rest taken
together, is made in vain."""
LEAST_IDLE_TOUCHES = 400
_LASTS_DAYS = 90


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """One on the whole, good news or not; and one for each kind of touch that brings next to nothing.

    Nobody is named: increments are the organisation's. Outside a scope that is everybody's there are none.
    """
    if not scope.everybody:
        return ()
    found = increment(reader, scope)
    if not found.total.acts:
        return ()
    raised = reader.as_of.date()
    whole = _whole(found, raised)
    return tuple(each for each in (whole, *(_idle(row, raised) for row in found.plays)) if each is not None)


def _whole(found: Increment, raised: date) -> Finding | None:
    total, organisation = found.total, Subject("organisation")
    after = total.acts - found.untouched.acts  # those that no touch went before say nothing of touches
    evidence = Evidence(sum(row.touches for row in found.plays), after, {})
    expires = raised + timedelta(days=_LASTS_DAYS)
    if found.reason is not None:
        return Finding(
            kind=FindingKind.INCREMENT, subject=organisation, measure=Measure.INCREMENT, raised_on=raised,
            verdict=Verdict.CANNOT_TELL, settle=(found.reason,), evidence=evidence, first_for=Role.OPERATIONS,
            next_step="draw_holdout", expires=expires, details=_details(found),
        )  # fmt: skip
    if after <= total.proof:  # nobody needs to be told that an answer would not have come without what it answers
        return None
    ours = (total.proof + total.plausible.value) / after
    low = (total.proof + total.plausible.low) / after
    high = min((total.proof + total.plausible.high + total.unknown) / after, 1.0)
    good = low > MOST
    if not good and high >= MOST:
        return None
    return Finding(
        kind=FindingKind.INCREMENT, subject=organisation, measure=Measure.INCREMENT, raised_on=raised,
        direction="rise" if good else "fall", good_news=good,
        size=Size(None, None, ours, low, high),
        sure_by=SureBy.INTERVAL, sure=0.95, evidence=evidence, first_for=Role.LEADER,
        next_step="keep_touching" if good else "spend_where_it_counts", expires=expires, details=_details(found),
    )  # fmt: skip


def _idle(row: PlayIncrement, raised: date) -> Finding | None:
    """A kind of touch that brings next to nothing."""
    said = row.a_touch
    if isinstance(said, CannotTell) or row.touches < LEAST_IDLE_TOUCHES:
        return None
    value, low, high = (
        (row.parts.proof + part) / row.touches for part in (row.touches * said.value, row.touches * said.low,
                                                            row.touches * said.high)
    )  # fmt: skip
    if high >= IDLE:
        return None
    return Finding(
        kind=FindingKind.INCREMENT, subject=Subject("play", row.play), measure=Measure.INCREMENT, play=row.play,
        raised_on=raised, direction="fall", size=Size(None, None, max(value, 0.0), max(low, 0.0), max(high, 0.0)),
        sure_by=SureBy.INTERVAL, sure=0.95, evidence=Evidence(row.touches, row.parts.acts, {"play": row.play}),
        first_for=Role.LEADER, next_step="drop_or_change_play", expires=raised + timedelta(days=_LASTS_DAYS),
        details={"proof": row.parts.proof, "touches": row.touches},
    )  # fmt: skip


def _details(found: Increment) -> dict[str, object]:
    total = found.total
    return {
        "acts": total.acts,
        "proof": total.proof,
        "plausible": total.plausible.value,
        "plausible_low": total.plausible.low,
        "plausible_high": total.plausible.high,
        "anyway": total.anyway.value,
        "unknown": total.unknown,
    }
