"""What comes in by the browser: named safely, bounded, unpacked with care, told apart by what it holds."""

from __future__ import annotations

import fcntl
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.api import open_workspace
from answerback.domain.errors import SourceError, UsageError
from answerback.sources.files import Bomb
from answerback.web.coming_in import files as incoming
from answerback.web.coming_in.files import load_all, safe_name, sort_out, take_in, unpack
from answerback.web.coming_in.room import Room, sweep
from answerback.web.running.jobs import KEPT_SECONDS, MOST_WAITING, Jobs

EFFORTS = "effort_id,rep_id,account_id,occurred_at,kind,reference\ne1,ann,acme,2026-03-01T09:00:00Z,email,message:1\n"
ACTS = "action_id,account_id,occurred_at,kind,refers_to\nb1,acme,2026-03-02T10:00:00Z,replied,message:1\n"
MAIL = (
    "From: ann@seller.example\nTo: bo@buyer.example\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n"
    "Message-ID: <1@seller.example>\nSubject: hello\n\nHello\n"
)
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"


@dataclass
class Given:
    name: str
    content: bytes = b""

    @property
    def size(self) -> int:
        return len(self.content)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        del chunk_size
        yield self.content


@given(st.text(max_size=300))
def test_a_name_is_a_file_s_and_nothing_else_s(name: str) -> None:
    made = safe_name(name)
    assert made
    assert Path(made).name == made
    assert not made.startswith(".")
    assert len(made.encode()) < 200


def test_two_files_of_one_name_are_two_files(tmp_path: Path) -> None:
    take_in([Given("a/effort.csv", b"1"), Given("b/effort.csv", b"2")], tmp_path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"effort.csv": b"1", "effort-2.csv": b"2"}


@pytest.mark.parametrize("uploads", [[], [Given("x", b"12345")], [Given(f"{number}") for number in range(4)]])
def test_none_too_many_and_too_much_are_refused(
    uploads: list[Given], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MOST_FILES", 3)
    monkeypatch.setattr(incoming, "MOST_BYTES", 4)
    with pytest.raises(SourceError):
        take_in(uploads, tmp_path)
    assert not list(tmp_path.iterdir())


def zipped(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_an_archive_cannot_write_beside_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    zipped(folder / "all.zip", {"../../out.csv": b"1", "/etc/x.csv": b"2", "__MACOSX/y": b"3", "sub/../z.csv": b"4"})
    unpack(folder)
    found = {each.name for each in tmp_path.rglob("*") if each.is_file()}
    assert found == {"out.csv", "x.csv", "z.csv"}
    assert all(folder in each.parents for each in tmp_path.rglob("*") if each.is_file())


def test_an_archive_that_swells_beyond_reason_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "FREE_BYTES", 1 << 16)
    zipped(tmp_path / "bomb.zip", {"zeros.csv": bytes(1 << 22)})
    with pytest.raises(Bomb):
        unpack(tmp_path)


def test_many_archives_together_have_one_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "MOST_UNPACKED_BYTES", 2_500)
    for number in range(3):
        zipped(tmp_path / f"{number}.zip", {"a.csv": os.urandom(1_000)})
    with pytest.raises(Bomb):
        unpack(tmp_path)


def test_a_damaged_archive_is_said_so(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"a.csv": os.urandom(1_000)})
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[500] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(SourceError, match="damaged"):
        unpack(tmp_path)


def test_what_only_begins_like_an_archive_is_known_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no")
    unpack(tmp_path)
    assert sort_out(tmp_path, tmp_path / ".sorted").parts == []


