"""Batches of the log: one load each, immutable, visible from the instant that their manifest exists.

A load writes its files into a folder of its own and, last, the manifest by create-if-absent. Killed before that, it has
shown nothing; run again, it finds its own manifest and changes nothing. The name of a batch is a hash of what was
loaded and how, so the same export can be loaded as often as one likes.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from answerback.domain.errors import SourceError
from answerback.domain.playbook import Playbook
from answerback.domain.reading import Progress, Reading, Source
from answerback.workspace.disk import checksum, create_if_absent, room_on, sync_folder
from answerback.workspace.entries import Stamp, whole_seconds
from answerback.workspace.home import OWNERS_FOLDER, Home, locked
from answerback.workspace.intake import Intake, WrittenFile
from answerback.workspace.keys import Keys, writable
from answerback.workspace.known import sources_knowing
from answerback.workspace.log import (
    BATCH,
    Batch,
    Folder,
    check_files,
    files_of,
    manifest_of,
    read_batch,
    read_batches,
    sweep,
    to_manifest,
)
from answerback.workspace.suppression import Suppression, ask_to_forget, read_suppression, suppress

__all__ = ["Batch", "Known", "LoadRequest", "check_files", "load", "read_batch", "read_batches", "sweep"]


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What to load and as what."""

    source: Source
    path: Path
    name: str
    ids_of: str
    playbook: Playbook
    loaded_at: datetime
    exported_at: datetime | None
    mapping: Path | None
    options: dict[str, str]


class Known:
    """Which addresses and domains the log's contacts and accounts have; read once, when first asked."""

    def __init__(self, home: Home, keys: Keys) -> None:
        self._home = home
        self._keys = keys
        self._sets: dict[str, frozenset[int]] | None = None

    def __call__(self, field: str, text: str) -> bool:
        """Whether a contact has this `email`, or an account this `domain`."""
        return self._keys.key(field, "", text.strip().lower()) in self._load()[field]

    @property
    def digest(self) -> str:
        """A name for what is known, or empty where nobody asked."""
        if self._sets is None:
            return ""
        return self._digest_of(self._sets)

    def digest_now(self) -> str:
        """A name for what is known now, asked or not."""
        return self._digest_of(self._load())

    @staticmethod
    def _digest_of(sets: dict[str, frozenset[int]]) -> str:
        return hashlib.blake2b(repr([sorted(each) for each in sets.values()]).encode(), digest_size=8).hexdigest()

    def _load(self) -> dict[str, frozenset[int]]:
        if self._sets is None:
            found: dict[str, set[int]] = {"email": set(), "domain": set()}
            # What a mailbox brought in makes nobody known.
            batches = [batch for batch in read_batches(self._home) if not batch.asked_known]
            for record, column in (("contact", "email"), ("account", "domain")):
                for file in files_of(self._home, batches, f"{record}.parquet"):
                    meant = pc.field(BATCH).isin(file.only) if file.only else None
                    values = pq.read_table(file.path, columns=[f"{column}_key"], filters=meant).column(0)
                    found[column].update(value for value in values.unique().to_pylist() if value is not None)
            self._sets = {name: frozenset(values) for name, values in found.items()}
        return self._sets


def load(home: Home, request: LoadRequest, progress: Callable[[Progress], None]) -> Batch:
    """Reads a path into the log and says how every item of it ended.

    Raises SourceError where nothing could be read, NoRoomError where nothing could be written, BusyError while
    somebody is being forgotten.
    """
    with locked(home, "load", shared=True):
        return load_alone(home, request, progress)


def load_alone(home: Home, request: LoadRequest, progress: Callable[[Progress], None]) -> Batch:
    """The same, for who holds the lock on loads."""
    keys = home.keys()
    inputs = list(_inputs(request.path))
    exported_at = whole_seconds(request.exported_at or _newest(inputs, request.loaded_at))
    base = _batch_name(request, inputs, exported_at)
    known = Known(home, keys)
    before, name = _place_for(home, base, known)
    if before is not None:
        return before
    folder = f"{name}-{secrets.token_hex(4)}"
    stamp = Stamp(request.name, request.ids_of, request.loaded_at, exported_at)
    manifest_path = manifest_of(home, name)
    with room_on(home.log):
        (home.log / folder).mkdir(OWNERS_FOLDER)
    try:
        reading = Reading(request.playbook, exported_at, known, request.mapping, request.options)
        batch = None
        while batch is None:
            suppression = read_suppression(home, keys)
            intake = Intake(home.log / folder, keys, stamp, progress, suppression)
            intake.take(request.source.read(request.path, reading))
            files = intake.close()
            if _learn(home, suppression, request.loaded_at):
                _empty(home.log / folder)  # it is read again, now that these ids are known
                continue
            told = {"folder": folder, "asked_known": known.digest}
            batch = _describe(name, request, intake, stamp, files=files, suppression=suppression, **told)
        with room_on(home.log):
            sync_folder(home.log / folder)
            create_if_absent(manifest_path, to_manifest(Folder(manifest_path, 0, folder, batch.files, (batch,))))
    finally:
        if not _shown(manifest_path, folder):  # it failed, or somebody else was first
            shutil.rmtree(home.log / folder, ignore_errors=True)
    return batch if _shown(manifest_path, folder) else read_batch(manifest_path, new=False)


