"""`answerback steps`: how long the next step takes, whether it ever comes, and from when it probably will not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from answerback.analysis.reader import reading
from answerback.analysis.steps import Asked, steps_of
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.present.charts import steps_chart
from answerback.present.steps import answer_lines, notes, rows_for_eyes, rows_for_machines
from answerback.workspace.access import note_use, owner_scope

_STEP = ("side", "channel", "step")


def show_steps(settings: Settings, by: tuple[str, ...], where: Mapping[str, str], chart: Path | None) -> None:
    """Says it of every sort of step, or of those that fit `where`, told apart further by the names in `by`.

    Raises UsageError for a name that steps do not have.
    """
    names = tuple(dict.fromkeys([*_STEP, *by]))
    workspace = settings.workspace()
    scope = owner_scope("steps")
    note_use(workspace.home, scope.purpose, " ".join(where), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        answer = steps_of(Asked(reader, scope, names, where))
    if chart is not None:
        chart.write_text(steps_chart(answer), encoding="utf-8")
    tables = [Shown(rows_for_eyes(answer))] if answer.steps else []
    tell(settings, rows_for_machines(answer), answer_lines(answer), tables=tables, notes=notes(answer))
