"""`answerback path`: one deal, or many, from the buyer's chair."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path as File

from answerback.analysis.path import Asked, path_of, paths, pooled
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.present.charts import turns_chart
from answerback.present.path import (
    account,
    answer_lines,
    measures_for_eyes,
    notes,
    row_of,
    rows_for_machines,
    turns_for_eyes,
)
from answerback.workspace.access import note_use, owner_scope


def show_path(settings: Settings, chain_id: str) -> None:
    """Tells one deal or company. Raises NotFoundError where nothing happened in one of that id."""
    workspace = settings.workspace()
    scope = owner_scope("path")
    note_use(workspace.home, scope.purpose, "one chain", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        path = path_of(Asked(reader, scope), chain_id)
        as_of = reader.as_of
    notes_of_one = [f"answerback chain {chain_id} tells it event by event. Waiting is by the calendar."]
    tell(settings, row_of(chain_id, path), account(chain_id, path, as_of), notes=notes_of_one)


def show_paths(settings: Settings, where: Mapping[str, str], chart: File | None) -> None:
    """Tells all deals, or those that fit. Raises UsageError for a place that deals do not have."""
    workspace = settings.workspace()
    scope = owner_scope("path")
    note_use(workspace.home, scope.purpose, " ".join(where), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = paths(Asked(reader, scope, where))
    told = pooled(found)
    if chart is not None:
        chart.write_text(turns_chart(told), encoding="utf-8")
    tables = []
    if found.rows.num_rows:
        tables = [Shown(measures_for_eyes(told), title="What it asks of buyers", empty="too few")]
    if told.turns:
        tables.append(Shown(turns_for_eyes(told), title="Whose turn it is in open ones"))
    tell(
        settings,
        rows_for_machines(told),
        answer_lines(found, told),
        tables=tables,
        notes=notes(found) if tables else (),
    )
