"""Figures as pages show them: rates with their intervals as small bars, shares of touches as a band with its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from answerback.analysis.on_base import STATES, Cell, OnBase
from answerback.analysis.then_and_now import rates_by_play, then_and_now
from answerback.domain.answers import Rate
from answerback.present.on_base import change_text, interval_text, would_settle
from answerback.present.plays import play_text, plays_text
from answerback.present.words import SHOWN_AS
from answerback.stats.compare import Compared


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate."""

    name: str
    where: Mapping[str, str]
    """What opens it: dimension and value."""
    efforts: int
    on_base: int
    text: str
    low: float
    width: float
    point: float
    """Percentages, for the bar."""
    together: tuple[str, ...] = ()
    """The kinds with too little of their own that it stands for."""
    before: str = ""
    change: str = ""
    """How it was in the time before, and whether the change is sure; empty where there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates by kind of touch: those that can be told, and the others in a line each."""

    rows: tuple[RateRow, ...]
    too_few: tuple[str, ...]
    """Kinds without enough, and what would settle it."""


def rates_of(found: OnBase, before: OnBase | None = None) -> Rates:
    """The rates by kind of touch. What has too little stands in the nearest coarser kind that has enough."""
    then = rates_by_play(before) if before is not None else {}
    changed = then_and_now(then, rates_by_play(found))
    rows, too_few = [], []
    together: dict[str, list[Cell]] = {}
    for cell in found.cells:
        play = str(cell.keys["play"])
        if isinstance(cell.rate, Rate):
            rows.append(_row(play_text(play), {"play": play}, (cell.efforts, cell.on_base), cell.rate))
        elif cell.rolled_up is not None:
            together.setdefault(cell.rolled_up_to, []).append(cell)
        else:
            too_few.append(f"{play_text(play)} ({cell.efforts:,}): {would_settle(cell.rate, cell.matured)}")
    for name, cells in together.items():
        rows.append(_together(name, cells))
    shown = [
        _compared(row, then, changed.get(name)) if (name := next(iter(row.where.values()))) in then else row
        for row in sorted(rows, key=lambda row: row.name)
    ]
    return Rates(tuple(shown), tuple(too_few))


def _together(name: str, cells: list[Cell]) -> RateRow:
    first = cells[0]
    rate = first.rolled_up
    if rate is None:
        raise ValueError("nothing was rolled up")
    level = "play_channel" if " / " not in name else "play_wide"
    counts = (first.rolled_up_efforts, first.rolled_up_on_base)
    kinds = tuple(play_text(str(cell.keys["play"])) for cell in cells)
    return _row(plays_text(name), {level: name}, counts, rate, kinds)


def _row(
    name: str, where: dict[str, str], counts: tuple[int, int], rate: Rate, together: tuple[str, ...] = ()
) -> RateRow:
    low, high = 100 * rate.low, 100 * rate.high
    return RateRow(
        name, where, *counts, interval_text(rate), low, max(high - low, 0.5), 100 * rate.rate, together=together
    )


def _compared(row: RateRow, then: Mapping[str, Rate], changed: Compared | None) -> RateRow:
    name = next(iter(row.where.values()))
    return replace(row, before=interval_text(then[name]), change=change_text(changed) if changed is not None else "")


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
