"""`answerback balls`: buyers who wait for an answer, and how the playbook's policies were kept."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.court.balls import balls
from answerback.analysis.court.kept import kept
from answerback.analysis.court.waiting import court
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Settings
from answerback.domain.scope import Scope, Stretch
from answerback.present.balls import answer_lines, kept_for_eyes, notes, open_for_eyes, open_for_machines
from answerback.workspace.access import note_use, owner_scope


def show_balls(settings: Settings, rep: str, *, by_rep: bool) -> None:
    """Says which buyers wait, one rep's or everybody's. Raises NotFoundError for a rep whom nobody knows."""
    workspace = settings.workspace()
    scope = owner_scope("balls")
    note_use(workspace.home, scope.purpose, "one rep" if rep else "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        if rep:
            keys = keys_of_rep(reader, rep)
            scope = Scope("balls", stretches=tuple(Stretch(key) for key in keys), viewer_key=keys[0])
        found = balls(reader, scope)
        waiting = court(reader, found)
        ids = id_of(reader, "rep") if by_rep else {}
        as_of = reader.as_of
    policies = kept(found, by_rep=by_rep)
    tell(
        settings,
        open_for_machines(waiting),
        answer_lines(waiting, found.policies),
        tables=[
            *([Shown(open_for_eyes(waiting, as_of), title="The seller's turn")] if waiting.rows else []),
            *([Shown(kept_for_eyes(policies, ids), title="How the policies were kept")] if policies else []),
        ],
        notes=notes(waiting, found),
    )
