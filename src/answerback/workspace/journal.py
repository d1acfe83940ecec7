"""The journal: small writes, one line of JSON each, on disk before the writer is told so.

A line that a kill cut short is ignored: its writer was never told that it was taken. The next build moves whole lines
into a batch of the log and then removes the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from answerback.domain.errors import UsageError
from answerback.domain.playbook import Playbook
from answerback.domain.reading import Item, Kept, Place, Progress, Reading, Recognition, Record
from answerback.domain.records import CARRIED, RECORDS, TOKEN_FIELDS
from answerback.workspace.batches import Batch, LoadRequest, load
from answerback.workspace.disk import OWNER_ONLY, room_on, sync_folder
from answerback.workspace.entries import check_rows
from answerback.workspace.home import Home
from answerback.workspace.values import column_of

_OPEN = "open.jsonl"
_SAID = frozenset({"source", "type", "fields", "at"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One record written by hand or through the API, and by which source's ids it speaks."""

    source: str
    type: str
    fields: Mapping[str, str | int | bool | None]
    written_at: datetime


def append(home: Home, entry: Entry) -> None:
    """Writes one entry and returns when it is on disk.

    Raises UsageError where the log could not take it: whoever wrote it learns so now, not from a build's rejects.
    """
    append_all(home, [entry])


def append_all(home: Home, entries: Sequence[Entry]) -> None:
    """Writes entries, all of them or none, and returns when they are on disk.

    Raises UsageError where the log could not take one of them.
    """
    for entry in entries:
        _check(entry)
    lines = b"".join(_line(entry) for entry in entries)
    path = home.journal / _OPEN
    with room_on(path), _exclusively(path) as descriptor:
        size = os.fstat(descriptor).st_size
        whole = False
        try:
            _write(descriptor, _mend(descriptor, size) + lines)
            whole = True
        finally:
            if not whole:
                os.ftruncate(descriptor, size)
        os.fsync(descriptor)
        if not size:
            sync_folder(home.journal)


def _line(entry: Entry) -> bytes:
    said = {
        "source": entry.source,
        "type": entry.type,
        "fields": dict(entry.fields),
        "at": entry.written_at.isoformat(),
    }
    return json.dumps(said).encode() + b"\n"


def written(home: Home, record: str) -> list[Entry]:
    """The entries of one record type that no build has moved into the log yet."""
    return [
        Entry(said["source"], record, said["fields"], datetime.fromisoformat(said["at"]))
        for path in sorted(home.journal.glob("*.jsonl"))
        for _, said in _entries(path)
        if said["type"] == record
    ]


def _check(entry: Entry) -> None:
    record = RECORDS.get(entry.type)
    if record is None:
        raise UsageError(f"there is no record {entry.type!r}", next_step=f"choose one of {', '.join(RECORDS)}")
    known = {*record.index, *CARRIED, *(TOKEN_FIELDS if record.tokens else ())}
    if strange := sorted(entry.fields.keys() - known):
        raise UsageError(
            f"{entry.type} has no field {strange[0]}", next_step=f"choose among {', '.join(sorted(known))}"
        )
    fields = {"source_id": None, **entry.fields}
    _, faults = check_rows(record, pa.table({name: column_of([value]) for name, value in fields.items()}))
    if faults:
        first = faults[0]
        raise UsageError(f"{entry.type}.{first.field}: {first.reason}", next_step=f"give {first.hint}")


def _write(descriptor: int, content: bytes) -> None:
    """All of it: a disk that fills up takes a part first and says so at the next attempt only."""
    while content:
        content = content[os.write(descriptor, content) :]


@contextmanager
def _exclusively(path: Path) -> Iterator[int]:
    """The open journal file, held so that no build sets it aside between our opening it and our last byte."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_ONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether what we hold is still what the name stands for."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def _mend(descriptor: int, size: int) -> bytes:
    """Ends a line that a kill cut short, so that the next one stands on its own."""
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def set_aside(home: Home) -> list[Path]:
    """Closes the open file, so that new entries go to another one, and returns all files to compact."""
    path = home.journal / _OPEN
    if path.exists() and path.stat().st_size:
        with room_on(path):
            with _exclusively(path):
                path.rename(home.journal / f"closed-{secrets.token_hex(8)}.jsonl")
            sync_folder(home.journal)
    return sorted(home.journal.glob("closed-*.jsonl"))


def sources_in(path: Path) -> list[str]:
    """Whose ids the entries of a closed file speak of."""
    return sorted({said["source"] for _, said in _entries(path)})


def lines_naming(home: Home, texts: Sequence[str]) -> int:
    """In how many lines one of these ids or addresses is a value of some field."""
    wanted = {text.lower() for text in texts}
    return sum(
        any(isinstance(value, str) and value.lower() in wanted for value in said["fields"].values())
        for path in home.journal.glob("*.jsonl")
        for _, said in _entries(path)
    )


def compact_journal(
    home: Home,
    playbook: Playbook,
    *,
    now: datetime,
    take: Callable[[Home, LoadRequest, Callable[[Progress], None]], Batch] = load,
) -> None:
    """Moves what people entered into the log, and only then lets the journal go. For who holds the build lock."""
    for path in set_aside(home):
        for source in sources_in(path):
            # Its time is the file's own: killed before the file is let go, the next build finds its batch.
            request = LoadRequest(JournalSource(source), path, source, source, playbook, now, None, None, {})
            take(home, request, lambda _progress: None)
        with room_on(path):
            path.unlink()


class JournalSource:
    """Reads one closed journal file for the log: the entries of one source.

    A line that is none was never taken, so it is no item of anybody's.
    """

    name: ClassVar[str] = "journal"
    meaning: ClassVar[str] = "what people entered"

    def __init__(self, source: str) -> None:
        self._source = source

    def recognise(self, path: Path) -> Recognition:
        """Never offered to a user: the build calls it."""
        return Recognition(0.0, f"{path.name} is the workspace's own")

    def read(self, path: Path, reading: Reading) -> Iterator[Item]:
        """Every whole line of this source."""
        del reading
        for number, said in _entries(path):
            if said["source"] == self._source:
                fields = {"version_at": said["at"], **said["fields"]}
                yield Kept(Place(path.name, number), (Record(said["type"], fields),))


def _entries(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Whole lines with their numbers, from 1."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            with suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict) and said.keys() >= _SAID and said["type"] in RECORDS:
                    yield number, said
