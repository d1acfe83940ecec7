"""The pipeline of everybody: what has a buyer's act behind it, by stage, each sum with five owners behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from answerback.analysis.reader import Reader
from answerback.analysis.stages.covering import Covered
from answerback.analysis.stages.pipeline import Part, pipeline
from answerback.analysis.stages.standing import Backing, Standing
from answerback.analysis.sums import enough, parted
from answerback.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class StageRow:
    """Open deals at one stage, or at several put together, by their places in the playbook."""

    stages: tuple[int, ...]
    total: Part
    parts: Mapping[Backing, Part]
    """Empty where too few owners are behind one of them."""


@dataclass(frozen=True, slots=True)
class BackedPipeline:
    """All open deals, and by stage.

    Attributes:
        whole: All of them; None where too few people own them.
        rows: By stage, in the playbook's order, what was put together last; empty where there is nothing to tell apart.
        covered: How much of their owners' mail and calendar was loaded.
        owners: How many people own open deals.
    """

    whole: StageRow | None
    rows: tuple[StageRow, ...]
    covered: Covered
    owners: int


def backed_pipeline(reader: Reader, scope: Scope, least: int) -> BackedPipeline:
    """The open deals at the instant of the reader."""
    found = pipeline(reader, scope, by="stage")
    owners = _owners(found.deals)
    covered = found.whole.covered
    if found.deals and len(owners) < least:
        return BackedPipeline(None, (), covered, len(owners))
    by_stage: dict[int, list[Standing]] = {}
    for each in sorted(found.deals, key=lambda one: one.claimed):
        by_stage.setdefault(each.claimed, []).append(each)
    cells = {stage: _behind(deals) for stage, deals in by_stage.items()}
    told = parted(cells, least)
    rows = [_row(stages, [deal for stage in stages for deal in by_stage[stage]], least) for stages in told.parts]
    return BackedPipeline(_row(tuple(by_stage), found.deals, least), tuple(rows), covered, len(owners))


def _owners(deals: Sequence[Standing]) -> Collection[int]:
    return {each.owner_key for each in deals if each.owner_key}


def _behind(deals: Sequence[Standing]) -> list[Collection[int]]:
    """The owners of deals of each kind. Deals that nobody owns stand for themselves: nobody is behind them."""
    return [_owners([each for each in deals if each.backing is kind]) for kind in Backing]


def _row(stages: tuple[int, ...], deals: Sequence[Standing], least: int) -> StageRow:
    parts = {kind: Part.of(each for each in deals if each.backing is kind) for kind in Backing}
    return StageRow(stages, Part.of(deals), parts if enough(_behind(deals), least) else {})
