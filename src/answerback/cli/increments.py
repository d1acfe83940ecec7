"""`answerback increment`."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.increment.question import increment
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Settings
from answerback.present.increment import EYES, SCHEMA, eyes, notes, rows, sentences
from answerback.workspace.access import note_use, owner_scope


def show_increment(settings: Settings, where: dict[str, str]) -> None:
    """What would not have come anyway: the answer, then each kind of touch, then what is not known."""
    workspace = settings.workspace()
    scope = owner_scope("increment")
    note_use(workspace.home, scope.purpose, " ".join(sorted(where)), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        if "rep" in where:
            keys_of_rep(reader, where["rep"])
        found = increment(reader, scope, where=where)
    tables = [Shown(pa.Table.from_pylist(eyes(found)), EYES)] if found.total.acts else []
    every = pa.Table.from_pylist(rows(found), schema=SCHEMA)
    tell(settings, every, sentences(found), tables=tables, notes=notes(found))
