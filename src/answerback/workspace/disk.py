"""Writing so that a kill or a power cut at any instant leaves the old or the new, never half of either.

A file is written under a temporary name, forced to disk, and then given its name in one step. `create_if_absent` fails if
the name is taken, which is how two writers find out that one of them came second.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from answerback.domain.errors import NoRoomError

OWNER_ONLY = 0o600
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


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
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        sync_folder(path.parent)
        return True
    finally:
        temporary.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    """BLAKE2b of a file's bytes, 16 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
