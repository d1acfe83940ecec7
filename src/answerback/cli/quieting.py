"""Chains that went quiet: `answerback balls --gone-quiet`, and `decide close_quiet`, which closes them in bulk."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.court.quiet import ids_behind, quiet_chains, recorded_as
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.deciding import CLOSE_QUIET, check_ball_reason
from answerback.cli.output import Shown, tell
from answerback.cli.people import scope_for
from answerback.cli.settings import Settings, instant
from answerback.domain.errors import UsageError
from answerback.present.quiet import answer_lines, notes, revivals_for_eyes, rows_for_machines, sorts_for_eyes
from answerback.workspace.access import note_use
from answerback.workspace.deciding import Decision, decide


def show_quiet(settings: Settings, rep: str) -> None:
    """Says how many chains went quiet, by kind of touch. Raises NotFoundError for a rep whom nobody knows."""
    workspace = settings.workspace()
    note_use(workspace.home, "balls", "quiet", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = quiet_chains(reader, scope_for(reader, "balls", rep))
        rows = rows_for_machines(found, ids_behind(reader, found), id_of(reader, "rep"))
    tables = [Shown(sorts_for_eyes(found), title="After what the buyers are silent")] if found.sorts else []
    if found.revivals:
        tables.append(Shown(revivals_for_eyes(found), title="What was tried when it had gone quiet before"))
    tell(settings, rows, answer_lines(found), tables=tables, notes=notes(found, rep))


def close_quiet(settings: Settings, rep: str, *, before: str, reason: str) -> None:
    """Says `not_a_ball` of the last touch of each chain of a rep that is quiet since before a day, all in one batch.

    Raises UsageError without a day, NotFoundError for a rep whom nobody knows.
    """
    if not before:
        raise UsageError(
            "close_quiet takes the day before which the last touch was made",
            where="--until",
            next_step=f"write answerback decide {CLOSE_QUIET} REP --until 2026-03-01",
        )
    check_ball_reason(CLOSE_QUIET, reason)
    day = instant(before, "--until")
    workspace = settings.workspace()
    note_use(workspace.home, "decide on quiet chains", "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = quiet_chains(reader, scope_for(reader, "decide on quiet chains", rep))
        keys = found.event_key[found.quiet & (found.since < day.timestamp())]
        events = recorded_as(reader, keys)
    closing = [Decision(source, "event", name, "not_a_ball", reason=reason) for source, name in events]
    decide(workspace.home, *closing, now=datetime.now(UTC))
    if not events:
        print("No chain went quiet before that day, so there is nothing to close.")
        return
    closed = f"{len(events):,} chains are" if len(events) > 1 else "1 chain is"
    print(f"{closed} closed; a new touch or act opens one again. It takes effect with the next: answerback build")
