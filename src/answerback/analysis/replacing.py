"""What replacing the reps with the lowest rates by average ones would change: usually less than one thinks.

Rates are those drawn toward the peers, because the lowest of many raw rates is low by bad luck, too: so regression
to the mean is taken off before anything is promised, and it is in the interval, which holds for those who were picked
as the lowest (tests/analysis/test_replacing.py). Nobody is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng

from answerback.analysis.on_base import Cell
from answerback.domain.answers import Rate

_DRAWS = 4_000
_WIDE = 3.92
"""A 95 % interval is about so many standard deviations wide."""


@dataclass(frozen=True, slots=True)
class Replacing:
    """What would be different.

    Attributes:
        replaced: How many reps.
        more: Efforts that would have been on base besides.
        on_base: Efforts of all reps that were.
        low, high: The 95 % interval of `more`; below 0: it may be that fewer would have been.
    """

    replaced: int
    more: float
    on_base: int
    low: float
    high: float

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
    low, high = _interval([(_seen(each), rate) for each, rate in lowest], on_base, efforts)
    return Replacing(count, more, on_base, low, high)


def _interval(lowest: Sequence[tuple[int, Rate]], on_base: int, efforts: int) -> tuple[float, float]:
    """What the rates of the lowest, and the average, may be: Betas with the mean and spread that each rate has."""
    rng = default_rng(1)
    average = rng.beta(on_base + 0.5, efforts - on_base + 0.5, _DRAWS)
    more = np.zeros(_DRAWS)
    for seen, rate in lowest:
        mean = float(np.clip(rate.rate, 1e-6, 1.0 - 1e-6))
        size = max(mean * (1.0 - mean) / max(rate.width / _WIDE, 1e-6) ** 2 - 1.0, 1e-3)
        more += (average - rng.beta(mean * size, (1.0 - mean) * size, _DRAWS)) * seen
    low, high = np.quantile(more, (0.025, 0.975)).tolist()
    return float(low), float(high)


def _seen(cell: Cell) -> int:
    return cell.on_base + cell.answered + cell.unanswered
