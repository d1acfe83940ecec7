"""Text columns as typed columns: instants, numbers, flags; and values that are masks of what they were.

Everything works on whole columns and never raises on what a row holds: a value that cannot be read is empty in the
result and marked in the second column that comes with it.
"""

from __future__ import annotations

from datetime import UTC as UTC_TIME
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

INSTANT: Final = pa.timestamp("s", tz="UTC")
UTC: Final = ZoneInfo("UTC")

_WRITTEN: Final = (
    r"^(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<zone>[zZ]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$"
)
_SLASHED: Final = (
    r"^(?P<one>\d{1,2})[/.-](?P<two>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))? ?(?P<half>[aApP]\.?[mM]\.?)?)?$"
)
_EPOCH: Final = r"^-?\d{9,10}(?:\d{3})?(?:\.\d+)?$"
_NUMBER: Final = r"^[+-]?\d{1,15}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?$"
_MASK: Final = r"^(?:[0-9a-f]{32}|[A-Za-z0-9+/]{22}==)$"
_EARLIEST: Final = pa.scalar(datetime(1900, 1, 1, tzinfo=UTC_TIME), INSTANT)
_LATEST: Final = pa.scalar(datetime(2200, 1, 1, tzinfo=UTC_TIME), INSTANT)
_TRUE: Final = pa.array(["true", "1", "yes", "t", "y"])

LARGEST_EXACT: Final = 9.0e15
"""Minor units beyond this are not exact in a double, and no deal of this world."""


def cleaned(column: pa.Array) -> pa.Array:
    """Text without surrounding space; blank and absent are the same.

    >>> cleaned(pa.array([" a ", "", None])).to_pylist()
    ['a', None, None]
    """
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def with_blanks(*columns: pa.Array) -> pa.Array:
    """What is there of several columns, with a blank between; nothing where all are empty.

    Not by `null_handling="skip"`, which gives columns of the wrong length where a row has nothing at all (Arrow 26).

    >>> with_blanks(pa.array(["Ann", None, None]), pa.array(["Lee", "Roe", None])).to_pylist()
    ['Ann Lee', 'Roe', None]
    """
    joined = pc.binary_join_element_wise(*(pc.fill_null(column, "") for column in columns), " ")
    return cleaned(pc.replace_substring_regex(joined, " {2,}", " "))


def flags(column: pa.Array) -> pa.Array:
    """Whether a cell says yes; an empty cell says no.

    >>> flags(pa.array(["TRUE", "0", None])).to_pylist()
    [True, False, False]
    """
    return pc.fill_null(pc.is_in(pc.utf8_lower(column), value_set=_TRUE), False)


def masks(column: pa.Array) -> pa.Array:
    """Whether a cell holds the digest that some exporters put in place of a name or address (MD5, hex or Base64).

    >>> masks(pa.array(["1B2M2Y8AsgTpgAmY7PhCfg==", "Ann", None])).to_pylist()
    [True, False, False]
    """
    return pc.fill_null(pc.match_substring_regex(column, _MASK), False)


def iso_of(column: pa.Array, order: str) -> pa.Array:
    """Dates such as `3/2/2026 9:15:12 PM` as ISO 8601, month first (`mdy`) or day first (`dmy`); others as they stand.

    >>> iso_of(pa.array(["3/2/2026 12:15:12 AM", "3.2.2026 21:15", "2026-03-02"]), "dmy").to_pylist()
    ['2026-02-03 00:15:12', '2026-02-03 21:15:00', '2026-03-02']
    """
    parts = pc.extract_regex(column, pattern=_SLASHED)
    names = ("one", "two", "year", "hour", "minute", "second", "half")
    one, two, year, hour, minute, second, half = (pc.struct_field(parts, name) for name in names)
    month, day = (one, two) if order == "mdy" else (two, one)
    hours = pc.if_else(pc.is_valid(hour), pc.if_else(pc.equal(hour, ""), "0", hour), "0").cast(pa.int64())
    noon = pc.fill_null(pc.match_substring_regex(half, "^[pP]"), False)
    twelve = pc.and_(pc.invert(pc.fill_null(pc.equal(half, ""), True)), pc.equal(hours, 12))
    clock = pc.add(pc.if_else(twelve, 0, hours), pc.if_else(noon, 12, 0)).cast(pa.string())
    date = pc.binary_join_element_wise(year, pc.utf8_lpad(month, 2, "0"), pc.utf8_lpad(day, 2, "0"), "-")
    seconds = pc.if_else(pc.equal(second, ""), "00", second)
    time = pc.binary_join_element_wise(pc.utf8_lpad(clock, 2, "0"), minute, seconds, ":")
    whole = pc.if_else(pc.equal(hour, ""), date, pc.binary_join_element_wise(date, time, " "))
    return pc.if_else(pc.is_valid(parts), whole, column)


