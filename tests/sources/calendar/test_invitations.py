"""An invitation is an effort, or a buyer's inquiry."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.sources.calendar.calendars import (
    BUYER,
    COLLEAGUE,
    OTHER_BUYER,
    SELLER,
    asked,
    calendar,
    event,
    reading,
    translated,
)

CREATED = datetime(2026, 5, 4, 8, tzinfo=UTC)


def test_an_invitation_by_a_seller_is_an_effort_when_it_was_sent_and_not_when_the_meeting_is(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event()))
    effort = found.one("effort")
    assert effort == {
        "source_id": "1@seller.example",
        "rep_id": SELLER,
        "contact_id": BUYER,
        "account_id": "buyer.example",
        "occurred_at": CREATED,
        "kind": "meeting",
        "subkind": "invitation",
        "evidence": "captured",
        "reference": "meeting:1@seller.example",
        "version_at": datetime(2026, 5, 6, 8, tzinfo=UTC),
    }
    assert found.attributes("meeting_start") == ["2026-05-11T12:00:00Z"]
    assert found.of("buyer_action") == []


def test_both_sides_take_part_and_rooms_do_not(tmp_path: Path) -> None:
    attendees = (
        asked(BUYER),
        asked(OTHER_BUYER, more=";ROLE=OPT-PARTICIPANT"),
        asked(COLLEAGUE),
        asked(SELLER, "ACCEPTED"),
        asked("room@buyer.example", more=";CUTYPE=ROOM"),
        asked("c_1@resource.calendar.google.com"),
    )
    found = translated(tmp_path, calendar(event(attendees=attendees)))
    sides = {(each.get("rep_id"), each.get("contact_id"), each["role"]) for each in found.of("participant")}
    assert sides == {
        (SELLER, None, "organizer"),
        (COLLEAGUE, None, "attendee"),
        (None, BUYER, "attendee"),
        (None, OTHER_BUYER, "optional"),
    }
    assert {each["event_id"] for each in found.of("participant")} == {"1@seller.example"}


def test_people_and_companies_come_with_the_meeting_once(tmp_path: Path) -> None:
    free = "zoe@gmail.com"
    attendees = (asked(BUYER), asked(free))
    found = translated(tmp_path, calendar(event(attendees=attendees), event(attendees=attendees, uid="2")))
    assert found.also("account") == [{"source_id": "buyer.example", "domain": "buyer.example"}, {"source_id": free}]
    assert [each["source_id"] for each in found.also("contact")] == [BUYER, free]
    assert found.also("contact")[1]["account_id"] == free
    assert [each["source_id"] for each in found.also("rep")] == [SELLER]


def test_the_first_who_is_asked_is_the_contact_not_one_who_is_only_informed(tmp_path: Path) -> None:
    attendees = (asked(OTHER_BUYER, more=";ROLE=NON-PARTICIPANT"), asked(BUYER))
    assert translated(tmp_path, calendar(event(attendees=attendees))).one("effort")["contact_id"] == BUYER


def test_an_invitation_sent_by_a_seller_for_somebody_else_is_the_sellers(tmp_path: Path) -> None:
    text = event(
        organiser="",
        attendees=(f'ORGANIZER;SENT-BY="mailto:{SELLER}":mailto:boss@partner.example', asked(BUYER)),
    )
    assert translated(tmp_path, calendar(text)).one("effort")["rep_id"] == SELLER


def test_an_address_may_stand_beside_a_value_that_is_none(tmp_path: Path) -> None:
    text = event(attendees=(f"ATTENDEE;EMAIL={BUYER};PARTSTAT=ACCEPTED:urn:uuid:1234",))
    assert translated(tmp_path, calendar(text)).one("buyer_action")["contact_id"] == BUYER


@pytest.mark.parametrize("statuses", [("ACCEPTED", "NEEDS-ACTION"), ("NEEDS-ACTION", "ACCEPTED")])
def test_somebody_listed_twice_is_one_person_with_the_answer_they_gave(
    tmp_path: Path, statuses: tuple[str, str]
) -> None:
    found = translated(tmp_path, calendar(event(attendees=tuple(asked(BUYER, each) for each in statuses))))
    assert found.one("buyer_action")["kind"] == "accepted_meeting"
    assert len(found.of("participant")) == 2


def test_an_invitation_by_a_buyer_is_an_inquiry(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event(organiser=BUYER, attendees=(asked(SELLER), asked(OTHER_BUYER)))))
    action = found.one("buyer_action")
    assert (action["kind"], action["subkind"], action["contact_id"]) == ("inquired", "invitation", BUYER)
    assert (action["reference"], action["occurred_at"]) == ("meeting:1@seller.example", CREATED)
    assert found.of("effort") == []
    assert len(found.of("participant")) == 3


@pytest.mark.parametrize(
    ("organiser", "attendees", "kind"),
    [
        (SELLER, (asked(COLLEAGUE),), "no_outside_party"),
        (SELLER, (asked("room@buyer.example", more=";CUTYPE=RESOURCE"),), "no_outside_party"),
        (BUYER, (asked(OTHER_BUYER),), "no_own_party"),
        (SELLER, (), "no_attendees"),
        ("", (asked(BUYER),), "no_organiser"),
        ("unknownorganizer@calendar.google.com", (asked(BUYER),), "no_organiser"),
    ],
)
def test_what_is_not_between_seller_and_buyer_is_counted_by_kind(
    tmp_path: Path, organiser: str, attendees: tuple[str, ...], kind: str
) -> None:
    found = translated(tmp_path, calendar(event(organiser=organiser, attendees=attendees)))
    assert (found.kinds, found.read) == ({kind: 1}, 1)


def test_a_meeting_without_organiser_is_the_calendar_owners_claim(tmp_path: Path) -> None:
    text = calendar(event(organiser="", attendees=(asked(BUYER, "ACCEPTED"), asked(SELLER, "ACCEPTED"))))
    found = translated(tmp_path, text, reading(owner=SELLER))
    assert (found.one("effort")["rep_id"], found.one("effort")["evidence"]) == (SELLER, "claimed")
    assert found.one("buyer_action")["evidence"] == "claimed"
    assert [each.get("rep_id") for each in found.of("participant")] == [SELLER, None]


def test_a_plain_calendar_that_does_not_say_when_it_was_made_places_nothing(tmp_path: Path) -> None:
    for created in ("CREATED:-", "CREATED:19000101T120000Z"):
        found = translated(tmp_path, calendar(event(created)))
        assert found.rejects == [("missing", "CREATED")]


def test_a_request_is_placed_by_its_stamp_where_it_does_not_say_when_it_was_made(tmp_path: Path) -> None:
    text = calendar(event("CREATED:-", "DTSTAMP:20260505T070000Z"), method="REQUEST")
    assert translated(tmp_path, text).one("effort")["occurred_at"] == datetime(2026, 5, 5, 7, tzinfo=UTC)


def test_a_raised_sequence_asks_again_and_the_same_one_does_not(tmp_path: Path) -> None:
    first = calendar(event("SEQUENCE:0", "DTSTAMP:20260504T080000Z"), method="REQUEST")
    same = calendar(event("SEQUENCE:0", "DTSTAMP:20260505T080000Z"), method="REQUEST")
    moved = calendar(event("SEQUENCE:1", "DTSTAMP:20260506T090000Z"), method="request")
    efforts = translated(tmp_path, first + same + moved).of("effort")
    assert [(each["source_id"], each["subkind"]) for each in efforts] == [
        ("1@seller.example", "invitation"),
        ("1@seller.example", "invitation"),
        ("1@seller.example/1", "rescheduled"),
    ]
    # Sent again a day later, the invitation is still of the day it was made.
    assert [each["occurred_at"] for each in efforts] == [CREATED, CREATED, datetime(2026, 5, 6, 9, tzinfo=UTC)]
    assert {each["reference"] for each in efforts} == {"meeting:1@seller.example"}


def test_a_high_number_on_the_first_request_is_still_the_first(tmp_path: Path) -> None:
    text = calendar(event("SEQUENCE:2", "DTSTAMP:20260504T080030Z"), method="REQUEST")
    assert translated(tmp_path, text).one("effort")["subkind"] == "invitation"


def test_a_buyer_who_moves_their_own_meeting_reschedules(tmp_path: Path) -> None:
    text = calendar(event("SEQUENCE:1", organiser=BUYER, attendees=(asked(SELLER),)), method="REQUEST")
    assert translated(tmp_path, text).one("buyer_action")["kind"] == "rescheduled"


def test_a_cancelled_meeting_of_ours_was_still_an_effort(tmp_path: Path) -> None:
    stored = translated(tmp_path, calendar(event("STATUS:CANCELLED")))
    assert stored.one("effort")["subkind"] == "invitation"
    assert stored.attributes("cancelled_at") == ["2026-05-06T08:00:00Z"]
    sent = translated(tmp_path, calendar(event("STATUS:CANCELLED"), method="CANCEL"))
    assert (sent.of("effort"), sent.attributes("cancelled_at")) == ([], ["2026-06-01T00:00:00Z"])


def test_taking_one_attendee_off_a_meeting_does_not_cancel_it(tmp_path: Path) -> None:
    assert translated(tmp_path, calendar(event(), method="CANCEL")).kinds == {"uninvited": 1}


@pytest.mark.parametrize(("status", "subkind"), [("STATUS:CANCELLED", "cancelled"), ("STATUS:-", "uninvited")])
def test_a_meeting_called_off_by_the_buyer_is_a_refusal(tmp_path: Path, status: str, subkind: str) -> None:
    text = calendar(event(status, organiser=BUYER, attendees=(asked(SELLER),)), method="CANCEL")
    action = translated(tmp_path, text).one("buyer_action")
    assert (action["kind"], action["subkind"]) == ("declined_meeting", subkind)
    assert action["refers_to"] == "meeting:1@seller.example"


def test_the_same_meeting_read_again_is_the_same_records(tmp_path: Path) -> None:
    text = calendar(event(attendees=(asked(BUYER, "ACCEPTED"),)))
    assert translated(tmp_path, text).items == translated(tmp_path, text).items
    later = translated(tmp_path, text.replace("20260506T080000Z", "20260507T080000Z"))
    ids = {each["source_id"] for each in later.of("effort") + later.of("buyer_action")}
    assert ids == {"1@seller.example", f"1@seller.example/{BUYER}/status"}


def test_a_uid_with_blanks_stays_one_token(tmp_path: Path) -> None:
    effort = translated(tmp_path, calendar(event(uid="a b\tc"))).one("effort")
    assert effort["reference"] == "meeting:a%20b%20c"


@pytest.mark.parametrize(
    ("line", "reject"),
    [
        ("UID:", ("missing", "UID")),
        ("UID:" + "x" * 2000, ("too_large", "UID")),
        ("DTSTART:2026-05-11", ("bad_time", "DTSTART")),
        ("DTSTART:20260231T000000Z", ("bad_time", "DTSTART")),
        ("CREATED:yesterday", ("bad_time", "CREATED")),
        ("SEQUENCE:many", ("not_a_number", "SEQUENCE")),
        ("RECURRENCE-ID:never", ("bad_time", "RECURRENCE-ID")),
        ("EXDATE:20260511T120000Z,x", None),
    ],
)
def test_a_line_that_cannot_be_read_costs_its_component_alone(
    tmp_path: Path, line: str, reject: tuple[str, str] | None
) -> None:
    found = translated(tmp_path, calendar(event(line), event(uid="2")))
    assert found.rejects == [reject or ("bad_time", "EXDATE")]
    assert found.one("effort")["source_id"] == "2"
