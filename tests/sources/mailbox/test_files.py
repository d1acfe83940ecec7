"""Files as they really are: packed, cut off, in other encodings, in folders, and some that are no mail at all."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from pathlib import Path

import pytest

from answerback.domain.errors import SourceError
from answerback.domain.playbook import Playbook
from answerback.domain.reading import Progress, Reading
from answerback.sources.mailbox import SOURCE
from answerback.sources.mailbox.mbox import MOST_BYTES
from tests.sources.mailbox.letters import EXPORTED, letter, load, mbox, playbook

LETTERS = [letter(id=f"{each}@a.example", subject=f"Offer {each}") for each in range(5)]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("Inbox", mbox(*LETTERS), 5),
        ("Inbox.mbox", mbox(*LETTERS).replace(b"\n", b"\r\n"), 5),
        ("Inbox.mbox", mbox(*LETTERS).replace(b"\n", b"\r"), 5),
        ("Inbox.mbox", b"\xef\xbb\xbf" + mbox(*LETTERS), 5),
        ("Inbox.mbox", mbox(*LETTERS).decode().encode("utf-16"), 5),
        ("Inbox.mbox", mbox(*LETTERS).decode().encode("utf-16-be"), 5),
        ("a.eml", LETTERS[0].encode(), 1),
        ("a.eml", b"\r\n\r\n" + LETTERS[0].encode(), 1),
        ("a.eml", LETTERS[0].encode("utf-16"), 1),
        ("a.eml", b"\xef\xbb\xbf" + LETTERS[0].encode(), 1),
        ("a.eml", LETTERS[0].replace("Offer", "Off\0er").encode(), 1),
        ("a.eml", LETTERS[0].encode() + b"\0" * 5000, 1),
        ("Inbox.mbox", mbox(LETTERS[0]) + b"\0" * 5000 + b"\n" + mbox(LETTERS[1]), 2),
        ("a.emlx", f"{len(LETTERS[0])}\n{LETTERS[0]}<?xml?>".encode(), 1),
        ("1529425589.M615261", LETTERS[0].encode(), 1),
    ],
)
def test_a_file_is_read_whatever_its_form(tmp_path: Path, name: str, content: bytes, count: int, packed: bool) -> None:
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content) if packed else content)
    out = load(path)
    assert sorted(out.events) == [f"{each}@a.example" for each in range(count)]
    assert SOURCE.recognise(path).sure >= 0.9


def test_folders_are_read_with_all_below(tmp_path: Path) -> None:
    root = tmp_path / "export"
    for name, content in {
        "Maildir/cur/1:2,S": LETTERS[0].encode(),
        "Maildir/new/2": LETTERS[1].encode(),
        "Maildir/tmp/3": LETTERS[2].encode(),
        "Maildir/.Sent.2026/cur/4:2,S": LETTERS[3].encode(),
        "Maildir/.Sent.2026/new/.keep": b"",
        "Old.sbd/Archive": mbox(LETTERS[4]),
        "README": b"Dear all,\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / "loop").symlink_to(root)
    (root / "secret.eml").symlink_to("/etc/hostname")
    out = load(root)
    # What a server has not yet delivered is no mail, and links are not followed.
    assert sorted(out.events) == ["0@a.example", "1@a.example", "3@a.example", "4@a.example"]
    assert {kept.place.file for kept in out.kept} >= {"Maildir/cur/1:2,S", "Old.sbd/Archive"}
    assert sorted(note.file for note in out.notes) == ["Maildir/.Sent.2026/new/.keep", "README"]
    assert not out.rejects
    assert SOURCE.recognise(root / "Maildir").sure > 0.9
    assert SOURCE.recognise(root).sure > 0.5


def test_a_gzip_that_ends_early_gives_its_whole_mails(tmp_path: Path) -> None:
    path = tmp_path / "Inbox.mbox.gz"
    letters = [
        letter(id=f"{each}@a.example", text=zlib.compress(bytes([each % 256] * 99)).hex() * 9) for each in range(500)
    ]
    path.write_bytes(gzip.compress(mbox(*letters))[:-2000])
    out = load(path)
    assert [reject.reason for reject in out.rejects] == ["truncated"]
    assert out.rejects[0].place.at == len(out.kept) + 1
    assert 100 < len(out.kept) < 500


def test_a_damaged_gzip_gives_what_it_held(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(mbox(*LETTERS * 400)))
    packed[len(packed) // 2] ^= 0xFF
    (tmp_path / "Inbox.gz").write_bytes(packed)
    assert [reject.reason for reject in load(tmp_path / "Inbox.gz").rejects].count("truncated") <= 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mail.pst", b"!BDN" + b"\0" * 100, "readpst"),
        ("mail.ost", b"", "readpst"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "save it as .eml"),
        ("takeout.zip", b"PK\x03\x04", "unpack it"),
        ("notes.txt", b"Dear all,\n", "mbox"),
    ],
)
def test_what_cannot_be_read_names_the_way_round(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SourceError, match=words):
        load(path)


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        load(tmp_path / "missing")


def test_in_a_folder_such_files_are_rejects_and_the_rest_is_read(tmp_path: Path) -> None:
    root = tmp_path / "export"
    root.mkdir()
    (root / "a.eml").write_text(LETTERS[0])
    (root / "b.pst").write_bytes(b"!BDN")
    (root / "c.msg").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (root / "d.zip").write_bytes(b"PK\x03\x04")
    (root / "e.eml").write_bytes(b"")
    (root / "f.eml").write_bytes(b"no header here")
    out = load(root)
    assert len(out.kept) == 1
    assert {reject.place.file: reject.reason for reject in out.rejects} == {
        "b.pst": "outlook_store",
        "c.msg": "outlook_message",
        "d.zip": "archive",
        "e.eml": "empty",
        "f.eml": "not_a_mail",
    }


def test_a_bomb_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mbox.gz"
    with gzip.open(path, "wb", compresslevel=9) as packed:
        packed.write(mbox(LETTERS[0]) + b"From x@x.example Mon May  4 09:00:00 2026\nTo: a@x.example\n\n")
        for _ in range(80):
            packed.write(b"\0" * (1 << 20))
    out = load(path)
    assert [reject.reason for reject in out.rejects] == ["bomb"]
    assert list(out.events) == ["0@a.example"]


@pytest.mark.parametrize("kind", ["header", "line", "mail"])
def test_a_huge_mail_is_bounded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "huge.eml"
    with path.open("wb") as file:
        head = LETTERS[0].encode().split(b"\n\n")[0]
        file.write({"header": b"Subject: ", "line": head + b"\n\n", "mail": head + b"\n\n"}[kind])
        for _ in range(64):
            file.write((b"x" * 1023 + (b"\n" if kind == "mail" else b"x")) * 1024)
    tracemalloc.start()
    out = load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert out.total == 1
    assert [reject.reason for reject in out.rejects] == (["too_long"] if kind == "header" else [])
    assert peak < 20 * MOST_BYTES


def test_a_huge_mbox_is_never_held(tmp_path: Path) -> None:
    path = tmp_path / "Inbox.mbox"
    with path.open("wb") as file:
        for each in range(2000):
            file.write(mbox(letter(id=f"{each}@a.example", to=f"b{each % 7}@x.example", text="x" * 20_000)))
    tracemalloc.start()
    count = sum(1 for _ in SOURCE.read(path, Reading(playbook(), EXPORTED)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count >= 2000
    assert peak < path.stat().st_size / 4


def test_progress_grows_to_the_whole(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_bytes(mbox(*LETTERS * 500))
    steps = [item for item in load(tmp_path).items if isinstance(item, Progress)]
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].done == steps[-1].total == (tmp_path / "a.mbox").stat().st_size


def test_what_is_no_mail_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("from,to\na,b\n")
    (tmp_path / "b.ics").write_text("BEGIN:VCALENDAR\n")
    for path in (tmp_path / "a.csv", tmp_path / "b.ics", tmp_path, tmp_path / "none"):
        assert SOURCE.recognise(path).sure == 0
    (tmp_path / "c.pst").write_bytes(b"!BDN")
    assert SOURCE.recognise(tmp_path / "c.pst").sure > 0.5


def test_a_stream_that_gives_little_at_a_time_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.eml.gz"
    buffer = io.BytesIO()
    # Many small members: each read gives one of them.
    for piece in (LETTERS[0][at : at + 10] for at in range(0, len(LETTERS[0]), 10)):
        buffer.write(gzip.compress(piece.encode()))
    path.write_bytes(buffer.getvalue())
    assert list(load(path).events) == ["0@a.example"]


@pytest.mark.parametrize(("name", "content"), [("mail.pst", b"!BDN"), ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")])
def test_an_outlook_file_is_refused_before_anybody_is_asked_whose_it_is(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    nobody = Reading(playbook=Playbook(), exported_at=EXPORTED)
    with pytest.raises(SourceError, match="Outlook"):
        list(SOURCE.read(tmp_path / name, nobody))
