"""`answerback risk`: what was tried that is unusual, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.analysis.risk.taken import ids_behind, risk_taken
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Format, Settings
from answerback.domain.scope import Scope, Stretch
from answerback.present.risk import answer_lines, attempts_for_machines, kinds_for_eyes, notes, reps_for_eyes
from answerback.workspace.access import note_use, owner_scope


def show_risk(settings: Settings, rep: str, *, by_rep: bool) -> None:
    """Says what was tried, by one rep or everybody. Raises NotFoundError for a rep whom nobody knows."""
    workspace = settings.workspace()
    scope = owner_scope("risk")
    note_use(workspace.home, scope.purpose, "one rep" if rep else "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        if rep:
            keys = keys_of_rep(reader, rep)
            scope = Scope("risk", stretches=tuple(Stretch(key) for key in keys), viewer_key=keys[0])
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
