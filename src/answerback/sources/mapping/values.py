"""From the text of foreign tables to values of our fields, in whole columns; what cannot be read is told row by row.

Times become UTC instants in whole seconds, amounts whole numbers of minor units, words of closed lists our words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.domain.fields import Field, FieldType
from answerback.sources.mapping.language import EPOCHS, Read, Value

INSTANT: Final = pa.timestamp("s", "UTC")
_LOCAL: Final = pa.timestamp("s")
_EARLIEST: Final = pa.scalar(datetime(1900, 1, 1, tzinfo=UTC), INSTANT)
_LATEST: Final = pa.scalar(datetime(2200, 1, 1, tzinfo=UTC), INSTANT)
_ISO: Final = (
    r"^(?P<day>\d{4}-\d\d-\d\d)(?:[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d)?(?:[.,]\d+)?)?"
    r" ?(?P<zone>Z|z|[+-]\d\d(?::?\d\d)?)?$"
)
_EXCEL_EPOCH: Final = -2_209_161_600  # 1899-12-30 as Excel counts, in seconds from 1970
_DIGITS: Final = 18
_TRUE: Final = ("true", "t", "yes", "y", "1")
_FALSE: Final = ("false", "f", "no", "n", "0")


@dataclass(frozen=True, slots=True)
class Times:
    """How times and numbers are written."""

    zone: str
    formats: tuple[str, ...] = ("iso",)
    decimal: str = "."

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone of times that state none."""
        return ZoneInfo(self.zone)

    @classmethod
    def of(cls, read: Read, zone: str) -> Times:
        """What a mapping says of its files; `zone` is the organisation's."""
        return cls(read.time_zone or zone, read.time_formats, read.decimal)

    def told(self, value: Value) -> Times:
        """The same but for what a single field says."""
        return replace(
            self,
            zone=value.zone or self.zone,
            formats=value.format or self.formats,
            decimal=value.decimal or self.decimal,
        )


@dataclass(frozen=True, slots=True)
class Converted:
    """A column in its field's type, and which rows hold something that is none."""

    values: pa.Array
    bad: NDArray[np.bool_]
    reason: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is rejected."""

    reason: str
    field: str
    hint: str = ""


def convert(kind: Field | None, values: pa.Array, value: Value, times: Times) -> Converted:
    """A column of a field's values in the field's type.

    Args:
        kind: The field; None for the record's own id and other text.
        values: Text, or what a typed file holds.
        value: What the mapping says of it.
        times: How times and numbers are written.
    """
    if kind is not None and kind.type is FieldType.INSTANT:
        return instants(values, times.told(value))
    if kind is not None and kind.type is FieldType.INTEGER:
        return whole_numbers(values, value.minor or 0, times.told(value).decimal)
    if kind is not None and kind.choices:
        words = pc.utf8_lower(values)
        known = pc.is_in(words, pa.array(kind.choices))
        bad = _mask(values.is_valid()) & ~_mask(known)
        return Converted(words, bad, "not_allowed", f"one of: {', '.join(kind.choices)}")
    return Converted(values, np.zeros(len(values), bool))


def truths(values: pa.StringArray) -> Converted:
    """Yes and no in their usual forms."""
    words = pc.utf8_lower(values)
    known = pc.is_in(words, pa.array(_TRUE + _FALSE))
    return Converted(
        pc.is_in(words, pa.array(_TRUE)), _mask(values.is_valid()) & ~_mask(known), "not_allowed", "true or false"
    )


def instants(values: pa.Array, times: Times) -> Converted:
    """Times as UTC instants cut to whole seconds.

    A local time that a change of clocks makes happen twice is taken as the first of the two; one that it leaves out, as
    the moment of the change.
    """
    parsed = _typed(values, times) if not pa.types.is_string(values.type) else _written(values, times)
    inside = pc.and_(pc.greater_equal(parsed, _EARLIEST), pc.less(parsed, _LATEST))
    good = pc.if_else(pc.fill_null(inside, False), parsed, pa.scalar(None, INSTANT))
    bad = _mask(values.is_valid()) & ~_mask(good.is_valid())
    return Converted(good, bad, "bad_time", f"a time written as {' or '.join(times.formats)}")


def _typed(values: pa.Array, times: Times) -> pa.Array:
    if pa.types.is_date(values.type):
        values = values.cast(pa.timestamp("ms"))
    if not pa.types.is_timestamp(values.type):
        return _written(pc.cast(values, pa.string()), times)
    whole = pc.floor_temporal(values, unit="second").cast(pa.timestamp("s", values.type.tz))
    return whole.cast(INSTANT) if values.type.tz else _placed(whole, times.zone)


def _written(values: pa.StringArray, times: Times) -> pa.Array:
    found = pa.nulls(len(values), INSTANT)
    for form in times.formats:
        if form == "iso":
            found = pc.coalesce(found, _iso(values, times.zone))
        elif form in EPOCHS:
            found = pc.coalesce(found, _counted(values, form, times))
        else:
            found = pc.coalesce(found, _formed(values, form, times.zone))
        if found.null_count == values.null_count:
            break
    return found


def _iso(values: pa.StringArray, zone: str) -> pa.Array:
    parts = pc.extract_regex(values, _ISO)
    day, minute, second, offset = (pc.struct_field(parts, name) for name in ("day", "minute", "second", "zone"))
    joined = pc.binary_join_element_wise(
        day, "T", pc.if_else(pc.equal(minute, ""), "00:00", minute), pc.if_else(pc.equal(second, ""), ":00", second), ""
    )
    try:
        local = joined.cast(_LOCAL)
    except pa.ArrowInvalid:
        local = _parsed(joined, "%Y-%m-%dT%H:%M:%S").cast(_LOCAL)
    stated = pc.fill_null(pc.not_equal(offset, ""), False)
    if not pc.any(stated).as_py():
        return _placed(local, zone)
    shifted = pc.subtract(local, _offset(offset)).cast(_LOCAL)
    at_zero = pc.assume_timezone(shifted, "UTC").cast(INSTANT)
    if pc.all(stated).as_py():
        return at_zero
    return pc.if_else(stated, at_zero, _placed(local, zone))


def _offset(offset: pa.StringArray) -> pa.Array:
    """A zone's distance from UTC as a duration: `+02:00`, `+0200`, `+02` or `Z`."""
    distinct = offset.dictionary_encode()
    seconds = []
    for text in distinct.dictionary.to_pylist():
        digits = text.strip("+-Zz").replace(":", "") or "0"
        hours, minutes = int(digits[:2]), int(digits[2:] or 0)
        seconds.append((-1 if text.startswith("-") else 1) * (hours * 60 + minutes) * 60)
    return pa.array(seconds, pa.int64()).cast(pa.duration("s")).take(distinct.indices)


