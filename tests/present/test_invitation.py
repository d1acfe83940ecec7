"""Invitations are read back by our own calendar source, and by the rules of the standard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Calendar

from answerback.domain.playbook import Playbook, Privacy
from answerback.domain.reading import Kept, Place, Reading
from answerback.present.invitation import Every, Guest, Meeting, invitation
from answerback.sources.calendar.source import from_mail_part

BERLIN = ZoneInfo("Europe/Berlin")
ANN, BO = Guest("Ann Reed", "ann@acme.example"), Guest('Bo "the" Lind; x', "bo@acme.example")


def meeting(**more: object) -> Meeting:
    known: dict[str, object] = {
        "uid": "7d0c",
        "title": "One-to-one: Ann and Bo",
        "link": "https://answerback.example/talks/1/",
        "starts_at": datetime(2026, 3, 27, 8, 30, tzinfo=UTC),
        "minutes": 30,
        "organiser": ANN,
        "guests": (BO,),
        "changed": 2,
        "made_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Meeting(**(known | more))  # type: ignore[arg-type]  # the names are those of the fields


def event(made: bytes) -> Any:
    return Calendar.from_ical(made).walk("VEVENT")[0]


def test_our_own_source_reads_it_and_leaves_out_what_is_private() -> None:
    reading = Reading(
        Playbook(privacy=Privacy(outside="all")), datetime(2026, 5, 5, tzinfo=UTC), options={"own": "acme.example"}
    )
    guest = Guest("Bea", "bea@buyer.example")
    made = invitation(meeting(guests=(guest,)), BERLIN)

    def efforts(data: bytes) -> list[str]:
        items = [each for each in from_mail_part(data, reading, Place("x", 1)) if isinstance(each, Kept)]
        return [str(each.fields["kind"]) for item in items for each in item.records if each.type == "effort"]

    assert efforts(made) == []
    assert efforts(made.replace(b"CLASS:PRIVATE", b"CLASS:PUBLIC")) == ["meeting"]


def test_lines_are_as_the_standard_wants_them() -> None:
    made = invitation(meeting(title="x" * 300 + "\nBEGIN:VALARM"), BERLIN)
    assert made.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\r\nBEGIN:VALARM" not in made


@pytest.mark.parametrize(
    ("every", "days"),
    [(Every.DAY, ["03-27", "03-30", "03-31"]), (Every.WEEK, ["03-27", "04-03"]), (Every.FORTNIGHT, ["03-27", "04-10"])],
)
def test_a_rule_keeps_the_hour_when_clocks_change(every: Every, days: list[str]) -> None:
    found = event(invitation(meeting(every=every), BERLIN))
    rule = rrulestr(found["RRULE"].to_ical().decode(), dtstart=found["DTSTART"].dt)
    times = list(rule.xafter(datetime(2026, 3, 1, tzinfo=BERLIN), count=len(days)))
    assert [f"{each:%m-%d}" for each in times] == days
    assert {each.astimezone(BERLIN).hour for each in times} == {9}


def test_an_ended_rhythm_says_its_last_day() -> None:
    found = event(invitation(meeting(every=Every.WEEK, last_day=date(2026, 4, 3)), BERLIN))
    assert found["RRULE"]["UNTIL"] == [datetime(2026, 4, 3, 21, 59, 59, tzinfo=UTC)]


def test_its_time_zone_comes_with_it_and_a_name_breaks_nothing() -> None:
    calendar = Calendar.from_ical(invitation(meeting(), BERLIN))
    assert [str(each["TZID"]) for each in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    found: Any = calendar.walk("VEVENT")[0]
    assert str(found["ATTENDEE"]) == "mailto:bo@acme.example"
    assert found["DTSTART"].dt == meeting().starts_at
    assert found["DURATION"].dt == timedelta(minutes=30)
