"""From what a source handed over to what the log may hold: every value checked against its field, in whole columns.

The good path is vectorised; only a column in which something is wrong is looked at value by value. What a value becomes
never depends on its neighbours. A bad value never stops a load: its row is rejected with the field, a reason and what
was expected, never with what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.fields import Field, FieldType
from answerback.workspace.keys import writable

INSTANT: Final = pa.timestamp("us")
EARLIEST: Final = datetime(1900, 1, 1)  # noqa: DTZ001 - the log's instants are UTC without a zone
LATEST: Final = datetime(2200, 1, 1)  # noqa: DTZ001
_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")
_TIME_HINT = "a time such as 2026-03-01T09:30:00Z; without a zone it is read as UTC"
_LARGEST = (1 << 63) - 1
_EXACT_IN_FLOAT = float(1 << 53)
_TIME_OF_DAY = (
    r"(?:[T ](?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,]\d+)?)?)?"
    r" ?(?P<zone>Z|UTC|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?)?)?"
)
_INSTANT = re.compile(
    rf"(?P<year>\d{{4}})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d){_TIME_OF_DAY}", re.ASCII | re.IGNORECASE
)
"""ISO 8601 with a calendar date, extended or basic. Our own: what Python reads differs from release to release."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that its field cannot hold: shape of the column, not of the value."""

    row: int
    field: str
    reason: str
    hint: str


