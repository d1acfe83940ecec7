"""Rates of one stretch of time beside those of another: where the change is sure, given how many are looked at.

A kind of touch is compared where both times have enough for a rate; its interval is widened for all that are compared
(Bonferroni), so that of all the changes called sure on a page one in twenty pages has a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping

from answerback.analysis.on_base import OnBase
from answerback.domain.answers import Rate
from answerback.stats.compare import COVERAGE, Compared, shares


def rates_by_play(found: OnBase) -> dict[str, Rate]:
    """The rates that can be told, by kind of touch: its own, and the coarser ones that others were rolled up to."""
    own = {str(cell.keys["play"]): cell.rate for cell in found.cells if isinstance(cell.rate, Rate)}
    wider = {cell.rolled_up_to: cell.rolled_up for cell in found.cells if cell.rolled_up is not None}
    return {**wider, **own}


def then_and_now(before: Mapping[str, Rate], after: Mapping[str, Rate]) -> dict[str, Compared]:
    """What changed between two times, by kind of touch, for those that have a rate at both.

    Nothing is borrowed from peers: each time is its own answers out of those that were due.
    """
    both = sorted(name for name in before.keys() & after.keys() if min(before[name].exposure, after[name].exposure) > 0)
    coverage = 1.0 - (1.0 - COVERAGE) / max(1, len(both))
    return {name: shares(_counted(before[name]), _counted(after[name]), coverage=coverage) for name in both}


def _counted(rate: Rate) -> tuple[float, float]:
    return min(rate.successes, rate.exposure), rate.exposure
