"""Comma-, semicolon- and tab-separated text as batches of rows: any size, any damage, row numbers exact.

The file is cut into blocks of whole rows (`framing`), each parsed in one go. A row that cannot be used is rejected by
its number and reading goes on behind it. Text is UTF-8 or UTF-16 as the file's first bytes say, or the encoding that
the user named; a row that is not valid in it is rejected, never guessed at.
"""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from answerback.domain.errors import SourceError
from answerback.domain.reading import Place, Progress, Reject
from answerback.sources import files
from answerback.sources.tables.framing import Frame, Framer
from answerback.sources.tables.rows import (
    TELL_ENCODING,
    Header,
    ReadOptions,
    Rows,
    TableItems,
    checked_width,
    known_encoding,
    told_apart,
)

BLOCK_BYTES: Final = 4 * 1024 * 1024
DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_ROWS: Final = 20
_UNCLOSED: Final = "a quote opens here and is never closed"
_ENCODING: Final = f"text in the file's encoding (UTF-8 if none is named). To name it: {TELL_ENCODING}"


def _mark(error: UnicodeError) -> tuple[str, int]:
    """A lone surrogate for what cannot be decoded: as UTF-8 it is invalid, so its row is found and rejected."""
    if isinstance(error, UnicodeDecodeError):
        return "\udcff", error.end
    raise error


_MARKED: Final = "answerback.mark"
codecs.register_error(_MARKED, _mark)


def read_delimited(path: Path, file: str, options: ReadOptions) -> TableItems:
    """The header, then the rows of a delimited text file.

    Args:
        path: The file, gzip or not.
        file: Its name in places and errors.
        options: Delimiter and encoding where the file does not show them.

    Raises SourceError where not even a header can be read.
    """
    with files.opened(path) as (reader, stream):
        text = _Utf8(reader, options.encoding, file)
        buffer, ended = text.at_least(BLOCK_BYTES)
        delimiter = options.delimiter or _sniff(buffer, path)
        if len(delimiter.encode()) != 1 or delimiter in '"\r\n':
            raise SourceError(f"{delimiter!r} cannot be a delimiter", where=file, next_step="name one plain character")
        framer = Framer(delimiter)
        names, used = _header(buffer + b"\n" if ended else buffer, framer, file)
        yield Header(names)
        blocks = _Blocks(text, framer, file, names)
        for item in blocks.read(buffer[used:], ended):
            yield item
            if isinstance(item, Rows):
                yield Progress(stream.consumed, stream.size)
        yield Progress(stream.size, stream.size)


class _Utf8:
    """The bytes of a text file as UTF-8. What is not valid in its encoding stays invalid, and is found in its row."""

    def __init__(self, reader: io.BufferedReader, encoding: str, file: str) -> None:
        self._reader = reader
        head = reader.peek(4096)[:4096]
        name = known_encoding(encoding, file) if encoding else files.text_encoding(head)
        self.plain = name in {"utf-8", "utf-8-sig", "ascii"}
        self.truncated = False
        if self.plain:
            if head.startswith(codecs.BOM_UTF8):
                reader.read(len(codecs.BOM_UTF8))
            if b"\0" in head:
                raise SourceError(
                    "this is not a text file", where=file, next_step="export it as CSV, JSON Lines, XLSX or Parquet"
                )
            return
        self._decoder = codecs.getincrementaldecoder(name)(_MARKED)
        self._first = True

    def at_least(self, wanted: int) -> tuple[bytes, bool]:
        """The next bytes (about `wanted` of them) and whether these are the last."""
        parts: list[bytes] = []
        count = 0
        while count < wanted:
            try:
                chunk = self._reader.read1(wanted - count)
            except files.Truncated:
                self.truncated = True
                chunk = b""
            if not chunk:
                parts.append(self._converted(b"", last=True))
                return b"".join(parts), True
            parts.append(self._converted(chunk, last=False))
            count += len(chunk)
        return b"".join(parts), False

    def _converted(self, chunk: bytes, *, last: bool) -> bytes:
        if self.plain:
            return chunk
        text = self._decoder.decode(chunk, final=last and not self.truncated)
        if self._first and text:
            self._first = False
            text = text.removeprefix("\ufeff")
        return text.encode("utf-8", "surrogatepass")


