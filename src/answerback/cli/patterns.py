"""`answerback patterns`: ruts, grooves, the same ending again, strengths, and what works for buyers like these."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.craft import craft_of
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Settings
from answerback.domain.scope import Scope, Stretch
from answerback.present.craft import answer_lines, notes, rows_for_machines, works_for_eyes
from answerback.workspace.access import note_use, owner_scope


def show_patterns(settings: Settings, rep: str) -> None:
    """Says which patterns stand out, one rep's or everybody's, and what works for whom.

    Raises NotFoundError for a rep whom nobody knows.
    """
    workspace = settings.workspace()
    scope = owner_scope("patterns")
    note_use(workspace.home, scope.purpose, "one rep" if rep else "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        if rep:
            keys = keys_of_rep(reader, rep)
            scope = Scope("patterns", stretches=tuple(Stretch(key) for key in keys), viewer_key=keys[0])
        answer = craft_of(reader, scope)
        ids = id_of(reader, "rep")
    works = Shown(
        works_for_eyes(answer), title="What works for buyers like these", empty="too few touches of five reps"
    )
    said = answer_lines(answer, ids, one=bool(rep))
    tell(settings, rows_for_machines(answer, ids), said, tables=[works], notes=notes(answer))
