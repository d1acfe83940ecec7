"""What reading a table yields: its header, then whole batches of rows with the place of each.

A batch is columns, so that nothing above it needs a loop over rows; its numbers are exact even where rows were dropped.
All cells of text formats are text as it stands in the file, an empty cell being null. Parquet keeps its types.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyarrow as pa

from answerback.domain.errors import SourceError
from answerback.domain.reading import Progress, Reject

BATCH_ROWS: Final = 65_536
MOST_COLUMNS: Final = 2_000
"""A table with more columns than this was not made by anybody's export."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file where it does not say so itself; empty means: find out."""

    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file. In an open table (JSON Lines, XES) rows may bring further ones; these were seen first."""

    columns: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table."""

    batch: pa.RecordBatch
    numbers: pa.Int64Array
    """The place of each row: 1 is the first row under the header. Rejected rows keep their number."""


TableItem: TypeAlias = Header | Rows | Reject | Progress
TableItems: TypeAlias = Iterator[TableItem]


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Column names that can be told apart: cleaned of blanks and byte-order marks, repeated ones numbered.

    >>> told_apart(["id", " id", "", "when "])
    ('id', 'id (2)', 'column 3', 'when')
    """
    cleaned = [name.strip().removeprefix("\ufeff").strip() for name in names]
    seen: Counter[str] = Counter()
    told: list[str] = []
    for number, given in enumerate(cleaned, start=1):
        name = given or f"column {number}"
        seen[name] += 1
        while seen[name] > 1 and f"{name} ({seen[name]})" in cleaned:
            seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(told)


def checked_width(count: int, file: str) -> None:
    """Refuse a table of absurd width.

    Raises SourceError.
    """
    if count > MOST_COLUMNS:
        raise SourceError(
            f"the table has more than {MOST_COLUMNS:,} columns", where=file, next_step="check that it is the right file"
        )


TELL_ENCODING: Final = "--set encoding=cp1252 for a folder, encoding under [read] in a mapping"
"""How a user says in which encoding a table is, where it is not UTF-8."""


def known_encoding(name: str, file: str) -> str:
    """The encoding of that name, as Python calls it.

    Raises SourceError where there is none.

    >>> known_encoding("Windows-1252", "calls.csv")
    'cp1252'
    """
    try:
        b"xx".decode(name, "ignore")  # refuses codecs that are no text encodings, such as rot13
        return codecs.lookup(name).name
    except (LookupError, ValueError) as error:
        raise SourceError(
            f"there is no text encoding called {name!r}", where=file, next_step="try utf-8, cp1252 or utf-16"
        ) from error
