"""`answerback lookback`: last year, week by week, as it would have been."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import fill

from answerback.analysis.findings.naming import read_names
from answerback.analysis.lookback.replaying import lookback
from answerback.analysis.reader import reading
from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import UsageError
from answerback.present.lookback import (
    KNOWN,
    RULE,
    for_eyes,
    for_whom,
    happenings,
    lookback_rows,
    steps,
    summary,
)
from answerback.present.plain import plain_lines
from answerback.workspace.access import note_use, owner_scope

WIDTH = 120


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
    if settings.format is not Format.TABLE:
        put(settings, lookback_rows(found, names))
        return
    print(fill(" ".join(filter(None, [summary(found), for_whom(found)])), WIDTH))
    if found.raised:
        print()
        put(settings, for_eyes(found, names))
        for title, lines in (
            ("What could have been done with them", steps(found)),
            ("Known happenings", happenings(found, names)),
        ):
            if lines:
                print(plain_lines("\n".join(["", title, *(f"  {line}" for line in lines)])))
    if found.touches:
        print(f"\n{fill(RULE, WIDTH)}\n{fill(KNOWN, WIDTH)}")
        print("Nobody is ranked: the rows are in order of time. A finding on a person is no sole basis for anything.")