class _Blocks:
    """The rows of a file from its first data row on."""

    def __init__(self, text: _Utf8, framer: Framer, file: str, names: tuple[str, ...]) -> None:
        self._text = text
        self._framer = framer
        self._file = file
        self._names = names
        self._done = 0
        """Rows dealt with so far."""

    def read(self, buffer: bytes, ended: bool) -> Iterator[Rows | Reject]:
        while True:
            if ended and not self._text.truncated and buffer and not buffer.endswith((b"\n", b"\r")):
                buffer += b"\n"
            frame = self._framer.frame(buffer)
            if frame.used:
                yield from self._parsed(frame)
                buffer = buffer[frame.used :]
            if ended and self._text.truncated:
                yield self._reject("truncated", "the file ends in the middle: export it again")
                return
            if buffer and (ended or len(buffer) > files.LONGEST_LINE):
                # No whole row, and either nothing more to come or too much of it.
                line = buffer.find(b"\n") + 1
                if line:
                    yield self._reject("unclosed_quote", _UNCLOSED)
                    buffer = buffer[line:]
                    continue
                yield self._reject("line_too_long", f"a line of at most {files.LONGEST_LINE:,} bytes")
                buffer, ended = self._behind_line(ended)
                continue
            if ended:
                return
            more, ended = self._text.at_least(BLOCK_BYTES)
            buffer += more

    def _behind_line(self, ended: bool) -> tuple[bytes, bool]:
        """What follows the line that is being given up."""
        while not ended:
            more, ended = self._text.at_least(BLOCK_BYTES)
            line = more.find(b"\n") + 1
            if line:
                return more[line:], ended
        return b"", True

    def _reject(self, reason: str, hint: str, field: str = "") -> Reject:
        self._done += 1
        return Reject(Place(self._file, self._done), reason, field, hint)

    def _place(self, at: int) -> Place:
        return Place(self._file, int(at))

    def _parsed(self, frame: Frame) -> Iterator[Rows | Reject]:
        """The good rows of a frame as one batch, and the bad ones."""
        first = self._done
        table, misfits = parse_block(frame.data, len(self._names), self._framer.delimiter)
        total = table.num_rows + len(misfits)
        ordinals = np.arange(1, total + 1) if frame.ordinals is None else np.asarray(frame.ordinals, dtype=np.int64)
        self._done += total + len(frame.unclosed)
        wrong = np.asarray(misfits, dtype=np.int64) - 1
        kept = np.delete(ordinals, wrong)
        valid, undecodable = as_text(table, self._names)
        width = f"{len(self._names)} columns"
        yield from merge(
            (Reject(self._place(first + at), "wrong_column_count", "", width) for at in ordinals[wrong]),
            (Reject(self._place(first + at), "unclosed_quote", "", _UNCLOSED) for at in frame.unclosed),
            (Reject(self._place(first + kept[row]), "bad_encoding", field, _ENCODING) for row, field in undecodable),
            key=lambda reject: reject.place.at,
        )
        if undecodable:
            kept = np.delete(kept, [row for row, _ in undecodable])
        if valid.num_rows:
            yield Rows(valid, pa.array(first + kept, pa.int64()))


def parse_block(data: bytes, width: int, delimiter: str) -> tuple[pa.Table, array[int]]:
    r"""Whole rows as binary columns, and the places (from 1) of rows of another width.

    >>> table, misfits = parse_block(b"1,2\n3\n5,6\n", 2, ",")
    >>> table.to_pylist(), misfits.tolist()
    ([{'0': b'1', '1': b'2'}, {'0': b'5', '1': b'6'}], [2])
    """
    if not data.strip(b"\r\n"):
        return pa.table({str(number): pa.array([], pa.binary()) for number in range(width)}), array("q")
    if _is_utf8(data):
        return _parse(data, width, delimiter)
    # Arrow decodes a row before it hands it over as a misfit, and fails where that is no UTF-8. Such a block goes the
    # long way round: its bytes as characters, and each cell back to what it was.
    table, misfits = _parse(data.decode("latin-1").encode(), width, delimiter)
    cells = ([cell and cell.decode().encode("latin-1") for cell in column.to_pylist()] for column in table.columns)
    return pa.table([pa.array(column, pa.binary()) for column in cells], names=table.column_names), misfits