def _learn(home: Home, suppression: Suppression, now: datetime) -> bool:
    """Notes ids under which somebody who was forgotten has come back. False: there were none.

    What earlier loads say of such an id, before anybody could know whose it is, is forgotten by the next command.
    """
    if not suppression.learned:
        return False
    with locked(home, "forgotten"):
        fresh = suppress(home, suppression.marks_learned(), now=now)
    for space, source, own in sorted(suppression.learned):
        if source in sources_knowing(home, space, own):
            ask_to_forget(home, sorted(suppression.learned))
    return fresh


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def _shown(manifest_path: Path, folder: str) -> bool:
    """Whether the manifest is there and lists this folder; an interruption may come right after it appeared."""
    return manifest_path.exists() and read_batch(manifest_path).folder == folder


def _inputs(path: Path) -> Iterator[tuple[str, Path]]:
    try:
        if path.is_dir():
            for each in sorted(path.rglob("*")):
                if each.is_file() and not each.name.startswith("."):
                    yield each.relative_to(path).as_posix(), each
        elif path.exists():
            yield path.name, path
        else:
            raise SourceError("there is no such file or folder", where=str(path), next_step="check the path")
    except PermissionError as error:
        raise SourceError(
            "the folder may not be read", where=str(path), next_step="give yourself the right to read it"
        ) from error


def _newest(inputs: list[tuple[str, Path]], otherwise: datetime) -> datetime:
    newest = max((file.stat().st_mtime for _, file in inputs), default=otherwise.timestamp())
    return min(datetime.fromtimestamp(int(newest), UTC), otherwise)


def _batch_name(request: LoadRequest, inputs: list[tuple[str, Path]], exported_at: datetime) -> str:
    """A hash of everything that decides what this load puts into the log."""
    settings = request.playbook.model_dump_json(include={"organisation", "rep", "privacy"})
    parts = [request.source.name, request.name, request.ids_of, settings, repr(sorted(request.options.items()))]
    if request.exported_at is not None:
        parts.append(exported_at.isoformat())
    if request.mapping is not None:
        parts.append(_sum(request.mapping))
    for name, file in inputs:
        parts += [name, _sum(file)]
    return hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=8).hexdigest()


def _sum(file: Path) -> str:
    try:
        return checksum(file)
    except PermissionError:
        return "unreadable"


def _place_for(home: Home, base: str, known: Known) -> tuple[Batch | None, str]:
    """The batch that already holds this load, or else the name for a new one.

    What a mailbox may keep depends on who is known: once more contacts are known, the same mailbox may be read again.
    """
    loaded = {batch.batch_id: batch for batch in read_batches(home)}
    generation = 0
    while True:
        name = f"{base}.{generation}" if generation else base
        batch = loaded.get(name)
        if batch is None:
            return None, name
        if not batch.asked_known or batch.asked_known == known.digest_now():
            return replace(batch, new=False), name
        generation += 1


def _describe(
    name: str,
    request: LoadRequest,
    intake: Intake,
    stamp: Stamp,
    *,
    folder: str,
    files: list[WrittenFile],
    suppression: Suppression,
    asked_known: str,
) -> Batch:
    counts = intake.counts
    return Batch(
        batch_id=name,
        source_kind=request.source.name,
        source=request.name,
        ids_of=request.ids_of,
        path=suppression.clean(writable(request.path.name), anywhere=True),
        loaded_at=request.loaded_at,
        exported_at=stamp.exported_at,
        read=counts.read,
        kept=counts.kept,
        non_events=dict(sorted(counts.non_events.items())),
        rejects=counts.rejects,
        records=dict(sorted(counts.records.items())),
        extents=intake.extents,
        notes=tuple(intake.notes),
        folder=folder,
        files=tuple(files),
        asked_known=asked_known,
    )
