"""Values: what each form becomes, that neighbours have no say in it, and that nothing a file can hold stops a load."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answerback.domain.fields import Field, FieldType
from answerback.domain.records import RECORDS
from answerback.workspace.entries import check_rows
from answerback.workspace.values import EARLIEST, LATEST, checked, choices, column_of, flags, instants, integers, text

NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - the log's instants carry no zone


def instant(value: object) -> datetime | None:
    good, bad = instants(column_of([value]))
    found: datetime | None = good[0].as_py()
    assert bad[0] == (found is None)
    return found


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01t12:00:00z",
        "2026-03-01 12:00:00",
        "2026-03-01 12:00",
        " 2026-03-01T12 ",
        "2026-03-01T12:00:00.999999999Z",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T14:00:00+02:00",
        "2026-03-01T14:00:00+0200",
        "2026-03-01T14:00:00+02",
        "2026-03-01 07:00:00 -05:00",
        "2026-03-01T12:00:00.000+0000",
        "2026-03-01 12:00:00 UTC",
        "20260301T120000Z",
    ],
)
def test_every_form_of_an_instant_is_the_same_instant(written: str) -> None:
    assert instant(written) == NOON


def test_a_date_is_its_first_second() -> None:
    assert instant("2026-03-01") == datetime(2026, 3, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "01/03/2026",
        "2026-02-30",
        "2026-03-01T25:00:00Z",
        "2026-03-01T12:00:00+25:00",
        "2026-W09-7",
        "2026-0301",
        "1770000000",
        "1899-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "2026-03-01T12:00:00Z\x00",
        "٢٠٢٦-03-01",
    ],
)
def test_what_is_no_instant_of_ours_is_bad(written: str) -> None:
    assert instant(written) is None


def test_the_edges_of_the_log() -> None:
    assert instant("1900-01-01T00:00:00Z") == EARLIEST
    assert instant("2199-12-31T23:59:59Z") == LATEST - timedelta(seconds=1)


_zones = st.sampled_from(["", "Z", "+00:00", "+05:30", "-0800", "+01", " +02:00", "z", " UTC"])
_dates = st.datetimes(datetime(1899, 12, 30), datetime(2200, 1, 2))  # noqa: DTZ001
_written = st.one_of(
    st.builds(lambda at, zone: f"{at.isoformat()}{zone}", _dates, _zones),
    st.builds(lambda at, zone: f"{at:%Y-%m-%d %H:%M}{zone}", _dates, _zones),
    st.builds(lambda at: at.date().isoformat(), _dates),
    st.builds(lambda at: f"{at:%Y%m%dT%H%M%S}Z", _dates),
    st.text("0123456789-:T Z+.,", max_size=25),
    st.from_regex(r"20\d\d-[01]\d-[0-3]\d[T ][0-2]\d(:[0-6]\d){0,2}(\.\d{1,10})?(Z|[+-]\d{2,4})?", fullmatch=True),
    st.none(),
)


@given(st.lists(_written, min_size=1, max_size=6))
@example(["2026-03-01T12:00:00Z", "2026-03-01"])
@example(["2026-03-01T12:00:00", "20260301"])
def test_an_instant_does_not_depend_on_its_neighbours(column: list[str | None]) -> None:
    together = instants(pa.array(column, pa.string()))
    for row, value in enumerate(column):
        alone = instants(pa.array([value], pa.string()))
        assert (together[0][row].as_py(), together[1][row]) == (alone[0][0].as_py(), alone[1][0]), value


@given(_dates, st.integers(-14, 14))
def test_an_offset_moves_an_instant_by_itself(at: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    typed, written = instant(at.replace(tzinfo=zone)), instant(at.replace(tzinfo=zone).isoformat())
    utc = (at - timedelta(hours=hours)).replace(microsecond=0)
    assert typed == written == (utc if EARLIEST <= utc < LATEST else None)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_typed_instants(unit: str, zone: str | None) -> None:
    moment = NOON.replace(tzinfo=UTC) if zone else NOON
    good, bad = instants(pa.array([moment, None], pa.timestamp(unit, zone)))
    assert good.to_pylist() == [NOON, None]
    assert not bad.any()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@given(number=st.integers(-(2**63) + 1, 2**63 - 1))
def test_no_typed_instant_is_too_far_away(unit: str, number: int) -> None:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    good, bad = instants(pa.array([number], pa.int64()).cast(pa.timestamp(unit)))
    seconds = number // per_second
    epoch = datetime(1970, 1, 1)  # noqa: DTZ001
    inside = (EARLIEST - epoch).total_seconds() <= seconds < (LATEST - epoch).total_seconds()
    assert good[0].as_py() == (epoch + timedelta(seconds=seconds) if inside else None)
    assert bad[0] == (not inside)


def test_typed_dates() -> None:
    days = pa.array([20_513, 2**31 - 1, -(2**31), None], pa.int32()).cast(pa.date32())
    good, bad = instants(days)
    assert good.to_pylist() == [datetime(2026, 3, 1), None, None, None]  # noqa: DTZ001
    assert bad.tolist() == [False, True, True, False]


def test_a_number_or_a_flag_is_no_instant() -> None:
    for column in (pa.array([1, None]), pa.array([1.5, None]), pa.array([True, None])):
        assert instants(column)[1].tolist() == [True, False]


@pytest.mark.parametrize(
    ("written", "number"),
    [("12", 12), ("+12", 12), ("-12", -12), (" 12 ", 12), ("12.0", 12), ("12.", 12), ("0", 0), ("-0", 0), ("", None)],
)
def test_whole_numbers(written: str, number: int | None) -> None:
    good, bad = integers(pa.array([written]))
    assert (good[0].as_py(), bad[0]) == (number, False)


@pytest.mark.parametrize("written", ["1,000", "1.000,5", "12.5", "1e3", "0x1", "++1", "1 000", "NaN", "9" * 19, "١٢"])
def test_what_is_no_whole_number(written: str) -> None:
    good, bad = integers(pa.array([written]))
    assert (good[0].as_py(), bad[0]) == (None, True)


def test_typed_numbers() -> None:
    assert integers(pa.array([12.0, 12.5, float("nan"), 1e300]))[0].to_pylist() == [12, None, None, None]
    assert integers(pa.array([12.0, 12.5, float("nan"), 1e300]))[1].tolist() == [False, True, False, True]
    assert integers(pa.array([Decimal("12.00")]))[0].to_pylist() == [12]
    good, bad = integers(pa.array([2**64 - 1, 5, None], pa.uint64()))
    assert (good.to_pylist(), bad.tolist()) == ([None, 5, None], [True, False, False])
    assert integers(column_of([10**30, 5]))[0].to_pylist() == [None, 5]


@given(st.lists(st.integers(-(10**17), 10**17) | st.none(), min_size=1, max_size=5))
def test_a_number_is_the_same_written_or_typed(numbers: list[int | None]) -> None:
    written = integers(pa.array([None if each is None else str(each) for each in numbers], pa.string()))
    assert written[0].to_pylist() == integers(pa.array(numbers, pa.int64()))[0].to_pylist() == numbers


def test_flags() -> None:
    good, bad = flags(pa.array(["TRUE", "no", "", None, "1", "0", "perhaps"]))
    assert good.to_pylist() == [True, False, False, False, True, False, False]
    assert bad.tolist() == [False] * 6 + [True]
    assert flags(pa.array([1, 0, 2]))[1].tolist() == [False, False, True]
    assert flags(pa.array([[1], None]))[1].tolist() == [True, False]


def test_choices_come_in_any_case_and_others_are_bad() -> None:
    field = Field("kind", FieldType.CHOICE, "", choices=("email", "call"))
    good, bad = choices(pa.array(["Email", " CALL ", "emial", None, ""]), field)
    assert good.to_pylist() == ["email", "call", None, None, None]
    assert bad.tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["12", "7", None]),
        pa.array(["12", "7", None], pa.large_string()),
        pa.array(["12", "7", None], pa.string_view()),
        pa.array(["12", "7", None]).dictionary_encode(),
        pa.array([12, 7, None], pa.int8()),
        pa.array([12, 7, None], pa.uint64()),
        pa.array([12.0, 7.0, None]),
        pa.array([12.0, 7.0, float("nan")], pa.float32()),
        pa.array([Decimal(12), Decimal(7), None]),
    ],
    ids=lambda column: str(column.type),
)
def test_an_id_is_the_same_whatever_type_a_file_gives_it(column: pa.Array) -> None:
    table = pa.table({"source_id": column, "name": column})
    columns, faults = check_rows(RECORDS["account"], table)
    assert columns["source_id"].to_pylist() == columns["name"].to_pylist() == ["12", "7", None]
    assert faults == []


def test_large_whole_floats_are_ids_too() -> None:
    assert text(pa.array([1234567890123.0, 1e15, 0.5])).to_pylist() == ["1234567890123", "1000000000000000", "0.5"]


def test_an_instant_in_a_field_of_text_reads_the_same_typed_or_mixed() -> None:
    aware = datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=2)))
    assert (
        text(column_of([aware])).to_pylist()
        == text(column_of([aware, "x"])).to_pylist()[:1]
        == ["2026-03-01T10:00:00Z"]
    )
    assert text(pa.array([NOON], pa.timestamp("us"))).to_pylist() == text(column_of([NOON])).to_pylist()
    assert text(pa.array([date(2026, 3, 1)])).to_pylist() == ["2026-03-01"]


@pytest.mark.parametrize("column", [pa.array([[1], None]), pa.array([{"a": 1}, None]), pa.array([b"\xff", None])])
@pytest.mark.parametrize(
    "name", [FieldType.TEXT, FieldType.INSTANT, FieldType.INTEGER, FieldType.REF, FieldType.CHOICE]
)
def test_a_list_or_bytes_is_a_fault_of_its_row(column: pa.Array, name: FieldType) -> None:
    values, faults = checked(Field("it", name, ""), column, 2)
    assert values.null_count == 2
    assert [(fault.row, fault.reason) for fault in faults] == [(0, "bad_text")]


_any_text = st.text(st.characters(), max_size=8)
_any_value = st.one_of(
    _any_text, st.integers(), st.booleans(), st.none(), st.datetimes(), st.datetimes(timezones=st.just(UTC))
)


@given(st.lists(st.fixed_dictionaries({"name": _any_value, "industry": _any_value}), min_size=1, max_size=5))
@example([{"name": "ren\udce9", "industry": "\x00"}])
def test_nothing_that_text_can_hold_stops_a_column(rows: list[dict[str, object]]) -> None:
    table = pa.table({name: column_of([row[name] for row in rows]) for name in rows[0]})
    columns, faults = check_rows(RECORDS["account"], table)
    assert faults == []
    for value in columns["name"].to_pylist():
        assert value is None or value.encode()


@given(st.lists(_any_value, min_size=2, max_size=5))
def test_a_text_does_not_depend_on_its_neighbours(values: list[object]) -> None:
    together = text(column_of(values)).to_pylist()
    assert together == [text(column_of([value]))[0].as_py() for value in values]


def test_half_a_character_makes_no_two_ids_one() -> None:
    assert len(set(text(column_of(["a\udce9", "a\udcea", "a"])).to_pylist())) == 3
