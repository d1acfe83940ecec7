"""The questions of the guided tour of a practice company: who changed, what replacing would do, what coaching did.

Each is the ordinary question, asked of the ordinary relations. Nothing here knows what was planted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader
from answerback.analysis.replacing import Replacing, replacing_lowest
from answerback.analysis.unlike import Unlike, beyond_chance, most_unlike
from answerback.domain.answers import Rate
from answerback.domain.periods import midnight
from answerback.domain.scope import Scope

DIMENSIONS = ("rep", "team", "region", "size_band", "industry", "lead_source")
"""What is looked at."""


@dataclass(frozen=True, slots=True)
class Times:
    """When the story begins and turns, and the quarter that is asked about."""

    begins: date
    turn: date
    quarter: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """What average reps in place of the lowest would change, beside what kinds of company moved less than before."""

    lowest: Replacing
    missed: Mapping[tuple[str, str], float]
    """By dimension and group: efforts on base fewer than at the rate of before."""


@dataclass(frozen=True, slots=True)
class Coached:
    """A rep's rate when a peer talked with them, and in the quarter after."""

    before: Rate
    after: Rate


def who_changed(reader: Reader, scope: Scope, times: Times) -> list[Unlike]:
    """Who changed unlike the others, and what is left of that when the answers are shuffled."""
    return most_unlike(reader, scope, list(DIMENSIONS), turn=times.turn, since=times.begins)


def replaced(reader: Reader, scope: Scope, quarter: str, found: Sequence[Unlike]) -> Replaced | None:
    """What it would change to replace people; None where too few reps have a rate."""
    lowest = replacing_lowest(on_base(reader, scope, by=("rep",), where={"quarter": quarter}).cells)
    if lowest is None:
        return None
    missed = {}
    for each in (one for one in beyond_chance(found) if one.dimension != "rep"):
        where = {each.dimension: each.group, "quarter": quarter}
        (own,) = on_base(reader, scope, by=(each.dimension,), where=where).cells
        less = each.own.before * (own.on_base + own.answered + own.unanswered) - own.on_base
        if less > 0:
            missed[each.dimension, each.group] = less
    return Replaced(lowest, missed)


def coached(reader: Reader, scope: Scope, rep: str, day: date, quarter: str) -> Coached | None:
    """What a talk changed; None where there is not enough before or after."""
    when = midnight(day)
    before = _rate(replace(reader, as_of=when), scope, {"rep": rep})
    after = _rate(reader, scope, {"rep": rep, "quarter": quarter})
    return Coached(before, after) if before is not None and after is not None else None


def _rate(reader: Reader, scope: Scope, where: Mapping[str, str]) -> Rate | None:
    cells = on_base(reader, scope, by=tuple(where), where=where).cells
    return next((each.rate for each in cells if isinstance(each.rate, Rate)), None)
