"""`answerback risk`: what was tried that is unusual, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.analysis.risk.taken import ids_behind, risk_taken
from answerback.cli.output import Shown, tell
from answerback.cli.people import scope_for
from answerback.cli.settings import Format, Settings
from answerback.present.risk import answer_lines, attempts_for_machines, kinds_for_eyes, notes, reps_for_eyes
from answerback.workspace.access import note_use


def show_risk(settings: Settings, rep: str, *, by_rep: bool) -> None:
    """Says what was tried, by one rep or everybody. Raises NotFoundError for a rep whom nobody knows."""
    workspace = settings.workspace()
    note_use(workspace.home, "risk", "one rep" if rep else "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        scope = scope_for(reader, "risk", rep)
        found = risk_taken(reader, scope)
        ids = id_of(reader, "rep")
        wanted = settings.format is not Format.TABLE
        deals, events = (ids_behind(reader, found, each) if wanted else {} for each in ("deal", "event"))
    tables = [Shown(kinds_for_eyes(found), title="What was tried")]
    if by_rep and found.looks:
        tables.append(Shown(reps_for_eyes(found, ids), title="Attempts by rep, of how many that were looked at"))
    tell(
        settings,
        attempts_for_machines(found, ids, deals, events),
        answer_lines(found),
        tables=tables,
        notes=notes(found),
    )
