"""How many people are behind what would have been raised of no one person, for whoever is shown sums only."""

from __future__ import annotations

from itertools import pairwise

from answerback.analysis.counting import Question, selected_sql
from answerback.analysis.findings.audience import about_person
from answerback.analysis.findings.naming import read_names
from answerback.analysis.lookback.replaying import AFTER, BEFORE, Lookback, Raised
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant


def people_behind(reader: Reader, scope: Scope, found: Lookback) -> dict[str, int]:
    """By the finding's id: the fewest people whose touches one of its figures rests on. Findings on a person: none."""
    return {
        each.finding.finding_id: _people(reader, scope, each) for each in found.raised if not about_person(each.finding)
    }


def _people(reader: Reader, scope: Scope, raised: Raised) -> int:
    """Before it began, until it was raised, and after: the fewest of the three that has anybody."""
    finding = raised.finding
    if finding.since is None:
        return 0
    where = read_names(reader, [finding]).where(finding.evidence.where)
    if "rep" in where:
        return 0
    edges = (finding.since - BEFORE, finding.since, finding.raised_on, finding.raised_on + AFTER)
    days = [sql_instant(midnight(day)) for day in edges]
    times = ", ".join(
        f"count(distinct dim_0) filter (occurred_at >= {start} and occurred_at < {stop}) as time_{place}"
        for place, (start, stop) in enumerate(pairwise(days))
    )
    asked = Question(reader, scope, ("rep",), where)
    (row,) = reader.query(f"select {times} from ({selected_sql(asked)}) where state <> 'unseen'").to_pylist()
    return min((number for number in row.values() if number), default=0)
