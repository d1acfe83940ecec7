"""JSON Lines as batches of rows: one object a line, its members as text cells.

Numbers keep the digits that the file has. A member that is itself an object becomes its JSON text, a list of plain
values its values with a blank between (so a list of tokens is a token column). A line that is no object is rejected.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NoReturn

import pyarrow as pa

from answerback.domain.errors import SourceError
from answerback.domain.reading import Place, Progress, Reject
from answerback.sources import files
from answerback.sources.tables.rows import (
    BATCH_ROWS,
    TELL_ENCODING,
    Header,
    ReadOptions,
    Rows,
    TableItems,
    checked_width,
    known_encoding,
)

Cells = dict[str, str | None]
_PEEK: Final = 64 * 1024


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_ENCODING: Final = f"text in the file's encoding (UTF-8 if none is named). To name it: {TELL_ENCODING}"
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_constant)


class _Lines:
    """The lines of a file with their numbers (blank ones have none); a cut gzip is told by `truncated`."""

    def __init__(self) -> None:
        self.truncated = False

    def read(self, reader: io.BufferedReader) -> Iterator[bytes | None]:
        """Each line; None for one that is too long."""
        rest = b""
        skipping = False
        while True:
            try:
                chunk = reader.read1(1 << 20)
            except files.Truncated:
                self.truncated = True
                return
            *whole, rest = (rest + chunk).split(b"\n") if chunk else (rest, b"")
            for line in whole:
                if skipping:
                    skipping = False
                elif line.strip():
                    yield line
            if not chunk:
                return
            if len(rest) > files.LONGEST_LINE:
                if not skipping:
                    yield None
                skipping, rest = True, b""


def read_json_lines(path: Path, file: str, options: ReadOptions) -> TableItems:
    """The members seen at the start of the file, then its objects as rows.

    Raises SourceError where the path cannot be opened or is in an encoding that JSON Lines does not have.
    """
    encoding = known_encoding(options.encoding, file) if options.encoding else "utf-8"
    with files.opened(path) as (reader, stream):
        head = reader.peek(_PEEK)[:_PEEK]
        if files.text_encoding(head).startswith("utf-16"):
            raise SourceError("JSON Lines must be UTF-8", where=file, next_step="save the file as UTF-8")
        if not head:
            raise SourceError("the file is empty", where=file, next_step="export it again")
        yield Header(_first_members(head), open=True)
        lines = _Lines()
        seen: dict[str, None] = {}
        batch: list[Cells] = []
        numbers: list[int] = []
        number = 0
        for line in lines.read(reader):
            number += 1
            cells = _cells(line, encoding, Place(file, number))
            if isinstance(cells, Reject):
                yield cells
                continue
            seen.update(dict.fromkeys(cells))
            checked_width(len(seen), file)
            batch.append(cells)
            numbers.append(number)
            if len(batch) == BATCH_ROWS:
                yield rows_of(batch, numbers, seen)
                yield Progress(stream.consumed, stream.size)
                batch, numbers = [], []
        if batch:
            yield rows_of(batch, numbers, seen)
        if lines.truncated:
            yield Reject(Place(file, number + 1), "truncated", "", "the file ends in the middle: export it again")
        yield Progress(stream.size, stream.size)


def rows_of(batch: list[Cells], numbers: list[int], columns: dict[str, None]) -> Rows:
    """Rows of cells by name as columns; what a row lacks is null."""
    arrays = [pa.array([cells.get(name) for cells in batch], pa.string()) for name in columns]
    schema = pa.schema([(name, pa.string()) for name in columns])
    return Rows(pa.RecordBatch.from_arrays(arrays, schema=schema), pa.array(numbers, pa.int64()))


def _cells(line: bytes | None, encoding: str, place: Place) -> Cells | Reject:
    if line is None:
        return Reject(place, "line_too_long", "", f"a line of at most {files.LONGEST_LINE:,} bytes")
    try:
        text = line.decode(encoding).strip().removeprefix("\ufeff")
    except UnicodeDecodeError:
        return Reject(place, "bad_encoding", "", _ENCODING)
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return Reject(place, "bad_json", "", "one JSON object on the line")
    if not isinstance(value, dict):
        return Reject(place, "bad_json", "", "one JSON object on the line")
    try:
        cells = {str(name): _text(member) for name, member in value.items()}
        "".join(cell for cell in (*cells, *cells.values()) if cell).encode()
    except (RecursionError, UnicodeEncodeError):  # nested too deep, or half a surrogate pair written as \udXXX
        return Reject(place, "bad_json", "", "one JSON object on the line")
    return cells


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return " ".join(filter(None, map(_text, value))) or None
    return json.dumps(value, ensure_ascii=False)


def _first_members(head: bytes) -> tuple[str, ...]:
    """The names in the first line, for a look at the file; the rest show themselves as they come."""
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    try:
        value = _DECODER.decode(line.decode())
    except (ValueError, RecursionError):
        return ()
    return tuple(map(str, value)) if isinstance(value, dict) else ()
