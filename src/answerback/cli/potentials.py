"""`answerback diagnose --about seats|quota|potential`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from answerback.analysis.on_base import id_of
from answerback.analysis.potential.books import Period
from answerback.analysis.potential.lost import Books, potential
from answerback.analysis.potential.quota import quota_realism
from answerback.analysis.potential.seats import seats
from answerback.analysis.reader import Reader, reading
from answerback.cli.output import Shown, tell
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.present.potential import Told, tell_potential, tell_quota, tell_seats
from answerback.workspace.access import note_use, owner_scope

ABOUT = ("seats", "quota", "potential")
NOTHING = (
    "Cannot tell: no touch whose answer could have been recorded was loaded. Load a mailbox, a calendar, or calls."
)


def show(
    settings: Settings, about: str, since: datetime | None, until: datetime | None, where: dict[str, str]
) -> bool:  # fmt: skip
    """Territories, targets, or lost potential: the answer, the figures, what is not known. False without any touch.

    `since` and `until` say which time lost potential is about; territories and targets are looked at from the end of
    the data. Raises UsageError for a restriction: these are questions about everybody.
    """
    if about not in ABOUT:
        raise UsageError(f"there is nothing called {about!r}", where="--about", next_step=f"use {', '.join(ABOUT)}")
    if where:
        raise UsageError(
            f"{about} are about everybody", where="--where", next_step="leave it out, or ask --about change"
        )
    workspace = settings.workspace()
    scope = owner_scope(f"diagnose {about}")
    note_use(workspace.home, scope.purpose, "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        told = _told(reader, scope, about, since, until)
    if told is None:
        tell(settings, pa.table({"reason": ["no_efforts_loaded"], "reason_text": [NOTHING]}), [NOTHING])
        return False
    eyes = [Shown(pa.Table.from_pylist(list(told.eyes)))] if told.eyes else []
    tell(settings, pa.Table.from_pylist(list(told.rows)), told.sentences, tables=eyes, notes=told.notes)
    return True


def _told(
    reader: Reader, scope: Scope, about: str, since: datetime | None, until: datetime | None
) -> Told | None:  # fmt: skip
    """What is told of one of these questions; None where no touch was loaded."""
    books = Books.of(reader, scope)
    if not books.weeks.weeks:
        return None
    end, names = books.until(reader), id_of(reader, "rep")
    match about:
        case "seats":
            return tell_seats(seats(reader, books.weeks, scope, until=end), names)
        case "quota":
            currency = reader.playbook.organisation.currency
            found = quota_realism(books.weeks, books.deals, books.targets, scope, until=end, currency=currency)
            return tell_quota(found, names)
        case _:
            return tell_potential(potential(reader, scope, books, until=end, now=_asked(since, until, books, reader)))


def _asked(since: datetime | None, until: datetime | None, books: Books, reader: Reader) -> Period | None:
    """The time that was asked about; None where none was."""
    if since is None and until is None:
        return None
    end = until.date() if until is not None else books.until(reader)
    start = since.date() if since is not None else end - timedelta(weeks=4)
    if start >= end:
        raise UsageError("the first day is not before the last", where="--since", next_step="name an earlier one")
    return Period(f"{start} to {end - timedelta(days=1)}", start, end)