def _parse(data: bytes, width: int, delimiter: str) -> tuple[pa.Table, array[int]]:
    names = [str(number) for number in range(width)]
    misfits = array("q")  # not a list: a block can hold a million of them

    def skip(row: arrow_csv.InvalidRow) -> str:
        misfits.append(row.number)
        return "skip"

    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        # One block and one thread: only then are rows numbered.
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip, ignore_empty_lines=True
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()), null_values=[""], strings_can_be_null=True
        ),
    )
    return table, misfits


def as_text(table: pa.Table, names: tuple[str, ...]) -> tuple[pa.RecordBatch, list[tuple[int, str]]]:
    """Binary columns as text under their names, without the rows that are not UTF-8: those by row and column."""
    columns = [column.combine_chunks() for column in table.columns]
    schema = pa.schema([(name, pa.string()) for name in names])
    try:
        texts = [column.cast(pa.string()) for column in columns]
    except pa.ArrowInvalid:
        bad = _undecodable(columns, names)
        good = np.delete(np.arange(table.num_rows), list(bad))
        texts = [column.take(pa.array(good)).cast(pa.string()) for column in columns]
        return pa.RecordBatch.from_arrays(texts, schema=schema), sorted(bad.items())
    return pa.RecordBatch.from_arrays(texts, schema=schema), []


def _undecodable(columns: list[pa.Array], names: tuple[str, ...]) -> dict[int, str]:
    bad: dict[int, str] = {}
    for column, name in zip(columns, names, strict=True):
        try:
            column.cast(pa.string())
        except pa.ArrowInvalid:
            for row, cell in enumerate(column.to_pylist()):
                if cell is not None and row not in bad and not _is_utf8(cell):
                    bad[row] = name
    return bad


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True


def _header(buffer: bytes, framer: Framer, file: str) -> tuple[tuple[str, ...], int]:
    """The names of the columns, and how many bytes they took."""
    start = len(buffer) - len(buffer.lstrip(b"\r\n"))
    rest = buffer[start:]
    if not rest:
        raise SourceError("the file is empty", where=file, next_step="export it again")
    length = framer.first_row(rest)
    if not length:
        raise SourceError("the first row has no end", where=file, next_step="check that it is a table with a header")
    try:
        line = rest[:length].decode()
    except UnicodeDecodeError as error:
        raise SourceError(
            "the header is not text in the file's encoding", where=file, next_step=f"name it: {TELL_ENCODING}"
        ) from error
    checked_width(line.count(framer.delimiter), file)
    try:
        names = next(csv.reader(io.StringIO(line, newline=""), delimiter=framer.delimiter), [])
    except csv.Error as error:
        raise SourceError("the header is no row of names", where=file, next_step="look at its first line") from error
    return told_apart(names), start + length


def _sniff(buffer: bytes, path: Path) -> str:
    """The delimiter that cuts the first rows into the most columns, equally many in each."""
    sample = buffer[: 256 * 1024].decode("utf-8", "replace")
    preferred = "\t" if ".tsv" in path.suffixes else ","
    best, best_score = preferred, (0.0, 0, False)
    for delimiter in DELIMITERS:
        widths = _widths(sample, delimiter)
        if widths and widths[0] > 1:
            agreeing = sum(width == widths[0] for width in widths) / len(widths)
            score = (round(agreeing, 1), widths[0], delimiter == preferred)
            best, best_score = max((best_score, best), (score, delimiter))[::-1]
    return best


def _widths(sample: str, delimiter: str) -> list[int]:
    rows: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                rows.append(len(row))
            if len(rows) == _SAMPLE_ROWS:
                break
    except csv.Error:  # a cell beyond the size that the module allows: judge by the rows before it
        pass
    return rows
