"""Columns of text as typed columns, held against the standard library value by value."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.sources.crm.frame import plain
from answerback.sources.crm.lookups import Lookup
from answerback.sources.crm.values import instants, iso_of, lengths, masks, minor_units, numbers
from answerback.sources.salesforce.ids import long_ids

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001 - zones are given beside them
OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


def first(column: list[str | None], **options: ZoneInfo | str) -> tuple[datetime | None, bool]:
    found, bad = instants(pa.array(column, pa.string()), **options)  # type: ignore[arg-type]
    return found.to_pylist()[0], bad.to_pylist()[0]


@given(moment=MOMENTS, offset=OFFSETS, others=st.lists(st.sampled_from(["2026-03-02", "soon", None]), max_size=2))
def test_a_stated_zone_is_kept_to_the_second_whatever_stands_beside_it(
    moment: datetime, offset: timezone, others: list[str | None]
) -> None:
    written = moment.replace(tzinfo=offset)
    expected = written.astimezone(UTC).replace(microsecond=0)
    for text in (written.isoformat(), written.strftime("%Y-%m-%dT%H:%M:%S.000%z")):
        found, bad = first([text, *others])
        if expected.year < 2200:
            # Below a second, cutting toward the past and cutting the text's fraction off are one.
            assert (found, bad) == (expected, False)


# Arrow knows no summer time after 2037.
@given(moment=MOMENTS.filter(lambda moment: moment.year < 2037))
def test_a_time_without_a_zone_is_in_the_zone_that_is_said(moment: datetime) -> None:
    oslo = ZoneInfo("Europe/Oslo")
    plain_time = moment.replace(microsecond=0)
    found, bad = first([plain_time.isoformat(" ")], zone=oslo, day_zone=oslo)
    assert not bad
    assert found is not None
    candidates = {plain_time.replace(tzinfo=oslo, fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = plain_time.replace(tzinfo=oslo).astimezone(UTC).astimezone(oslo).replace(tzinfo=None) == plain_time
    assert found in candidates or not real  # an hour that the clock skips has no instant of its own


@given(seconds=st.integers(10**9, 7 * 10**9))
def test_seconds_and_milliseconds_since_1970(seconds: int) -> None:
    expected = datetime.fromtimestamp(seconds, UTC)
    assert first([str(seconds)]) == (expected, False)
    assert first([str(seconds * 1000 + 999)]) == (expected, False)


@pytest.mark.parametrize(
    "text", ["2026-02-31", "2026-13-01", "2026-02-28T24:01:00Z", "soon", "9999-12-31 23:59:59", "1"]
)
def test_what_is_no_instant_is_marked_and_empty_is_not(text: str) -> None:
    assert first([text, None]) == (None, True)
    assert first([None]) == (None, False)


@given(moment=MOMENTS, order=st.sampled_from(["mdy", "dmy"]))
def test_dates_with_slashes_in_both_orders(moment: datetime, order: str) -> None:
    day = f"{moment.month}/{moment.day}" if order == "mdy" else f"{moment.day}/{moment.month}"
    half = moment.strftime("%I:%M:%S ") + ("PM" if moment.hour >= 12 else "AM")
    for clock in (f" {half}", f" {moment:%H:%M:%S}"):
        text = f"{day}/{moment.year}{clock}"
        assert iso_of(pa.array([text]), order).to_pylist() == [moment.strftime("%Y-%m-%d %H:%M:%S")]


@given(units=st.integers(-(10**12), 10**12))
def test_amounts_are_exact_in_minor_units(units: int) -> None:
    text = f"{'-' if units < 0 else ''}{abs(units) // 100}.{abs(units) % 100:02d}"
    number, bad = numbers(pa.array([text]))
    assert not bad.to_pylist()[0]
    assert minor_units(number, pa.array(["EUR"])).to_pylist() == [units]


def test_an_amount_beyond_all_money_is_none() -> None:
    number, _ = numbers(pa.array(["1E30", "1e99"]))
    assert minor_units(number, pa.array(["EUR", "EUR"])).to_pylist() == [None, None]


@given(minutes=st.integers(0, 59), seconds=st.integers(0, 59))
def test_lengths_by_the_clock_and_in_seconds(minutes: int, seconds: int) -> None:
    whole = minutes * 60 + seconds
    found, bad = lengths(pa.array([f"0:{minutes:02d}:{seconds:02d}", str(whole)]), per_minute=60.0)
    expected = -(-whole // 60) or None
    assert found.to_pylist() == [expected, expected]
    assert bad.to_pylist() == [False, False]


@given(st.text(string.ascii_letters + string.digits, min_size=15, max_size=15))
def test_long_ids_spell_their_capitals(short: str) -> None:
    alphabet = string.ascii_uppercase + "012345"
    expected = short + "".join(
        alphabet[sum((letter in string.ascii_uppercase) << place for place, letter in enumerate(part))]
        for part in (short[:5], short[5:10], short[10:])
    )
    assert long_ids(pa.array([short, None, "x", expected])).to_pylist() == [expected, None, "x", expected]


KEYS = st.text(max_size=8)


@given(pairs=st.lists(st.tuples(KEYS, KEYS)), wanted=st.lists(st.none() | KEYS))
def test_a_lookup_is_a_dictionary_of_the_smallest_value(pairs: list[tuple[str, str]], wanted: list[str | None]) -> None:
    expected: dict[str, str] = {}
    for key, value in pairs:
        if "\x00" not in key and len(key.encode()) <= 64:
            expected[key] = min(value, expected.get(key, value), key=str.encode)
    half = len(pairs) // 2
    lookup = Lookup(
        (pa.array([key for key, _ in part], pa.string()), pa.array([value for _, value in part], pa.string()))
        for part in (pairs[:half], pairs[half:])
    )
    column = pa.array(wanted, pa.string())
    assert lookup.find(column).to_pylist() == [expected.get(key) if key is not None else None for key in wanted]
    assert lookup.has(column).to_pylist() == [key in expected for key in wanted]


def test_digests_are_told_from_names() -> None:
    column = pa.array(["d41d8cd98f00b204e9800998ecf8427e", "1B2M2Y8AsgTpgAmY7PhCfg==", "Ann", "0015500000Xyy06AAB"])
    assert masks(column).to_pylist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("api", "warehouse"),
    [
        ("ActivityDateTime", "activity_date_time"),
        ("SalesLoft1__SalesLoft_Cadence_Name__c", "sales_loft_1_sales_loft_cadence_name_c"),
        ("IsRecurrence2", "is_recurrence_2"),
        ("CallDurationInSeconds", "call_duration_in_seconds"),
    ],
)
def test_one_rule_makes_both_namings_one(api: str, warehouse: str) -> None:
    assert plain(api) == plain(warehouse)
