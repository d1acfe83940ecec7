"""A finding opened: what stands of it, and the touches and acts that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from answerback.analysis.dimensions import COLUMNS, PERIODS
from answerback.analysis.explain import FigureExplained, explain_on_base
from answerback.analysis.findings.gathering import Standing, gather
from answerback.analysis.findings.naming import SPACES, Names, read_names
from answerback.analysis.reader import Reader
from answerback.domain.errors import NotFoundError
from answerback.domain.findings import Finding
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope, Stretch


@dataclass(frozen=True, slots=True)
class FindingExplained:
    """A finding with everything behind it."""

    standing: Standing
    names: Names
    figure: FigureExplained | None
    """The on-base figure since it began; None where it does not rest on one."""


def explain_finding(reader: Reader, scope: Scope, finding_id: str) -> FindingExplained:
    """One finding by its id. Raises NotFoundError where nothing of that id is found in the scope."""
    standing = gather(reader, scope).by_id(finding_id)
    if standing is None:
        raise NotFoundError(
            f"there is no finding {finding_id!r}", next_step="take the id as answerback findings --all prints it"
        )
    return explain_standing(reader, scope, standing)


def explain_standing(reader: Reader, scope: Scope, standing: Standing) -> FindingExplained:
    """A finding that is known already, with the touches behind it that lie in the scope."""
    names = read_names(reader, [standing.finding])
    return FindingExplained(standing, names, _figure(reader, scope, standing.finding, names))


def _figure(reader: Reader, scope: Scope, finding: Finding, names: Names) -> FigureExplained | None:
    known = {*COLUMNS, *PERIODS, *(each.name for each in reader.playbook.dimension)}
    where = {name: value for name, value in finding.evidence.where.items() if name in known}
    if not where:
        return None
    start = midnight(finding.since) if finding.since is not None else None
    return explain_on_base(reader, _narrowed(reader, scope, where, start), by=(), where=names.where(where))


def _narrowed(reader: Reader, scope: Scope, where: Mapping[str, str], start: datetime | None) -> Scope:
    """The part of a scope since a finding began; of one person, by key, where it is about one."""
    if SPACES["rep"] in where and where["rep"].removeprefix("-").isdecimal():
        return scope.only(int(where["rep"]), start)
    if start is None or not scope.everybody:
        return scope
    keys = reader.query("select distinct rep_key from outcome order by rep_key")["rep_key"].to_pylist()
    stretches = tuple(Stretch(key, start) for key in keys)
    return Scope(scope.purpose, stretches=stretches, viewer_key=scope.viewer_key)
