"""Which format a table file has, and its rows. The one door for sources that read tables."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

from answerback.domain.errors import SourceError
from answerback.sources.files import Truncated, opened
from answerback.sources.tables.delimited import read_delimited
from answerback.sources.tables.json_lines import read_json_lines
from answerback.sources.tables.parquet import read_parquet
from answerback.sources.tables.rows import ReadOptions, TableItems
from answerback.sources.tables.spreadsheet import read_spreadsheet

FORMATS: Final = MappingProxyType(
    {
        "csv": "text",
        "tsv": "text",
        "txt": "text",
        "jsonl": "json",
        "ndjson": "json",
        "parquet": "parquet",
        "xlsx": "xlsx",
    }
)
"""Endings of table files, without `.gz`, and the reader of each."""

_MAGIC: Final = ((b"PAR1", "parquet"), (b"PK\x03\x04", "xlsx"))
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def stem_and_ending(name: str) -> tuple[str, str]:
    """A file's name without its endings, and the ending that tells the format (`""`: not a table's).

    >>> stem_and_ending("effort.csv.gz"), stem_and_ending("Deal.XLSX"), stem_and_ending("notes.pdf")
    (('effort', 'csv'), ('Deal', 'xlsx'), ('notes', ''))
    """
    path = Path(name)
    if path.suffix.lower() == ".gz":
        path = path.with_suffix("")
    ending = path.suffix.lower().removeprefix(".")
    return path.stem, ending if ending in FORMATS else ""


def read_rows(path: Path, file: str = "", options: ReadOptions | None = None) -> TableItems:
    """A table file's header and rows, whichever format it has.

    Args:
        path: CSV, TSV or JSON Lines (gzip or not), Parquet or XLSX.
        file: Its name in places and errors; the path's own name where empty.
        options: How to read it, where it does not say so itself.

    Raises SourceError where nothing of it can be read.
    """
    file = file or path.name
    options = options or ReadOptions()
    with opened(path) as (reader, _):
        try:
            head = reader.peek(8)[:8]
        except Truncated as error:
            raise SourceError("nothing of the file can be unpacked", where=file, next_step="export it again") from error
    if head.startswith(_OLD_EXCEL):
        raise SourceError("this is an old or encrypted Excel file", where=file, next_step="save it as XLSX or CSV")
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
    kind = kind or FORMATS.get(stem_and_ending(path.name)[1], "text")
    if kind == "parquet":
        return read_parquet(path, file)
    if kind == "xlsx":
        return read_spreadsheet(path, file, options)
    return read_json_lines(path, file, options) if kind == "json" else read_delimited(path, file, options)
