"""The rate of everybody's touches by week, or of a part of the work, as charts know it: what a leader's pictures show.

Who also sees some people's own rows could take these away from a sum. So they are shown nothing of a part, and the
whole only where five others are left.
"""

from __future__ import annotations

from collections.abc import Iterable

from answerback.analysis.together.by_step import WeekRate as Together
from answerback.analysis.together.us import Us
from answerback.analysis.weekly_rates import Happened, WeeklyRates, WeekRate
from answerback.domain.findings import Finding, Measure
from answerback.people.access import LEAST_CONTRIBUTORS
from answerback.web.answering.asking import Asking
from answerback.web.answering.weekly import us_of


def left_of(asking: Asking, found: Us) -> Us:
    """What is left of everybody for whoever looks."""
    seen = {each.rep_key for each in asking.scope("us").stretches}
    others = found.people - len(seen)
    return Us(found.as_of, others) if others < LEAST_CONTRIBUTORS else found


def series_of(found: Us, weeks: Iterable[Together] | None = None) -> WeeklyRates:
    """Everybody's weeks, or others of the same time, with what happened meanwhile."""
    rates = [
        WeekRate(
            first_day=each.first,
            touches=round(each.weighed.touches),
            moved=round(each.weighed.moved),
            due=each.weighed.touches,
            rate=each.weighed.rate,
            low=each.low,
            high=each.high,
        )
        for each in (found.weeks if weeks is None else weeks)
    ]
    return WeeklyRates(
        tuple(rates), tuple(Happened(each.starts, each.ends, each.scope, each.text) for each in found.happenings)
    )


def series_behind(asking: Asking, finding: Finding) -> WeeklyRates | None:
    """The weeks behind a finding on no person, for whoever is shown sums over everybody; None where there are none.

    Raises NotReady while they are worked out.
    """
    drawn = finding.measure is Measure.ON_BASE and finding.subject.key is None and not finding.play
    if not drawn or asking.pooled("finding") is None:
        return None
    where = {**finding.where, **finding.evidence.where}
    found = left_of(asking, us_of(asking.desk))
    if not where:
        weeks = found.weeks if finding.subject.kind == "organisation" else ()
    elif len(where) == 1 and not asking.scope("us").stretches:
        weeks = found.parts.get(next(iter(where.items())), ())
    else:
        weeks = ()
    return series_of(found, weeks) if weeks else None
