"""`answerback changes`: has anybody's rate changed, how sure is that, and how soon could it show at all?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from answerback.analysis.detect.changes import Changes, changes
from answerback.analysis.detect.story import tell_change
from answerback.analysis.on_base import id_of
from answerback.analysis.reader import reading
from answerback.cli.output import Shown, tell
from answerback.cli.people import keys_of_rep
from answerback.cli.settings import Settings
from answerback.domain.errors import UsageError
from answerback.present.changes import ALL, answer_text, change_eyes, change_rows, notes
from answerback.present.charts import change_chart
from answerback.workspace.access import note_use, owner_scope


def show_changes(settings: Settings, where: dict[str, str]) -> None:
    """Every rep's touches; `where` may name a rep, a kind of touch (`play`) and a `state`.

    Raises UsageError for any other name.
    """
    if strange := where.keys() - {"rep", "play", "state"}:
        raise UsageError(f"changes are not told by {min(strange)}", where="--where", next_step="rep, play or state")
    workspace = settings.workspace()
    scope = owner_scope("changes")
    note_use(workspace.home, scope.purpose, " ".join(where), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        names = id_of(reader, "rep")
        if "rep" in where and where["rep"] not in map(str, names):
            keys_of_rep(reader, where["rep"])
        found = _chosen(changes(reader, scope), names, where)
    rows = change_rows(found, names)
    if not found.standings:
        nothing = "No such touches. answerback changes lists all." if where else answer_text(found, names)
        tell(settings, rows, [nothing])
        return
    tell(
        settings,
        rows,
        [answer_text(found, names)],
        tables=[Shown(change_eyes(found, names, every=bool(where)))],
        notes=[*notes(found), "answerback explain change rep=… opens one, week by week."],
    )


def write_chart(settings: Settings, where: dict[str, str], path: Path) -> None:
    """The run chart of one rep's touches, as an SVG file."""
    workspace = settings.workspace()
    scope = owner_scope("explain change")
    note_use(workspace.home, scope.purpose, "chart", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        path.write_text(change_chart(tell_change(reader, scope, where)), encoding="utf-8")


def _chosen(found: Changes, names: dict[int, str], where: dict[str, str]) -> Changes:
    kept = tuple(
        each
        for each in found.standings
        if where.get("rep", names.get(each.rep_key, "")) in {names.get(each.rep_key, ""), str(each.rep_key)}
        and where.get("play", each.play) in {each.play, each.play or ALL}
        and where.get("state", each.state) == each.state
    )
    return replace(found, standings=kept)
