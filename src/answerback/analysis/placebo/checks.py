"""What is asked of placebos: each analysis that judges, the way of dealing under which it has nothing to find.

An analysis takes part by a `Check` here. What it may find in data without an effect is what it promises elsewhere.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial

from answerback.analysis.placebo.run import Check, Shown
from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding, FindingKind, Level, Measure, Verdict
from answerback.domain.scope import Scope

FALSE_ALARMS = 1 / 10_400
"""Of one stream in a week, at the level at which a change is told to others."""
ONE_IN_TWENTY = 0.05
WRONG_VERDICTS = 0.08
"""Of diagnoses where nothing happened: one of twenty names a segment, three of a hundred a person."""
LEAST_BASELINE = 40
"""Efforts that a stream needs before anything of it is compared with its own past."""
_SHARED = (Verdict.SYSTEMIC, Verdict.SEGMENT, Verdict.MIXED)


def checks() -> tuple[Check, ...]:
    """Every check.

    >>> [check.name for check in checks()][:2]
    ['changes', 'verdicts']
    """
    once, often = _promising(ONE_IN_TWENTY), _promising(WRONG_VERDICTS)
    return (
        Check("changes", "weeks", partial(_told, "detect.changes", _is_change, _streams), _false_alarms, True, 4),
        Check("verdicts", "weeks", partial(_told, "diagnose.finding", _is_verdict, _reps), often, False, 2),
        Check("one person or one segment", "answers", partial(_told, "diagnose.finding", _is_local, _reps), often),
        Check("one person", "reps", partial(_told, "diagnose.finding", _is_person, _reps), once),
        Check("lift", "treatments", partial(_told, "lift.findings", _is_lift, _talks), once, False, 2),
        Check("increment", "acts", _increment, once),
    )


def _told(
    area: str, counts: Callable[[Finding], bool], looked: Callable[[Reader], int], reader: Reader, scope: Scope
) -> Shown:
    """How many findings of an area there are, of how many things that it looks at."""
    some = looked(reader)
    if not some:
        return Shown(0, 0)
    found = importlib.import_module(f"answerback.analysis.{area}").findings(reader, scope)
    return Shown(sum(map(counts, found)), some)


def _is_change(finding: Finding) -> bool:
    of_answers = finding.measure in (Measure.ON_BASE, Measure.LAG)
    return finding.kind is FindingKind.CHANGE and finding.level is Level.FINDING and of_answers


def _is_verdict(finding: Finding) -> bool:
    judged = finding.kind is FindingKind.VERDICT and finding.measure is Measure.ON_BASE
    return judged and finding.verdict not in (None, Verdict.CANNOT_TELL)


def _is_local(finding: Finding) -> bool:
    return _is_verdict(finding) and finding.verdict is not Verdict.SYSTEMIC


def _is_person(finding: Finding) -> bool:
    return _is_verdict(finding) and finding.verdict in (Verdict.INDIVIDUAL, Verdict.MIXED)


def _is_lift(finding: Finding) -> bool:
    return finding.kind is FindingKind.LIFT and finding.verdict is not Verdict.CANNOT_TELL and not finding.settle


def _increment(reader: Reader, scope: Scope) -> Shown:
    """Acts beyond proof that are said to be because of touches; nothing to look at where it cannot be told."""
    answer = importlib.import_module("answerback.analysis.increment.question").increment(reader, scope)
    told = answer.reason is None and answer.checks is not None and answer.checks.way is not None
    return Shown(int(told and answer.total.plausible.low > 0), int(told))


def _promising(share: float) -> Callable[[Shown], float]:
    return lambda _: share


def _false_alarms(shown: Shown) -> float:
    """How many of so many stream-weeks alarm without a change."""
    return shown.looked * FALSE_ALARMS


def _streams(reader: Reader) -> int:
    """Weeks in which streams with a baseline were watched, all streams together."""
    return _count(
        reader,
        f"select coalesce(sum(weeks), 0) as n from (select max(effort_day) // 7 - min(effort_day) // 7 as weeks "
        f"from effort_count where evidence = 'captured' and origin = 'hand' and seen_days is not null "
        f"group by rep_key, play having sum(n) > {LEAST_BASELINE})",
    )


def _reps(reader: Reader) -> int:
    return _count(reader, "select count(distinct rep_key) as n from effort_count")


def _talks(reader: Reader) -> int:
    return _count(reader, "select count(*) as n from conversation")


def _count(reader: Reader, sql: str) -> int:
    return int(reader.query(sql).column(0)[0].as_py())
