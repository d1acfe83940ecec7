"""Dividing an mbox: what begins a mail, what only looks like it, and how much of it is ever held."""

from __future__ import annotations

import io
import mailbox
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.sources.mailbox import mbox as module
from answerback.sources.mailbox.mbox import MOST_BYTES, Mbox

DATED = b"From ann@x.example Mon May  4 09:00:00 2026\n"
HEAD = b"From: ann@x.example\nTo: bob@y.example\n\n"


def pieces(content: bytes) -> list[bytes]:
    return [piece.content for piece in Mbox(io.BytesIO(content).read)]


@pytest.mark.parametrize(
    "separator",
    [
        b"From ann@x.example Mon May  4 09:00:00 2026",
        b"From ann at x.example  Thu Nov  1 11:19:12 2001",
        b"From - Sat Mar 15 00:00:00 2003",
        b'From "Ann Day" Mon May 04 09:00:00 2026',
        b"From 1234567890@xxx Tue Mar 01 10:00:00 +0000 2016",
        b"From MAILER-DAEMON Fri Jul  8 12:08 2011",
        b"From ann@x.example 4 May 2026 09:00:00",
        b"From ann@x.example 2026-05-04T09:00:00",
        b"From -",
        b"From ann@x.example",
    ],
)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("blank", [b"", b"\n"], ids=["no empty line", "empty line"])
def test_separators_of_real_programs_begin_a_mail(separator: bytes, line_end: bytes, blank: bytes) -> None:
    content = (DATED + HEAD + b"text\n" + blank + separator + b"\n" + HEAD + b"more\n").replace(b"\n", line_end)
    assert len(pieces(content)) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"From here on we should meet weekly.",
        b"From Monday, May 4, the price is different:",
        b"From Black's dictionary:",
        b"From Mon May  4 09:00:00 2026 on, nobody answered.",
        b"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
    ],
)
def test_a_sentence_begins_no_mail_and_is_counted(line: bytes) -> None:
    mbox = Mbox(io.BytesIO(DATED + HEAD + b"text\n\n" + line + b"\n\nmore\n").read)
    assert len(list(mbox)) == 1
    assert mbox.stray_lines == 1


def test_a_pasted_patch_begins_no_mail_but_a_file_of_patches_is_divided() -> None:
    patch = b"From " + b"0" * 40 + b" Mon Sep 17 00:00:00 2001\n"
    assert len(pieces(DATED + HEAD + b"see:\n\n" + patch + HEAD + b"diff\n")) == 1
    assert len(pieces(patch + HEAD + b"diff\n\n" + patch + HEAD + b"diff\n")) == 2


def test_a_claimed_length_is_not_believed() -> None:
    longer = b"Content-Length: 100000\n" + HEAD
    shorter = b"Content-Length: 1\n" + HEAD
    assert len(pieces(DATED + longer + b"one\n\n" + DATED + shorter + b"two\n\n" + DATED + HEAD + b"three\n")) == 3


def test_what_stands_before_the_first_separator_is_not_lost() -> None:
    assert pieces(b"\n\n" + HEAD + b"first\n" + DATED + HEAD)[0].endswith(b"first\n")


def test_empty_lines_before_the_first_separator_are_nothing() -> None:
    assert len(pieces(b"\n\n\n" + DATED + HEAD)) == 1


@given(
    st.lists(st.sampled_from([b"text\n", b"From here\n", b"\n", b">From x\n", b"x" * 70 + b"\n"]), max_size=40),
    st.integers(1, 9),
    st.integers(20, 200),
)
def test_the_size_of_the_chunks_does_not_matter(body: list[bytes], mails: int, chunk: int) -> None:
    content = (DATED + HEAD + b"".join(body)) * mails
    whole = Mbox(io.BytesIO(content).read)
    parts = Mbox(lambda count: stream.read(min(count, chunk)))
    stream = io.BytesIO(content)
    assert [piece.content for piece in parts] == [piece.content for piece in whole]
    assert parts.stray_lines == whole.stray_lines == body.count(b"From here\n") * mails


@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"\nFrom ", DATED, HEAD, b"\n\n", b"From -\n"]), max_size=30))
def test_every_from_line_is_a_mail_or_counted(parts: list[bytes]) -> None:
    content = b"".join(parts)
    mbox = Mbox(io.BytesIO(content).read)
    begun = len(list(mbox))
    lines = content.count(b"\nFrom ") + content.startswith(b"From ")
    preamble = content.split(b"From ", 1)[0] if lines else content
    assert lines <= begun + mbox.stray_lines <= lines + bool(preamble.strip() or mbox.stray_lines)


def test_a_mail_of_any_size_is_held_only_at_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 64 * 1024 * 1024
    line = b"x" * (1 << 16)
    left = [DATED + HEAD, *[line] * (size // len(line)), b"\n" + DATED + HEAD]
    tracemalloc.start()
    found = [(len(piece.content), piece.cut) for piece in Mbox(lambda _count: left.pop(0) if left else b"")]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(MOST_BYTES, True), (len(HEAD), False)]
    assert peak < 8 * MOST_BYTES + 4 * module.CHUNK


def test_the_count_is_that_of_the_standard_library_where_nothing_is_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes((DATED + HEAD + b"text\n>From quoted\n\n") * 50)
    theirs = mailbox.mbox(path)
    assert len(pieces(path.read_bytes())) == len(theirs)
    theirs.close()
