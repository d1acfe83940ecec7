"""`answerback show`, `explain`, `sql` and `doctor`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from answerback.analysis.detect.story import tell_change
from answerback.analysis.doctor import examine as examine_workspace
from answerback.analysis.explain import explain_effort, explain_link, explain_on_base
from answerback.analysis.findings.explaining import explain_finding
from answerback.analysis.reader import reading
from answerback.cli.changes import write_chart
from answerback.cli.output import put
from answerback.cli.settings import Format, Settings, pairs
from answerback.domain.errors import UsageError
from answerback.present.changes import tell_change_story
from answerback.present.explain import tell_effort, tell_link, tell_on_base
from answerback.present.finding_opened import tell_finding
from answerback.present.on_base import footnotes, for_eyes, left_out_text
from answerback.present.plain import plain_lines
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
    """Opens a figure, an effort, a link, a change or a finding; a change also as a `chart`."""
    if chart is not None:
        _draw(settings, what, which, chart)
    workspace = settings.workspace()
    scope = owner_scope(f"explain {what}")
    note_use(workspace.home, scope.purpose, " ".join(words(by)), now=datetime.now(UTC))
    with reading(workspace.home, snapshot=settings.snapshot, as_of=settings.as_of, limits=workspace.limits) as reader:
        match what.replace("_", "-"):
            case "on-base":
                told = tell_on_base(explain_on_base(reader, scope, by=words(by), where=pairs(which, "explain")))
            case "link":
                told = tell_link(explain_link(reader, scope, _one(which, "the id of a buyer action"), source))
            case "effort":
                told = tell_effort(explain_effort(reader, scope, _one(which, "the id of an effort"), source))
            case "finding":
                told = tell_finding(explain_finding(reader, scope, _one(which, "the id of a finding")))
            case "change":
                told = tell_change_story(tell_change(reader, scope, pairs(which, "explain")))
            case _:
                raise UsageError(
                    f"there is nothing called {what!r} to explain",
                    next_step="explain on-base, effort, link, change or finding",
                )
    if settings.format is Format.JSON:
        print(json.dumps([told.document], ensure_ascii=False, indent=1))
        return
    if settings.format is Format.TABLE:
        print(plain_lines(told.story))
    if told.rows.num_columns:
        put(settings, told.rows)


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
