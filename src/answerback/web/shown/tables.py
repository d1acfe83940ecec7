"""Tables of answers as pages show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from django.utils import timezone

_NUMBER = re.compile(r"[\u2212+-]?\d[\d,.]*( %| points?)?( \([^)]*\))?")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for eyes."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    """So many more rows there are."""
    numbers: tuple[bool, ...] = ()
    """Of each column, whether it holds numbers: these stand below one another."""

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The names of the columns, and whether each holds numbers."""
        return list(zip(self.columns, self.numbers, strict=True))

    @property
    def lines(self) -> list[list[tuple[str, bool, str]]]:
        """The rows, each text with whether it is a number, and the name of its column, for narrow screens."""
        return [list(zip(row, self.numbers, self.columns, strict=True)) for row in self.rows]


def table_of(found: pa.Table, most: int = 500) -> Table:
    """The first rows of an Arrow table as text.

    >>> table_of(pa.table({"who": ["ann", None], "n": [1, 2]})).rows
    (('ann', '1'), ('', '2'))
    """
    shown = found.slice(0, most)
    names = tuple(name.replace("_", " ") for name in shown.column_names)
    rows = tuple(tuple(_text(row[name]) for name in shown.column_names) for row in shown.to_pylist())
    numbers = tuple(place > 0 and _are_numbers([row[place] for row in rows]) for place in range(len(names)))
    return Table(names, rows, max(0, found.num_rows - most), numbers)


def _are_numbers(texts: list[str]) -> bool:
    """Whether all that is told there is a number, with its unit or another number in brackets behind it.

    >>> _are_numbers(["1,023 (11 %)", "-6.6 points", ""]), _are_numbers(["39 of 39", "2026-10-09"])
    (True, False)
    """
    told = [each for each in texts if each]
    return bool(told) and all(_NUMBER.fullmatch(each) for each in told)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    if isinstance(value, datetime):  # instants without a zone are UTC
        return f"{timezone.localtime(value if value.tzinfo else value.replace(tzinfo=UTC)):%Y-%m-%d %H:%M}"
    return str(value)
