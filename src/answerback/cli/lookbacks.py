"""`answerback lookback`: last year, week by week, as it would have been."""

from __future__ import annotations

from datetime import UTC, datetime

from answerback.analysis.findings.naming import read_names
from answerback.analysis.lookback.replaying import lookback
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.progress import progress
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.present.lookback import (
    KNOWN,
    RULE,
    UNRANKED,
    for_eyes,
    for_whom,
    happenings,
    lookback_rows,
    steps,
    summary,
)
from answerback.workspace.access import note_use, owner_scope


def show_lookback(settings: Settings, since: datetime | None, until: datetime | None) -> None:
    """What would have been raised when, for whom, what followed, and how many were wrong.

    Raises UsageError where the time ends before it begins.
    """
    if since is not None and until is not None and until <= since:
        raise UsageError("the time ends before it begins", where="--until", next_step="name a later day")
    workspace = settings.workspace()
    scope = owner_scope("lookback")
    note_use(workspace.home, scope.purpose, "", now=datetime.now(UTC))
    with (
        reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader,
        progress(settings, "Looking back") as advance,
    ):
        found = lookback(reader, scope, since=since, until=until, on_step=advance)
        names = read_names(reader, [each.finding for each in found.raised])
    lists = {"What could have been done with them": steps(found), "Known happenings": happenings(found, names)}
    notes = []
    if found.raised:
        for title, lines in lists.items():
            notes += [title, *(f"  {line}" for line in lines), ""] if lines else []
    tell(
        settings,
        lookback_rows(found, names),
        [" ".join(filter(None, [summary(found), for_whom(found)]))],
        tables=[Shown(for_eyes(found, names))] if found.raised else [],
        notes=[*notes, RULE, KNOWN, UNRANKED] if found.touches and found.weeks else notes,
    )
