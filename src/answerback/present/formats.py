"""Rows for machines: JSON, CSV and Parquet, streamed where they are many.

JSON is an array of objects. Instants are UTC, `2026-03-01T09:30:00Z`; absent values are null (empty in CSV), and so is
what is no number. Values that a form has no type for are written as text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

_BATCH = 16_384
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001 - the wide forms are formulas to some spreadsheets as well


def write_json(table: pa.Table, out: BinaryIO) -> None:
    """An array of objects, one a line."""
    named = with_text_instants(_finite(distinct_columns(table)))
    awkward = [field.name for field in named.schema if not _is_simple(field.type)]
    out.write(b"[")
    first = True
    for batch in named.to_batches(max_chunksize=_BATCH):
        for row in batch.to_pylist():
            row.update({name: plain_value(row[name]) for name in awkward})
            out.write(b"\n" if first else b",\n")
            out.write(json.dumps(row, ensure_ascii=False, allow_nan=False).encode())
            first = False
    out.write(b"]\n" if first else b"\n]\n")


def write_csv(table: pa.Table, out: BinaryIO) -> None:
    """Comma-separated, with a header. A cell that a spreadsheet would run as a formula is made text by a quote mark."""
    safe = _texts(with_text_instants(_finite(distinct_columns(table))), lambda kind: not _is_simple(kind))
    for number, name in enumerate(safe.column_names):
        if pa.types.is_string(safe.schema.field(name).type):
            column = safe.column(name)
            risky = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
            safe = safe.set_column(
                number, name, pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
            )
    pc_csv.write_csv(safe, out)


def write_parquet(table: pa.Table, out: BinaryIO) -> None:
    """One Parquet file."""
    pq.write_table(_texts(distinct_columns(table), pa.types.is_interval), out)


def with_text_instants(table: pa.Table) -> pa.Table:
    """The table with its instants as ISO 8601 text in UTC.

    >>> at = datetime(2026, 3, 1, 9, 30)
    >>> with_text_instants(pa.table({"at": pa.array([at, None], pa.timestamp("us"))})).to_pylist()
    [{'at': '2026-03-01T09:30:00Z'}, {'at': None}]
    """
    for number, each in enumerate(table.schema):
        if pa.types.is_timestamp(each.type):
            whole = pc.floor_temporal(table.column(number), unit="second")
            utc = pc.cast(pc.cast(whole, pa.timestamp("s", tz=each.type.tz)), pa.timestamp("s"))
            text = pc.strftime(utc, format="%Y-%m-%dT%H:%M:%SZ")
            table = table.set_column(number, each.name, text)
    return table


def plain_value(value: object) -> object:
    """A value as JSON has it: numbers as numbers, times and all that JSON does not know as text.

    >>> plain_value({"at": datetime(2026, 3, 1, tzinfo=UTC), "sum": Decimal(7), "none": float("nan")})
    {'at': '2026-03-01T00:00:00Z', 'sum': 7, 'none': None}
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float() | Decimal():
            return _number(value)
        case Mapping():
            return {str(name): plain_value(each) for name, each in value.items()}
        case list() | tuple():
            return [plain_value(each) for each in value]
        case _:
            return _text(value)


def _number(value: float | Decimal) -> int | float | None:
    if not math.isfinite(value):
        return None
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    return int(value) if whole else float(value)


def _text(value: object) -> str:
    match value:
        case datetime():
            utc = value if value.tzinfo is None else value.astimezone(UTC)
            return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():g} s"
        case bytes():
            return value.hex()
        case _:
            return str(value)


def _is_simple(kind: pa.DataType) -> bool:
    """Whether both JSON and CSV have this type as it is."""
    types = pa.types
    return bool(
        types.is_string(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_boolean(kind)
        or types.is_null(kind)
    )


def _finite(table: pa.Table) -> pa.Table:
    """Nothing in place of what is no number."""
    for number, each in enumerate(table.schema):
        if pa.types.is_floating(each.type):
            column = table.column(number)
            table = table.set_column(number, each.name, pc.if_else(pc.is_finite(column), column, None))
    return table


def _texts(table: pa.Table, wanted: Callable[[pa.DataType], bool]) -> pa.Table:
    """Columns of the wanted types as text; lists and structures as JSON."""
    for number, each in enumerate(table.schema):
        if wanted(each.type):
            values = [plain_value(value) for value in table.column(number).to_pylist()]
            texts = [
                value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for value in values
            ]
            table = table.set_column(number, each.name, pa.array(texts, pa.string()))
    return table


def distinct_columns(table: pa.Table) -> pa.Table:
    """Columns that a query gave the same name, told apart: an object has each key once."""
    names: list[str] = []
    for name in table.column_names:
        candidate, number = name, 1
        while candidate in names:
            number += 1
            candidate = f"{name}_{number}"
        names.append(candidate)
    return table.rename_columns(names)
