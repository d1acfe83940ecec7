"""What mails become: efforts, buyer's acts, people, tokens, and what they do not become."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.playbook import Seller
from answerback.domain.reading import Kept, Reading
from answerback.domain.records import CARRIED, RECORDS, TOKEN_FIELDS, id_names
from answerback.sources.mailbox import MailboxSource
from tests.sources.mailbox.letters import letter, load, load_letters, mbox, playbook

BOB = "Bob Buyer <bob@buyer.example>"
ANN = "Ann Day <ann@acme.example>"


def test_a_sent_mail_is_an_effort_with_everybody_on_it(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(to=f"{BOB}, cleo@partner.example", cc="dan@acme.example", bcc="eve@gmail.com", id="1@acme.example"),
    )
    assert out.event.type == "effort"
    assert dict(out.event.fields) == {
        "source_id": "1@acme.example",
        "rep_id": "ann@acme.example",
        "account_id": "buyer.example",
        "contact_id": "bob@buyer.example",
        "occurred_at": datetime(2026, 5, 4, 9, tzinfo=UTC),
        "kind": "email",
        "subkind": "new_mail",
        "origin": "hand",
        "evidence": "captured",
        "reference": "message:1@acme.example",
    }
    people = [(each.get("contact_id") or each.get("rep_id"), each["role"]) for each in out.of("participant")]
    assert people == [
        ("bob@buyer.example", "to"),
        ("cleo@partner.example", "to"),
        ("dan@acme.example", "cc"),
        ("eve@gmail.com", "bcc"),
    ]
    assert {each["event_id"] for each in out.of("participant")} == {"1@acme.example"}


def test_people_and_companies_are_handed_over_once(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(to="bob@buyer.example", date="Mon, 4 May 2026 10:00:00 +0000", id="1@a.example"),
        letter(to="Robert Buyer <bob@buyer.example>", date="Mon, 4 May 2026 08:00:00 +0000", id="2@a.example"),
        letter(to="Bob Buyer <bob@mail.buyer.example>", id="3@a.example"),
        letter(sender="Eve <eve@gmail.com>", to=ANN, id="4@b.example"),
    )
    contacts = {each["source_id"]: each for each in out.also["contact"]}
    # A mail without a name takes none away, and the latest name counts.
    assert contacts["bob@buyer.example"]["name"] == "Robert Buyer"
    assert contacts["bob@buyer.example"]["version_at"] == datetime(2026, 5, 4, 8, tzinfo=UTC)
    assert contacts["bob@mail.buyer.example"]["account_id"] == "buyer.example"
    accounts = {each["source_id"]: each for each in out.also["account"]}
    assert set(accounts) == {"buyer.example", "eve@gmail.com"}
    assert accounts["buyer.example"]["domain"] == "buyer.example"
    assert accounts["eve@gmail.com"]["name"] == "Eve"
    assert "domain" not in accounts["eve@gmail.com"]
    assert [each["source_id"] for each in out.also["rep"]] == ["ann@acme.example"]


def test_an_alias_is_the_rep_and_a_rep_may_write_from_outside(tmp_path: Path) -> None:
    ann = Seller(email="ann@acme.example", name="Ann Day", aliases=("a.day@gmail.com",))
    out = load_letters(tmp_path, letter(sender="A. D. <A.Day@gmail.com>", id="1@x.example"), book=playbook(reps=(ann,)))
    assert out.event.fields["rep_id"] == "ann@acme.example"
    assert out.also["rep"][0]["name"] == "Ann Day"


def test_sellers_may_be_named_with_the_load(tmp_path: Path) -> None:
    mail, nobody = letter(id="1@x.example"), playbook(own=())
    assert load_letters(tmp_path, mail, book=nobody, own="acme.example,zoe@gmail.com").event.type == "effort"
    assert load_letters(tmp_path, mail, book=nobody, owner="ann@acme.example").event.type == "effort"


def test_a_reply_bears_every_token(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(BOB, ANN, id="3@b.example", answers=("1@a.example", "2@a.example"), subject="Re: Offer"),
    )
    assert out.event.type == "buyer_action"
    assert out.event.fields["kind"] == "replied"
    assert out.event.fields["subkind"] == "reply"
    assert out.event.fields["reference"] == "message:3@b.example"
    assert out.event.fields["refers_to"] == "message:1@a.example message:2@a.example"
    assert out.event.fields["contact_id"] == "bob@buyer.example"
    assert [(each["rep_id"], each["role"]) for each in out.of("participant")] == [("ann@acme.example", "to")]


def test_a_sellers_reply_bears_the_tokens_of_what_it_answers(tmp_path: Path) -> None:
    out = load_letters(tmp_path, letter(id="2@a.example", answers=("1@b.example",), subject="Re: Question"))
    assert (out.event.type, out.event.fields["subkind"]) == ("effort", "reply")
    assert out.event.fields["refers_to"] == "message:1@b.example"


@pytest.mark.parametrize(
    ("subject", "answers", "kind", "subkind"),
    [
        ("Re: Offer", (), "replied", "reply_by_subject"),
        ("AW: Angebot", (), "replied", "reply_by_subject"),
        ("[ext] RE[2]: Offer", (), "replied", "reply_by_subject"),
        ("Prices?", (), "inquired", "new_mail"),
        ("Prices?", ("1@a.example",), "replied", "reply"),
        ("Reading list", (), "inquired", "new_mail"),
        ("Fwd: Offer", (), "inquired", "forward"),
        ("Unsubscribe", (), "unsubscribed", "by_mail"),
        ("unsubscribe 12-ab", (), "unsubscribed", "by_mail"),
        ("Unsubscribe rates of our newsletter", (), "inquired", "new_mail"),
    ],
)
def test_what_an_outside_mail_is(
    tmp_path: Path, subject: str, answers: tuple[str, ...], kind: str, subkind: str
) -> None:
    out = load_letters(tmp_path, letter(BOB, ANN, id="3@b.example", subject=subject, answers=answers))
    assert (out.event.fields["kind"], out.event.fields["subkind"]) == (kind, subkind)


def test_passing_it_on_to_a_colleague_with_us_on_it_is_forwarding(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(BOB, "cleo@buyer.example", cc=ANN, id="3@b.example", subject="Fwd: Offer", answers=("1@a.example",)),
        letter(
            BOB, "cleo@buyer.example", cc=ANN, id="4@b.example", subject="look", x_forwarded_message_id="<1@a.example>"
        ),
    )
    for event in out.events.values():
        assert event.fields["kind"] == "forwarded"
        assert event.fields["refers_to"] == "message:1@a.example"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "reply first"])
def test_a_reply_that_brings_in_somebody_new_is_an_introduction(tmp_path: Path, order: tuple[int, int]) -> None:
    letters = [
        letter(to=f"{BOB}, dora@buyer.example", id="1@a.example"),
        letter(BOB, ANN, cc="cleo@buyer.example", id="2@b.example", answers=("1@a.example",), subject="Re: Offer"),
    ]
    out = load_letters(tmp_path, *(letters[each] for each in order))
    assert out.events["2@b.example"].fields["kind"] == "introduced"
    assert out.events["2@b.example"].fields["subkind"] == "new_person"
    assert out.total == 2


@pytest.mark.parametrize("cc", ["dora@buyer.example", "dan@acme.example"])
def test_a_reply_to_those_who_were_on_the_mail_introduces_nobody(tmp_path: Path, cc: str) -> None:
    out = load_letters(
        tmp_path,
        letter(to=f"{BOB}, dora@buyer.example", id="1@a.example"),
        letter(BOB, ANN, cc=cc, id="2@b.example", answers=("1@a.example",), subject="Re: Offer"),
    )
    assert out.events["2@b.example"].fields["kind"] == "replied"


def test_a_refusal_with_a_copy_to_a_colleague_stays_a_refusal(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(to=BOB, id="1@a.example"),
        letter(BOB, ANN, cc="cleo@buyer.example", id="2@b.example", answers=("1@a.example",), text="No thanks."),
        book=playbook({"read_replies": True}),
    )
    fields = out.events["2@b.example"].fields
    assert (fields["kind"], fields["subkind"], fields["stance"]) == ("replied", "refusal", "retreat")


def test_where_the_answered_mail_is_not_there_nobody_is_called_new(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path, letter(BOB, ANN, cc="cleo@buyer.example", id="2@b.example", answers=("1@a.example",), subject="Re: x")
    )
    assert out.event.fields["kind"] == "replied"


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (letter(ANN, "dan@acme.example"), "internal"),
        (letter(ANN, "undisclosed-recipients:;"), "no_recipient"),
        (letter(BOB, "cleo@partner.example"), "not_ours"),
        (letter(BOB, ANN, list_id="<talk.other.example>"), "list"),
        (letter(BOB, "talk@other.example", list_id="<talk.other.example>"), "list"),
        (letter(ANN, "talk@other.example", list_id="<talk.other.example>"), "list"),
        (letter(BOB, ANN, list_unsubscribe="<mailto:off@x.example>"), "list"),
        (letter("no-reply@buyer.example", ANN), "machine"),
        (letter(ANN, BOB, auto_submitted="auto-replied"), "own_auto_reply"),
        (letter(BOB, ANN, content_type="multipart/report; report-type=disposition-notification"), "read_receipt"),
        (letter(BOB, ANN, content_type="multipart/report; report-type=feedback-report"), "abuse_report"),
        (letter(BOB, ANN, content_type="text/calendar; method=REPLY"), "calendar_mail"),
        (letter(BOB, "cleo@x.example", content_type="text/calendar; method=REPLY"), "not_ours"),
        (letter(BOB, ANN, x_spam_flag="YES"), "spam"),
        (letter(ANN, BOB, x_gmail_labels="Drafts"), "draft"),
    ],
)
def test_known_non_events(tmp_path: Path, mail: str, kind: str) -> None:
    out = load_letters(tmp_path, mail)
    assert dict(out.non_events) == {kind: 1}
    assert out.total == 1


@pytest.mark.parametrize(
    ("fields", "subject", "kind"),
    [
        ({"auto_submitted": "auto-replied"}, "Re: Offer", "auto_replied"),
        ({"auto_submitted": "auto-generated"}, "Automatic reply: Offer", "out_of_office"),
    ],
)
def test_automatic_replies_are_kept_for_reference(
    tmp_path: Path, fields: dict[str, str], subject: str, kind: str
) -> None:
    out = load_letters(
        tmp_path, letter(BOB, ANN, id="2@b.example", answers=("1@a.example",), subject=subject, **fields)
    )
    assert out.event.fields["kind"] == kind
    assert out.event.fields["refers_to"] == "message:1@a.example"


REPORT = """--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; Bob@buyer.example
Action: {action}
--b
Content-Type: text/rfc822-headers

