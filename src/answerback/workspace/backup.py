"""Backups of a workspace in one file, and restoring them: whole, checked, or not at all.

A backup is a tar file: first a manifest that states every file with its size and checksum, then the files. It is taken
while nothing is loaded or built, so log, snapshots and secret fit together; words that come in meanwhile are in the
journal's copy or not, each whole. A restored folder appears in one step, after every checksum was looked at: a restore
that is killed half-way has shown nothing.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from answerback.domain.errors import UsageError, WorkspaceError
from answerback.workspace.disk import OWNER_ONLY, checksum, room_on, sync_file, sync_folder
from answerback.workspace.home import OWNERS_FOLDER, Home, locked, open_home
from answerback.workspace.manifests import manifest, to_json
from answerback.workspace.snapshots import all_snapshots

MANIFEST = "backup.json"
PEOPLE = "people"
"""The folder of people's own data. It has its own way of being copied (`extra`)."""
_FORMAT = 1
_LOCKS = ("build.lock", "load.lock", "forgotten.lock")


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a backup."""

    path: str
    bytes: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    taken_at: datetime
    code_version: str
    files: tuple[Stored, ...]

    @property
    def bytes(self) -> int:
        """All its files together."""
        return sum(each.bytes for each in self.files)


def take(home: Home, to: Path, *, extra: Mapping[str, Path], now: datetime, code_version: str) -> Backup:
    """Writes a backup, in one step: killed before its end, there is none.

    Args:
        home: The workspace.
        to: The file, which must not be there yet.
        extra: Further files by the path that they are to have, such as the copy of people's database.
        now: When it is taken.
        code_version: Which version of the product takes it.

    Raises UsageError where the file is there, BusyError while something is loaded or built, NoRoomError without room.
    """
    if to.exists():
        raise UsageError("this file is there already", where=str(to), next_step="name another one")
    draft = to.with_name(f".{to.name}.{secrets.token_hex(4)}.draft")
    with locked(home, "build"), locked(home, "load"), room_on(to):
        try:
            made = _written(draft, dict(_files_of(home)) | dict(extra), now, code_version)
            sync_file(draft)
            os.link(draft, to)
            sync_folder(to.absolute().parent)
        finally:
            draft.unlink(missing_ok=True)
    return made


def restore(file: Path, into: Path) -> Backup:
    """Restores a backup into a folder that is not there, or empty; it appears whole, in one step.

    Raises UsageError where the folder holds something, WorkspaceError where the file is damaged or no backup.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UsageError("this folder holds something", where=str(into), next_step="restore into a new one with --home")
    place = into.absolute().parent
    with room_on(place):
        place.mkdir(parents=True, exist_ok=True)
        draft = place / f".{into.name}.{secrets.token_hex(4)}.restoring"
        try:
            draft.mkdir(OWNERS_FOLDER)
            found = _unpacked(file, draft)
            open_home(draft).keys()
            _sync_folders(draft)
            if into.exists():
                into.rmdir()
            draft.rename(into)
            sync_folder(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return found


def _files_of(home: Home) -> Iterator[tuple[str, Path]]:
    """Every file that the workspace rests on; of the pool only what a snapshot lists."""
    listed = {part.path for each in all_snapshots(home) for part in each.parts()}
    for path in sorted(home.root.rglob("*")):
        name = path.relative_to(home.root).as_posix()
        first, _, rest = name.partition("/")
        if not path.is_file() or path.is_symlink() or first in (PEOPLE, *_LOCKS):
            continue
        if any(part.startswith(".") for part in PurePosixPath(name).parts) or (first == "pool" and name not in listed):
            continue
        if rest or first != MANIFEST:
            yield name, path


def _written(draft: Path, files: Mapping[str, Path], now: datetime, code_version: str) -> Backup:
    # The journal may grow while it is copied: what is stated is what was copied.
    held = {name: path.read_bytes() for name, path in files.items() if name.startswith("journal/")}
    stored = [_stored(name, path, held.get(name)) for name, path in sorted(files.items())]
    made = Backup(now, code_version, tuple(stored))
    with (
        os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out,
        tarfile.open(fileobj=out, mode="w|") as tar,
    ):
        _add(tar, MANIFEST, to_json(asdict(made), form=_FORMAT))
        for name, path in sorted(files.items()):
            if name in held:
                _add(tar, name, held[name])
            else:
                tar.add(path, name, recursive=False, filter=_plain)
    return made


def _stored(name: str, path: Path, held: bytes | None) -> Stored:
    if held is None:
        return Stored(name, path.stat().st_size, checksum(path))
    return Stored(name, len(held), _checksum_of(held))


def _checksum_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(_plain(entry), io.BytesIO(content))


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nobody's, and readable by its owner only."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = OWNER_ONLY
    return entry


def _unpacked(file: Path, draft: Path) -> Backup:
    """The files of a backup, each as its manifest states it. Raises WorkspaceError for anything else."""
    with _readable(file) as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST:
            raise _not_a_backup(file, "this is no backup")
        _put(tar, first, draft / MANIFEST)
        said = _read_manifest(draft / MANIFEST)
        wanted = {each.path: each for each in said.files}
        for entry in iter(tar.next, None):
            stated = wanted.pop(entry.name, None)
            if stated is None or not entry.isreg() or not _is_inside(entry.name):
                raise _not_a_backup(file, f"{entry.name!r} is not in its manifest")
            target = draft / entry.name
            _make_folders(draft, target.parent)
            _put(tar, entry, target)
            if (target.stat().st_size, checksum(target)) != (stated.bytes, stated.checksum):
                raise _not_a_backup(file, f"{entry.name} is damaged")
        if wanted:
            raise _not_a_backup(file, f"{min(wanted)} is missing")
    (draft / MANIFEST).unlink()
    for name in ("journal", "log", "pool", "snapshots"):  # one that held nothing is in no backup
        (draft / name).mkdir(OWNERS_FOLDER, exist_ok=True)
    return said


def _make_folders(root: Path, folder: Path) -> None:
    """A folder and those above it, each for its owner only."""
    for each in reversed([folder, *folder.relative_to(root).parents]):
        (root / each).mkdir(OWNERS_FOLDER, exist_ok=True)


def _put(tar: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    inside = tar.extractfile(entry)
    if inside is None:
        raise _not_a_backup(target, f"{entry.name} is no file")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as out:
        shutil.copyfileobj(inside, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())


def _is_inside(name: str) -> bool:
    """Whether a path stays below the folder."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and "\\" not in name


def _read_manifest(path: Path) -> Backup:
    with manifest(path, form=_FORMAT) as said:
        files = tuple(Stored(**each) for each in said["files"])
        return Backup(datetime.fromisoformat(said["taken_at"]), said["code_version"], files)


def _not_a_backup(file: Path, what: str) -> WorkspaceError:
    return WorkspaceError(what, where=file.name, next_step="take another backup; nothing was restored")


def _sync_folders(root: Path) -> None:
    folders: Iterable[Path] = (path for path in root.rglob("*") if path.is_dir())
    for path in (*folders, root):
        sync_folder(path)


@contextmanager
def _readable(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, mode="r|") as tar:
            yield tar
    except FileNotFoundError as error:
        raise WorkspaceError("there is no such file", where=str(file), next_step="check the path") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, EOFError) and error.errno is not None:
            raise
        raise _not_a_backup(file, "this is no backup, or it ends early") from error