def _formed(values: pa.StringArray, form: str, zone: str) -> pa.Array:
    parsed = _parsed(values, form)
    if parsed.type.tz:
        return parsed.cast(INSTANT)
    return _placed(parsed, zone)


def _parsed(values: pa.StringArray, form: str) -> pa.Array:
    """Times in a form. The parser turns 31 February into 2 March, so what lands behind a month's end is looked at."""
    parsed = pc.strptime(values, format=form, unit="s", error_is_null=True)
    short_month = pc.is_in(pc.month(parsed), pa.array([3, 5, 7, 10, 12]))
    doubtful = pc.fill_null(pc.and_(pc.less_equal(pc.day(parsed), 3), short_month), False)
    if not pc.any(doubtful).as_py():
        return parsed
    texts = pc.unique(values.filter(doubtful))
    wrong = pa.array([text for text in texts.to_pylist() if not _exists(text, form)], pa.string())
    return pc.if_else(pc.is_in(values, wrong), pa.scalar(None, parsed.type), parsed)


def _exists(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 - only whether there is such a day
    except ValueError:
        return False
    return True


def _counted(values: pa.StringArray, form: str, times: Times) -> pa.Array:
    numbers = pc.cast(decimals(values, times.decimal), pa.float64())
    if form == "excel_days":
        seconds = pc.add(pc.multiply(numbers, 86_400.0), float(_EXCEL_EPOCH))
        # A day's fraction has no exact binary form: noon must not become 11:59:59.
        local = pc.cast(_bounded(pc.round(seconds)), pa.int64()).cast(_LOCAL)
        return _placed(local, times.zone)
    seconds = pc.divide(numbers, 1000.0) if form == "epoch_milliseconds" else numbers
    return pc.cast(_bounded(pc.floor(seconds)), pa.int64()).cast(_LOCAL).cast(INSTANT)


def _bounded(seconds: pa.Array) -> pa.Array:
    return pc.if_else(pc.less(pc.abs(seconds), 1e11), seconds, pa.scalar(None, pa.float64()))


def _placed(local: pa.Array, zone: str) -> pa.Array:
    return pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest").cast(INSTANT)


def decimals(values: pa.Array, decimal: str) -> pa.Array:
    """Numbers as exact decimals, null where a text is none; blanks, currency signs and thousands' marks are dropped."""
    if not pa.types.is_string(values.type):
        values = pc.cast(values, pa.string())
    thousands = "." if decimal == "," else ","
    plain = pc.replace_substring_regex(values, r"[\s\x{00a0}\x{202f}'€$£¥]", "")
    grouped = pc.match_substring_regex(plain, rf"^[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d*)?$")
    plain = pc.if_else(pc.fill_null(grouped, False), pc.replace_substring(plain, thousands, ""), plain)
    if decimal == ",":
        dotted = pc.replace_substring(plain, ",", ".")
        plain = pc.if_else(pc.match_substring(plain, "."), pa.scalar(None, pa.string()), dotted)
    number = pc.fill_null(pc.match_substring_regex(plain, rf"^[+-]?\d{{1,{_DIGITS}}}(\.\d{{1,12}})?$"), False)
    kept = pc.if_else(number, pc.utf8_ltrim(plain, "+"), pa.scalar(None, pa.string()))
    return kept.cast(pa.decimal128(38, 12))


def whole_numbers(values: pa.Array, minor: int, decimal: str) -> Converted:
    """Numbers as 64-bit integers of minor units, halves rounded to the even one."""
    numbers = decimals(values, decimal)
    factor = pa.scalar(10**minor, pa.decimal128(5, 0))
    scaled = pc.round(pc.multiply(numbers.cast(pa.decimal128(32, 12)), factor), ndigits=0, round_mode="half_to_even")
    if minor == 0:  # minutes and the like: 2.5 is not silently 2
        whole = pc.fill_null(pc.equal(scaled, numbers), False)
        scaled = pc.if_else(whole, scaled, pa.scalar(None, scaled.type))
    small = pc.fill_null(pc.less(pc.abs(scaled), pa.scalar(10**_DIGITS, scaled.type)), False)
    good = pc.if_else(small, scaled, pa.scalar(None, scaled.type)).cast(pa.decimal128(38, 0)).cast(pa.int64())
    bad = _mask(values.is_valid()) & ~_mask(good.is_valid())
    return Converted(good, bad, "bad_number", "a number" if minor else "a whole number")


def _mask(values: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), dtype=bool)
