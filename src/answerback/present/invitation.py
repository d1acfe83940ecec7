"""Talks as invitations that calendars take (RFC 5545, RFC 5546): one talk, or a rhythm with its rule.

An invitation says who, when and where to look, and nothing of what is talked about: calendars are read by many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Answerback//Talks//EN"
_ZONE_YEARS = 10
"""For so long from its first day on the rules of its time zone come with an invitation."""


class Every(StrEnum):
    """How often a rhythm comes."""

    DAY = "day"
    WEEK = "week"
    FORTNIGHT = "fortnight"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who takes part."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """One talk, or one rhythm.

    Attributes:
        uid: The same for every version of it, and for a rhythm and its talks.
        title: What the calendar shows.
        link: Where it is prepared.
        starts_at: When; aware.
        minutes: How long.
        organiser: Who invites.
        guests: Who is invited.
        changed: How often it was changed; calendars take the latest.
        made_at: When this version was made.
        cancelled: Whether it does not take place.
        every: How often it comes again; None: once.
        last_day: The last day of a rhythm that has ended.
        slot_at: Of a talk in a rhythm, when the rhythm has it.
    """

    uid: str
    title: str
    link: str
    starts_at: datetime
    minutes: int
    organiser: Guest
    guests: tuple[Guest, ...]
    changed: int
    made_at: datetime
    cancelled: bool = False
    every: Every | None = None
    last_day: date | None = None
    slot_at: datetime | None = None


def invitation(meeting: Meeting, zone: ZoneInfo) -> bytes:
    """The invitation as a file; one that is cancelled takes it out of the calendar.

    A rhythm keeps its hour in the organisation's time zone when clocks change, so the zone's rules come with it.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if meeting.cancelled else "REQUEST")
    calendar.add_component(_event(meeting, zone))
    first = meeting.starts_at.astimezone(zone).date().replace(month=1, day=1)
    calendar.add_missing_timezones(first_date=first, last_date=first.replace(year=first.year + _ZONE_YEARS))
    made: bytes = calendar.to_ical()
    return made


def _event(meeting: Meeting, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.changed)
    event.add("dtstamp", meeting.made_at.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("duration", timedelta(minutes=meeting.minutes))
    event.add("summary", meeting.title)
    event.add("description", meeting.link)
    event.add("url", meeting.link)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if meeting.cancelled else "CONFIRMED")
    if meeting.every is not None:
        event.add("rrule", _rule(meeting, zone))
    if meeting.slot_at is not None:
        event.add("recurrence-id", meeting.slot_at.astimezone(zone))
    event.add("organizer", _address(meeting.organiser), encode=False)
    for each in meeting.guests:
        guest = _address(each)
        guest.params["role"], guest.params["partstat"] = vText("REQ-PARTICIPANT"), vText("NEEDS-ACTION")
        guest.params["rsvp"] = vText("TRUE")
        event.add("attendee", guest, encode=False)
    return event


def _rule(meeting: Meeting, zone: ZoneInfo) -> dict[str, Any]:
    rule: dict[str, Any] = {"freq": "weekly"}
    if meeting.every is Every.DAY:
        rule["byday"] = ["MO", "TU", "WE", "TH", "FR"]
    if meeting.every is Every.FORTNIGHT:
        rule["interval"] = 2
    if meeting.last_day is not None:
        local = datetime.combine(meeting.last_day, datetime.max.time().replace(microsecond=0), zone)
        rule["until"] = local.astimezone(UTC)
    return rule


def _address(guest: Guest) -> Any:
    made = vCalAddress(f"mailto:{guest.email}")
    made.params["cn"] = vText(guest.name)
    return made
