"""One matter, one finding: a change of somebody's rate and the verdict on it are the same thing to look at.

The one that was raised first stands; it takes over the verdict, and what is not known. Without this a rep would read
twice in a week, in two wordings, that fewer touches move a buyer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from answerback.domain.findings import Finding, FindingKind, Level

SAME = timedelta(weeks=13)
"""What was raised within so many weeks of one another is one matter."""
_JOINED = frozenset({FindingKind.CHANGE, FindingKind.VERDICT})


def joined(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, those of one person, measure and direction within a quarter put into the first of them."""
    kept: list[Finding] = []
    place: dict[tuple[object, ...], tuple[int, date]] = {}
    for each in sorted(found, key=lambda one: (one.raised_on, one.kind, one.finding_id)):
        matter = _matter(each)
        first = place.get(matter) if matter is not None else None
        if first is not None and each.kind is not kept[first[0]].kind and each.raised_on - first[1] <= SAME:
            kept[first[0]] = _with(kept[first[0]], each)
            continue
        if matter is not None:
            place[matter] = len(kept), each.raised_on
        kept.append(each)
    return tuple(kept)


def _matter(finding: Finding) -> tuple[object, ...] | None:
    """Whom and what it is about; None for what is never joined."""
    if finding.kind not in _JOINED or finding.level is not Level.FINDING or finding.subject.kind != "rep":
        return None
    return finding.subject.key, finding.measure, finding.direction


def _with(first: Finding, other: Finding) -> Finding:
    """The first, with the other's verdict and what is not known."""
    settle = tuple(dict.fromkeys((*first.settle, *other.settle)))
    return replace(first, verdict=first.verdict or other.verdict, settle=settle)
