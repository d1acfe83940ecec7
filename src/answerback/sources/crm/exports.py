"""Which files a path holds, and which object of the CRM each of them is: by its name, and by its header in any case."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from answerback.domain.errors import SourceError
from answerback.sources import files
from answerback.sources.crm.frame import plain
from answerback.sources.crm.rules import Dialect, Object
from answerback.sources.tables import Header, read_rows, stem_and_ending

PEEK_BYTES = 64 * 1024
FEWEST_SIGNS = 3
"""Columns that must mark a file whose name says nothing."""


@dataclass(frozen=True, slots=True)
class Export:
    """One table file of a folder."""

    path: Path
    file: str
    """Its name in places and errors."""
    object: Object | None
    """None: a table that is none of the dialect's."""


def tables_in(path: Path) -> list[Path]:
    """The table files of a folder by name, or the file itself.

    Raises SourceError where the path is missing or may not be read.
    """
    try:
        if not path.is_dir():
            return [path]
        return sorted(
            each for each in path.iterdir() if stem_and_ending(each.name)[1] and not each.name.startswith(".")
        )
    except OSError as error:
        raise SourceError(
            "the folder may not be read", where=str(path), next_step="give yourself the right to read it"
        ) from error


def header_of(path: Path) -> tuple[str, ...]:
    """A table's column names. Raises SourceError where there are none to read."""
    try:
        for item in read_rows(path, path.name):
            if isinstance(item, Header):
                return item.columns
    except files.Truncated as error:
        raise SourceError(str(error), where=path.name, next_step="export it again") from error
    return ()


def peeked_header(path: Path) -> tuple[str, ...]:
    """The first line of a text table from its first kilobytes; nothing where that fails or the file is no text."""
    try:
        with files.opened(path) as (reader, _):
            head = reader.read(PEEK_BYTES)
        line = head.decode(files.text_encoding(head), errors="replace").lstrip("\ufeff").splitlines()[:1]
        dialect = csv.Sniffer().sniff(line[0], delimiters=",;\t|") if line else csv.excel
        return tuple(next(csv.reader(io.StringIO(line[0] if line else ""), dialect), ()))
    except (SourceError, files.Truncated, OSError, csv.Error, UnicodeError):
        return ()


def plain_columns(dialect: Dialect, columns: tuple[str, ...], each: Object | None = None) -> tuple[str, ...]:
    """Column names as expressions know them: plain, without the dialect's prefix, screen labels as internal names."""
    names = (re.sub(rf"^(?:{dialect.column_prefix})", "", plain(name)) or plain(name) for name in columns)
    labels = each.labels if each is not None else {}
    return tuple(labels.get(name, name) for name in names)


def object_of(dialect: Dialect, path: Path, columns: tuple[str, ...]) -> Object | None:
    """The object that a file is: named so and signed so; in some dialects also the only one whose columns it has."""
    stem = plain(stem_and_ending(path.name)[0])
    bare = re.sub(rf"^(?:{dialect.dropped_prefix})|(?:{dialect.dropped_suffix})$", "", stem)
    named = [each for each in dialect.objects if {stem, bare} & each.file_names()]
    if named or not dialect.by_columns:
        return next((each for each in named if signed_columns(dialect, each, columns)), None)
    known = {each.name: signed_columns(dialect, each, columns) for each in dialect.objects}
    surest = max(known.values())
    best = [each for each in dialect.objects if known[each.name] == surest]
    return best[0] if surest >= FEWEST_SIGNS and len(best) == 1 else None


def signed_columns(dialect: Dialect, each: Object, columns: tuple[str, ...]) -> int:
    """How many columns of a header mark it as the object: the longest of its groups that is there; 0 where none is."""
    present = set(plain_columns(dialect, columns, each))
    return max((len(group) for group in each.signatures if present.issuperset(map(plain, group))), default=0)


def exports_in(dialect: Dialect, path: Path) -> Iterator[Export | SourceError]:
    """Every table of a path with the object it is, or why it cannot be read."""
    for each in tables_in(path):
        try:
            columns = header_of(each)
        except SourceError as error:
            yield error
            continue
        yield Export(each, each.name, object_of(dialect, each, columns))
