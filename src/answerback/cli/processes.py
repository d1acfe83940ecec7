"""`answerback process`: what follows what, where stories stop, and the ways that they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from answerback.analysis.process import Chains, process
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.present.charts import arrows_chart
from answerback.present.process import (
    GROUPS,
    answer_lines,
    arrows_for_eyes,
    groups_for_eyes,
    notes,
    rows_for_machines,
    stops_for_eyes,
    variants_for_eyes,
)
from answerback.workspace.access import note_use, owner_scope


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which chains, what their events are called, how many variants are told, and where the chart goes."""

    by: str = "step"
    where: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    variants: int = 5
    chart: Path | None = None


def show_process(settings: Settings, wanted: Wanted) -> None:
    """Says how chains run. Raises UsageError for a label or a place that there is not."""
    workspace = settings.workspace()
    scope = owner_scope("process")
    note_use(workspace.home, scope.purpose, " ".join(wanted.where), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        chains = Chains(reader, scope, wanted.by, wanted.where, wanted.since, wanted.until)
        found = process(chains, most=wanted.variants)
    if wanted.chart is not None:
        wanted.chart.write_text(arrows_chart(found.flow), encoding="utf-8")
    tables = []
    if found.flow.chains:
        tables = [
            Shown(arrows_for_eyes(found.flow), title="What comes next", empty="nothing came after anything"),
            Shown(stops_for_eyes(found.stops), title="Where stories stop", empty="nowhere"),
            *(
                Shown(table, title=f"The share that stops there, by {about}")
                for about in GROUPS
                if (table := groups_for_eyes(found.stops, about)).num_rows
            ),
            Shown(variants_for_eyes(found.flow), title="Ways that stories take"),
        ]
    tell(settings, rows_for_machines(found), answer_lines(found), tables=tables, notes=notes(found))
