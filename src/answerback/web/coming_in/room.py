"""Room for what comes in by the browser: folders that only the owner may enter, gone when the process is.

Everything lies below one folder of this process, which holds a lock as long as it lives. Whoever starts next, and finds
a folder whose lock nobody holds, removes it: so nothing stays behind after a kill either.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_OWNERS_FOLDER, _OWNER_ONLY = 0o700, 0o600
_HELD = "held"


class Room:
    """The folder of this process below `parent`."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(_OWNERS_FOLDER, parents=True, exist_ok=True)
        sweep(parent)
        self._lock, self.path = _held(parent)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new folder, removed at the end of the block."""
        made = self.new()
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def new(self) -> Path:
        """A new folder, which stays until it is removed or the room is left."""
        made = self.path / secrets.token_hex(8)
        made.mkdir(_OWNERS_FOLDER)
        return made

    def leave(self) -> None:
        """Removes everything in it, and itself."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep(parent: Path) -> None:
    """Removes the folders of processes that are gone."""
    for path in parent.iterdir():
        with suppress(FileNotFoundError, NotADirectoryError):
            descriptor = os.open(path / _HELD, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            except BlockingIOError:  # its process lives
                continue
            finally:
                os.close(descriptor)


def _held(parent: Path) -> tuple[int, Path]:
    """A new folder whose lock is held from the instant that it has its name."""
    name = secrets.token_hex(8)
    draft = parent / f".{name}"
    draft.mkdir(_OWNERS_FOLDER)
    descriptor = os.open(draft / _HELD, os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    draft.rename(parent / name)
    return descriptor, parent / name


@lru_cache(maxsize=1)
def room() -> Room:
    """The room of this process, beside the people of the workspace: there is place, and only its owner may enter."""
    return Room(Path(settings.PEOPLE_FOLDER) / "incoming")


def leave_room() -> None:
    """Removes all that came in and is not in the log; for when the process ends."""
    if room.cache_info().currsize:
        room().leave()
    room.cache_clear()
