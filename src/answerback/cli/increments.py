"""`answerback increment`."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.increment.question import increment
from answerback.analysis.reader import reading
from answerback.cli.output import put
from answerback.cli.settings import Format, Settings
from answerback.present.increment import EYES, SCHEMA, eyes, notes, rows, sentences
from answerback.workspace.access import note_use, owner_scope


def show_increment(settings: Settings, where: dict[str, str]) -> None:
    """What would not have come anyway: the answer, then each kind of touch, then what is not known."""
    workspace = settings.workspace()
    scope = owner_scope("increment")
    note_use(workspace.home, scope.purpose, " ".join(sorted(where)), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        found = increment(reader, scope, where=where)
    if settings.format is not Format.TABLE:
        put(settings, pa.Table.from_pylist(rows(found), schema=SCHEMA))
        return
    for line in sentences(found):
        print(line)
    if found.total.acts:
        print()
        put(settings, pa.Table.from_pylist(eyes(found)), columns=EYES)
    if lines := notes(found):
        print()
        for line in lines:
            print(line)
