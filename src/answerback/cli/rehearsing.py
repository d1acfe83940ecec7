"""`answerback rehearse`: when a change would show in a team, before anybody trusts an alarm. Needs no workspace."""

from __future__ import annotations

from textwrap import fill

from answerback.cli.output import put
from answerback.cli.progress import progress
from answerback.cli.settings import Format, Settings
from answerback.present.rehearsal import assumptions, more_touches, paragraphs, rehearsal_rows
from answerback.simulate.rehearse import Plan, rehearse

WIDTH = 100


def show_rehearsal(settings: Settings, plan: Plan, seed: int) -> None:
    """Simulates the plan and says what came out."""
    with progress(settings, "Rehearsing") as advance:
        found = rehearse(plan, seed=seed, on_step=advance)
    if settings.format is not Format.TABLE:
        put(settings, rehearsal_rows(found))
        return
    for text in paragraphs(found):
        print(fill(text, WIDTH), end="\n\n")
    put(settings, more_touches(found), title="More touches a week")
    print(f"\n{fill(assumptions(found), WIDTH)}")
