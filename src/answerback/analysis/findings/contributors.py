"""Whose touches are in the figures of a finding that is about no person, so that no figure tells of a few of them.

A figure over five people tells of a few where most of them are known: where it lies within another figure, the
difference between the two is a figure as well. So of each finding the people are kept, and of all that it lies within.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from answerback.analysis.counting import Question, selected_sql
from answerback.analysis.dimensions import COLUMNS
from answerback.analysis.findings.audience import about_person
from answerback.analysis.findings.naming import read_names
from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant

BEFORE = timedelta(days=182)
"""What came before a change is compared over this time."""


@dataclass(frozen=True, slots=True)
class Contributors:
    """The people behind the figures of one finding, by key.

    Attributes:
        figure: What is counted: figures of one sort can be taken away from each other.
        before, after: Whose touches were made before it began, and from then until it was raised.
        all_before, all_after: Who made any touch of this sort in these times, wherever it lies.
    """

    figure: tuple[str, ...]
    before: frozenset[int]
    after: frozenset[int]
    all_before: frozenset[int]
    all_after: frozenset[int]


def contributors(reader: Reader, scope: Scope, findings: Iterable[Finding]) -> dict[str, Contributors]:
    """By the id of each finding that is about no person: who is behind its figures."""
    return {each.finding_id: _behind(reader, scope, each) for each in findings if not about_person(each)}


def tells_of_few(finding_id: str, found: Mapping[str, Contributors], *, known: frozenset[int], least: int) -> bool:
    """Whether the figures of a finding tell of fewer people than `least`, alone or beside those that they lie within.

    Args:
        finding_id: Which finding; one that is about a person tells of that person, which is for others to judge.
        found: Who is behind which finding.
        known: Whose own rows are known to whoever looks: they could take these away.
        least: So many people must be left, or none.

    >>> six, four = frozenset(range(6)), frozenset(range(4))
    >>> found = {
    ...     "all": Contributors(("on_base", ""), six, six, six, six),
    ...     "most": Contributors(("on_base", ""), six, six - {0}, six, six),
    ...     "few": Contributors(("on_base", ""), four, six, six, six),
    ...     "one has left": Contributors(("win_rate", ""), six, six - {0}, six, six - {0}),
    ... }
    >>> [tells_of_few(each, found, known=frozenset(), least=5) for each in found]
    [False, True, True, False]
    >>> tells_of_few("all", found, known=frozenset({0, 1}), least=5)
    True
    """
    own = found.get(finding_id)
    if own is None:
        return False
    times = [(part, whole) for part, whole in ((own.before, own.all_before), (own.after, own.all_after)) if part]
    parts = [part for part, _ in times]
    others = [each.after for name, each in found.items() if name != finding_id and each.figure == own.figure]
    within = [*times, *((part, whole) for part in parts for whole in others)]
    beside = [whole - part for part, whole in within if part < whole]
    return not parts or any(len(each - known) < least for each in (*parts, *beside))


def _behind(reader: Reader, scope: Scope, finding: Finding) -> Contributors:
    everybody = _people(reader, scope, finding, {})
    place = _place(reader, finding)
    own = _people(reader, scope, finding, place) if place else everybody
    before, after = _by_time(finding, own)
    return Contributors((str(finding.measure), finding.play), before, after, *_by_time(finding, everybody))


def _by_time(
    finding: Finding, people: list[tuple[int, datetime, datetime]]
) -> tuple[frozenset[int], frozenset[int]]:  # fmt: skip
    """Who of them made touches before it began, and since."""
    begins = midnight(finding.since or finding.raised_on)
    before = frozenset(key for key, first, _ in people if first < begins)
    return before, frozenset(key for key, _, last in people if last >= begins) if finding.since else frozenset()


def _place(reader: Reader, finding: Finding) -> dict[str, str]:
    """Where it lies, as far as touches have such a dimension."""
    own = {each.name for each in reader.playbook.dimension}
    said = {**finding.where, **finding.evidence.where}
    if finding.subject.name:
        said[finding.subject.kind] = finding.subject.name
    named = read_names(reader, [finding]).where(said)
    return {name: value for name, value in named.items() if name in COLUMNS or name in own}


def _people(
    reader: Reader, scope: Scope, finding: Finding, where: Mapping[str, str]
) -> list[tuple[int, datetime, datetime]]:
    """Who made touches of this sort in the time of a finding, and the first and the last of each."""
    start = midnight((finding.since or finding.raised_on) - BEFORE)
    stop = midnight(finding.raised_on + timedelta(days=1))
    rows = reader.query(f"""
        select dim_0 as rep_key, min(occurred_at) as first, max(occurred_at) as last
        from ({selected_sql(Question(reader, scope, ("rep",), where))})
        where occurred_at >= {sql_instant(start)} and occurred_at < {sql_instant(stop)} and dim_0 is not null
        group by dim_0""").to_pylist()
    return [(row["rep_key"], *(row[name].replace(tzinfo=UTC) for name in ("first", "last"))) for row in rows]
