"""Figures as pages show them: a rate with its interval as a small bar, shares of touches as a band with its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from answerback.analysis.on_base import STATES, Cell
from answerback.domain.answers import Rate
from answerback.present.on_base import interval_text
from answerback.present.words import SHOWN_AS, cannot_tell, short


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate, or why there is none."""

    name: str
    cell: Cell
    text: str
    """The rate with its interval, or two words on why there is none."""
    why: str
    """Where there is none: why, and what would settle it."""
    low: float
    width: float
    point: float
    """Percentages, for the bar."""


def rate_row(cell: Cell, dimension: str) -> RateRow:
    """One cell of on-base rates by a dimension."""
    name = str(cell.keys[dimension])
    if isinstance(cell.rate, Rate):
        low, high = 100 * cell.rate.low, 100 * cell.rate.high
        return RateRow(name, cell, interval_text(cell.rate), "", low, max(high - low, 0.5), 100 * cell.rate.rate)
    return RateRow(name, cell, short(cell.rate), cannot_tell(cell.rate), 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Share:
    """How many touches ended in one way, and where its part of the band lies, in percent."""

    state: str
    text: str
    count: int
    start: float
    width: float


def shares_of(counts: Mapping[str, int]) -> list[Share]:
    """How touches ended, in the order of states; nothing where there are none."""
    total = sum(counts.values())
    found, start = [], 0.0
    for state in STATES:
        width = 100.0 * counts[state] / total if total else 0.0
        found.append(Share(state, SHOWN_AS[state], counts[state], start, width))
        start += width
    return found if total else []
