"""`answerback show`, `explain`, `sql` and `doctor`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from answerback.analysis.court.opened import explain_ball
from answerback.analysis.detect.story import tell_change
from answerback.analysis.doctor import examine as examine_workspace
from answerback.analysis.explain import explain_effort, explain_link, explain_on_base
from answerback.analysis.findings.explaining import explain_finding
from answerback.analysis.process import Chains, behind_arrow
from answerback.analysis.reader import Reader, reading
from answerback.analysis.stages.opened import explain_stage
from answerback.analysis.steps import explain_step
from answerback.cli.changes import write_chart
from answerback.cli.output import put
from answerback.cli.settings import Format, Settings, pairs
from answerback.domain.errors import UsageError
from answerback.domain.scope import Scope
from answerback.present.ball_opened import tell_ball
from answerback.present.changes import tell_change_story
from answerback.present.explain import Told, tell_effort, tell_link, tell_on_base
from answerback.present.finding_opened import tell_finding
from answerback.present.on_base import footnotes, for_eyes, left_out_text
from answerback.present.plain import plain_lines
from answerback.present.process import tell_arrow
from answerback.present.stages import tell_stage
from answerback.present.steps import tell_step
from answerback.workspace.access import note_use, owner_scope


def show_rows(settings: Settings, what: str, by: list[str], where: dict[str, str]) -> None:
    """Rates, or the rows of a listing."""
    workspace = settings.workspace()
    if what.replace("_", "-") != "on-base":
        if by or where:
            raise UsageError(
                "only on-base is grouped and restricted", where=what, next_step="leave out --by and --where"
            )
        rows = workspace.show(what, as_of=settings.as_of, snapshot=settings.snapshot)
        put(settings, rows.table, empty=f"no {what}")
        if rows.left_out and settings.format is Format.TABLE:
            print(left_out_text(rows.left_out))
        return
    answer = workspace.on_base(
        words(by) if by else ("rep", "play"), where=where, as_of=settings.as_of, snapshot=settings.snapshot
    )
    if settings.format is not Format.TABLE:
        put(settings, answer.table)
        return
    if not answer.answer.efforts_loaded:
        print("Cannot tell: no efforts loaded. Load a mailbox, a calendar, or a CRM's calls and mails; then build.")
        return
    if not answer.answer.cells:
        print(
            f"No touch fits {', '.join(f'{name}={value}' for name, value in where.items())}."
            if where
            else f"No touch was made by {answer.answer.as_of:%Y-%m-%d %H:%M} UTC."
        )
        return
    put(settings, for_eyes(answer.answer))
    for line in footnotes(answer.answer):
        print(line)


def words(by: list[str]) -> tuple[str, ...]:
    """The names given to --by, whether together or one by one.

    >>> words(["rep,play", "week"])
    ('rep', 'play', 'week')
    """
    return tuple(name.strip() for each in by for name in each.split(",") if name.strip())


def explain_figure(
    settings: Settings, what: str, which: list[str], *, by: list[str], source: str, chart: Path | None = None
) -> None:
    """Opens a figure, an effort, a link, a change, a step or a finding; a change also as a `chart`."""
    if chart is not None:
        _draw(settings, what, which, chart)
    workspace = settings.workspace()
    scope = owner_scope(f"explain {what}")
    note_use(workspace.home, scope.purpose, " ".join(words(by)), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        told = _told(reader, scope, what.replace("_", "-"), which, by=words(by), source=source)
    if settings.format is Format.JSON:
        print(json.dumps([told.document], ensure_ascii=False, indent=1))
        return
    if settings.format is Format.TABLE:
        print(plain_lines(told.story))
    if told.rows.num_columns:
        put(settings, told.rows)


_OPENED: Mapping[str, Callable[[Reader, Scope, dict[str, str]], Told]] = MappingProxyType(
    {
        "change": lambda reader, scope, where: tell_change_story(tell_change(reader, scope, where)),
        "step": lambda reader, scope, where: tell_step(explain_step(reader, scope, where)),
    }
)
"""What is named by name=value, and opened as it is."""


def _told(reader: Reader, scope: Scope, what: str, which: list[str], *, by: tuple[str, ...], source: str) -> Told:
    if what in _OPENED:
        return _OPENED[what](reader, scope, pairs(which, "explain"))
    match what:
        case "on-base":
            return tell_on_base(explain_on_base(reader, scope, by=by, where=pairs(which, "explain")))
        case "link":
            return tell_link(explain_link(reader, scope, _one(which, "the id of a buyer action"), source))
        case "effort":
            return tell_effort(explain_effort(reader, scope, _one(which, "the id of an effort"), source))
        case "ball":
            return tell_ball(explain_ball(reader, scope, _one(which, "the id of a buyer's act"), source))
        case "finding":
            return tell_finding(explain_finding(reader, scope, _one(which, "the id of a finding")))
        case "stage":
            opened = explain_stage(reader, scope, _one(which, "the id of a deal"))
            return tell_stage(opened, reader.playbook.stage, reader.as_of)
        case "process":
            return _arrow(reader, scope, which, by)
        case _:
            raise UsageError(
                f"there is nothing called {what!r} to explain",
                next_step="explain on-base, effort, link, ball, change, step, stage, process or finding",
            )


def _arrow(reader: Reader, scope: Scope, which: list[str], by: tuple[str, ...]) -> Told:
    if len(which) != 2:
        raise UsageError("explain process takes what came first and what came next", next_step="name both")
    chains = Chains(reader, scope, by[0] if by else "step")
    return tell_arrow(which[0], which[1], behind_arrow(chains, which[0], which[1]))


def _draw(settings: Settings, what: str, which: list[str], chart: Path) -> None:
    if what != "change":
        raise UsageError("only a change has a chart", where="--chart", next_step="explain change rep=…")
    write_chart(settings, pairs(which, "explain"), chart)


def _one(which: list[str], meaning: str) -> str:
    if len(which) != 1:
        raise UsageError(f"explain takes {meaning}", next_step="name one")
    return which[0]


def run_sql(settings: Settings, query: str, *, names: bool) -> None:
    """One SELECT over a snapshot."""
    workspace = settings.workspace()
    masked = _LITERAL.sub("'…'", query)  # what is looked for may name somebody
    note_use(workspace.home, "sql --names" if names else "sql", masked, now=datetime.now(UTC))
    with reading(
        workspace.home,
        snapshot=settings.snapshot,
        as_of=settings.as_of,
        limits=workspace.limits,
        names=names,
        confined=True,
    ) as reader:
        try:
            put(settings, reader.duck.select_only(query))
        except (OverflowError, ValueError) as error:
            raise UsageError(
                "the answer holds a value that cannot be written", next_step="cast it to varchar"
            ) from error


_LITERAL = re.compile(r"'(?:[^']|'')*'")


def examine(settings: Settings) -> None:
    """What is wrong or missing."""
    workspace = settings.workspace()
    note_use(workspace.home, "doctor", "", now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        remarks = examine_workspace(reader, owner_scope("doctor"))
    rows = [
        {"weight": str(each.weight), "about": each.about, "what": each.what, "next": each.next_step} for each in remarks
    ]
    schema = pa.schema([(name, pa.string()) for name in ("weight", "about", "what", "next")])
    put(settings, pa.Table.from_pylist(rows, schema=schema), empty="Nothing to remark.")
