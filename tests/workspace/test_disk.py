"""Rights and room: what is the owner's stays theirs, and a disk that is full or forbidden is told as one."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.domain.errors import AnswerbackError, BusyError, Exit, NoRoomError, WorkspaceError
from answerback.workspace.batches import LoadRequest, load, read_batches, sweep
from answerback.workspace.disk import create_if_absent, put_in_place, room_on
from answerback.workspace.home import Home, create_home, locked, open_home
from answerback.workspace.snapshots import LEASE_SECONDS
from tests.workspace.dying import answer_of
from tests.workspace.world import NOW, PLAYBOOK, PROCESSES, Lines, act, effort, ignore, kept, make, take

PEOPLE = [
    kept("rep", source_id="r1", name="Anna", email="anna@seller.example"),
    kept("contact", source_id="c1", name="Bo", email="bo@buyer.example"),
    effort("e1", occurred_at="never"),
    effort("e2", reference="message:1"),
    act("b1"),
]
NOBODY = 65_534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_strings_and_secret_are_the_owner_s(home: Home) -> None:
    old = os.umask(0)  # whatever the owner's habits are
    try:
        batch = take(home, PEOPLE)
        make(home)
    finally:
        os.umask(old)
    assert mode(home.root) == 0o700
    assert mode(home.root / "secret") == 0o600
    assert {file.name for file in batch.files} >= {"ids.parquet", "rep.names.parquet", "contact.names.parquet"}
    for path in home.log.rglob("*"):
        if path.is_file():
            assert mode(path) == 0o600, path.name
    for path in [*home.log.rglob("*"), *home.pool.iterdir()]:
        if path.is_file() and not path.name.endswith((".names.parquet", ".json")) and not path.name.startswith("ids"):
            assert b"anna@seller" not in path.read_bytes()
            assert b"message:1" not in path.read_bytes()


def test_only_the_owner_may_enter_what_we_made(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "theirs.txt").write_text("theirs")
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (shared, empty):
        folder.chmod(0o755)
    old = os.umask(0)
    try:
        homes = [create_home(root) for root in (shared, empty, tmp_path / "fresh")]
        for each in homes:
            take(each, PEOPLE)
            make(each)
            create_home(each.root)
    finally:
        os.umask(old)
    assert [mode(each.root) for each in homes] == [0o755, 0o700, 0o700]
    for path in [path for each in homes for path in each.root.rglob("*") if path != shared / "theirs.txt"]:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def _hold(home: Home, ready: object, done: object) -> None:
    with locked(home, "build"):
        ready.set()  # type: ignore[attr-defined]
        done.wait()  # type: ignore[attr-defined]


def test_a_second_build_at_the_same_time_is_told_so(home: Home) -> None:
    ready, done = PROCESSES.Event(), PROCESSES.Event()
    first = PROCESSES.Process(target=_hold, args=(home, ready, done))
    first.start()
    ready.wait()
    with pytest.raises(BusyError) as told:
        make(home)
    assert told.value.exit_code is Exit.BUSY
    assert int(Exit.BUSY) == 5
    os.kill(first.pid or 0, signal.SIGKILL)
    first.join()
    assert make(home).new, "the lock goes with its holder, however that ends"


def test_a_home_is_made_once_and_completed_where_it_was_cut_short(tmp_path: Path) -> None:
    home = create_home(tmp_path / "a" / "home")
    secret = (home.root / "secret").read_bytes()
    home.described.unlink()
    shutil.rmtree(home.pool)
    assert create_home(home.root) == open_home(home.root) == home
    assert (home.root / "secret").read_bytes() == secret
    assert home.pool.is_dir()


def test_what_is_no_workspace_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(WorkspaceError, match="no workspace here"):
            open_home(path)
    with pytest.raises(WorkspaceError, match="this is a file"):
        create_home(tmp_path / "file")


@pytest.mark.parametrize("content", [b"", b"[]", b"5", b"{}"])
def test_a_damaged_description_is_named(home: Home, content: bytes) -> None:
    home.described.write_bytes(content)
    with pytest.raises(WorkspaceError, match=r"workspace\.json is damaged"):
        open_home(home.root)


def test_a_damaged_manifest_of_a_batch_is_named(home: Home) -> None:
    batch = take(home, PEOPLE)
    (home.log / f"{batch.batch_id}.json").write_bytes(b'{"format": 1, "batch_id": "x"}')
    for use in (lambda: take(home, PEOPLE), lambda: make(home), lambda: read_batches(home)):
        with pytest.raises(WorkspaceError, match=rf"{batch.batch_id}\.json is damaged"):
            use()


def _told(task: Callable[[Home], object], home: Home) -> tuple[str, str]:
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        task(home)
    except AnswerbackError as error:
        return type(error).__name__, str(error)
    return "", ""


def without_rights(task: Callable[[Home], object], home: Home) -> tuple[str, str]:
    """What somebody without special rights is told."""
    found: tuple[str, str] = answer_of(_told, task, home)
    return found


@pytest.fixture
def public_home() -> Iterator[Home]:
    """A workspace of the user that `without_rights` becomes, where that user can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="answerback-test-"))
    folder.chmod(0o777)
    home = create_home(folder / "home")
    take(home, PEOPLE)
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    yield home
    for path in [home.root, *(each for each in home.root.rglob("*") if each.is_dir())]:
        path.chmod(0o700)
    shutil.rmtree(folder)


