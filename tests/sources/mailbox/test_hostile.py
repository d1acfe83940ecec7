"""Whatever the bytes: nothing breaks, every mail is accounted for, and time grows with the length alone."""

from __future__ import annotations

import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.reading import Kept, Reading
from answerback.sources.mailbox import SOURCE
from tests.sources.mailbox.letters import EXPORTED, Outcome, letter, mbox, playbook

FIELDS = [
    "From", "To", "Cc", "Bcc", "Sender", "Date", "Received", "Subject", "Message-ID", "In-Reply-To", "References",
    "Content-Type", "Delivered-To", "List-Id", "Auto-Submitted", "Precedence", "X-Gmail-Labels", "Sensitivity",
    "X-Failed-Recipients", "Thread-Index", "Return-Path", "X-Folder", "Content-Transfer-Encoding",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        ["ann@acme.example", "bob@buyer.example", "<1@a.example>", "Mon, 4 May 2026 09:00:00 +0000", "multipart/report",
         "multipart/mixed; boundary=b", "text/calendar; method=REPLY", "<>", "Re: x", "auto-replied", "bulk", "; ; ;"]
    ),
    st.text(max_size=40),
)  # fmt: skip
MAIL = st.lists(st.tuples(st.sampled_from(FIELDS), VALUES), max_size=14)


def read(content: bytes, **privacy: bool) -> Outcome:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Inbox.mbox"
        path.write_bytes(content)
        return Outcome(list(SOURCE.read(path, Reading(playbook(privacy), EXPORTED))))


@given(st.lists(MAIL, min_size=1, max_size=5), st.booleans())
def test_each_mail_ends_in_exactly_one_way(mails: list[list[tuple[str, str]]], read_replies: bool) -> None:
    written = [
        "To: x\n" + "".join(f"{name}: {value}\n" for name, value in mail).replace("\nFrom ", "\nx") for mail in mails
    ]
    letters = [each.replace("\r", "") + "\n--b\ntext\n--b--\n" for each in written]
    out = read(mbox(*letters), read_replies=read_replies, keep_subjects=True)
    assert out.total == len(mails) + out.non_events["from_line_in_text"]
    for kept in out.kept:
        for record in kept.records:
            for token in ("reference", "refers_to", "about"):
                assert all(":" in each for each in str(record.fields.get(token, "x:")).split(" "))


@given(st.integers(0, 2**32))
def test_damaged_mails_are_accounted_for(seed: int) -> None:
    chance = random.Random(seed)
    content = bytearray(mbox(*[letter(id=f"{each}@a.example") for each in range(4)]))
    start = content.index(b"\n") + 1
    for _ in range(chance.randrange(1, 40)):
        content[chance.randrange(start, len(content))] = chance.randrange(256)
    out = read(bytes(content))
    lines = bytes(content).count(b"\nFrom ") + 1
    assert out.total in (lines, lines + 1)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("part", ["a", " ", "<", "(", '"', "a@b,", "=?utf-8?q?a?= ", ";", "a=b;", "\n ", "Re: ", "1 "])
def test_no_field_costs_more_than_its_length(name: str, part: str) -> None:
    value = part * (200_000 // len(part))
    started = time.process_time()
    read(mbox(f"{name}: {value}\n" + letter()), keep_subjects=True)
    assert time.process_time() - started < 4


def test_a_flood_of_ids_is_bounded() -> None:
    references = " ".join(f"<{each}@a.example>" for each in range(12_000))
    out = read(mbox(letter(references=references, id="1@a.example")))
    assert len(str(out.event.fields["refers_to"]).split()) == 2000
    assert str(out.event.fields["refers_to"]).endswith("message:11999@a.example")


def test_a_mail_that_answers_itself_refers_to_nothing() -> None:
    out = read(mbox(letter(id="1@a.example", answers=("1@a.example",))))
    assert "refers_to" not in out.event.fields
    assert isinstance(out.items[0], Kept)
