"""Times: UTC, zones, clock changes, floating, whole days, zones of the file, of Windows and of nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.sources.calendar.components import Calendar
from answerback.sources.calendar.times import BadTime, Moment, moment, zone
from tests.sources.calendar.calendars import calendar, event, playbook, reading, translated

BERLIN = ZoneInfo("Europe/Berlin")
WALL = datetime.fromisoformat
"""What the clock on the wall shows: a time without a zone."""

OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Our Town
BEGIN:STANDARD
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0430
TZOFFSETTO:+0330
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0330
TZOFFSETTO:+0430
END:DAYLIGHT
END:VTIMEZONE
"""


@pytest.mark.parametrize(
    ("value", "tzid", "text"),
    [
        ("20260511T120000Z", "", "2026-05-11T12:00:00Z"),
        ("20260511T120000Z", "Europe/Berlin", "2026-05-11T12:00:00Z"),
        ("20260511T120000", "Europe/Berlin", "2026-05-11T10:00:00Z"),
        ("20260111T120000", "Europe/Berlin", "2026-01-11T11:00:00Z"),
        ("20260511T120000", '"Europe/Berlin"', "2026-05-11T10:00:00Z"),
        ("20260511T120000", "W. Europe Standard Time", "2026-05-11T10:00:00Z"),
        ("20260511T120000", "/freeassociation.sourceforge.net/Europe/Berlin", "2026-05-11T10:00:00Z"),
        ("20260511T120000", "Our Town", "2026-05-11T07:30:00Z"),
        ("20260111T120000", "Our Town", "2026-01-11T08:30:00Z"),
        # A zone that nobody knows keeps its local reading, and claims no instant.
        ("20260511T120000", "Customized Time Zone", "2026-05-11T12:00:00"),
        ("20260511T120000", "../../etc/passwd", "2026-05-11T12:00:00"),
        # Floating: the organisation's own zone.
        ("20260511T120000", "", "2026-05-11T03:00:00Z"),
        ("20260511", "", "2026-05-11"),
        ("20260511", "Europe/Berlin", "2026-05-11"),
        # A leap second.
        ("20161231T235960Z", "", "2016-12-31T23:59:59Z"),
        # The clock goes forward at two: half past two does not exist, and is read with the offset before.
        ("20260329T023000", "Europe/Berlin", "2026-03-29T01:30:00Z"),
        # It goes back at three: half past two comes twice, and the first is meant.
        ("20261025T023000", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("00010101T000000", "Asia/Tokyo", "0001-01-01T00:00:00"),
    ],
)
def test_a_time_is_read_as_it_is_meant(value: str, tzid: str, text: str) -> None:
    own = Calendar(zones={"Our Town": OWN_ZONE.replace("\n", "\r\n")})
    assert moment(value, tzid, own, ZoneInfo("Asia/Tokyo")).text == text


def test_a_calendars_own_zone_holds_for_its_floating_times() -> None:
    assert moment("20260511T120000", "", Calendar(zone="Europe/Berlin"), UTC).text == "2026-05-11T10:00:00Z"
    assert moment("20260511T120000", "", Calendar(zone="Atlantis"), UTC).text == "2026-05-11T12:00:00Z"


@pytest.mark.parametrize(
    "value", ["", "2026", "20261301", "20260230T000000Z", "20260511T250000", "20260511T1200", "٢٠٢٦٠٥١١"]
)
def test_what_is_no_time_is_said(value: str) -> None:
    with pytest.raises(BadTime):
        moment(value, "", Calendar(), UTC)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYSECOND=1,2",
        "FREQ=YEARLY;COUNT=9",
        "FREQ=DAILY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=0",
        "nonsense",
    ],
)
def test_a_hostile_zone_is_followed_in_bounded_time_or_not_at_all(rule: str) -> None:
    text = OWN_ZONE.replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", rule).replace("\n", "\r\n")
    found = zone("Our Town", Calendar(zones={"Our Town": text}))
    assert found is None or found.utcoffset(WALL("2026-05-01T00:00")) is not None


@given(st.text(max_size=200))
def test_no_definition_of_a_zone_is_too_odd(text: str) -> None:
    assert zone("x", Calendar(zones={"x": f"BEGIN:VTIMEZONE\r\nTZID:x\r\n{text}\r\nEND:VTIMEZONE\r\n"})) is None


@given(st.datetimes(WALL("1980-01-01T00:00"), WALL("2090-01-01T00:00")))
def test_local_time_in_a_zone_is_the_instant_that_shows_it(local: datetime) -> None:
    local = local.replace(microsecond=0, fold=0)
    instant = Moment(local, BERLIN).instant
    assert instant is not None
    back = instant.astimezone(BERLIN).replace(tzinfo=None, fold=0)
    # In the gap of a clock change the wall shows a later hour; everywhere else the same, and the first of two.
    assert back in {local, local + timedelta(hours=1)}
    if back == local:
        earlier = instant - timedelta(hours=1)
        assert earlier.astimezone(BERLIN).replace(tzinfo=None, fold=0) != local
    assert moment(local.strftime("%Y%m%dT%H%M%S").zfill(15), "Europe/Berlin", Calendar(), UTC).instant == instant


@given(st.dates(), st.sampled_from(["Europe/Berlin", "", "Pacific/Kiritimati"]))
def test_a_whole_day_is_a_day_and_no_instant(day: date, tzid: str) -> None:
    found = moment(f"{day.year:04}{day.month:02}{day.day:02}", tzid, Calendar(), BERLIN)
    assert (found.instant, found.text) == (None, day.isoformat())


def test_floating_times_are_the_organisations(tmp_path: Path) -> None:
    load = reading(playbook(time_zone="America/New_York"))
    found = translated(tmp_path, calendar(event("DTSTART:20260511T090000")), load)
    assert found.attributes("meeting_start") == ["2026-05-11T13:00:00Z"]
