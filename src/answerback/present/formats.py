"""Rows for machines: JSON, CSV and Parquet, streamed where they are many.

JSON is an array of objects. Instants are UTC, `2026-03-01T09:30:00Z`; absent values are null (empty in CSV).
"""

from __future__ import annotations

import json
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

_BATCH = 16_384


def write_json(table: pa.Table, out: BinaryIO) -> None:
    """An array of objects, one a line."""
    out.write(b"[")
    first = True
    for batch in with_text_instants(table).to_batches(max_chunksize=_BATCH):
        for row in batch.to_pylist():
            out.write(b"\n" if first else b",\n")
            out.write(json.dumps(row, ensure_ascii=False, allow_nan=False).encode())
            first = False
    out.write(b"]\n" if first else b"\n]\n")


def write_csv(table: pa.Table, out: BinaryIO) -> None:
    """Comma-separated, with a header. A cell that a spreadsheet would run as a formula is made text."""
    safe = with_text_instants(table)
    for number, name in enumerate(safe.column_names):
        if pa.types.is_string(safe.schema.field(name).type):
            column = safe.column(name)
            risky = pc.fill_null(pc.match_substring_regex(column, r"^[=+\-@\t\r]"), False)
            safe = safe.set_column(
                number, name, pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
            )
    pc_csv.write_csv(safe, out)


def write_parquet(table: pa.Table, out: BinaryIO) -> None:
    """One Parquet file."""
    pq.write_table(table, out)


def with_text_instants(table: pa.Table) -> pa.Table:
    """The table with its instants as ISO 8601 text in UTC.

    >>> import datetime as dt
    >>> at = dt.datetime(2026, 3, 1, 9, 30)
    >>> with_text_instants(pa.table({"at": pa.array([at, None], pa.timestamp("us"))})).to_pylist()
    [{'at': '2026-03-01T09:30:00Z'}, {'at': None}]
    """
    for number, each in enumerate(table.schema):
        if pa.types.is_timestamp(each.type):
            whole = pc.floor_temporal(table.column(number), unit="second")
            plain = pc.cast(whole, pa.timestamp("s", tz=each.type.tz))
            text = pc.strftime(plain, format="%Y-%m-%dT%H:%M:%SZ")
            table = table.set_column(number, each.name, text)
    return table
