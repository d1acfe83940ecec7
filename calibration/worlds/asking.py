"""What the product's analyses find in a world, and when: answers as plain rows, people by the plan's numbers."""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from answerback.analysis.reader import Reader
from answerback.domain.findings import Finding
from answerback.domain.scope import Scope
from answerback.simulate.parameters import WEEK
from calibration.worlds.company import World

Row = dict[str, Any]
Ask = Callable[[Reader, World], list[Row]]

LOOKS = (4, 8)
"""Weeks after the planted change at which verdicts are asked for, besides the end."""
EVERYBODY = Scope("calibration", everybody=True)


def asked(world: World, areas: Mapping[str, Ask]) -> list[Row]:
    """Every look at a world: the area, the week of the story, how long it took, and what was found."""
    change, weeks = world.plan.change // WEEK, world.plan.parameters.weeks
    return [
        _look(world, area, ask, week)
        for area, ask in areas.items()
        for week in [*(change + each for each in LOOKS if area in OFTEN and change + each < weeks), weeks]
    ]


def _look(world: World, area: str, ask: Ask, week: int) -> Row:
    began = time.process_time()
    found = ask(replace(world.reader, as_of=world.day(week * WEEK)), world)
    return {"area": area, "week": week, "seconds": round(time.process_time() - began, 2), "found": found}


def _verdict(reader: Reader, world: World) -> list[Row]:
    """The diagnosis itself: what it names and what it refuses."""
    diagnosis = importlib.import_module("answerback.analysis.diagnose.diagnosing").diagnose(reader, EVERYBODY)
    numbers, everybody, mix = world.rep_numbers, diagnosis.everybody, diagnosis.mix
    return [
        {
            "verdict": str(diagnosis.verdict),
            "since": None if diagnosis.period is None else _day(diagnosis.period.turn, world),
            "causes": [
                {
                    "dimension": each.place.dimension,
                    "value": _named(each.place.value, numbers),
                    "shift": round(each.shift.log_odds, 3),
                }
                for each in diagnosis.causes
            ],
            "people": [
                {"seller": numbers[each.rep_key], "shift": round(each.shift.log_odds, 3)} for each in diagnosis.people
            ],
            "everybody": round(everybody.shift.log_odds, 3) if everybody and everybody.changed else None,
            "mix": None if mix is None else {"dimension": mix.dimension, "most": mix.most, "change": mix.change},
            "slowed": diagnosis.slowed is not None,
            "settle": [str(each.reason) for each in diagnosis.settle],
        }
    ]


def _increment(reader: Reader, _world: World) -> list[Row]:
    """What would not have come anyway, beside the truth."""
    answer = importlib.import_module("answerback.analysis.increment.question").increment(reader, EVERYBODY)
    acts = importlib.import_module("answerback.analysis.increment.counted").acts_sql(reader)
    true = reader.query(
        f"select count(*) as acts, count(*) filter (caused) as caused "  # noqa: S608 - our own query
        f"from ({acts}) as act join true_cause using (action_key)"
    ).to_pylist()[0]
    total = answer.total
    return [
        {
            "acts": total.acts,
            "proof": total.proof,
            "plausible": [total.plausible.value, total.plausible.low, total.plausible.high],
            "unknown": total.unknown,
            "reason": None if answer.reason is None else str(answer.reason.reason),
            "way": None if answer.checks is None or answer.checks.way is None else str(answer.checks.way),
            "true_acts": true["acts"],
            "true_caused": true["caused"],
        }
    ]


def _findings(module: str, reader: Reader, world: World) -> list[Row]:
    """The findings of an area."""
    found = importlib.import_module(f"answerback.analysis.{module}").findings(reader, EVERYBODY)
    numbers = world.rep_numbers
    return [row_of(each, numbers, world) for each in found]


AREAS: Mapping[str, Ask] = MappingProxyType(
    {
        "verdict": _verdict,
        "change": partial(_findings, "detect.changes"),
        "potential": partial(_findings, "potential.finding"),
        "lift": partial(_findings, "lift.findings"),
        "increment": _increment,
        "friction": partial(_findings, "friction.raised"),
        "craft": partial(_findings, "craft.raised"),
    }
)
"""By name, how an area is asked."""
OFTEN = frozenset({"verdict"})
"""Areas that are asked at every look. The others are asked once, at the end: changes tell the week of each alarm."""


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
