"""Mailboxes that mail programs take for real, and whose mails come back as what was told."""

from __future__ import annotations

import mailbox
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_binary_file, message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from answerback.simulate.exports import texts
from answerback.simulate.exports.addressbook import Person, zone_of
from answerback.simulate.exports.drawing import Draw
from answerback.simulate.exports.headers import addressed, field
from answerback.simulate.exports.mail import write_mailboxes
from answerback.simulate.exports.routes import Routes
from answerback.simulate.exports.wording import Situation, by_buyer, by_seller
from answerback.simulate.facts import Facts
from answerback.simulate.tokens import message_id
from answerback.sources.mailbox.replies import Label, label_of_words
from tests.simulate.exports.by_hand import CONTACTS, SELLERS, at, told
from tests.simulate.exports.mails_by_hand import ACTIONS, LOST, office_by_hand
from tests.simulate.exports.mails_loaded import Office, loaded, told_events

ANNA, SOREN, UWE = "anna.berg", "soren.cote-berg", "uwe.yilmaz"


@pytest.fixture(scope="module")
def facts() -> Facts:
    return office_by_hand()


@pytest.fixture(scope="module")
def office(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return loaded(facts, tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def mails(office: Office) -> dict[str, Any]:
    """Every mail as Python's own reader has it, by its id."""
    found: dict[str, Any] = {}
    for path in (office.folder / "mail").iterdir():
        found |= {each["Message-ID"].strip("<>"): each for each in read(path)}
    return found


def read(path: Path) -> Iterator[Any]:
    def message(file: Any) -> Any:
        return message_from_binary_file(file, policy=policy.default)

    box = mailbox.mbox(path, factory=message)
    yield from box
    box.close()


def of_effort(mails: dict[str, Any], number: int) -> Any:
    return mails[message_id("effort", number, 7, "halden.example")]


def of_act(mails: dict[str, Any], number: int) -> Any:
    return mails[message_id("action", number, 7, f"company{ACTIONS[number]['account']}.example")]


def lines(field_text: str) -> list[str]:
    return [each.strip("<>") for each in field_text.split()]


def test_every_mail_and_meeting_comes_back_as_it_was_told(facts: Facts, office: Office) -> None:
    assert office.events() == told_events(facts)
    assert not office.mail.rejects
    assert not office.calendar.rejects
    assert not office.mail.notes


def test_where_replies_are_not_read_questions_and_refusals_are_replies(facts: Facts, tmp_path: Path) -> None:
    assert loaded(facts, tmp_path, read_replies=False).events() == told_events(facts, read_replies=False)


def test_what_is_no_selling_is_only_counted(office: Office) -> None:
    # A mailbox has a note of each talk that lies between its first and its last mail and not in days that were lost.
    assert office.mail.non_events == {"internal": 2, "list": 4}
    assert office.calendar.non_events == {"no_outside_party": 8}


def test_mail_that_was_not_archived_is_not_there_but_is_named_and_quoted(mails: dict[str, Any]) -> None:
    lost = message_id("action", 20, 7, "company2.example")
    assert lost not in mails
    answer = of_effort(mails, 17)
    assert lines(answer["References"])[-1] == lost
    assert "From: 李 小龙 <person2@company2.example>" in answer.get_content()


@pytest.mark.parametrize("owner", [ANNA, SOREN, UWE])
def test_a_mailbox_is_in_order_and_within_the_days_that_were_recorded(office: Office, owner: str) -> None:
    times = [parsedate_to_datetime(each["Date"]).timestamp() for each in read(path_of(office, owner))]
    assert times == sorted(times)
    if owner == ANNA:
        assert not [each for each in times if LOST[0] <= each < LOST[1]]


def path_of(office: Office, owner: str) -> Path:
    return office.folder / "mail" / f"{owner}@halden.example.mbox"


def test_each_seller_who_sells_has_one_file_with_the_instant_of_the_export(facts: Facts, office: Office) -> None:
    for folder, ending in (("mail", "mbox"), ("calendar", "ics")):
        found = sorted((office.folder / folder).iterdir())
        assert [each.name for each in found] == [f"{name}@halden.example.{ending}" for name in (ANNA, SOREN, UWE)]
        assert {each.stat().st_mtime for each in found} == {facts.end}


def test_mails_are_sound(office: Office, mails: dict[str, Any]) -> None:
    for message in mails.values():
        assert not [flaw for part in message.walk() for flaw in part.defects]
        assert not [flaw for value in message.values() for flaw in value.defects]
    for path in (office.folder / "mail").iterdir():
        text = path.read_bytes()
        assert text.isascii()
        assert b"\r" not in text
        assert max(map(len, text.split(b"\n"))) <= 200
        assert len(re.findall(rb"^From ", text, re.MULTILINE)) == len(list(read(path)))


def test_names_that_no_program_likes_arrive_whole(mails: dict[str, Any]) -> None:
    def name(message: Any, of: str) -> str:
        return str(message[of].addresses[0].display_name)

    assert {name(of_effort(mails, number), "To") for number in (0, 5, 8, 10, 11)} == {
        CONTACTS[number]["name"] for number in (0, 1, 2, 3, 5)
    }
    assert name(of_act(mails, 7), "Cc") == CONTACTS[4]["name"]
    assert name(of_effort(mails, 5), "From") == SELLERS[1]["name"]
    assert name(of_effort(mails, 7), "From") == SELLERS[2]["name"]
    assert of_effort(mails, 7)["From"].addresses[0].addr_spec == SELLERS[2]["email"]


def test_a_name_cannot_add_a_header_field() -> None:
    person = Person("Ann\r\nBcc: all@x.example", "ann@x.example", zone_of("UTC"), "", "")
    assert addressed("To", [person]) == 'To: "Ann Bcc: all@x.example" <ann@x.example>\n'
    assert field("Subject", "Offer\nBcc: all@x.example") == "Subject: Offer Bcc: all@x.example\n"


@pytest.mark.parametrize("name", ['Ann "Bo" Day', "Day, Ann", "back\\slash", "Ångström Søn", "a@b.example", ""])
def test_a_name_is_read_as_it_was_meant(name: str) -> None:
    written = addressed("To", [Person(name, "ann@x.example", zone_of("UTC"), "", "")])
    (found,) = message_from_bytes(written.encode(), policy=policy.default)["To"].addresses
    assert found.display_name == name
    assert found.addr_spec == "ann@x.example"


def test_a_long_name_is_folded_and_arrives_whole() -> None:
    name = " ".join(["Ångström"] * 12)
    written = addressed("To", [Person(name, "ann@x.example", zone_of("UTC"), "", "")])
    assert max(map(len, written.split("\n"))) <= 100
    assert str(make_header(decode_header(written))) == f"To: {name} <ann@x.example>"


def test_a_buyers_mail_goes_to_whom_it_answers_or_whom_they_know(mails: dict[str, Any]) -> None:
    anna, soren, moved, uwe = (row["email"] for row in SELLERS[:4])
    expected = {1: anna, 6: anna, 7: soren, 11: soren, 9: moved, 13: uwe, 14: uwe, 15: anna, 26: anna}
    assert {number: of_act(mails, number)["Delivered-To"] for number in expected} == expected


@pytest.mark.parametrize(
    ("act", "seller"),
    [
        ({"answers": 0}, 0),
        ({"answers": None, "thread": 0}, 0),
        ({"answers": None, "cause": 0}, 0),
        ({"answers": None}, 4),  # looks after the company in March
        ({"answers": None, "at": at("2026-05-05 00:00:00")}, 1),  # was in touch with this person
        ({"answers": None, "at": at("2026-05-05 00:00:00"), "contact": 2, "deal": 0}, 3),  # owns the deal
        ({"answers": None, "at": at("2026-05-05 00:00:00"), "contact": 2}, 2),  # was in touch with the company
        ({"answers": None, "account": 1, "contact": 9}, 0),  # nobody ever was
    ],
)
def test_whom_a_buyer_writes_to(act: dict[str, Any], seller: int) -> None:
    efforts = [
        {"effort": number, "seller": number, "account": 0, "contact": (0, 0, 3)[number],
         "thread": number, "system": "mail", "at": at(f"2026-03-0{number + 1} 08:00:00")}
        for number in range(3)
    ]  # fmt: skip
    facts = told(
        seller=[{"seller": number} for number in range(5)],
        effort=efforts,
        deal=[{"deal": 0, "seller": 3}],
        assignment=[{"account": 0, "seller": 4, "to": at("2026-04-01 00:00:00")}],
    )
    usual = {"account": 0, "contact": 0, "thread": None, "cause": None, "deal": None, "at": at("2026-03-20 08:00:00")}
    assert Routes(facts).recipient(usual | act) == seller


def test_who_is_brought_in_is_answered_too_and_cannot_be_brought_in_again(mails: dict[str, Any]) -> None:
    (brought,) = of_effort(mails, 6)["Cc"].addresses
    assert brought.addr_spec == CONTACTS[4]["email"]
    assert of_act(mails, 27)["Cc"] is None


def test_a_managers_mailbox_may_hold_nothing_but_newsletters(tmp_path: Path) -> None:
    (path,) = write_mailboxes(told(seller=SELLERS[3:4]), tmp_path)
    assert {str(each["From"]) for each in read(path)} == {"Energy Practice <newsletter@energypractice.example>"}


def test_a_seller_answers_what_was_asked(mails: dict[str, Any]) -> None:
    asked, answer = (" ".join(each.get_content().split()) for each in (of_act(mails, 3), of_effort(mails, 3)))
    questions = [pair for pairs in texts.ASKED.values() for pair in pairs]
    (expected,) = (reply for said, reply in questions if said.format(product="Flow Plus") in asked)
    assert expected in answer


def test_an_answer_names_the_whole_conversation_so_far(mails: dict[str, Any]) -> None:
    assert lines(of_effort(mails, 1)["Message-ID"]) == lines(of_act(mails, 1)["References"])
    for answer in (of_effort(mails, 4), of_act(mails, 5)):
        named = lines(answer["References"])
        assert named[-1:] == lines(answer["In-Reply-To"])
    said = (("effort", 1), ("act", 1), ("effort", 2), ("act", 3), ("effort", 3), ("act", 4), ("effort", 4))
    before = [(of_act if kind == "act" else of_effort)(mails, number) for kind, number in said]
    assert lines(of_act(mails, 5)["References"]) == [each["Message-ID"].strip("<>") for each in before]
    assert {each["Subject"].removeprefix("Re: ") for each in before} == {of_effort(mails, 0)["Subject"]}


def test_a_follow_up_and_a_reply_without_ids_name_nothing(mails: dict[str, Any]) -> None:
    assert "References" not in of_effort(mails, 1)
    stripped = of_act(mails, 6)
    assert "References" not in stripped
    assert "In-Reply-To" not in stripped
    assert stripped["Subject"] == f"Re: {of_effort(mails, 0)['Subject']}"
    new = of_act(mails, 14)
    assert "References" not in new
    assert not new["Subject"].startswith("Re:")


def test_a_mail_bears_the_clock_of_who_wrote_it(mails: dict[str, Any]) -> None:
    assert of_effort(mails, 0)["Date"] == "Mon, 12 Jan 2026 03:15:07 -0500"
    assert of_effort(mails, 8)["Date"] == "Wed, 04 Mar 2026 08:00:00 +0100"
    assert of_act(mails, 13)["Date"] == "Wed, 04 Mar 2026 17:00:00 +0900"


def test_incoming_mail_was_delivered_by_servers_one_after_the_other(mails: dict[str, Any]) -> None:
    for number, act in enumerate(ACTIONS):
        if act["system"] == "mail":
            message = of_act(mails, number)
            stamps = [parsedate_to_datetime(each.rpartition(";")[2]) for each in message.get_all("Received")]
            assert stamps[0] >= stamps[1] >= parsedate_to_datetime(message["Date"])
            assert stamps[0] - stamps[1] < timedelta(minutes=1)
            assert message["Delivered-To"] in str([message["To"], message["Cc"]])
    assert "Received" not in of_effort(mails, 0)


def test_programs_say_that_they_wrote(mails: dict[str, Any]) -> None:
    away, confirmed, bounced = (of_act(mails, number) for number in (0, 2, 15))
    assert away["Subject"] == f"Automatic reply: {of_effort(mails, 0)['Subject']}"
    assert away["X-Auto-Response-Suppress"] == "All"
    assert {each["Auto-Submitted"] for each in (away, confirmed, bounced)} == {"auto-replied"}
    assert {each["Return-Path"] for each in (away, confirmed, bounced)} == {"<>"}
    assert of_act(mails, 1)["Return-Path"] == f"<{CONTACTS[0]['email']}>"


def test_a_bounce_is_a_report_that_returns_the_header(mails: dict[str, Any]) -> None:
    bounced = of_act(mails, 15)
    assert bounced.get_content_type() == "multipart/report"
    assert bounced.get_param("report-type") == "delivery-status"
    text, status, returned = bounced.iter_parts()
    (_, recipient) = status.get_payload()
    assert CONTACTS[3]["email"] in text.get_content()
    assert recipient["Final-Recipient"] == f"rfc822; {CONTACTS[3]['email']}"
    assert recipient["Action"] == "failed"
    assert of_effort(mails, 10)["Message-ID"] in returned.get_content()


def test_a_reply_quotes_what_it_answers(mails: dict[str, Any]) -> None:
    written = of_effort(mails, 1).get_body(("plain",)).get_content().strip()
    answer = of_act(mails, 1).get_body(("plain",)).get_content()
    quoted = re.sub(r"^> ?", "", answer, flags=re.MULTILINE)
    assert written in quoted
    assert SELLERS[0]["email"] in answer


def test_html_and_plain_text_say_the_same(mails: dict[str, Any]) -> None:
    both = [each for each in mails.values() if each.get_body(("html",)) is not None]
    assert of_effort(mails, 0) in both
    for message in both:
        written, _, _ = message.get_body(("html",)).get_content().partition('<br><div class="gmail_quote">')
        words = unescape(re.sub(r"<[^<>]*>", "", written)).split()
        assert len(words) > 8
        assert " ".join(words) in " ".join(message.get_body(("plain",)).get_content().split())


def test_a_line_that_looks_like_a_separator_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "NEW", {"approach": (("From now on, Mon Jan  5 09:00:00 2026",),) * 3})
    office = loaded(office_by_hand(), tmp_path)
    assert "\n>From now on" in path_of(office, ANNA).read_text()
    assert "from_line_in_text" not in office.mail.non_events
    assert office.events() == told_events(office_by_hand())


def test_the_same_facts_give_the_same_bytes(facts: Facts, office: Office, tmp_path: Path) -> None:
    again = {each.name: each.read_bytes() for each in write_mailboxes(facts, tmp_path)}
    assert again == {each.name: each.read_bytes() for each in (office.folder / "mail").iterdir()}
    other = {each.name: each.read_bytes() for each in write_mailboxes(replace(facts, seed=8), tmp_path)}
    assert all(again[name] != other[name] for name in again)


def test_who_had_no_mail_has_no_mailbox(tmp_path: Path) -> None:
    seller = {"seller": 0, "name": "Ann", "email": "ann@halden.example", "role": "rep"}
    nobody = replace(told(seller=[seller]), start=at("2026-01-07 00:00:00"), end=at("2026-01-08 00:00:00"))
    assert write_mailboxes(nobody, tmp_path) == []
    assert os.listdir(tmp_path / "mail") == []  # noqa: PTH208


STEPS = ("approach", "discover", "offer", "close")
OBJECTIONS = ("", *texts.TO_OBJECTION)


@pytest.mark.parametrize(
    ("kind", "refused", "label"),
    [
        ("replied", False, Label.UNCLEAR),
        ("introduced", False, Label.UNCLEAR),
        ("requested_offer", False, Label.QUESTION),
        ("asked", False, Label.QUESTION),
        ("replied", True, Label.REFUSAL),
        ("declined", True, Label.REFUSAL),
        ("complained", False, Label.REFUSAL),
    ],
)
def test_buyers_say_what_they_mean(kind: str, refused: bool, label: Label) -> None:
    for step in STEPS:
        for objection in OBJECTIONS:
            situation = Situation("Flow", "Alder Pumps", "Halden", step, objection=objection, refused=refused)
            said = {"\n\n".join(by_buyer(Draw(1, n), kind, situation)[0]) for n in range(60)}
            assert {label_of_words(each) for each in said} == {label}, said


def test_a_question_gets_its_own_answer_and_a_refusal_no_further_asking() -> None:
    for step in STEPS:
        for question, answer in (*texts.ASKED[step], *texts.REPLIED[step]):
            situation = Situation("Flow", "Alder Pumps", "Halden", step, answered="asked", said=question)
            assert by_seller(Draw(1, question), situation)[-1] == answer.format(product="Flow")
        refused = Situation("Flow", "Alder Pumps", "Halden", step, answered="replied", refused=True)
        assert len(by_seller(Draw(1), refused)) == 1


def test_words_vary() -> None:
    said = Counter(tuple(by_seller(Draw(1, n), Situation("Flow", "Alder Pumps", "Halden"))) for n in range(500))
    assert len(said) == 4 * 3 * 4


def test_an_objection_is_named() -> None:
    for objection, words in (("price", "price"), ("competitor", "supplier|vendor"), ("timing", "time|move")):
        situation = Situation("Flow", "Alder Pumps", "Halden", objection=objection, refused=True)
        for n in range(20):
            assert re.search(words, " ".join(by_buyer(Draw(1, n), "replied", situation)[0]).replace("costs", "price"))
