"""Periods tile the time line in every zone, and their labels are those of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answerback.domain.periods import PeriodKind, bounds, days, kind_of, period_of, period_of_day

# Zones that jump at midnight, by half an hour, over the date line, and back into the day before.
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "America/Sao_Paulo",
            "America/Havana",
            "Asia/Beirut",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Pacific/Kiritimati",
            "Africa/Cairo",
        )
    ]
)
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
KINDS = st.sampled_from(list(PeriodKind))
STARTS = st.integers(1, 12)


@given(INSTANTS, KINDS, ZONES, STARTS)
@example(datetime(2018, 11, 4, 3, tzinfo=UTC), PeriodKind.WEEK, ZoneInfo("America/Sao_Paulo"), 1)  # midnight skipped
@example(datetime(2011, 12, 30, 10, tzinfo=UTC), PeriodKind.WEEK, ZoneInfo("Pacific/Apia"), 1)  # a whole day skipped
def test_an_instant_lies_in_its_period_and_the_next_begins_where_it_ends(
    instant: datetime, kind: PeriodKind, zone: ZoneInfo, fiscal_start: int
) -> None:
    label = period_of(instant, kind, zone, fiscal_start)
    start, end = bounds(label, zone, fiscal_start)
    assert start <= instant < end
    assert kind_of(label) is kind
    second = timedelta(seconds=1)
    assert period_of(start, kind, zone, fiscal_start) == label
    assert period_of(end - second, kind, zone, fiscal_start) == label
    following = period_of(end, kind, zone, fiscal_start)
    assert following != label
    assert bounds(following, zone, fiscal_start)[0] == end
    assert bounds(period_of(start - second, kind, zone, fiscal_start), zone, fiscal_start)[1] == start


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), STARTS)
def test_fiscal_periods_by_counting_months(day: date, fiscal_start: int) -> None:
    """Walk back month by month to the one that begins the fiscal year: an account of it without modular arithmetic."""
    year, month, back = day.year, day.month, 0
    while month != fiscal_start:
        month, back = month - 1, back + 1
        if month == 0:
            year, month = year - 1, 12
    ends_in = year if fiscal_start == 1 else year + 1
    quarter = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][back]
    assert period_of_day(day, PeriodKind.FISCAL_QUARTER, fiscal_start) == f"FY{ends_in}Q{quarter}"
    assert days(f"FY{ends_in}", fiscal_start)[0] == date(year, fiscal_start, 1)


@pytest.mark.parametrize(
    ("day", "week"),
    [  # the year's ends by ISO 8601
        (date(2021, 1, 3), "2020-W53"),
        (date(2021, 1, 4), "2021-W01"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2026, 12, 31), "2026-W53"),
    ],
)
def test_iso_weeks(day: date, week: str) -> None:
    assert period_of_day(day, PeriodKind.WEEK) == week
    assert days(week)[0].isoweekday() == 1
    assert days(week)[0] <= day < days(week)[1]


def test_a_day_of_daylight_saving_is_as_long_as_it_is() -> None:
    start, end = bounds("2026-W13", ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(days=7, hours=-1)


@pytest.mark.parametrize(
    "label", ["", "26", "2026Q5", "2026-13", "2026-00", "2026-W00", "2025-W53", "FY26", "0000", "x2026"]
)
def test_a_label_that_names_no_period_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"period|Invalid week"):
        bounds(label, ZoneInfo("UTC"))


def test_naive_instants_and_impossible_months_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        period_of(datetime(2026, 1, 1), PeriodKind.WEEK, ZoneInfo("UTC"))  # noqa: DTZ001
    with pytest.raises(ValueError, match="from 1 to 12"):
        days("FY2026", fiscal_start=13)