def instants(
    column: pa.Array, *, zone: ZoneInfo = UTC, day_zone: ZoneInfo = UTC, order: str = ""
) -> tuple[pa.Array, pa.Array]:
    """Instants cut to whole seconds, and which cells hold something that is none.

    Read are ISO 8601 with and without a zone, and seconds or milliseconds since 1970. `zone` holds where a time names
    none; a day alone is its start in `day_zone`. With an `order` dates with slashes are read too (`iso_of`).

    >>> found, bad = instants(pa.array(["2026-03-02T09:15:00.000+0100", "2026-02-31", None, "soon"]))
    >>> [str(each) for each in found.to_pylist()], bad.to_pylist()
    (['2026-03-02 08:15:00+00:00', 'None', 'None', 'None'], [False, True, False, True])
    """
    if pa.types.is_timestamp(column.type):
        typed = column if column.type.tz else pc.assume_timezone(column, str(zone))
        return _sensible(pc.floor_temporal(typed, unit="second").cast(INSTANT), column)
    if order:
        column = iso_of(column, order)
    usual = _all_alike(column, zone=zone, day_zone=day_zone)
    if usual is not None:
        return _sensible(usual, column)
    parts = pc.extract_regex(column, pattern=_WRITTEN)
    day, hour, minute, second, offset = (pc.struct_field(parts, name) for name in _PARTS)
    clock = pc.if_else(
        pc.equal(hour, ""),
        "00:00:00",
        pc.binary_join_element_wise(
            pc.utf8_lpad(hour, 2, "0"), minute, pc.if_else(pc.equal(second, ""), "00", second), ":"
        ),
    )
    local = pc.strptime(
        pc.binary_join_element_wise(day, clock, " "), format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True
    )
    # strptime carries 31 February over into March: such a day is not a day.
    stated = pc.if_else(pc.equal(day, ""), "0", pc.utf8_slice_codeunits(day, 8, 10)).cast(pa.int64())
    local = pc.if_else(pc.equal(pc.day(local), stated), local, pa.scalar(None, pa.timestamp("s")))
    found = _zoned(local, hour, offset, zone=zone, day_zone=day_zone)
    if found.null_count > column.null_count:
        found = pc.coalesce(found, _since_epoch(column))
    return _sensible(found, column)


def _all_alike(column: pa.Array, *, zone: ZoneInfo, day_zone: ZoneInfo) -> pa.Array | None:
    """The instants of a column in which every cell is written in the one usual way; None of any other."""
    try:
        return pc.floor_temporal(column.cast(pa.timestamp("us", "UTC")), unit="second").cast(INSTANT)
    except pa.ArrowInvalid:
        pass
    shortest = pc.min(pc.utf8_length(column)).as_py() or 0
    if shortest <= _LENGTH_OF_A_DAY and zone.key != day_zone.key:
        return None
    try:
        return _assumed(pc.floor_temporal(column.cast(pa.timestamp("us")), unit="second").cast(pa.timestamp("s")), zone)
    except pa.ArrowInvalid:
        return None


_LENGTH_OF_A_DAY: Final = len("2026-03-31")


def _sensible(found: pa.Array, column: pa.Array) -> tuple[pa.Array, pa.Array]:
    inside = pc.fill_null(pc.and_(pc.greater_equal(found, _EARLIEST), pc.less(found, _LATEST)), False)
    return pc.if_else(inside, found, pa.scalar(None, INSTANT)), pc.and_(pc.is_valid(column), pc.invert(inside))


_PARTS: Final = ("day", "hour", "minute", "second", "zone")