def test_files_are_told_apart_by_what_they_hold(tmp_path: Path) -> None:
    contents = {
        "effort.csv": EFFORTS,
        "buyer_action.csv": ACTS,
        "one.eml": MAIL,
        "two.txt": CALENDAR,
        "odd.bin": "\x01\x02",
        "prices.csv": "a,b\n1,2\n",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    found = sort_out(tmp_path, tmp_path / ".sorted")
    assert [(each.source, each.files) for each in found.parts] == [("folder", 2), ("mailbox", 1), ("calendar", 1)]
    assert {name for name, _ in found.strange} == {"odd.bin", "prices.csv"}


def test_a_table_that_two_crms_may_have_goes_with_the_others_of_its_crm(tmp_path: Path) -> None:
    (tmp_path / "User.csv").write_text(
        "Id,Username,FirstName,LastName,Name,Email,UserRoleId,ManagerId,IsActive,CreatedDate,SystemModstamp\n"
    )
    alone = sort_out(tmp_path, tmp_path / ".sorted")
    assert not alone.parts
    assert [name for name, _ in alone.strange] == ["User.csv"]
    (tmp_path / "OpportunityHistory.csv").write_text(
        "Id,OpportunityId,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate,CreatedById,SystemModstamp\n"
    )
    (part,) = sort_out(tmp_path, tmp_path / ".sorted").parts
    assert (part.source, part.files) == ("salesforce", 2)


def test_a_maildir_stays_one(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / "cur" / "1:2,S").write_text(MAIL)
    (part,) = sort_out(tmp_path, tmp_path / ".sorted").parts
    assert (part.source, part.files) == ("mailbox", 1)


def test_what_was_loaded_is_in_the_log_and_what_came_in_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    take_in([Given("effort.csv", EFFORTS.encode()), Given("odd.bin", b"\x01")], folder)
    workspace = open_workspace(tmp_path / "small-home", create=True)
    said: list[str] = []
    loaded = load_all(workspace, folder, None, lambda what, _done, _total: said.append(what))
    assert [(each.source_kind, each.kept) for each in loaded.batches] == [("folder", 1)]
    assert loaded.strange == (("odd.bin", "no source knows what this is"),)
    assert "folder" in said
    assert not folder.exists()


def test_one_source_that_cannot_be_read_does_not_cost_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    take_in([Given("effort.csv", EFFORTS.encode()), Given("one.eml", MAIL.encode())], folder)
    workspace = open_workspace(tmp_path / "small-home", create=True)
    loaded = load_all(workspace, folder, None, lambda *_: None)
    assert [each.source_kind for each in loaded.batches] == ["folder"]
    assert [source for source, _ in loaded.failed] == ["mailbox"]  # nothing says who sells


def test_a_room_is_empty_once_it_is_left(tmp_path: Path) -> None:
    room = Room(tmp_path / "incoming")
    made = room.new()
    (made / "mail.mbox").write_text("x")
    assert made.stat().st_mode & 0o077 == 0
    room.leave()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    for name in ("dead", "alive"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "held").touch()
        (tmp_path / name / "mail.mbox").write_text("x")
    descriptor = os.open(tmp_path / "alive" / "held", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    sweep(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["alive"]
    os.close(descriptor)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it goes on to the log
def test_a_job_is_its_owner_s_and_ends_one_way_or_another() -> None:
    jobs = Jobs()

    def broken(_: object) -> None:
        raise ZeroDivisionError

    def refused(_: object) -> None:
        raise UsageError("not so")

    made = [jobs.submit("load", 7, work) for work in (lambda advance: advance("x", 1, 4) or 42, broken, refused)]
    assert all(each.finished.wait(30) for each in made)
    assert (made[0].result, made[0].what, made[0].percent) == (42, "x", 25)
    assert made[1].broken
    assert made[2].error is not None
    assert jobs.get(made[0].token, "load", 7) is made[0]
    assert jobs.get(made[0].token, "load", 8) is None
    assert jobs.get(made[0].token, "mine", 7) is None
    assert jobs.get("", "load", 7) is None


def test_a_job_is_forgotten_after_a_while_and_too_many_are_not_taken() -> None:
    import threading

    now, gate = [0.0], threading.Event()
    jobs = Jobs(clock=lambda: now[0])
    first = jobs.submit("load", 1, lambda _: None)
    assert first.finished.wait(30)
    now[0] = KEPT_SECONDS + 1
    assert jobs.get(first.token, "load", 1) is None
    waiting = [jobs.submit("load", 1, lambda _: gate.wait(30)) for _ in range(MOST_WAITING)]
    assert jobs.busy("load")
    assert not jobs.busy("practice")
    with pytest.raises(UsageError):
        jobs.submit("load", 1, lambda _: None)
    gate.set()
    assert all(each.finished.wait(30) for each in waiting)
