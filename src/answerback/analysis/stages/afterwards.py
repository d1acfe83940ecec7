"""How often deals won afterwards, by whether a buyer's act stood behind their stage.

Deals are looked at as they stood at the end of each past quarter, and then at how they have ended by now. A deal counts
once for a stage and kind, as of the first quarter's end at which it stood so. Deals that are still open are told
beside: the longer ago, the fewer they are, and they end more slowly than others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from answerback.analysis.reader import Reader
from answerback.analysis.stages.pipeline import quarter_ends, restricted
from answerback.analysis.stages.standing import Backing, Standing, standings
from answerback.domain.scope import Scope
from answerback.stats.intervals import jeffreys

LEAST_ENDED = 10
"""Of fewer deals that have ended no share is told."""
EVERY_STAGE = -2
"""The place of all stages together."""


@dataclass(frozen=True, slots=True)
class Won:
    """What became of deals at a stage: the share won of those that have ended, with its 95 % interval.

    `stage` is the stage's place in the playbook, -1 where the CRM's is not in it, `EVERY_STAGE` for all.
    """

    stage: int
    backing: Backing
    won: int
    lost: int
    open: int
    share: float | None
    low: float | None
    high: float | None


def afterwards(
    reader: Reader, scope: Scope, where: Mapping[str, str] = MappingProxyType({})
) -> tuple[Won, ...]:  # fmt: skip
    """For each stage and all of them: what became of deals of each kind, in order of the stages."""
    return counted(restricted(reader, standings(reader, scope, list(quarter_ends(reader))), where))


def counted(found: Sequence[Standing]) -> tuple[Won, ...]:
    """The same of deals as they stood at some instants."""
    firsts: dict[tuple[int, Backing, int], str] = {}
    for each in sorted(found, key=lambda one: one.at):
        for stage in (EVERY_STAGE, each.claimed):
            firsts.setdefault((stage, each.backing, each.deal_key), each.outcome)
    cells: dict[tuple[int, Backing], list[str]] = {}
    for (stage, backing, _), outcome in firsts.items():
        cells.setdefault((stage, backing), []).append(outcome)
    order = list(Backing)
    return tuple(
        _won(stage, backing, outcomes)
        for (stage, backing), outcomes in sorted(cells.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    )


def _won(stage: int, backing: Backing, outcomes: Sequence[str]) -> Won:
    won, lost = outcomes.count("won"), outcomes.count("lost")
    ended, still = won + lost, len(outcomes) - won - lost
    if ended < LEAST_ENDED:
        return Won(stage, backing, won, lost, still, None, None, None)
    interval = jeffreys(won, ended)
    return Won(stage, backing, won, lost, still, won / ended, float(interval.low), float(interval.high))