def _open(home: Home) -> object:
    return open_home(home.root)


def _take_more(home: Home) -> object:
    return take(home, [effort("e9")], name="more")


def test_a_home_that_may_not_be_read_says_so(public_home: Home) -> None:
    public_home.root.chmod(0)
    kind, said = without_rights(_open, public_home)
    assert kind == "WorkspaceError"
    assert "may not be read" in said


def test_a_read_only_home_has_no_room_and_stays_as_it_was(public_home: Home) -> None:
    files = sorted(public_home.root.rglob("*"))
    for path in [public_home.root, *(each for each in files if each.is_dir())]:
        path.chmod(0o500)
    for task in (_take_more, make):
        kind, said = without_rights(task, public_home)
        assert kind == "NoRoomError"
        assert "permission denied" in said
    assert sorted(public_home.root.rglob("*")) == files


@contextmanager
def small_files(largest: int) -> Iterator[None]:
    """No file may grow beyond so many bytes: what a full disk says, without one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("largest", [0, 100, 1_000, 2_000])
def test_a_file_that_may_not_grow_leaves_nothing(home: Home, largest: int) -> None:
    take(home, [effort("e0")], name="first")
    before = sorted(path for path in home.root.rglob("*") if path.name != "build.lock")
    many = [effort(f"e{n}", reference=f"message:{n * 7919}") for n in range(300)]
    assert take(create_home(home.root.parent / "other"), many).kept == 300  # where there is room
    with small_files(largest), pytest.raises(NoRoomError, match="file too large"):
        _load_again(home)
    with small_files(largest), pytest.raises(NoRoomError, match="file too large"):
        make(home)
    assert sorted(path for path in home.root.rglob("*") if path.name != "build.lock") == before
    assert make(home).new


def _load_again(home: Home) -> None:
    export = home.root.parent / "exports" / "crm.jsonl"
    load(home, LoadRequest(Lines(), export, "crm", "crm", PLAYBOOK, NOW, NOW, None, {}), ignore)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("only root may mount a small disk; the limit on files is tested everywhere")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_leaves_nothing_half_written(tiny_disk: Path) -> None:
    home = create_home(tiny_disk / "home")
    take(home, [effort("e1"), act("b1")])
    first = make(home)
    before = sorted(home.root.rglob("*"))
    (home.root.parent / "filler").write_bytes(b"x" * (shutil.disk_usage(tiny_disk).free - 8_192))
    many = [effort(f"e{n}", subkind=str(n * 7919)) for n in range(20)]
    (home.root.parent / "exports" / "crm.jsonl").unlink()
    with pytest.raises(NoRoomError, match="no space left"), room_on(tiny_disk):
        take(home, many)
    assert sorted(home.root.rglob("*")) == before
    (home.root.parent / "filler").unlink()
    assert take(home, many).kept == 20
    (home.root.parent / "filler").write_bytes(b"x" * (shutil.disk_usage(tiny_disk).free - 8_192))
    with pytest.raises(NoRoomError):
        make(home)
    assert make_names(home) == {first.snapshot.name}
    (home.root.parent / "filler").unlink()
    assert make(home).snapshot.number == 2


def make_names(home: Home) -> set[str]:
    return {path.stem for path in home.snapshots.glob("*.json")}


def test_a_load_that_still_writes_is_not_swept(home: Home) -> None:
    now = datetime.now(UTC)
    for name, age in (("running", 60.0), ("dead", LEASE_SECONDS + 60.0)):
        folder = home.log / name
        folder.mkdir()
        (folder / "effort.parquet").write_bytes(b"")
        os.utime(folder / "effort.parquet", (now.timestamp() - age,) * 2)
        os.utime(folder, (now.timestamp() - 2 * LEASE_SECONDS,) * 2)
    (home.log / ".x.json.0.draft").write_bytes(b"")
    assert sweep(home, older_than_seconds=LEASE_SECONDS, now=now) == 1
    assert {path.name for path in home.log.iterdir()} == {"running", ".x.json.0.draft"}
    sweep(home, older_than_seconds=LEASE_SECONDS, now=now + timedelta(days=1))
    assert list(home.log.iterdir()) == []


def test_the_first_writer_of_a_name_stands_and_a_replacement_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "it"
    assert create_if_absent(path, b"one")
    assert not create_if_absent(path, b"two")
    assert path.read_bytes() == b"one"
    put_in_place(path, b"three")
    assert (path.read_bytes(), mode(path), [each.name for each in tmp_path.iterdir()]) == (b"three", 0o600, ["it"])
