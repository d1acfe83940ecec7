"""A backup restores to the same workspace, row for row; it is whole or it is not there, and so is what is restored."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.api import Workspace, open_workspace
from answerback.cli.run import run
from answerback.domain.errors import AnswerbackError, BusyError, Exit, UsageError, WorkspaceError
from answerback.workspace.backup import MANIFEST, restore, take
from answerback.workspace.home import locked
from answerback.workspace.journal import Entry, append, written

NOW = datetime(2026, 3, 5, tzinfo=UTC)
EFFORTS = "effort_id,rep_id,account_id,occurred_at,kind,reference\ne1,ann,acme,2026-03-01T09:00:00Z,email,message:1\n"
ACTS = "action_id,account_id,occurred_at,kind,refers_to\nb1,acme,2026-03-02T10:00:00Z,replied,message:1\n"


@pytest.fixture
def kept(tmp_path: Path) -> Workspace:
    """A workspace with a load, a snapshot, a word in the journal and a playbook."""
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "effort.csv").write_text(EFFORTS)
    (tables / "buyer_action.csv").write_text(ACTS)
    made = open_workspace(tmp_path / "kept", create=True)
    made.load(tables)
    made.build()
    fields = {"subject_kind": "event", "subject_id": "e1", "kind": "contest", "occurred_at": NOW.isoformat()}
    append(made.home, Entry("folder", "decision", fields, NOW))
    return made


def taken(kept: Workspace, to: Path) -> Path:
    take(kept.home, to, extra={}, now=NOW, code_version="1")
    return to


def content(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def test_what_was_taken_comes_back(kept: Workspace, tmp_path: Path) -> None:
    restore(taken(kept, tmp_path / "all.tar"), tmp_path / "back")
    assert content(tmp_path / "back") == content(kept.home.root)
    back = open_workspace(tmp_path / "back")
    assert back.show("links").to_arrow().equals(kept.show("links").to_arrow())
    assert [each.fields for each in written(back.home, "decision")] == [
        each.fields for each in written(kept.home, "decision")
    ]
    assert back.build().new  # the word in the journal
    assert not back.build().new


def test_only_its_owner_may_read_it(kept: Workspace, tmp_path: Path) -> None:
    file = taken(kept, tmp_path / "all.tar")
    restore(file, tmp_path / "back")
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "back").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "back").rglob("*"))


def test_nothing_is_written_over(kept: Workspace, tmp_path: Path) -> None:
    file = taken(kept, tmp_path / "all.tar")
    with pytest.raises(UsageError):
        taken(kept, file)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        restore(file, tmp_path / "mine")
    assert content(tmp_path / "mine") == {"mine.txt": b"mine"}


def test_an_empty_folder_will_do(kept: Workspace, tmp_path: Path) -> None:
    (tmp_path / "back").mkdir()
    restore(taken(kept, tmp_path / "all.tar"), tmp_path / "back")
    assert content(tmp_path / "back") == content(kept.home.root)


@pytest.mark.parametrize("purpose", ["build", "load"])
def test_none_is_taken_while_something_changes(purpose: str, kept: Workspace, tmp_path: Path) -> None:
    with locked(kept.home, purpose, shared=purpose == "load"), pytest.raises(BusyError):
        taken(kept, tmp_path / "all.tar")
    assert not list(tmp_path.glob("*all.tar*"))


def test_a_damaged_one_restores_nothing(kept: Workspace, tmp_path: Path) -> None:
    whole = taken(kept, tmp_path / "all.tar").read_bytes()
    places = [len(whole) // 5 * part for part in (1, 2, 3, 4)]
    for place in places:
        bad = tmp_path / f"bad-{place}.tar"
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            restore(bad, tmp_path / "back")
        except AnswerbackError:
            assert not (tmp_path / "back").exists()
        else:  # it was a byte that fills up a block: nothing is damaged
            assert content(tmp_path / "back") == content(kept.home.root)
            break
        short = tmp_path / f"short-{place}.tar"
        short.write_bytes(whole[:place])
        with pytest.raises(WorkspaceError):
            restore(short, tmp_path / "back")
        assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "log/../../out.txt", "strange.txt"])
def test_what_the_manifest_does_not_state_is_refused(name: str, kept: Workspace, tmp_path: Path) -> None:
    file = taken(kept, tmp_path / "all.tar")
    with tarfile.open(file) as old, tarfile.open(tmp_path / "evil.tar", "w") as new:
        for entry in old:
            new.addfile(entry, old.extractfile(entry))
        added = tarfile.TarInfo(name)
        added.size = 4
        new.addfile(added, io.BytesIO(b"evil"))
    with pytest.raises(WorkspaceError):
        restore(tmp_path / "evil.tar", tmp_path / "back")
    assert not (tmp_path / "back").exists()
    assert not (tmp_path / "out.txt").exists()


def test_what_is_no_backup_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "no.tar").write_bytes(b"hello" * 1000)
    with pytest.raises(WorkspaceError, match="no backup"):
        restore(tmp_path / "no.tar", tmp_path / "back")
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("something"), io.BytesIO())
    with pytest.raises(WorkspaceError, match="no backup"):
        restore(tmp_path / "other.tar", tmp_path / "back")
    assert MANIFEST not in {each.name for each in tmp_path.iterdir()}


_DYING = """
import os, sys
from pathlib import Path
from answerback.workspace import backup
put, left = backup._put, [int(sys.argv[3])]
def dying(*arguments):
    left[0] -= 1
    if left[0] < 0:
        os._exit(9)
    return put(*arguments)
backup._put = dying
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_kill_half_way_leaves_nothing_half_restored(after: int, kept: Workspace, tmp_path: Path) -> None:
    file = taken(kept, tmp_path / "all.tar")
    arguments = [sys.executable, "-c", _DYING, str(file), str(tmp_path / "back"), str(after)]
    ended = subprocess.run(arguments, check=False, env=dict(os.environ))
    assert ended.returncode == 9
    assert not (tmp_path / "back").exists()
    restore(file, tmp_path / "back")
    assert content(tmp_path / "back") == content(kept.home.root)


def test_the_commands(kept: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, back = tmp_path / "all.tar", tmp_path / "back"
    assert run(["--home", str(kept.home.root), "backup", str(file)]) == Exit.OK
    assert run(["--home", str(back), "restore", str(file)]) == Exit.OK
    assert "all checksums right" in capsys.readouterr().out
    assert open_workspace(back).show("links").to_arrow().num_rows == 1
