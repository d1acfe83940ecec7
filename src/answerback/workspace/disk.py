"""Writing so that a kill or a power cut at any instant leaves the old or the new, never half of either.

A file is written under a temporary name, forced to disk, and then given its name in one step. `create_if_absent` fails
if the name is taken, which is how two writers find out that one of them came second.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from answerback.domain.errors import NoRoomError

OWNER_ONLY = 0o600
_DRAFT = ".draft"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def room_on(path: Path) -> Iterator[None]:
    """Turns a full, read-only or forbidden disk into an error that says so."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoRoomError(
            f"nothing can be written here: {os.strerror(error.errno or 0).lower()}",
            where=str(path),
            next_step="free some space or mend the rights, then run the same command again; nothing was half-written",
        ) from error


def sync_folder(folder: Path) -> None:
    """Forces a folder's entries to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Forces a file's bytes to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_if_absent(path: Path, content: bytes, *, mode: int = OWNER_ONLY) -> bool:
    """Gives a file its name if nobody has it yet. False: somebody was first, and theirs stands."""
    with _draft(path, content, mode) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        sync_folder(path.parent)
        return True


def put_in_place(path: Path, content: bytes, *, mode: int = OWNER_ONLY) -> None:
    """Writes a file, in one step in place of the one that may lie there."""
    with _draft(path, content, mode) as draft:
        draft.replace(path)
        sync_folder(path.parent)


@contextmanager
def _draft(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """The content on disk under a name that nobody looks for."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_DRAFT}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def sweep_drafts(folder: Path, *, older_than_seconds: float, now: datetime) -> None:
    """Removes the drafts that killed writers left in a folder."""
    for path in folder.glob(f".*{_DRAFT}"):
        if now.timestamp() - modified(path) > older_than_seconds:
            path.unlink(missing_ok=True)


def modified(path: Path) -> float:
    """When a file, or anything right in a folder, was last written: seconds since 1970; infinite if it just went."""
    try:
        within = list(path.iterdir()) if path.is_dir() else []
        return max(each.stat().st_mtime for each in (path, *within))
    except FileNotFoundError:
        return math.inf


def checksum(path: Path) -> str:
    """BLAKE2b of a file's bytes, 16 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
