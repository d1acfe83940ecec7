"""Parquet as batches of rows. Columns keep their types; nested and binary ones are left out, as no field takes them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from answerback.domain.errors import SourceError
from answerback.domain.reading import Progress
from answerback.sources.files import opened
from answerback.sources.tables.rows import BATCH_ROWS, Header, Rows, TableItems, checked_width, told_apart


def read_parquet(path: Path, file: str) -> TableItems:
    """The plain columns of a Parquet file, then its rows.

    Raises SourceError where it is damaged: a Parquet file without its end holds nothing that could be read.
    """
    with opened(path):  # for its errors: missing, a folder, no right to read
        pass
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as source:
            yield from _batches(source, file, path.stat().st_size)
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise SourceError("this is not a whole Parquet file", where=file, next_step="export it again") from error


def _batches(source: parquet.ParquetFile, file: str, size: int) -> TableItems:
    schema = source.schema_arrow
    fields = [field.name for field in schema if _plain(field.type)]
    checked_width(len(schema), file)
    names = told_apart(fields)
    yield Header(names)
    done = 0
    for batch in source.iter_batches(batch_size=BATCH_ROWS, columns=fields, use_threads=False):
        rows = pa.RecordBatch.from_arrays([_unpacked(column) for column in batch.columns], names=list(names))
        rows.validate(full=True)  # text that is none would fail much later
        yield Rows(rows, pa.array(range(done + 1, done + 1 + batch.num_rows), pa.int64()))
        done += batch.num_rows
        yield Progress(size * done // max(source.metadata.num_rows, 1), size)


def _plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return not (pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _unpacked(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string()) if pa.types.is_large_string(column.type) else column
