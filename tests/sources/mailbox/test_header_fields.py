"""Single header fields: addresses, ids, dates, encoded words, as programs and people really write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.sources.mailbox.correspondents import correspondents
from answerback.sources.mailbox.dates import instant, sent
from answerback.sources.mailbox.headers import Headers, decoded, divided, plain
from answerback.sources.mailbox.tokens import answered, ids, own_id, thread_token

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("bob@y.example", [("bob@y.example", "")]),
        ("<BOB@Y.Example>", [("bob@y.example", "")]),
        ("Bob Buyer <bob@y.example>", [("bob@y.example", "Bob Buyer")]),
        ('"Buyer, Bob" <bob@y.example>, c@z.example', [("bob@y.example", "Buyer, Bob"), ("c@z.example", "")]),
        ("bob@y.example (Bob Buyer)", [("bob@y.example", "Bob Buyer")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@y.example>", [("j@y.example", "Jürgen")]),
        ("=?utf-8?b?QnV5ZXIsIEJvYg==?= <bob@y.example>", [("bob@y.example", "Buyer, Bob")]),
        (
            "Team: a@x.example, b@x.example; c@z.example",
            [("a@x.example", ""), ("b@x.example", ""), ("c@z.example", "")],
        ),
        ("undisclosed-recipients:;", []),
        ("bob at y.example (Bob Buyer)", [("bob@y.example", "Bob Buyer")]),
        ("<@relay.example:bob@y.example>", [("bob@y.example", "")]),
        ("Buyer, Bob <bob@y.example>", [("bob@y.example", "Bob")]),
        ("'bob@y.example' <bob@y.example>", [("bob@y.example", "")]),
        ('"bob@y.example"', [("bob@y.example", "")]),
        ('"Bob <bob@y.example>, c@z.example', [("bob@y.example", ""), ("c@z.example", "")]),
        ("bob@y.example; c@z.example", [("bob@y.example", ""), ("c@z.example", "")]),
        ("Bob <bob@y.example>, B. Buyer <BOB@y.example>", [("bob@y.example", "Bob")]),
        ("root", []),
        ("", []),
    ],
)
def test_people_are_found(value: str, people: list[tuple[str, str]]) -> None:
    assert [tuple(who) for who in correspondents(value)] == people


@given(st.text(alphabet='ab@.,;:<>()"\\ \t\n=?', max_size=80))
def test_no_address_field_breaks_the_reader(value: str) -> None:
    for who in correspondents(value):
        assert who.address.count("@") == 1
        assert not set(who.address) & set(" ,;<>\n\t")


@pytest.mark.parametrize("part", ['"\\', "(", "<", "a", "a ", "a at ", "a@", '"', "<a@b,", "a.b@", " ", "=?x?q?"])
def test_long_address_fields_cost_no_more_than_their_length(part: str) -> None:
    started = time.process_time()
    correspondents(part * (250_000 // len(part)))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("<1@x.example>", ["1@x.example"]),
        ("<1@x.example> <2@x.example>\n <3@x.example>", ["1@x.example", "2@x.example", "3@x.example"]),
        ('Your message of "Mon, 4 May 2026" <1@x.example>', ["1@x.example"]),
        ("<1@x.example> (Ann's message of May)", ["1@x.example"]),
        ("<folded\r\n @x.example>", ["folded@x.example"]),
        ("1@x.example", ["1@x.example"]),
        ("your mail to ann@x.example", []),
        ("<never-closed@x.example", ["never-closed@x.example"]),
        ("<no-at-sign>", ["no-at-sign"]),
        ("<>", []),
        ("", []),
        (f"<{'x' * 2000}@x.example>", []),
    ],
)
def test_ids_are_found(field: str, found: list[str]) -> None:
    assert ids(field) == found


def test_all_ids_of_all_fields_count_the_direct_parent_last() -> None:
    block = (
        b"References: <1@x.example> <2@x.example>\nIn-Reply-To: <1@x.example>\nX-Forwarded-Message-Id: <3@x.example>\n"
    )
    assert answered(Headers(block), "own@x.example", ()) == ["2@x.example", "3@x.example", "1@x.example"]


def test_own_id_and_peoples_addresses_are_no_parents() -> None:
    block = b"In-Reply-To: Message from Bob <bob@y.example> of today <own@x.example> <1@x.example>\n"
    assert answered(Headers(block), "own@x.example", {"bob@y.example"}) == ["1@x.example"]


def test_an_id_without_brackets_is_an_id() -> None:
    assert own_id(Headers(b"Message-ID: abc.def\n")) == "abc.def"


def test_a_conversation_of_outlook_is_one_token() -> None:
    first = thread_token(Headers(b"Thread-Index: AdQX1AwbZXRoZXIgYSB0aHJlYWQgaW5kZXg=\n"))
    assert first.startswith("thread:")
    assert len(first) == len("thread:") + 44
    assert thread_token(Headers(b"Thread-Index: AdQX1AwbZXRoZXIgYSB0aHJlYWQgaW5kZXgBAgMEBQ==\n")) == first
    assert thread_token(Headers(b"Thread-Index: short\n")) == thread_token(Headers(b"")) == ""


@given(st.integers(0, 2_800_000_000), st.integers(-14 * 60, 14 * 60))
def test_usual_dates_are_read_as_the_standard_writes_them(seconds: int, minutes: int) -> None:
    local = datetime.fromtimestamp(seconds, tz=timezone(timedelta(minutes=minutes)))
    assert instant(format_datetime(local)) == local
    assert instant(format_datetime(local) + " (comment)") == local


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon, 5 Oct 92 09:00:00 PDT", "1992-10-05T16:00:00+00:00"),
        ("5 Oct 92 09:00 EST", "1992-10-05T14:00:00+00:00"),
        ("Sat, 01 Jan 00 12:00:00 +0000", "2000-01-01T12:00:00+00:00"),
        ("Mon, 4 May 2026 09:00:00", "2026-05-04T09:00:00+00:00"),
        ("Mon, 4 May 2026 09:00:00 -0000", "2026-05-04T09:00:00+00:00"),
        ("Mon, 4 May 2026 09:00:00 +9900", "2026-05-04T09:00:00+00:00"),
        ("2026-05-04T09:00:00+02:00", "2026-05-04T07:00:00+00:00"),
        ("2026-05-04 09:00:00.75Z", "2026-05-04T09:00:00+00:00"),
        ("Mon, 04 May 2026 23:59:60 +0000", "2026-05-04T23:59:59+00:00"),
        ("Mon May  4 09:00:00 2026", "2026-05-04T09:00:00+00:00"),
    ],
)
def test_unusual_dates_are_read(text: str, expected: str) -> None:
    found = instant(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31 Feb 2026 10:00:00 +0000", "Mon, 4 Mayo 20260 25:99 x", "0" * 500]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert instant(text) is None


@given(st.text(max_size=40))
def test_no_date_field_breaks_the_reader(text: str) -> None:
    found = instant(text)
    assert found is None or found.tzinfo is not None


def stamp(text: str) -> str:
    return f"from a.example by b.example with ESMTP; {text}"


@pytest.mark.parametrize(
    ("date", "received", "reason"),
    [
        ("", [stamp("Mon, 4 May 2026 09:00:10 +0000")], "missing"),
        ("soon", [stamp("Mon, 4 May 2026 09:00:10 +0000")], "unreadable"),
        ("Thu, 1 Jan 1970 00:00:00 +0000", [stamp("Mon, 4 May 2026 09:00:10 +0000")], "before_1980"),
        ("Mon, 4 May 2099 09:00:00 +0000", [stamp("Mon, 4 May 2026 09:00:10 +0000")], "in_the_future"),
        ("Fri, 4 May 2018 09:00:00 +0000", [stamp("Mon, 4 May 2026 09:00:10 +0000")], "far_from_received"),
        # The sender's own relay has the same wrong clock: the others outvote it.
        (
            "Fri, 4 May 2018 09:00:00 +0000",
            [
                stamp("Mon, 4 May 2026 09:00:20 +0000"),
                stamp("Mon, 4 May 2026 09:00:10 +0000"),
                stamp("Fri, 4 May 2018 09:00:01 +0000"),
            ],
            "far_from_received",
        ),
    ],
)
def test_a_wrong_date_is_repaired_from_the_relays(date: str, received: list[str], reason: str) -> None:
    assert sent(date, received, NOW) is not None
    found = sent(date, received, NOW)
    assert found is not None
    assert (found.at, found.repaired) == (datetime(2026, 5, 4, 9, 0, 10, tzinfo=UTC), reason)


@pytest.mark.parametrize(
    "received",
    [
        [],
        ["by b.example without a date"],
        [stamp("Mon, 4 May 2026 09:00:10 +0000")],
        [stamp("Sat, 9 May 2026 09:00:00 +0000")],
        # Moved to another server years later: one stamp on top does not make the date wrong.
        [stamp("Sun, 31 May 2026 09:00:00 +0000"), *[stamp("Mon, 4 May 2026 09:00:10 +0000")] * 2],
        [stamp("Sun, 31 May 2026 09:00:00 +0000"), stamp("Mon, 4 May 2026 09:00:10 +0000")],
    ],
)
def test_a_date_that_fits_is_left_alone(received: list[str]) -> None:
    found = sent("Mon, 4 May 2026 09:00:00 +0000", received, NOW)
    assert found is not None
    assert (found.at, found.repaired) == (datetime(2026, 5, 4, 9, tzinfo=UTC), "")


def test_without_a_usable_date_or_stamp_there_is_none() -> None:
    assert sent("Thu, 1 Jan 1970 00:00:00 +0000", [stamp("Mon, 4 May 2099 09:00:00 +0000")], NOW) is None
    assert sent("", [], NOW) is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?q?Gr=C3=BC?=\n =?utf-8?q?=C3=9Fe?=", "Grüße"),
        (b"=?x-unknown?q?abc?=", "abc"),
        (b"=?utf-8?b?not base64!?=", "=?utf-8?b?not base64!?="),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("cp1252"), "Grüße"),
        (b"=?idna?q?" + b"x" * 80 + b"?=", "x" * 80),
    ],
)
def test_encoded_words_are_decoded(raw: bytes, text: str) -> None:
    assert decoded(plain(raw)) == text


@given(st.binary(max_size=200))
def test_no_header_breaks_the_reader(block: bytes) -> None:
    headers = Headers(b"Subject: " + block + b"\nFrom: " + block)
    assert isinstance(headers.text("subject"), str)
    correspondents(headers.joined("from"))


def test_a_second_field_of_a_list_is_not_lost_and_nulls_do_not_hide_a_name() -> None:
    headers = Headers(b"Cc: a@x.example\nCC: b@x.example\nT\0o: c@x.example\n")
    assert headers.joined("cc") == "a@x.example, b@x.example"
    assert headers.joined("to") == "c@x.example"


def test_the_header_ends_at_the_first_empty_line() -> None:
    assert divided(b"A: 1\n\nB: 2\n\nx") == (b"A: 1\n", b"B: 2\n\nx")
    assert divided(b"\nA: 1\n\n") == (b"", b"\nA: 1\n\n")
