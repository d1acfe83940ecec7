"""The meetings of a series, inside a window, against a count by hand; and rules that would never end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerback.domain.errors import UsageError
from answerback.sources.calendar.recurrence import MOST_STARTS, Series, starts
from answerback.sources.calendar.times import Moment
from tests.sources.calendar.calendars import calendar, event, reading, translated

BERLIN = ZoneInfo("Europe/Berlin")
WALL = datetime.fromisoformat
"""What the clock on the wall shows: a time without a zone."""
AFTER, BEFORE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
MONDAY = Moment(WALL("2026-03-16T09:00"), BERLIN)


def texts(series: Series) -> list[str]:
    found = starts(series, AFTER, BEFORE)
    assert found is not None
    return [each.text for each in found]


def test_a_clock_change_moves_the_instant_and_not_the_hour_on_the_wall() -> None:
    assert texts(Series(MONDAY, ("FREQ=WEEKLY;COUNT=4",))) == [
        "2026-03-16T08:00:00Z",
        "2026-03-23T08:00:00Z",
        "2026-03-30T07:00:00Z",
        "2026-04-06T07:00:00Z",
    ]


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("FREQ=WEEKLY;UNTIL=20260330T070000Z", 3),
        ("FREQ=WEEKLY;UNTIL=20260330T065959Z", 2),
        ("FREQ=WEEKLY;UNTIL=20260330", 3),
        ("freq=weekly;until=20260330T090000", 3),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20270101", 3),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5", 5),
        ("FREQ=MONTHLY;BYDAY=3MO", 10),
        ("FREQ=WEEKLY", 42),
        ("FREQ=DAILY;COUNT=2;", 2),
    ],
)
def test_a_rule_ends_where_it_says(rule: str, count: int) -> None:
    assert len(texts(Series(MONDAY, (rule,)))) == count


def test_weekdays_and_leap_days_are_those_of_the_calendar() -> None:
    assert texts(Series(MONDAY, ("FREQ=WEEKLY;BYDAY=TU,FR;COUNT=4",)))[-2:] == [
        "2026-03-20T08:00:00Z",
        "2026-03-24T08:00:00Z",
    ]
    leap = Series(Moment(date(2020, 2, 29)), ("FREQ=YEARLY",))
    found = starts(leap, datetime(2020, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
    assert found is not None
    assert [each.text for each in found] == ["2020-02-29", "2024-02-29", "2028-02-29"]


def test_the_window_has_its_first_instant_and_not_its_last() -> None:
    daily = Series(Moment(WALL("2025-12-31T00:00"), UTC), ("FREQ=DAILY",))
    found = texts(daily)
    assert (found[0], found[-1]) == ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z")


def test_dates_are_added_and_taken_away_in_any_zone() -> None:
    added = (Moment(WALL("2026-06-01T09:00"), BERLIN), Moment(WALL("2026-06-02T07:00"), UTC))
    removed = (Moment(WALL("2026-03-23T08:00"), UTC), Moment(date(2026, 3, 30)))
    found = texts(Series(MONDAY, ("FREQ=WEEKLY;COUNT=3",), added, removed))
    assert found == ["2026-03-16T08:00:00Z", "2026-06-01T07:00:00Z", "2026-06-02T07:00:00Z"]


def test_whole_days_stay_days() -> None:
    series = Series(Moment(date(2026, 12, 30)), ("FREQ=DAILY;COUNT=3",), (Moment(date(2026, 5, 1)),))
    assert texts(series) == ["2026-05-01", "2026-12-30", "2026-12-31"]


def test_a_series_in_an_unknown_zone_stays_in_local_time() -> None:
    assert texts(Series(Moment(WALL("2026-03-16T09:00")), ("FREQ=DAILY;COUNT=2",))) == [
        "2026-03-16T09:00:00",
        "2026-03-17T09:00:00",
    ]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=5",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY;BYSETPOS=0",
        "nonsense",
        "",
        "FREQ=",
    ],
)
def test_a_rule_that_no_meeting_has_is_not_followed(rule: str) -> None:
    assert starts(Series(MONDAY, (rule,)), AFTER, BEFORE) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=2000000000",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=7",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;COUNT=7",
        "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO",
    ],
)
def test_a_rule_that_hardly_ever_ends_does_not_hold_up_the_load(rule: str) -> None:
    long_ago = Series(Moment(WALL("2008-01-01T09:00"), UTC), (rule,))
    found = starts(long_ago, AFTER, BEFORE)
    assert found is not None
    assert len(found) == (365 if "BY" not in rule else 0)


def test_a_series_of_centuries_and_one_of_countless_rules_are_not_followed() -> None:
    assert starts(Series(Moment(WALL("1601-01-01T00:00"), UTC), ("FREQ=DAILY",)), AFTER, BEFORE) is None
    assert starts(Series(MONDAY, ("FREQ=DAILY",) * 5), AFTER, BEFORE) is None


def test_no_more_starts_are_kept_than_anybody_needs() -> None:
    found = starts(Series(MONDAY, ("FREQ=DAILY;BYHOUR=9,15",)), AFTER, BEFORE + timedelta(days=60))
    assert found is not None
    assert len(found) == MOST_STARTS


@given(
    first=st.datetimes(WALL("2016-01-01T00:00"), WALL("2026-12-31T00:00")),
    every=st.integers(1, 9),
    unit=st.sampled_from([("DAILY", 1), ("WEEKLY", 7)]),
    count=st.none() | st.integers(1, 400),
)
@settings(max_examples=30)
def test_a_plain_rule_agrees_with_counting_days(
    first: datetime, every: int, unit: tuple[str, int], count: int | None
) -> None:
    first = first.replace(microsecond=0)
    name, days = unit
    rule = f"FREQ={name};INTERVAL={every}" + (f";COUNT={count}" if count else "")
    by_hand: list[datetime] = []
    at, number = first, 0
    while at < BEFORE.replace(tzinfo=None) and (count is None or number < count):
        if at >= AFTER.replace(tzinfo=None):
            by_hand.append(at)
        at, number = at + timedelta(days=days * every), number + 1
    found = starts(Series(Moment(first, UTC), (rule,)), AFTER, BEFORE)
    assert found == tuple(Moment(each, UTC) for each in by_hand)


PARTS = [
    *("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "INTERVAL=2", "COUNT=5", "UNTIL=20260601", "UNTIL=x"),
    *("BYDAY=MO,-1FR", "BYMONTH=2", "BYMONTHDAY=31", "BYSETPOS=-1", "BYYEARDAY=400", "BYWEEKNO=53", "WKST=SU"),
    *("BYHOUR=25", "RSCALE=GREGORIAN"),
]
RULE = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(PARTS),
        max_size=5,
    ).map(";".join),
)


@given(RULE, st.sampled_from([MONDAY, Moment(date(2026, 2, 28)), Moment(WALL("2024-02-29T23:00"))]))
@settings(max_examples=60)
def test_no_rule_is_too_odd(rule: str, first: Moment) -> None:
    found = starts(Series(first, (rule,)), AFTER, BEFORE)
    assert found is None or list(found) == sorted(found, key=lambda each: each.text)


def test_an_invitation_to_a_series_is_one_effort_with_the_starts_inside_the_window(tmp_path: Path) -> None:
    text = calendar(event("RRULE:FREQ=WEEKLY;COUNT=10", "EXDATE:20260518T120000Z"))
    found = translated(tmp_path, text, reading(window_days="30/14"))
    assert len(found.of("effort")) == 1
    assert found.attributes("series") == ["followed"]
    # Ten weeks from 11 May, the second taken out; the export is of 1 June, the window ends on 15 June.
    assert found.attributes("meeting_start") == [
        "2026-05-11T12:00:00Z",
        "2026-05-25T12:00:00Z",
        "2026-06-01T12:00:00Z",
        "2026-06-08T12:00:00Z",
    ]
    ids = [each["source_id"] for each in found.of("attribute")]
    assert len(ids) == len(set(ids))


def test_a_series_that_is_not_followed_is_still_an_invitation(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event("RRULE:FREQ=SECONDLY")))
    assert found.one("effort")["subkind"] == "invitation"
    assert found.attributes("series") == ["not_followed"]


@pytest.mark.parametrize("window", ["30", "a/b", "-1/3", "1/2/3", "99999/1"])
def test_a_window_that_is_none_is_said(tmp_path: Path, window: str) -> None:
    with pytest.raises(UsageError, match="window_days"):
        translated(tmp_path, calendar(event()), reading(window_days=window))