def text(column: pa.Array) -> pa.Array:
    """The column as trimmed text, with empty as null. A whole number is written as one, whatever it came as."""
    trimmed = pc.utf8_trim_whitespace(_written(column))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def instants(column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as UTC instants cut to whole seconds (without zone, microsecond storage), and which rows are bad."""
    if _is_text(column.type) or pa.types.is_null(column.type):
        values = text(column)
        parsed, given = _inside(_parsed(values)), _mask(values.is_valid())
    elif pa.types.is_timestamp(column.type):
        parsed, given = _inside(_without_zone(column)), _mask(column.is_valid())
    elif pa.types.is_date(column.type):
        parsed, given = _inside(column), _mask(column.is_valid())
    else:
        parsed, given = pa.nulls(len(column), INSTANT), _mask(column.is_valid())
    good = pc.cast(pc.floor_temporal(parsed, unit="second"), INSTANT)
    return good, given & ~_mask(good.is_valid())


def integers(column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as 64-bit integers, and which rows are bad."""
    if pa.types.is_integer(column.type):
        if pa.types.is_uint64(column.type):
            fits = pc.less_equal(column, pa.scalar(_LARGEST, pa.uint64()))
            column = pc.if_else(fits, column, pa.scalar(None, pa.uint64()))
            return pc.cast(column, pa.int64()), ~_mask(pc.fill_null(fits, True))
        return pc.cast(column, pa.int64()), np.zeros(len(column), bool)
    values = text(column)
    values = pc.replace_substring_regex(values, r"^([+-]?\d+)\.0*$", r"\1")
    whole = pc.fill_null(pc.match_substring_regex(values, r"^[+-]?\d{1,18}$"), False)
    signless = pc.utf8_ltrim(pc.if_else(whole, values, pa.scalar(None, pa.string())), "+")
    return pc.cast(signless, pa.int64()), _mask(values.is_valid()) & ~_mask(whole)


def flags(column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as true or false (empty is false), and which rows are bad."""
    if pa.types.is_boolean(column.type):
        return pc.fill_null(column, False), np.zeros(len(column), bool)
    if not _plain(column.type):
        return pa.array(np.zeros(len(column), bool)), _mask(column.is_valid())
    values = pc.utf8_lower(text(column))
    true = pc.is_in(values, pa.array(_TRUE))
    known = pc.or_(true, pc.is_in(values, pa.array(_FALSE)))
    return true, _mask(values.is_valid()) & ~_mask(known)


def choices(column: pa.Array, field: Field) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as words of the field's closed list, and which rows are bad."""
    values = pc.utf8_lower(text(column))
    known = pc.is_in(values, pa.array(field.choices))
    good = pc.if_else(known, values, pa.scalar(None, pa.string()))
    return good, _mask(values.is_valid()) & ~_mask(known)


def checked(
    field: Field, column: pa.Array | None, rows: int, excused: NDArray[np.bool_] | None = None
) -> tuple[pa.Array, list[Fault]]:
    """One field's column in its type, defaults filled in, and every fault in it.

    Rows that are `excused` may do without a required value: a record that is gone needs no more than its id.
    """
    if column is None:
        values, bad, hint = pa.nulls(rows, _ARROW[field.type]), np.zeros(rows, bool), ""
        reason = ""
    elif not _plain(column.type):
        values, bad = pa.nulls(rows, _ARROW[field.type]), _mask(column.is_valid())
        reason, hint = "bad_text", "one plain value, not a list or bytes"
    else:
        values, bad, hint = _convert(field, column)
        reason = "bad_time" if field.type is FieldType.INSTANT else "not_allowed" if field.choices else "bad_number"
    if field.default is not None:
        values = pc.if_else(pa.array(bad), values, pc.fill_null(values, field.default))
    faults = [Fault(int(row), field.name, reason, hint) for row in np.flatnonzero(bad)]
    if field.required:
        missing = ~_mask(values.is_valid()) & ~bad
        if excused is not None:
            missing &= ~excused
        faults += [Fault(int(row), field.name, "missing", "a value") for row in np.flatnonzero(missing)]
    return values, faults


def column_of(values: Sequence[object]) -> pa.Array:
    """A column of Python values as handed over row by row: of one type, or else as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {datetime} and all(value.tzinfo is not None for value in values if isinstance(value, datetime)):
        return pa.array(values, pa.timestamp("us", "UTC"))
    if kinds == {bool}:
        return pa.array(values)
    if kinds == {int} and all(abs(value) <= _LARGEST for value in values if isinstance(value, int)):
        return pa.array(values, pa.int64())
    written = values if kinds <= {str} else [_as_text(value) for value in values]
    try:
        return pa.array(written, pa.string())
    except UnicodeEncodeError:
        return pa.array([None if value is None else writable(str(value)) for value in written], pa.string())


def unpacked(column: pa.ChunkedArray) -> pa.Array:
    """A table's column in one piece, its text of the one type that the rest of the intake knows."""
    merged = column.combine_chunks()
    if pa.types.is_dictionary(merged.type):
        merged = merged.dictionary_decode()
    return merged.cast(pa.string()) if _is_text(merged.type) else merged


_ARROW = {
    FieldType.REF: pa.string(),
    FieldType.TEXT: pa.string(),
    FieldType.PERSONAL: pa.string(),
    FieldType.CHOICE: pa.string(),
    FieldType.INSTANT: INSTANT,
    FieldType.INTEGER: pa.int64(),
}


def _convert(field: Field, column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_], str]:
    if field.type is FieldType.INSTANT:
        return *instants(column), _TIME_HINT
    if field.type is FieldType.INTEGER:
        return *integers(column), "a whole number"
    if field.type is FieldType.CHOICE:
        return *choices(column, field), "one of " + ", ".join(field.choices)
    return text(column), np.zeros(len(column), bool), ""


def _written(column: pa.Array) -> pa.Array:
    """Plain values as text, in the one form that each would have had in a file of text."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        values = pc.cast(column, pa.float64())
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
        whole = pc.and_(pc.equal(pc.floor(values), values), pc.less_equal(pc.abs(values), _EXACT_IN_FLOAT))
        integral = pc.cast(pc.if_else(whole, values, pa.scalar(None, pa.float64())), pa.int64())
        return pc.coalesce(pc.cast(integral, pa.string()), pc.cast(values, pa.string()))
    if pa.types.is_timestamp(kind):
        whole = pc.cast(pc.floor_temporal(_without_zone(column), unit="second"), pa.timestamp("s"), safe=False)
        written = pc.strftime(whole, "%Y-%m-%dT%H:%M:%S")
        return written if kind.tz is None else pc.binary_join_element_wise(written, "Z", "")
    return pc.cast(column, pa.string())


def _without_zone(column: pa.Array) -> pa.Array:
    if column.type.tz is None:
        return column
    return pc.local_timestamp(pc.cast(column, pa.timestamp(column.type.unit, "UTC")))


def _inside(column: pa.Array) -> pa.Array:
    """Timestamps or dates as timestamps, with null for what lies beyond the years that the log holds."""
    is_date = pa.types.is_date(column.type)
    low, high = (pa.scalar(edge.date() if is_date else edge, column.type) for edge in (EARLIEST, LATEST))
    inside = pc.and_(pc.greater_equal(column, low), pc.less(column, high))
    kept = pc.if_else(inside, column, pa.scalar(None, column.type))
    return pc.cast(kept, INSTANT) if is_date else kept


def _parsed(values: pa.Array) -> pa.Array:
    attempts: tuple[Callable[[], pa.Array], ...] = (
        lambda: pc.local_timestamp(pc.cast(values, pa.timestamp("us", "UTC"))),
        lambda: pc.cast(values, INSTANT),
    )
    for attempt in attempts:
        try:
            return attempt()
        except pa.ArrowInvalid:
            continue
    return pa.array([_instant(value) for value in values.to_pylist()], INSTANT)


def _instant(value: str | None) -> datetime | None:
    """One text as an instant cut to whole seconds, or None."""
    found = _INSTANT.fullmatch(value) if value else None
    if found is None:
        return None
    year, month, day, hour, minute, second, hours, minutes = (int(found[name] or 0) for name in _NUMBERS)
    if hours > 23 or minutes > 59:
        return None
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found["sign"] == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, second) - offset  # noqa: DTZ001 - UTC without a zone
    except (ValueError, OverflowError):
        return None


_NUMBERS = ("year", "month", "day", "hour", "minute", "second", "hours", "minutes")


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _plain(kind: pa.DataType) -> bool:
    """Whether a column's values can be written as text, each in one way."""
    tests = (
        pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal,
        pa.types.is_timestamp, pa.types.is_date, pa.types.is_time,
    )  # fmt: skip
    return _is_text(kind) or any(test(kind) for test in tests)


def _mask(column: pa.Array) -> NDArray[np.bool_]:
    filled: NDArray[np.bool_] = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return filled


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        zone = "" if value.tzinfo is None else "Z"
        instant = value if value.tzinfo is None else value.astimezone(UTC)
        return instant.replace(tzinfo=None, microsecond=0).isoformat() + zone
    return str(value).lower() if isinstance(value, bool) else str(value)
