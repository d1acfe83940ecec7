"""From what a source handed over to what the log may hold: every value checked against its field, in whole columns.

The good path is vectorised; only a column in which something is wrong is looked at value by value. A bad value never stops
a load: its row is rejected with the field, a reason and what was expected, never with what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.records import Field, FieldType

INSTANT: Final = pa.timestamp("us")
EARLIEST: Final = datetime(1900, 1, 1)  # noqa: DTZ001 - the log's instants are UTC without a zone
LATEST: Final = datetime(2200, 1, 1)  # noqa: DTZ001
_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")
_TIME_HINT = "a time such as 2026-03-01T09:30:00Z; without a zone it is read as UTC"


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that its field cannot hold: shape of the column, not of the value."""

    row: int
    field: str
    reason: str
    hint: str


def text(column: pa.Array) -> pa.Array:
    """The column as trimmed text, with empty as null."""
    values = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def instants(column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as UTC instants cut to whole seconds (without zone, microsecond storage), and which rows are bad."""
    parsed = _parse_instants(column)
    whole = pc.floor_temporal(parsed, unit="second")
    inside = pc.and_(pc.greater_equal(whole, pa.scalar(EARLIEST, INSTANT)), pc.less(whole, pa.scalar(LATEST, INSTANT)))
    good = pc.if_else(pc.fill_null(inside, False), whole, pa.scalar(None, INSTANT))
    given = _mask(column.is_valid()) if not _texty(column) else _mask(text(column).is_valid())
    return good, given & ~_mask(good.is_valid())


def integers(column: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """The column as 64-bit integers, and which rows are bad."""
    if pa.types.is_integer(column.type):
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


def checked(field: Field, column: pa.Array | None, rows: int) -> tuple[pa.Array, list[Fault]]:
    """One field's column in its type, defaults filled in, and every fault in it."""
    if column is None:
        values, bad, hint = pa.nulls(rows, _ARROW[field.type]), np.zeros(rows, bool), ""
    else:
        values, bad, hint = _convert(field, column)
    if field.default is not None:
        values = pc.if_else(pa.array(bad), values, pc.fill_null(values, field.default))
    reason = "bad_time" if field.type is FieldType.INSTANT else "not_allowed" if field.choices else "bad_number"
    faults = [Fault(int(row), field.name, reason, hint) for row in np.flatnonzero(bad)]
    if field.required:
        missing = ~_mask(values.is_valid()) & ~bad
        faults += [Fault(int(row), field.name, "missing", "a value") for row in np.flatnonzero(missing)]
    return values, faults


def column_of(values: Sequence[object]) -> pa.Array:
    """A column of Python values as handed over row by row: of one type, or else as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str}:
        return pa.array(values, pa.string())
    if kinds == {datetime} and all(value.tzinfo is not None for value in values if isinstance(value, datetime)):
        return pa.array(values, pa.timestamp("us", "UTC"))
    if kinds in ({int}, {bool}):
        return pa.array(values)
    return pa.array([_as_text(value) for value in values], pa.string())


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


def _parse_instants(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            return pc.cast(column, INSTANT, safe=False)
        return pc.local_timestamp(pc.cast(column, pa.timestamp("us", "UTC"), safe=False))
    if pa.types.is_date(column.type):
        return pc.cast(column, INSTANT)
    if not _texty(column):
        return pa.nulls(len(column), INSTANT)
    values = text(column)
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
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
        return read if read.tzinfo is None else read.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _texty(column: pa.Array) -> bool:
    kind = column.type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind) or pa.types.is_dictionary(kind))


def _mask(column: pa.Array) -> NDArray[np.bool_]:
    filled: NDArray[np.bool_] = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return filled


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value).lower() if isinstance(value, bool) else str(value)
