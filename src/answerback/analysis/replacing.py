"""What replacing the reps with the lowest rates by average ones would change: usually less than one thinks.

Rates are those drawn toward the peers, because the lowest of many raw rates is low by bad luck, too. Nobody is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerback.analysis.on_base import Cell
from answerback.domain.answers import Rate


@dataclass(frozen=True, slots=True)
class Replacing:
    """What would be different.

    Attributes:
        replaced: How many reps.
        more: Efforts that would have been on base besides.
        on_base: Efforts of all reps that were.
    """

    replaced: int
    more: float
    on_base: int

    @property
    def share(self) -> float:
        """More by which share."""
        return self.more / self.on_base if self.on_base else 0.0


def replacing_lowest(cells: Sequence[Cell], count: int = 3) -> Replacing | None:
    """What it would change to have average reps in place of those with the lowest rates.

    Args:
        cells: One for each rep; those without a rate are left out.
        count: How many to replace.

    Returns:
        None where fewer than twice as many reps have a rate.
    """
    known = [(each, each.rate) for each in cells if isinstance(each.rate, Rate)]
    if len(known) < 2 * count:
        return None
    efforts = sum(_seen(each) for each, _ in known)
    on_base = sum(each.on_base for each, _ in known)
    average = on_base / efforts
    lowest = sorted(known, key=lambda pair: pair[1].rate)[:count]
    more = sum(max(0.0, average - rate.rate) * _seen(each) for each, rate in lowest)
    return Replacing(count, more, on_base)


def _seen(cell: Cell) -> int:
    return cell.on_base + cell.answered + cell.unanswered
