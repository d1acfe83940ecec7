"""What people answered: buyers' acts with a time, acts only known as a state, and the seller's own answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.reading import Item, Kept, Place
from answerback.sources.calendar import from_mail_part
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

REPLIED = datetime(2026, 5, 5, 9, 30, tzinfo=UTC)
TOKEN = "meeting:1@seller.example"


def reply(*attendees: str, organiser: str = SELLER, lines: tuple[str, ...] = ()) -> str:
    return calendar(event("DTSTAMP:20260505T093000Z", *lines, organiser=organiser, attendees=attendees), method="REPLY")


@pytest.mark.parametrize(
    ("status", "kind", "subkind"),
    [
        ("ACCEPTED", "accepted_meeting", None),
        ("accepted", "accepted_meeting", None),
        ("DECLINED", "declined_meeting", None),
        ("TENTATIVE", "replied", "tentative"),
        ("DELEGATED", "delegated", None),
    ],
)
def test_a_reply_is_the_buyers_act_at_its_own_time(tmp_path: Path, status: str, kind: str, subkind: str | None) -> None:
    found = translated(tmp_path, reply(asked(BUYER, status)))
    action = found.one("buyer_action")
    assert (action["kind"], action.get("subkind")) == (kind, subkind)
    assert (action["occurred_at"], action["refers_to"]) == (REPLIED, TOKEN)
    assert (action["contact_id"], action["account_id"], action["evidence"]) == (BUYER, "buyer.example", "captured")
    assert found.of("effort") == []


@pytest.mark.parametrize("status", ["NEEDS-ACTION", "COMPLETED", "X-MAYBE", ""])
def test_silence_is_no_act(tmp_path: Path, status: str) -> None:
    assert translated(tmp_path, reply(asked(BUYER, status))).kinds == {"no_answer": 1}
    assert translated(tmp_path, calendar(event(attendees=(asked(BUYER, status),)))).of("buyer_action") == []


def test_a_reply_without_a_time_is_no_timed_act(tmp_path: Path) -> None:
    text = reply(asked(BUYER, "ACCEPTED")).replace("DTSTAMP:20260505T093000Z\r\n", "")
    assert translated(tmp_path, text).rejects == [("missing", "DTSTAMP")]


def test_two_replies_of_one_person_are_two_acts(tmp_path: Path) -> None:
    later = reply(asked(BUYER, "DECLINED")).replace("20260505T093000Z", "20260506T093000Z")
    actions = translated(tmp_path, reply(asked(BUYER, "ACCEPTED")) + later).of("buyer_action")
    assert len({each["source_id"] for each in actions}) == 2


def test_an_answer_in_a_plain_calendar_lies_in_an_interval_and_is_put_at_its_end(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event(attendees=(asked(BUYER, "ACCEPTED"), asked(OTHER_BUYER, "TENTATIVE")))))
    accepted, tentative = found.of("buyer_action")
    assert (accepted["kind"], accepted["subkind"]) == ("accepted_meeting", "status")
    assert (tentative["kind"], tentative["subkind"]) == ("replied", "tentative_status")
    # Created on 4 May, last changed on 6 May: LAST-MODIFIED, not the time of the export in DTSTAMP.
    assert accepted["occurred_at"] == datetime(2026, 5, 6, 8, tzinfo=UTC)
    starts = [each for each in found.of("attribute") if each["name"] == "interval_start"]
    assert {each["value"] for each in starts} == {"2026-05-04T08:00:00Z"}
    assert {each["subject_id"] for each in starts} == {accepted["source_id"], tentative["source_id"]}


def test_without_a_last_change_the_stamp_of_the_export_ends_the_interval(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event("LAST-MODIFIED:-", attendees=(asked(BUYER, "DECLINED"),))))
    assert found.one("buyer_action")["occurred_at"] == datetime(2026, 6, 1, tzinfo=UTC)


def test_no_answer_comes_before_its_invitation(tmp_path: Path) -> None:
    text = event("LAST-MODIFIED:20260501T000000Z", attendees=(asked(BUYER, "ACCEPTED"),))
    found = translated(tmp_path, calendar(text))
    assert found.one("buyer_action")["occurred_at"] == found.one("effort")["occurred_at"]


def test_exchange_keeps_when_each_attendee_answered(tmp_path: Path) -> None:
    answered = asked(BUYER, "ACCEPTED", ";X-MS-OLK-RESPTIME=20260505T093000Z")
    found = translated(tmp_path, calendar(event(attendees=(answered,))))
    assert found.one("buyer_action")["occurred_at"] == REPLIED
    assert "subkind" not in found.one("buyer_action")
    assert found.attributes("interval_start") == []


@pytest.mark.parametrize("never", ["16010101T000000Z", "20260503T000000Z", "soon"])
def test_a_time_of_answer_that_cannot_be_is_none(tmp_path: Path, never: str) -> None:
    answered = asked(BUYER, "ACCEPTED", f";X-MS-OLK-RESPTIME={never}")
    assert translated(tmp_path, calendar(event(attendees=(answered,)))).one("buyer_action")["subkind"] == "status"


def test_what_a_request_says_of_answers_is_the_organisers_word_and_no_act(tmp_path: Path) -> None:
    text = calendar(event(attendees=(asked(BUYER, "ACCEPTED"),)), method="REQUEST")
    assert translated(tmp_path, text).of("buyer_action") == []


@pytest.mark.parametrize(
    ("status", "subkind"),
    [
        ("ACCEPTED", "acceptance"),
        ("DECLINED", "refusal"),
        ("TENTATIVE", "tentative"),
        ("DELEGATED", "delegation"),
    ],
)
def test_a_sellers_answer_to_a_buyers_invitation_is_a_reactive_effort(
    tmp_path: Path, status: str, subkind: str
) -> None:
    sent = translated(tmp_path, reply(asked(SELLER, status), organiser=BUYER)).one("effort")
    assert (sent["rep_id"], sent["contact_id"], sent["subkind"]) == (SELLER, BUYER, subkind)
    assert (sent["refers_to"], sent["occurred_at"]) == (TOKEN, REPLIED)
    stored = translated(tmp_path, calendar(event(organiser=BUYER, attendees=(asked(SELLER, status),))))
    assert stored.one("effort")["subkind"] == subkind
    assert stored.attributes("interval_start") == ["2026-05-04T08:00:00Z"]


def test_answers_among_our_own_or_among_buyers_are_nobodys_act(tmp_path: Path) -> None:
    assert translated(tmp_path, reply(asked(COLLEAGUE, "ACCEPTED"))).kinds == {"no_outside_party": 1}
    assert translated(tmp_path, reply(asked(OTHER_BUYER, "ACCEPTED"), organiser=BUYER)).kinds == {"no_own_party": 1}


def test_one_meeting_of_a_series_is_told_apart(tmp_path: Path) -> None:
    for written in ("RECURRENCE-ID:20260518T120000Z", "RECURRENCE-ID;TZID=Europe/Berlin:20260518T140000"):
        action = translated(tmp_path, reply(asked(BUYER, "DECLINED"), lines=(written,))).one("buyer_action")
        assert action["refers_to"] == f"{TOKEN}#20260518T120000Z {TOKEN}"
    moved = calendar(event("RECURRENCE-ID:20260518T120000Z", "SEQUENCE:1"), method="REQUEST")
    effort = translated(tmp_path, moved).one("effort")
    assert (effort["reference"], effort["about"]) == (f"{TOKEN}#20260518T120000Z", TOKEN)
    assert effort["subkind"] == "rescheduled"


def test_a_changed_meeting_of_a_series_in_a_plain_calendar_has_answers_but_is_no_effort(tmp_path: Path) -> None:
    line = "RECURRENCE-ID:20260518T120000Z"
    assert translated(tmp_path, calendar(event(line))).kinds == {"occurrence": 1}
    found = translated(tmp_path, calendar(event(line, attendees=(asked(BUYER, "DECLINED"),))))
    assert found.of("effort") == []
    assert found.one("buyer_action")["refers_to"] == f"{TOKEN}#20260518T120000Z {TOKEN}"


def test_another_time_proposed_by_the_only_buyer_is_theirs(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event("DTSTAMP:20260505T093000Z"), method="COUNTER"))
    action = found.one("buyer_action")
    assert (action["kind"], action["contact_id"], action["refers_to"]) == ("rescheduled", BUYER, TOKEN)
    assert found.attributes("proposed_start") == ["2026-05-11T12:00:00Z"]


def test_who_of_several_proposed_another_time_is_only_in_the_mail(tmp_path: Path) -> None:
    text = calendar(event(attendees=(asked(BUYER), asked(OTHER_BUYER))), method="COUNTER")
    action = translated(tmp_path, text).one("buyer_action")
    assert "contact_id" not in action
    assert action["account_id"] == "buyer.example"
    (kept,) = kept_of(from_mail_part(text.encode(), reading(), Place("inbox", 3), sender=OTHER_BUYER))
    assert kept.records[0].fields["contact_id"] == OTHER_BUYER


def test_a_sellers_counter_proposal_is_an_effort(tmp_path: Path) -> None:
    text = calendar(event(organiser=BUYER, attendees=(asked(SELLER), asked(COLLEAGUE))), method="COUNTER")
    assert translated(tmp_path, text).kinds == {"unknown_sender": 1}
    (kept,) = kept_of(from_mail_part(text.encode(), reading(), Place("sent", 3), sender=COLLEAGUE))
    assert (kept.records[0].type, kept.records[0].fields["rep_id"]) == ("effort", COLLEAGUE)


@pytest.mark.parametrize(
    ("organiser", "attendee", "record"), [(SELLER, BUYER, "effort"), (BUYER, SELLER, "buyer_action")]
)
def test_keeping_to_the_time_answers_a_counter_proposal(
    tmp_path: Path, organiser: str, attendee: str, record: str
) -> None:
    text = calendar(event(organiser=organiser, attendees=(asked(attendee),)), method="DECLINECOUNTER")
    assert translated(tmp_path, text).one(record)["subkind"] == "counter_declined"


@pytest.mark.parametrize(("method", "kind"), [("REFRESH", "refresh"), ("X-MINE", "other_method")])
def test_other_messages_are_counted(tmp_path: Path, method: str, kind: str) -> None:
    assert translated(tmp_path, calendar(event(), method=method)).kinds == {kind: 1}


def test_a_meeting_cancelled_by_the_buyer_in_a_plain_calendar_lies_in_an_interval(tmp_path: Path) -> None:
    found = translated(tmp_path, calendar(event("STATUS:CANCELLED", organiser=BUYER, attendees=(asked(SELLER),))))
    asked_for, refused = found.of("buyer_action")
    assert (asked_for["kind"], refused["kind"], refused["subkind"]) == (
        "inquired",
        "declined_meeting",
        "cancelled_status",
    )
    assert found.attributes("interval_start") == ["2026-05-04T08:00:00Z"]


def test_a_mail_part_gives_the_same_as_a_file_at_the_mails_place(tmp_path: Path) -> None:
    text = reply(asked(BUYER, "ACCEPTED"))
    place = Place("inbox.mbox", 7)
    (kept,) = kept_of(from_mail_part(text.encode(), reading(), place))
    assert kept.place == place
    assert dict(kept.records[0].fields) == translated(tmp_path, text).one("buyer_action")


def test_options_of_the_mailbox_do_not_disturb_its_calendar_parts() -> None:
    text = reply(asked(BUYER, "ACCEPTED"))
    assert kept_of(from_mail_part(text.encode(), reading(lists="keep", owner=SELLER), Place("inbox.mbox", 7)))


def test_a_mail_part_that_is_no_calendar_gives_nothing() -> None:
    assert list(from_mail_part(b"\x00\xff<html>", reading(), Place("inbox", 1))) == []


def kept_of(items: Iterable[Item]) -> list[Kept]:
    return [each for each in items if isinstance(each, Kept)]