From: ann@acme.example
Message-ID: <1@acme.example>
--b--
"""


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.acme.example", "postmaster@buyer.example"])
def test_a_bounce_names_the_buyer_and_the_mail(tmp_path: Path, sender: str) -> None:
    out = load_letters(
        tmp_path,
        letter(
            sender,
            ANN,
            id="9@mx.example",
            subject="Undelivered",
            content_type='multipart/report; report-type=delivery-status; boundary="b"',
            text=REPORT.format(action="failed"),
        ),
    )
    assert out.event.fields["kind"] == "bounced"
    assert out.event.fields["contact_id"] == "bob@buyer.example"
    assert out.event.fields["refers_to"] == "message:1@acme.example"


def test_a_late_delivery_is_no_bounce(tmp_path: Path) -> None:
    mail = letter(
        "MAILER-DAEMON@x.example",
        ANN,
        content_type="multipart/report; boundary=b",
        text=REPORT.format(action="delayed"),
    )
    assert dict(load_letters(tmp_path, mail).non_events) == {"delivery_notice": 1}


def test_mail_through_our_own_group_address_is_mail_to_us(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path, letter(BOB, "sales@acme.example", precedence="list", list_id="<sales.acme.example>", id="1@b.example")
    )
    assert out.event.fields["kind"] == "inquired"


def test_a_blind_copy_is_known_from_the_delivery(tmp_path: Path) -> None:
    out = load_letters(tmp_path, letter(BOB, "cleo@buyer.example", delivered_to="ann@acme.example", id="1@b.example"))
    assert out.event.fields["kind"] == "inquired"
    assert ("ann@acme.example", "bcc") in [(each.get("rep_id"), each["role"]) for each in out.of("participant")]


def test_a_tool_sends_a_sequence(tmp_path: Path) -> None:
    mail = letter(id="1@a.example", list_unsubscribe="<mailto:off@acme.example>", precedence="bulk")
    assert load_letters(tmp_path, mail).event.fields["origin"] == "sequence"


def test_lists_can_be_kept(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(BOB, "talk@other.example", list_id="<talk.other.example>", id="1@b.example"),
        letter(ANN, "talk@other.example", list_id="<talk.other.example>", id="2@a.example", answers=("1@b.example",)),
        letter(BOB, "", list_id="<talk.other.example>", id="3@b.example", answers=("2@a.example",)),
        letter(ANN, "", list_id="<talk.other.example>", id="4@a.example"),
        lists="keep",
    )
    kinds = {key: event.fields["kind"] for key, event in out.events.items()}
    assert kinds == {
        "1@b.example": "inquired",
        "2@a.example": "email",
        "3@b.example": "replied",
        "4@a.example": "email",
    }
    assert out.events["2@a.example"].fields["origin"] == "hand"


def test_mails_without_an_id_have_no_token_but_the_same_mail_has_the_same_id(tmp_path: Path) -> None:
    same, other = letter(subject="A"), letter(subject="B")
    (tmp_path / "one.mbox").write_bytes(mbox(same, other))
    (tmp_path / "two.mbox").write_bytes(mbox("Received: from x; Mon, 4 May 2026 09:00:01 +0000\n" + same))
    out = load(tmp_path)
    assert len(out.kept) == 3
    assert len(out.events) == 2
    assert all("reference" not in event.fields for event in out.events.values())


def test_duplicates_are_handed_over_each_time(tmp_path: Path) -> None:
    out = load_letters(tmp_path, letter(id="1@a.example"), letter(id="1@a.example", subject="changed"))
    assert len(out.kept) == 2
    assert len(out.events) == 1


def test_a_repaired_date_is_noted_on_the_event(tmp_path: Path) -> None:
    received = "from x by y; Mon, 4 May 2026 09:00:01 +0000"
    out = load_letters(tmp_path, letter(date="Thu, 1 Jan 1970 00:00:00 +0000", received=received, id="1@a.example"))
    (noted,) = out.of("attribute")
    assert (noted["name"], noted["value"], noted["subject_id"]) == ("date_repaired", "before_1980", "1@a.example")


@pytest.mark.parametrize(
    ("mail", "reason", "field"),
    [
        (letter(date=""), "missing", "Date"),
        (letter(date="yesterday"), "bad_time", "Date"),
        (letter(date="Mon, 4 May 2099 09:00:00 +0000"), "bad_time", "Date"),
        (letter(sender="root"), "bad_address", "From"),
        (letter(sender=""), "missing", "From"),
    ],
)
def test_rejects_name_the_mail_and_the_field(tmp_path: Path, mail: str, reason: str, field: str) -> None:
    out = load_letters(tmp_path, letter(id="1@a.example"), mail)
    (reject,) = out.rejects
    assert (reject.reason, reject.field, reject.place.file, reject.place.at) == (reason, field, "Inbox.mbox", 2)
    assert out.total == 2


def test_a_conversation_of_outlook_is_the_object(tmp_path: Path) -> None:
    out = load_letters(tmp_path, letter(id="1@a.example", thread_index="AdQX1AwbZXRoZXIgYSB0aHJlYWQgaW5kZXg="))
    assert str(out.event.fields["about"]).startswith("thread:")


INVITATION = """--b
Content-Type: text/plain

