"""`answerback trust`: how far the data can be relied on."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.analysis.trust.trusting import trust
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.present.trust import BY, answer_lines, endings_for_eyes, notes, rows_for_eyes, rows_for_machines
from answerback.workspace.access import note_use, owner_scope


def show_trust(settings: Settings, by: str) -> None:
    """Says how fresh, complete and loaded the data are. Raises UsageError for what it is not told by."""
    if by not in BY:
        raise UsageError(f"trust is not told by {by!r}", where="--by", next_step=f"take one of {', '.join(BY)}")
    workspace = settings.workspace()
    scope = owner_scope("trust")
    note_use(workspace.home, scope.purpose, by, now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = trust(reader, scope)
        ids = id_of(reader, "rep")
    rows = rows_for_eyes(found, by, ids)
    tables = [Shown(rows, title=f"By {by}")] if rows.num_rows else []
    if by != "rep" and found.reasons.endings:
        tables.append(Shown(endings_for_eyes(found.reasons), title="Why deals were lost"))
    tell(settings, rows_for_machines(found, ids), answer_lines(found), tables=tables, notes=notes(found))
