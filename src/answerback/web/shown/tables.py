"""Tables of answers as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for eyes."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    """So many more rows there are."""


def table_of(found: pa.Table, most: int = 500) -> Table:
    """The first rows of an Arrow table as text.

    >>> table_of(pa.table({"who": ["ann", None], "n": [1, 2]})).rows
    (('ann', '1'), ('', '2'))
    """
    shown = found.slice(0, most)
    names = tuple(name.replace("_", " ") for name in shown.column_names)
    rows = tuple(tuple(_text(row[name]) for name in shown.column_names) for row in shown.to_pylist())
    return Table(names, rows, max(0, found.num_rows - most))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
