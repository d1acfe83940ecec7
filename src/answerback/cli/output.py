"""Answers onto standard output, in the form that was asked for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

from answerback.cli.settings import Format, Settings
from answerback.domain.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

MOST_ROWS = 200
"""A table for eyes stops here and says how to get the rest."""
WIDEST = 120
"""Sentences are wrapped here at the latest."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table for eyes: `columns` picks and orders; `empty` is said where there are no rows."""

    rows: pa.Table
    columns: Sequence[str] = ()
    title: str = ""
    empty: str = "nothing"


def tell(
    settings: Settings,
    rows: pa.Table,
    answer: Iterable[str],
    *,
    tables: Iterable[Shown] = (),
    notes: Iterable[str] = (),
) -> None:
    """For machines `rows`; for eyes the answer in words, the tables, and what is not known, a blank line between."""
    if settings.format is not Format.TABLE:
        put(settings, rows)
        return
    say(*answer)
    for each in tables:
        print()
        put(settings, each.rows, columns=each.columns, title=each.title, empty=each.empty)
    if lines := tuple(notes):
        print()
        say(*lines)


def say(*texts: str) -> None:
    """Sentences: wrapped to the terminal's width, and one a line in a file, where they can be searched."""
    from answerback.present.plain import plain_lines

    width = min(shutil.get_terminal_size().columns, WIDEST)
    for line in (line for text in texts for line in plain_lines(text).split("\n")):
        indent = " " * (len(line) - len(line.lstrip()))
        print(fill(line, width, subsequent_indent=indent) if sys.stdout.isatty() else line)


def put(
    settings: Settings, table: pa.Table, *, columns: Sequence[str] = (), title: str = "", empty: str = "nothing"
) -> None:
    """The rows, as a table for eyes or in a form for machines. `columns` picks those for eyes."""
    from answerback.present import formats

    out = sys.stdout.buffer
    match settings.format:
        case Format.JSON:
            formats.write_json(table, out)
        case Format.CSV:
            formats.write_csv(table, out)
        case Format.PARQUET:
            if sys.stdout.isatty():
                raise UsageError(
                    "Parquet is no text", where="--format", next_step="send it to a file: … > rows.parquet"
                )
            formats.write_parquet(table, out)
        case Format.TABLE:
            told = formats.distinct_columns(table)
            _table(told, columns or told.column_names, title, empty)
    out.flush()


def _table(table: pa.Table, columns: Sequence[str], title: str, empty: str) -> None:
    from rich.markup import escape
    from rich.table import Table

    from answerback.present.cells import heading, is_number, shown
    from answerback.present.plain import plain

    console = console_for_output()
    if title:
        console.print(f"[bold]{escape(title)}[/bold]")
    if not table.num_rows:
        console.print(escape(empty))
        return
    grid = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        grid.add_column(
            escape(plain(heading(name))), justify="right" if is_number(table.schema.field(name)) else "left"
        )
    for row in table.select(list(columns)).slice(0, MOST_ROWS).to_pylist():
        grid.add_row(*(escape(shown(name, row[name])) for name in columns))
    console.print(grid)
    if table.num_rows > MOST_ROWS:
        left = table.num_rows - MOST_ROWS
        console.print(f"… and {left:,} more rows: use --format json, csv or parquet for all of them")


def console_for_output() -> Console:
    """A console as wide as the terminal, or wide enough for a file."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 160, highlight=False)
