"""The journal: small writes, one line of JSON each, on disk before the writer is told so.

A line that a kill cut short is ignored: its writer was never told that it was taken. A build sets the open file aside
and moves its whole lines into a batch of the log. The file stays until a snapshot has what it says; then its name tells
which one, and it stays some minutes more, for whoever still reads the snapshot before.
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
from answerback.workspace.disk import OWNER_ONLY, modified, room_on, sync_folder
from answerback.workspace.entries import check_rows
from answerback.workspace.home import Home
from answerback.workspace.values import column_of

KEPT_SECONDS = 600.0
"""So long entries that a snapshot has stay in the journal: longer than any page reads the snapshot before."""
_OPEN = "open.jsonl"
_CLOSED, _BUILT = "closed-", "built-"
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


def written(home: Home, record: str, *, since: int | None = None) -> list[Entry]:
    """The entries of one record type that no snapshot has yet, in the order in which they were written.

    With `since`, those that the snapshot of this number does not have; the journal keeps them for `KEPT_SECONDS`.
    """
    while True:
        names = _files(home)
        found: list[Entry] = []
        with suppress(FileNotFoundError):
            for name in names:
                if not _is_in(name, since):
                    found += _entries_of(home.journal / name, record)
        if _files(home) == names:  # else a build set a file aside meanwhile, and its lines may have been missed
            return sorted(found, key=lambda entry: entry.written_at)


def waiting_bytes(home: Home) -> int:
    """How much was written that no snapshot has yet."""
    size = 0
    for name in _files(home):
        with suppress(FileNotFoundError):  # a build was quicker: then it is none of it any more
            size += 0 if _is_in(name, None) else (home.journal / name).stat().st_size
    return size


def _files(home: Home) -> list[str]:
    return sorted(path.name for path in home.journal.glob("*.jsonl"))


def _is_in(name: str, since: int | None) -> bool:
    """Whether what a file says is in the snapshot of this number, or with None in any."""
    if not name.startswith(_BUILT):
        return False
    return since is None or int(name.removeprefix(_BUILT).partition("-")[0]) <= since


def _entries_of(path: Path, record: str) -> Iterator[Entry]:
    for _, said in _entries(path):
        if said["type"] == record:
            yield Entry(said["source"], record, said["fields"], datetime.fromisoformat(said["at"]))


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
                path.rename(home.journal / f"{_CLOSED}{secrets.token_hex(8)}.jsonl")
            sync_folder(home.journal)
    return sorted(home.journal.glob(f"{_CLOSED}*.jsonl"))


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
) -> list[Path]:
    """Moves what people entered into the log; the files that it took. For who holds the build lock.

    They stay where they are, so that what they say can be read until a snapshot has it (`mark_built`). Called again, it
    finds their batches and changes nothing.
    """
    closed = set_aside(home)
    for path in closed:
        for source in sources_in(path):
            # Its time is the file's own: killed before the file is marked, the next build finds its batch.
            request = LoadRequest(JournalSource(source), path, source, source, playbook, now, None, None, {})
            take(home, request, lambda _progress: None)
    return closed


def mark_built(home: Home, closed: Sequence[Path], snapshot: int, *, at: datetime) -> None:
    """Says of files that `compact_journal` took that the snapshot of this number has what they say, since `at`."""
    for path in closed:
        with room_on(path):
            os.utime(path, (at.timestamp(), at.timestamp()))
            path.rename(path.with_name(f"{_BUILT}{snapshot:06d}-{path.name.removeprefix(_CLOSED)}"))
    if closed:
        sync_folder(home.journal)


def let_go(home: Home, *, now: datetime, kept_seconds: float = KEPT_SECONDS, closed: Sequence[Path] = ()) -> None:
    """Removes files that are in the log (`closed`), and those whose entries a snapshot has had for so long."""
    for path in closed:
        with room_on(path):
            path.unlink()
    for path in home.journal.glob(f"{_BUILT}*.jsonl"):
        if now.timestamp() - modified(path) >= kept_seconds:
            path.unlink(missing_ok=True)


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
