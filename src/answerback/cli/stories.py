"""`answerback chain`: one deal or company as it went, and whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.reader import reading
from answerback.analysis.story import story
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.present.story import answer_lines, notes, rows_for_eyes, rows_for_machines
from answerback.workspace.access import note_use, owner_scope


def show_chain(settings: Settings, chain_id: str) -> None:
    """Tells one chain. Raises NotFoundError where there is no such deal or company."""
    workspace = settings.workspace()
    scope = owner_scope("chain")
    note_use(workspace.home, scope.purpose, "one chain", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        told = story(reader, scope, chain_id)
        as_of = reader.as_of
    tell(
        settings,
        rows_for_machines(told),
        answer_lines(told, as_of),
        tables=[Shown(rows_for_eyes(told), empty="nothing happened yet")],
        notes=notes(told),
    )
