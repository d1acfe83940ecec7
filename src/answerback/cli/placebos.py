"""`answerback placebo`: the workspace's own data, dealt at random; every effect must vanish."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from answerback.analysis.placebo.checks import checks
from answerback.analysis.placebo.run import Check, run_checks
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.progress import progress
from answerback.cli.settings import Settings
from answerback.domain.errors import Exit
from answerback.present.placebo import answer_lines, notes, rows_for_eyes, rows_for_machines
from answerback.workspace.access import note_use, owner_scope


def run_placebo(settings: Settings, *, draws: int, seed: int, asked: Sequence[Check] | None = None) -> int:
    """Deals the data `draws` times in each way and says which effects vanished; 1 where one did not, else 0.

    `asked`: other checks than the product's own.
    """
    workspace = settings.workspace()
    scope = owner_scope("placebo")
    note_use(workspace.home, scope.purpose, f"--draws {draws} --seed {seed}", now=datetime.now(UTC))
    with (
        reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader,
        progress(settings, "Dealing") as advance,
    ):
        found = run_checks(reader, scope, checks() if asked is None else asked, draws=draws, seed=seed, on_step=advance)
    tables = [Shown(rows_for_eyes(found))] if found else []
    tell(settings, rows_for_machines(found), answer_lines(found), tables=tables, notes=notes(found))
    # An effect where there can be none is a fault of ours.
    return Exit.BUG if any(not each.vanishes for each in found) else Exit.OK
