"""`answerback balls`: buyers who wait for an answer, and how the playbook's policies were kept."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.court.balls import balls
from answerback.analysis.court.juggling import juggling
from answerback.analysis.court.kept import kept
from answerback.analysis.court.stakes import stakes
from answerback.analysis.court.waiting import court
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import scope_for
from answerback.cli.settings import Settings
from answerback.domain.findings import TURNS
from answerback.present.balls import answer_lines, kept_for_eyes, notes, open_for_eyes, open_for_machines, turns_title
from answerback.present.stakes import (
    juggling_lines,
    juggling_notes,
    parts_for_eyes,
    parts_for_machines,
    stake_notes,
    stakes_for_eyes,
)
from answerback.workspace.access import note_use, owner_scope


def show_balls(settings: Settings, rep: str, *, by_rep: bool) -> None:
    """Says which buyers wait, one rep's or everybody's. Raises NotFoundError for a rep whom nobody knows."""
    workspace = settings.workspace()
    note_use(workspace.home, "balls", "one rep" if rep else "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = balls(reader, scope_for(reader, "balls", rep))
        waiting = court(reader, found)
        at_stake = stakes(reader, found)
        ids = id_of(reader, "rep") if by_rep else {}
        as_of, currency = reader.as_of, reader.playbook.organisation.currency
    policies = kept(found, by_rep=by_rep)
    most = TURNS if rep else None
    tell(
        settings,
        open_for_machines(waiting, at_stake),
        answer_lines(waiting, found.policies),
        tables=[
            *([Shown(open_for_eyes(waiting, as_of, most), title=turns_title(waiting, most))] if waiting.rows else []),
            *([Shown(kept_for_eyes(policies, ids), title="How the policies were kept")] if policies else []),
            *([Shown(stakes_for_eyes(at_stake, currency), title="What is at stake")] if at_stake else []),
        ],
        notes=[*notes(waiting, found), *stake_notes(at_stake)],
    )


def show_juggling(settings: Settings) -> None:
    """Says with how many open stories at once more is missed."""
    workspace = settings.workspace()
    note_use(workspace.home, "balls", "juggling", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        told = juggling(reader, balls(reader, owner_scope("balls")))
    tables = [Shown(parts_for_eyes(told), title="All weeks together")] if told.parts else []
    tell(settings, parts_for_machines(told), juggling_lines(told), tables=tables, notes=juggling_notes(told))
