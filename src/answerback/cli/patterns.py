"""`answerback patterns`: ruts, grooves, the same ending again, strengths, and what works for buyers like these."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.craft import craft_of
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import scope_for
from answerback.cli.settings import Settings
from answerback.present.craft import answer_lines, notes, rows_for_machines, works_for_eyes
from answerback.workspace.access import note_use


def show_patterns(settings: Settings, rep: str) -> None:
    """Says which patterns stand out, one rep's or everybody's, and what works for whom.

    Raises NotFoundError for a rep whom nobody knows.
    """
    workspace = settings.workspace()
    note_use(workspace.home, "patterns", "one rep" if rep else "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        scope = scope_for(reader, "patterns", rep)
        answer = craft_of(reader, scope)
        ids = id_of(reader, "rep")
    works = Shown(
        works_for_eyes(answer), title="What works for buyers like these", empty="too few touches of five reps"
    )
    said = answer_lines(answer, ids, one=bool(rep))
    tell(settings, rows_for_machines(answer, ids), said, tables=[works], notes=notes(answer))