def _zoned(local: pa.Array, hour: pa.Array, offset: pa.Array, *, zone: ZoneInfo, day_zone: ZoneInfo) -> pa.Array:
    """Local times with what they say of their zone, as instants."""
    whole_day = pc.equal(hour, "")
    unsaid = pc.equal(offset, "")
    named = pc.match_substring_regex(offset, "^[+-]")
    digits = pc.replace_substring(pc.if_else(named, offset, "+0000"), ":", "")
    hours = pc.utf8_slice_codeunits(digits, 1, 3).cast(pa.int64())
    minutes_text = pc.utf8_slice_codeunits(digits, 3, 5)
    minutes = pc.if_else(pc.equal(minutes_text, ""), "0", minutes_text).cast(pa.int64())
    size = pc.add(pc.multiply(hours, 3600), pc.multiply(minutes, 60))
    ahead = pc.if_else(pc.starts_with(digits, "-"), pc.negate(size), size)
    stated = pc.subtract(local, ahead.cast(pa.duration("s"))).cast(INSTANT)
    return pc.if_else(whole_day, _assumed(local, day_zone), pc.if_else(unsaid, _assumed(local, zone), stated))


def _assumed(local: pa.Array, zone: ZoneInfo) -> pa.Array:
    if zone.key == "UTC":
        return local.cast(INSTANT)
    return pc.assume_timezone(local, zone.key, ambiguous="earliest", nonexistent="latest").cast(INSTANT)


def _since_epoch(column: pa.Array) -> pa.Array:
    fits = pc.match_substring_regex(column, _EPOCH)
    whole = pc.replace_substring_regex(pc.if_else(fits, column, pa.scalar(None, pa.string())), r"\..*$", "")
    number = whole.cast(pa.int64())
    seconds = pc.if_else(pc.greater(pc.abs(number), 99_999_999_999), pc.divide(number, 1000), number)
    return seconds.cast(pa.timestamp("s")).cast(INSTANT)


def numbers(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Numbers as doubles, and which cells hold something that is none. Thousands are not grouped, the point is a point.

    >>> [each.to_pylist() for each in numbers(pa.array(["12.5", "1.2E3", "1,5", None]))]
    [[12.5, 1200.0, None, None], [False, False, True, False]]
    """
    fits = pc.fill_null(pc.match_substring_regex(column, _NUMBER), False)
    found = pc.if_else(fits, column, pa.scalar(None, pa.string())).cast(pa.float64())
    return found, pc.and_(pc.is_valid(column), pc.invert(fits))


def lengths(column: pa.Array, *, per_minute: float) -> tuple[pa.Array, pa.Array]:
    """Lengths as whole minutes, rounded up, and which cells hold none; no length at all is empty.

    >>> found, bad = lengths(pa.array(["90", "0:02:10", "0", "long"]), per_minute=60.0)
    >>> found.to_pylist(), bad.to_pylist()
    ([2, 3, None, None], [False, False, False, True])
    """
    number, bad = numbers(column)
    parts = pc.extract_regex(column, pattern=r"^(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)$")
    hours, minutes, seconds = (
        pc.struct_field(parts, name).cast(pa.string()) for name in ("hours", "minutes", "seconds")
    )
    clock = pc.is_valid(parts)
    whole = [pc.if_else(clock, part, "0").cast(pa.int64()) for part in (hours, minutes, seconds)]
    on_clock = pc.add(pc.multiply(whole[0], 60.0), pc.add(whole[1], pc.divide(whole[2], 60.0)))
    found = pc.if_else(clock, on_clock, pc.divide(number, per_minute))
    sensible = pc.fill_null(pc.and_(pc.greater(found, 0.0), pc.less(found, 1.0e6)), False)
    kept = pc.ceil(pc.if_else(sensible, found, pa.scalar(None, pa.float64()))).cast(pa.int64())
    return kept, pc.and_(bad, pc.invert(clock))


_THREE_DIGITS: Final = pa.array(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_NO_DIGITS: Final = pa.array(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)


def minor_units(amount: pa.Array, currency: pa.Array) -> pa.Array:
    """Amounts in minor units of their currency (ISO 4217), rounded to whole ones; empty beyond LARGEST_EXACT.

    >>> minor_units(pa.array([12.5, 1200.0]), pa.array(["EUR", "JPY"])).to_pylist()
    [1250, 1200]
    """
    none = pc.fill_null(pc.is_in(currency, value_set=_NO_DIGITS), False)
    three = pc.fill_null(pc.is_in(currency, value_set=_THREE_DIGITS), False)
    scaled = pc.round(pc.multiply(amount, pc.if_else(none, 1.0, pc.if_else(three, 1000.0, 100.0))))
    exact = pc.less_equal(pc.abs(scaled), LARGEST_EXACT)
    return pc.if_else(exact, scaled, pa.scalar(None, pa.float64())).cast(pa.int64())
