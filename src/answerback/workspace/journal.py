"""The journal: small writes, one line of JSON each, on disk before the writer is told so.

A line that a kill cut short is ignored: its writer was never told that it was taken. The next build moves whole lines into
a batch of the log and then removes the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from answerback.domain.reading import Item, Kept, Place, Reading, Recognition, Record, Reject
from answerback.domain.records import RECORDS
from answerback.workspace.disk import OWNER_ONLY, room_on, sync_folder
from answerback.workspace.home import Home

_OPEN = "open.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record written by hand or through the API, and by which source's ids it speaks."""

    source: str
    type: str
    fields: Mapping[str, str | int | bool | None]
    written_at: datetime


def append(home: Home, entry: Entry) -> None:
    """Writes one entry and returns when it is on disk."""
    if entry.type not in RECORDS:
        raise KeyError(entry.type)
    line = json.dumps(
        {"source": entry.source, "type": entry.type, "fields": dict(entry.fields), "at": entry.written_at.isoformat()}
    )
    path = home.journal / _OPEN
    with room_on(path):
        fresh = not path.exists()
        with _exclusively(path) as descriptor:
            os.write(descriptor, _mend(descriptor) + line.encode() + b"\n")
            os.fsync(descriptor)
        if fresh:
            sync_folder(home.journal)


@contextmanager
def _exclusively(path: Path) -> Iterator[int]:
    """The open journal file, held so that no build sets it aside between our opening it and our last byte."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _mend(descriptor: int) -> bytes:
    """Ends a line that a kill cut short, so that the next one stands on its own."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def set_aside(home: Home) -> list[Path]:
    """Closes the open file, so that new entries go to another one, and returns all files to compact."""
    path = home.journal / _OPEN
    if path.exists() and path.stat().st_size:
        with room_on(path), _exclusively(path):
            path.rename(home.journal / f"closed-{secrets.token_hex(8)}.jsonl")
        sync_folder(home.journal)
    return sorted(home.journal.glob("closed-*.jsonl"))


def sources_in(path: Path) -> list[str]:
    """Whose ids the entries of a closed file speak of."""
    return sorted({entry["source"] for _, entry in _entries(path)})


class JournalSource:
    """Reads one closed journal file for the log: the entries of one source."""

    name: ClassVar[str] = "journal"
    meaning: ClassVar[str] = "what people entered"

    def __init__(self, source: str) -> None:
        self._source = source

    def recognise(self, path: Path) -> Recognition:
        """Never offered to a user: the build calls it."""
        return Recognition(0.0, f"{path.name} is the workspace's own")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Every whole line of this source; a broken one is a reject."""
        del reading
        for number, said in _entries(path, broken=True):
            if not said:
                yield Reject(Place(path.name, number), "cut_short", hint="a whole line")
            elif said["source"] == self._source:
                fields = {"version_at": said["at"], **said["fields"]}
                yield Kept(Place(path.name, number), (Record(said["type"], fields),))


def _entries(path: Path, *, broken: bool = False) -> Iterator[tuple[int, dict]]:  # type: ignore[type-arg]
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                said = json.loads(line)
            except ValueError:
                said = {}
            if said or broken:
                yield number, said
