"""`answerback diagnose`: is it the person or the system?"""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from answerback.analysis.diagnose.diagnosing import diagnose
from answerback.analysis.diagnose.levels import levels
from answerback.analysis.on_base import id_of, on_base
from answerback.analysis.reader import Reader, reading
from answerback.analysis.replacing import replacing_lowest
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import UsageError
from answerback.domain.refusals import CannotTell
from answerback.domain.scope import Scope
from answerback.present.diagnosis import Told, tell_diagnosis, tell_levels
from answerback.present.refusals import refusal_text
from answerback.workspace.access import note_use, owner_scope

ABOUT = ("change", "levels", "seats", "quota", "potential")


def show_diagnosis(
    settings: Settings, about: str, since: datetime | None, until: datetime | None, where: dict[str, str]
) -> None:  # fmt: skip
    """The verdict and what it rests on; for machines `all` gives the rows of the change.

    Raises UsageError for a question that there is not, or a dimension that there is not.
    """
    if about != "all" and about not in ABOUT:
        raise UsageError(f"there is nothing called {about!r}", where="--about", next_step=f"use {', '.join(ABOUT)}")
    if since is not None and until is not None and until <= since:
        raise UsageError("it ends before it begins", where="--until", next_step="give a later day")
    if about in {"change", "levels", "all"}:
        _own(settings, about, since, until, where)
    if about == "all" and settings.format is not Format.TABLE:
        return
    for each in ABOUT[2:]:
        if about == each or (about == "all" and not where):
            from answerback.cli.potentials import show

            if about == "all":
                print()
            if not show(settings, each, since, until, where):
                return


def _own(
    settings: Settings, about: str, since: datetime | None, until: datetime | None, where: dict[str, str]
) -> None:  # fmt: skip
    workspace = settings.workspace()
    scope = owner_scope("diagnose")
    note_use(workspace.home, scope.purpose, about, now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        ids = id_of(reader, "rep")
        if about in {"change", "all"}:
            told = diagnose(reader, scope, since=since, until=until, where=where)
            lowest = None
            if settings.format is Format.TABLE:
                lowest = replacing_lowest(on_base(reader, scope, by=("rep",), where=where).cells)
            _put(settings, tell_diagnosis(told, ids, replacing=lowest))
        if about == "levels" or (about == "all" and settings.format is Format.TABLE):
            if about == "all":
                print()
            _put_levels(settings, reader, scope, ids, days=(since, until), where=where)


def _put_levels(
    settings: Settings,
    reader: Reader,
    scope: Scope,
    ids: dict[int, str],
    *,
    days: tuple[datetime | None, datetime | None],
    where: dict[str, str],
) -> None:
    found = levels(reader, scope, since=days[0], until=days[1], where=where)
    if isinstance(found, CannotTell):
        text = refusal_text(found)
        tell(settings, pa.table({"reason": [str(found.reason)], "text": [text]}), [text])
    else:
        _put(settings, tell_levels(found, ids))


def _put(settings: Settings, told: Told) -> None:
    tables = [Shown(table, title=title) for title, table in told.tables.items()]
    tell(settings, told.rows, told.answer, tables=tables, notes=told.notes)
