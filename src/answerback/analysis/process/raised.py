"""Findings on how stories run: a segment in which clearly more of them stop at a thing than elsewhere.

It is about how the work is arranged for these buyers: no rep is named. A quarter in which more stop is what the watch
on rates tells, and sooner.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

from answerback.analysis.process.following import Chains, laid_out
from answerback.analysis.process.stopping import Beside, Stop, stops
from answerback.analysis.reader import Reader
from answerback.domain.findings import Evidence, Finding, FindingKind, Measure, Role, Size, Subject, SureBy
from answerback.domain.scope import Scope
from answerback.stats.compare import shares

LOOKED_AT = timedelta(days=182)
"""Stories that began in the half year before are looked at."""
LEAST_APART = 0.1
"""Shares less far apart than this are nobody's news."""
RATE = 0.01
"""Of what is raised, this much is chance: it is looked at every week."""
FEWEST = 50
"""Stories that came to a thing and are decided, here and elsewhere."""
MOST = 2
"""So many are raised at once, the farthest apart first: one that stops early leaves few to stop later."""


def findings(reader: Reader, scope: Scope) -> tuple[Finding, ...]:
    """Where the stories of one segment stop clearly more often than the others; only for who may see everybody."""
    if not scope.everybody:
        return ()
    chains = Chains(reader, scope, since=reader.as_of - LOOKED_AT)
    with laid_out(chains):
        told = stops(reader, about=("segment",))
    found = [(stop, stop.beside) for stop in told if stop.group and stop.beside is not None]
    raised = [(stop, beside) for stop, beside in found if _stands_out(stop, beside)]
    raised.sort(key=lambda each: (-each[1].apart, each[0].label, each[0].group))
    today = reader.as_of.astimezone(UTC).date()
    return tuple(_made(stop, beside, today) for stop, beside in raised[:MOST])


def _stands_out(stop: Stop, beside: Beside) -> bool:
    many = min(stop.decided, beside.decided) >= FEWEST
    return many and beside.apart >= LEAST_APART and beside.chance <= RATE


def _made(stop: Stop, beside: Beside, today: date) -> Finding:
    size = shares((beside.stopped, beside.decided), (stop.stopped, stop.decided))
    return Finding(
        kind=FindingKind.PROCESS,
        subject=Subject("segment", name=stop.group),
        measure=Measure.STOPPED,
        play=stop.label,
        direction="rise",
        since=today - LOOKED_AT,
        raised_on=today,
        size=Size(size.before, size.after, size.change, size.low, size.high),
        sure_by=SureBy.P_VALUE,
        sure=beside.chance,
        evidence=Evidence(efforts=stop.decided, answers=stop.stopped),
        first_for=Role.OPERATIONS,
        next_step="ask_what_these_buyers_need",
    )
