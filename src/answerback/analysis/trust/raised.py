"""Findings about the data, for operations: a silent source, and loss reasons that buyers do not confirm."""

from __future__ import annotations

from datetime import UTC, date

from answerback.analysis.reader import Reader
from answerback.analysis.trust.reasons import Agreed, agreed
from answerback.analysis.trust.trusting import STALE_DAYS, Fresh, sources
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Role, Size, Subject, SureBy
from answerback.domain.scope import Scope

LEAST_RECORDS = 100
"""Of a source with fewer it is not said that it has fallen silent."""
HALF = 0.5
"""A loss reason that the buyer names less often than this is worth a word."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """What operations should look at; nothing for who sees some reps only: it is about the data as a whole."""
    if not scope.everybody:
        return ()
    today = reader.as_of.astimezone(UTC).date()
    found = [_silent(each, today) for each in silent(sources(reader))]
    if isinstance(told := agreed(reader, scope), Agreed) and told.high < HALF:
        found.append(_unlike(told, today))
    return tuple(found)


def silent(found: tuple[Fresh, ...]) -> list[Fresh]:
    """Sources that have had nothing new for long, while another has; not where all were loaded that long ago."""
    newest = min((each.age_days for each in found), default=0.0)
    return [each for each in found if each.age_days - newest > STALE_DAYS and each.records >= LEAST_RECORDS]


def _silent(each: Fresh, today: date) -> Finding:
    return Finding(
        kind=FindingKind.TRUST,
        subject=Subject("source", name=str(each.of)),
        measure=Measure.FRESHNESS,
        since=each.newest.date(),
        raised_on=today,
        first_for=Role.OPERATIONS,
        next_step="load_source_again",
        details={"records": each.records, "newest": each.newest.date()},
    )


def _unlike(told: Agreed, today: date) -> Finding:
    share = told.share
    return Finding(
        kind=FindingKind.TRUST,
        subject=Subject("organisation"),
        measure=Measure.LOSS_REASON,
        raised_on=today,
        size=Size(HALF, share, share - HALF, told.low - HALF, told.high - HALF),
        sure_by=SureBy.INTERVAL,
        evidence=Evidence(efforts=told.deals, answers=told.same),
        first_for=Role.OPERATIONS,
        next_step="ask_buyers_why",
        details={} if told.kappa is None else {"kappa": told.kappa.kappa},
    )