Please come.
--b
Content-Type: text/calendar; charset=utf-8; method=REPLY

BEGIN:VCALENDAR
METHOD:REPLY
BEGIN:VEVENT
UID:1@acme.example
DTSTAMP:20260504T093000Z
DTSTART:20260505T093000Z
ORGANIZER:mailto:ann@acme.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@buyer.example
END:VEVENT
END:VCALENDAR
--b--
"""


def test_a_calendar_part_can_be_read_by_the_calendar_source(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text(letter(BOB, ANN, content_type="multipart/alternative; boundary=b", text=INVITATION))
    assert dict(load(path, source=MailboxSource()).non_events) == {"calendar_mail": 1}
    out = load(path, lists="keep")
    assert out.event.fields["kind"] == "accepted_meeting"
    assert (out.total, out.kept[0].place.file) == (1, "a.eml")


def test_an_attached_calendar_without_a_method_is_a_document(tmp_path: Path) -> None:
    text = INVITATION.replace("; method=REPLY", '; name="a.ics"')
    out = load_letters(
        tmp_path, letter(BOB, ANN, id="1@b.example", content_type="multipart/mixed; boundary=b", text=text)
    )
    assert out.event.fields["kind"] == "inquired"


def test_every_record_has_only_fields_of_its_type(tmp_path: Path) -> None:
    out = load_letters(
        tmp_path,
        letter(to=f"{BOB}, dora@gmail.com", id="1@a.example", cc="dan@acme.example"),
        letter(BOB, ANN, id="2@b.example", answers=("1@a.example",), date=""),
        book=playbook({"keep_subjects": True}),
    )
    records = [record for item in out.items if isinstance(item, Kept) for record in item.records]
    for record in records:
        kind = RECORDS[record.type]
        assert set(record.fields) <= {*kind.index, *CARRIED, *TOKEN_FIELDS, *id_names(kind)}
        for name, field in kind.index.items():
            assert not field.required or record.fields.get(name)
            assert not field.choices or record.fields.get(name, field.choices[0]) in field.choices
    for record_type, rows in out.also.items():
        for row in rows:
            assert set(row) <= {*RECORDS[record_type].index, *CARRIED}


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(mbox(*(letter(id=f"{each}@a.example", to=f"b{each}@x.example") for each in range(20))))
    reading = Reading(playbook(), datetime(2026, 6, 1, tzinfo=UTC))
    one, two = ([repr(item) for item in MailboxSource().read(path, reading)] for _ in range(2))
    assert json.dumps(one) == json.dumps(two)
