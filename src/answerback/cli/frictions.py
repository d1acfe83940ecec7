"""`answerback friction`: where buyers are asked too often; and the word that a policy makes somebody pester."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from answerback.analysis.friction import findings, friction_of
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope, Stretch
from answerback.present.friction import answer_lines, notes, rows_for_eyes, rows_for_machines
from answerback.workspace.access import note_use, owner_scope
from answerback.workspace.deciding import Decision, decide

_OWN_SOURCE = "decide"


def show_friction(settings: Settings, where: Mapping[str, str]) -> None:
    """Says who or what asks buyers too often, or that it cannot be told. `where` may name one rep.

    Raises UsageError for another restriction, NotFoundError for a rep whom nobody knows.
    """
    if set(where) - {"rep"}:
        raise UsageError("friction is told of everybody or of one rep", where="--where", next_step="use rep=ID")
    workspace = settings.workspace()
    scope = owner_scope("friction")
    note_use(workspace.home, scope.purpose, " ".join(where), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        if where:
            scope = Scope("friction", stretches=tuple(Stretch(key) for key in keys_of_rep(reader, where["rep"])))
        answer = friction_of(reader, scope)
        found = findings(reader, scope, answer)
        ids = id_of(reader, "rep")
    said = answer_lines(answer, found, ids)
    rows = rows_for_machines(answer, found, ids)
    if not answer.touches:
        tell(settings, rows, said)
        return
    tables = [Shown(table, title=title, empty="too few touches") for title, table in rows_for_eyes(answer)]
    tell(settings, rows, said, tables=tables, notes=notes(answer))


def mark_policy(settings: Settings, name: str) -> None:
    """Writes down that a policy, play or sequence makes somebody pester; not who says so.

    Raises UsageError for a name that is in neither the playbook nor the snapshot's kinds of touch.
    """
    workspace = settings.workspace()
    playbook = workspace.playbook
    known = {each.name for each in playbook.policy} | {each.name for each in playbook.play}
    if name not in known:
        with reading(workspace.home, limits=workspace.limits, names=False) as reader:
            rows = reader.query("select distinct play, play_wide from outcome").to_pylist()
        known |= {row[level] for row in rows for level in row}
    if name not in known:
        raise UsageError(
            f"there is no policy, play or sequence {name!r}", next_step=f"use one of {', '.join(sorted(known)[:12])}"
        )
    decide(workspace.home, Decision(_OWN_SOURCE, "policy", name, "pester", value=name), now=datetime.now(UTC))
    print("Written down, without your name. With the next build the policy's owner learns of it.")
