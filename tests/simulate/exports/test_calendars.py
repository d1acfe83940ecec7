"""Calendars that calendar programs take for real, and in which each answer is told once, to the second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from answerback.simulate.assemble import simulate
from answerback.simulate.exports import ical
from answerback.simulate.exports.addressbook import zone_of
from answerback.simulate.exports.calendar import write_calendars
from answerback.simulate.facts import Facts
from answerback.simulate.parameters import Parameters
from answerback.simulate.tokens import meeting_uid, message_id
from tests.simulate.exports.by_hand import ACCOUNTS, CONTACTS, SELLERS, at, told
from tests.simulate.exports.mails_by_hand import ACTIONS, EFFORTS, office_by_hand
from tests.simulate.exports.mails_loaded import Office, loaded, told_events
from tests.simulate.exports.test_mailboxes import read


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return loaded(office_by_hand(), tmp_path_factory.mktemp("calendars"))


def events(office: Office, owner: str) -> dict[str, Any]:
    text = (office.folder / "calendar" / f"{owner}@halden.example.ics").read_bytes()
    return {str(each["UID"]): each for each in Calendar.from_ical(text).walk("VEVENT")}


def meeting(office: Office, number: int) -> Any:
    owner = {0: "anna.berg", 1: "soren.cote-berg"}[EFFORTS[number]["seller"]]
    return events(office, owner)[meeting_uid(number, 7, "halden.example")]


def test_a_meeting_is_when_it_was_told_and_called_when_it_was_told(office: Office) -> None:
    for number in (12, 13, 14, 15):
        found = meeting(office, number)
        assert found["CREATED"].dt.timestamp() == EFFORTS[number]["at"]
        assert found["DTSTART"].dt.timestamp() == EFFORTS[number]["meets_at"]
        assert found["DTEND"].dt > found["DTSTART"].dt
    # Anna sits in New York; the other meeting is on the day after the clocks of Berlin were changed.
    assert meeting(office, 12)["DTSTART"].dt.isoformat() == "2026-02-03T09:00:00-05:00"
    assert meeting(office, 13)["DTSTART"].dt.isoformat() == "2026-03-30T09:30:00+02:00"


def test_a_guest_has_the_last_answer_with_its_instant(office: Office) -> None:
    expected = {12: ("ACCEPTED", 18), 13: ("DECLINED", 19), 14: ("DECLINED", 22), 15: ("ACCEPTED", 24)}
    for number, (status, act) in expected.items():
        guest = meeting(office, number)["ATTENDEE"]
        assert guest.params["PARTSTAT"] == status
        assert guest.params["X-MS-OLK-RESPTIME"] == ical.utc(ACTIONS[act]["at"])
        assert meeting(office, number)["LAST-MODIFIED"].dt.timestamp() == ACTIONS[act]["at"]


def test_answers_that_no_calendar_keeps_lie_in_the_mailbox(office: Office) -> None:
    box = office.folder / "mail" / "anna.berg@halden.example.mbox"
    mails = {each["Message-ID"].strip("<>"): each for each in read(box)}
    for number, method, title in ((21, "REPLY", "Accepted: "), (23, "COUNTER", "New Time Proposed: ")):
        mail = mails[message_id("action", number, 7, f"company{ACTIONS[number]['account']}.example")]
        part = next(each for each in mail.walk() if each.get_content_type() == "text/calendar")
        assert part.get_param("method") == method
        assert mail["Subject"] == f"{title}{meeting(office, ACTIONS[number]['answers'])['SUMMARY']}"
        found: Any = Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
        assert found["DTSTAMP"].dt.timestamp() == ACTIONS[number]["at"]
        assert found["LAST-MODIFIED"].dt <= found["DTSTAMP"].dt
        moved = (found["DTSTART"].dt - meeting(office, ACTIONS[number]["answers"])["DTSTART"].dt).days
        assert moved == (7 if method == "COUNTER" else 0)


def test_names_that_no_program_likes_arrive_whole(office: Office) -> None:
    assert meeting(office, 13)["ORGANIZER"].params["CN"] == SELLERS[2]["name"]
    for number in (12, 14, 15):
        person = CONTACTS[EFFORTS[number]["contact"]]
        assert meeting(office, number)["ATTENDEE"].params["CN"] == person["name"]
        assert meeting(office, number)["ATTENDEE"] == f"mailto:{person['email']}"
    assert str(ACCOUNTS[2]["name"]) in str(meeting(office, 14)["SUMMARY"])


def test_lines_are_folded_and_ended_as_the_standard_asks(office: Office) -> None:
    for path in (office.folder / "calendar").iterdir():
        text = path.read_bytes()
        assert text.endswith(b"END:VCALENDAR\r\n")
        assert text.count(b"\n") == text.count(b"\r\n")
        assert max(map(len, text.split(b"\r\n"))) <= 75
        for line in text.split(b"\r\n"):
            line.decode()  # no letter is cut in two


def test_no_letter_is_cut_in_two() -> None:
    for length in range(80):
        line = f"SUMMARY:{'x' * length}{'é東' * 60}"
        pieces = ical.calendar("PUBLISH", [line]).encode().split(b"\r\n")
        assert max(map(len, pieces)) <= 75
        assert line in "\r\n".join(each.decode() for each in pieces).replace("\r\n ", "")


def test_a_one_to_one_lies_in_both_calendars(office: Office) -> None:
    coach, rep = events(office, "uwe.yilmaz"), events(office, "anna.berg")
    shared = coach.keys() & rep.keys()
    assert {str(coach[each]["SUMMARY"]) for each in shared} == {"One-to-one Uwe / Anna"}
    assert len(shared) == 4


def test_the_days_seen_are_those_that_were_recorded(tmp_path: Path) -> None:
    until = at("2026-03-01 00:00:00")
    facts = told(
        seller=SELLERS, account=ACCOUNTS, contact=CONTACTS, effort=EFFORTS[12:13], action=ACTIONS[18:19],
        conversation=[{"seller": 0, "coach": 2, "at": at(f"2026-0{month}-11 08:30:00")} for month in (1, 2, 3)],
        coverage=[{"seller": 0, "system": "calendar", "from": at("2026-01-09 00:00:00"), "to": until}],
    )  # fmt: skip
    office = loaded(facts, tmp_path)
    (days,) = (each for each in office.calendar.also["coverage"] if each["rep_id"] == "anna.berg@halden.example")
    assert days["from"] == datetime(2026, 1, 26, 10, 0, tzinfo=UTC)
    assert days["to"].timestamp() == until + 1
    assert len(events(office, "anna.berg")) == 2


def test_what_was_typed_in_has_no_organiser_and_is_claimed(tmp_path: Path) -> None:
    typed = EFFORTS[12] | {"evidence": "claimed"}
    said = ACTIONS[18] | {"evidence": "claimed"}
    facts = told(seller=SELLERS, account=ACCOUNTS, contact=CONTACTS, effort=[typed], action=[said])
    office = loaded(facts, tmp_path)
    # Who typed it in is known by the calendar's owner; whom it was for was not invited by it.
    assert [each["evidence"] for each in office.calendar.records["effort"]] == ["claimed"]
    assert [each["evidence"] for each in office.calendar.records["buyer_action"]] == ["claimed"]


def test_the_same_facts_give_the_same_bytes(office: Office, tmp_path: Path) -> None:
    again = {each.name: each.read_bytes() for each in write_calendars(office_by_hand(), tmp_path)}
    assert again == {each.name: each.read_bytes() for each in (office.folder / "calendar").iterdir()}


@pytest.fixture(scope="module")
def practice() -> Facts:
    return simulate(Parameters(reps=3, managers=1, weeks=12, seed=5)).facts


@pytest.mark.parametrize("read_replies", [True, False])
def test_the_practice_company_comes_back_event_by_event(practice: Facts, tmp_path: Path, read_replies: bool) -> None:
    office = loaded(practice, tmp_path, read_replies=read_replies)
    wanted = told_events(practice, read_replies=read_replies)
    assert wanted.total() > 1000
    assert office.events() == wanted
    assert not office.mail.rejects
    assert not office.calendar.rejects


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kolkata", "Africa/Casablanca"]
)
def test_a_zone_is_told_as_it_is(name: str) -> None:
    text = ical.calendar("PUBLISH", [ical.zone_definition(zone_of(name), 2026, 2027)])
    if name == "Europe/Berlin":
        # When summer begins, the clock that is changed shows two.
        assert "DTSTART:20260329T020000\r\n" in text
        assert "DTSTART:20261025T030000\r\n" in text
    zone: Any = Calendar.from_ical(text).walk("VTIMEZONE")[0]
    told_zone = zone.to_tz(lookup_tzid=False)
    for day in range(0, 720, 3):
        noon = datetime(2026, 1, 1, 12, 30, tzinfo=UTC) + timedelta(days=day)
        local = noon.astimezone(zone_of(name)).replace(tzinfo=None)
        assert local.replace(tzinfo=told_zone).utcoffset() == noon.astimezone(zone_of(name)).utcoffset()
