"""What the product's analyses find in a world, and when: findings as plain rows, people by the plan's numbers."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding
from answerback.domain.scope import Scope
from answerback.simulate.parameters import WEEK
from calibration.worlds.company import World

Findings = Callable[[Reader, Scope], tuple[Finding, ...]]
Row = dict[str, Any]

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "change": "answerback.analysis.detect.changes",
        "diagnose": "answerback.analysis.diagnose",
        "potential": "answerback.analysis.potential",
        "lift": "answerback.analysis.lift",
        "increment": "answerback.analysis.increment",
        "friction": "answerback.analysis.friction",
        "craft": "answerback.analysis.craft",
    }
)
"""By name, the module whose `findings(reader, scope)` is asked."""
OFTEN = frozenset({"change", "diagnose"})
"""Areas in which it matters how soon something is found; the others are asked once, at the end."""
LOOKS = (4, 8)
"""Weeks after the planted change at which these are asked besides the end."""
EVERYBODY = Scope("calibration", everybody=True)


def asked(world: World, areas: Mapping[str, str] = AREAS) -> list[Row]:
    """Every look at a world: the area, the week of the story, how long it took, and what was found."""
    change = world.plan.change // WEEK
    weeks = world.plan.parameters.weeks
    return [
        _look(world, area, importlib.import_module(module).findings, week)
        for area, module in areas.items()
        for week in [*(change + each for each in LOOKS if area in OFTEN), weeks]
    ]


def _look(world: World, area: str, findings: Findings, week: int) -> Row:
    as_of = world.day(week * WEEK)
    began = time.process_time()
    found = findings(replace(world.reader, as_of=as_of), EVERYBODY)
    numbers = world.rep_numbers
    return {
        "area": area,
        "week": week,
        "seconds": round(time.process_time() - began, 2),
        "findings": [row_of(each, numbers, world) for each in found],
    }


def row_of(finding: Finding, numbers: Mapping[int, int], world: World) -> Row:
    """A finding as JSON can hold it; a rep's key becomes their number, days are those of the story."""
    said = finding.subject
    return {
        "kind": str(finding.kind),
        "level": str(finding.level),
        "of": said.kind,
        "seller": numbers.get(said.key) if said.key is not None else None,
        "name": said.name,
        "measure": str(finding.measure),
        "play": finding.play,
        "where": {name: _named(value, numbers) for name, value in finding.where.items()},
        "direction": finding.direction,
        "good": finding.good_news,
        "since": None if finding.since is None else _day(finding.since, world),
        "raised": _day(finding.raised_on, world),
        "verdict": None if finding.verdict is None else str(finding.verdict),
        "sure": None if finding.sure is None else round(float(finding.sure), 4),
        "change": None if finding.size is None else round(float(finding.size.change), 4),
        "settle": [str(each.reason) for each in finding.settle],
        "details": {name: _named(value, numbers) for name, value in finding.details.items()},
    }


def _day(on: Any, world: World) -> int:
    return int((on - world.day(0).date()).days)


def _named(value: object, numbers: Mapping[int, int]) -> Any:
    """A value as JSON has it; the key of a seller, also as text, as `seller N`."""
    if isinstance(value, Mapping):
        return {str(name): _named(each, numbers) for name, each in value.items()}
    if isinstance(value, (tuple, list, frozenset, set)):
        return [_named(each, numbers) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    text = str(value)
    if text.lstrip("-").isdigit() and int(text) in numbers:
        return f"seller {numbers[int(text)]}"
    return value if isinstance(value, (int, float, str)) else text
