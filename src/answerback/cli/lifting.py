"""`answerback lift`."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.lift.answers import lifts
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Settings
from answerback.present.lift import EYES, SCHEMA, TITLES, eyes, notes, rows, sentences, tells_nothing
from answerback.workspace.access import note_use, owner_scope


def show_lift(settings: Settings, of: str, where: dict[str, str]) -> None:
    """Did it help? The answer, then the figures, then what is not known."""
    workspace = settings.workspace()
    scope = owner_scope(f"lift of {of}")
    note_use(workspace.home, scope.purpose, " ".join(sorted(where)), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        if "rep" in where:
            keys_of_rep(reader, where["rep"])
        found = lifts(reader, scope, of, where)
        names = id_of(reader, "rep")
    told = rows(found, names)
    tables = []
    for about, columns in EYES.items():
        chosen = [eyes(row) for row in told if row["about"] == about and not tells_nothing(row)]
        if chosen:
            cells = [{name: _cell(row.get(name)) for name in columns} for row in chosen]
            tables.append(Shown(pa.Table.from_pylist(cells), columns, TITLES[about]))
    every = pa.Table.from_pylist(told, schema=SCHEMA)
    tell(settings, every, sentences(found, names), tables=tables, notes=notes(found))


def _cell(value: object) -> str:
    return "" if value is None else str(value)
