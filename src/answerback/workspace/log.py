"""The log on disk: which batches there are, and in which files their rows lie.

A batch is one load. At first its rows lie in a folder of its own, listed by a manifest of its own. Later several
batches are merged into one folder (see `compaction`): one manifest then states them all, and each row says in its
column `batch` which of them it came with. A manifest whose batches a later merge states, too, says nothing any more:
from the instant that the merge exists its folder is the one that counts, and the old one only waits until nobody reads
it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from answerback.domain.errors import WorkspaceError
from answerback.domain.log import ColumnType
from answerback.domain.reading import Note
from answerback.engine.literals import sql_text
from answerback.engine.protocol import Engine
from answerback.workspace.disk import modified, sweep_drafts
from answerback.workspace.home import Home
from answerback.workspace.intake import WrittenFile
from answerback.workspace.manifests import manifest, to_json

BATCH = "batch"
"""The column of a merged file that names the batch of each row."""
_FORMAT = 1
_MERGE = "merge-"
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """What a manifest says of one load."""

    batch_id: str
    source_kind: str
    source: str
    ids_of: str
    path: str
    loaded_at: datetime
    exported_at: datetime
    read: int
    kept: int
    non_events: dict[str, int]
    rejects: int
    records: dict[str, int]
    extents: dict[str, datetime]
    notes: tuple[Note, ...]
    folder: str
    files: tuple[WrittenFile, ...]
    """All files of its folder."""
    asked_known: str
    """Digest of the contacts known at the load, where the source asked for them; else empty."""
    new: bool = True
    """False: the same had been loaded before, and nothing changed."""
    together: int = 1
    """How many batches lie in its folder."""

    def has(self, name: str) -> bool:
        """Whether its folder has a file of this name."""
        return any(file.name == name for file in self.files)


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of the log and the manifest that lists it."""

    manifest: Path
    number: int
    """Of the merge; 0 for what one load wrote."""
    name: str
    files: tuple[WrittenFile, ...]
    batches: tuple[Batch, ...]

    @property
    def rows(self) -> int:
        """The rows of all its files."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True, slots=True)
class LogFile:
    """One Parquet file of the log, and whose rows in it are meant."""

    path: Path
    only: tuple[str, ...] = ()
    """Batches; empty where all rows are meant."""


def read_batches(home: Home) -> list[Batch]:
    """All batches of the log, by name: the order of loading has no say in anything."""
    return sorted((batch for folder in read_folders(home) for batch in folder.batches), key=lambda each: each.batch_id)


def read_folders(home: Home) -> list[Folder]:
    """The folders that hold the batches of the log, each batch in one of them."""
    standing, _ = _folders(home)
    return standing


def files_of(home: Home, batches: Iterable[Batch], name: str) -> list[LogFile]:
    """The files of this name in which rows of these batches lie, each once."""
    by_folder: dict[str, list[Batch]] = {}
    for batch in batches:
        if batch.has(name):
            by_folder.setdefault(batch.folder, []).append(batch)
    return [
        LogFile(
            home.log / folder / name,
            () if len(some) == some[0].together else tuple(sorted(each.batch_id for each in some)),
        )
        for folder, some in sorted(by_folder.items())
    ]


def over_log(engine: Engine, name: str, files: Iterable[LogFile], columns: Mapping[str, ColumnType]) -> None:
    """A relation over files of the log: the rows that are meant, with these columns; empty where there are no files."""
    parts = list(files)
    engine.over_files(f"_{name}_whole", [file.path.resolve() for file in parts if not file.only], columns)
    union = [f"select * from _{name}_whole"]
    for number, file in enumerate(file for file in parts if file.only):
        engine.over_files(f"_{name}_{number}", [file.path.resolve()], {**columns, BATCH: ColumnType.VARCHAR})
        meant = ", ".join(map(sql_text, file.only))
        union.append(f"select {', '.join(columns)} from _{name}_{number} where {BATCH} in ({meant})")
    engine.view(name, " union all ".join(union))


def check_files(home: Home, batches: Iterable[Batch]) -> None:
    """Raises WorkspaceError naming the first file that a manifest lists and that is not there."""
    for batch in {batch.folder: batch for batch in batches}.values():
        for file in batch.files:
            if not (home.log / batch.folder / file.name).is_file():
                raise WorkspaceError(
                    f"a file of batch {batch.batch_id} ({batch.source}) is gone",
                    where=f"log/{batch.folder}/{file.name}",
                    next_step="restore it from a backup, or remove the batch's manifest and load the export again",
                )


def sweep(home: Home, *, older_than_seconds: float, now: datetime) -> int:
    """Removes what nobody needs any more: what merges took over, and what killed loads and merges left behind.

    Both only when older than anybody who may still read or write it.
    """
    standing, superseded = _folders(home)
    listed = {folder.name for folder in standing}
    removed = 0
    for folder in superseded:
        since = min(modified(merge.manifest) for merge in _over(folder, [*standing, *superseded]))
        if now.timestamp() - since > older_than_seconds:
            folder.manifest.unlink(missing_ok=True)
            shutil.rmtree(home.log / folder.name, ignore_errors=True)
            removed += 1
        else:
            listed.add(folder.name)
    for path in home.log.iterdir():
        forgotten = path.is_dir() and path.name not in listed
        if forgotten and now.timestamp() - modified(path) > older_than_seconds:
            shutil.rmtree(path, ignore_errors=True)
            removed += 1
    sweep_drafts(home.log, older_than_seconds=older_than_seconds, now=now)
    return removed


def manifest_of(home: Home, batch_id: str) -> Path:
    """Where the manifest of a load lies until it is merged."""
    return home.log / f"{batch_id}.json"


def merge_manifest(home: Home, number: int) -> Path:
    """Where the manifest of a merge lies."""
    return home.log / f"{_MERGE}{number:06d}.json"


def next_merge(home: Home) -> int:
    """The number after the newest merge."""
    return 1 + max((folder.number for folder in read_folders(home)), default=0)


def to_manifest(folder: Folder) -> bytes:
    """What the manifest of a folder says."""
    if not folder.number:
        return to_json(_said(folder.batches[0], "new", "together"), form=_FORMAT)
    members = [_said(batch, "new", "together", "folder", "files") for batch in folder.batches]
    files = [asdict(file) for file in folder.files]
    return to_json({"folder": folder.name, "files": files, "batches": members}, form=_FORMAT)


def read_batch(path: Path, *, new: bool = True) -> Batch:
    """The batch that a manifest of one load states. Raises WorkspaceError where it is damaged."""
    with manifest(path, form=_FORMAT) as said:
        return _batch(said | {"new": new})


def _said(batch: Batch, *without: str) -> dict[str, object]:
    return {name: value for name, value in asdict(batch).items() if name not in without}


def _folders(home: Home) -> tuple[list[Folder], list[Folder]]:
    """The folders that count, and those that a merge took the place of."""
    for _ in range(_ATTEMPTS):
        try:
            found = [_read(path) for path in sorted(home.log.glob("*.json"))]
        except FileNotFoundError:  # merged and swept while we were reading: the merge tells of it
            continue
        return _divided(found)
    raise WorkspaceError(
        "the log changes faster than it can be read", where=str(home.log), next_step="run the same command again"
    )


def _divided(found: list[Folder]) -> tuple[list[Folder], list[Folder]]:
    stated: set[str] = set()
    standing, superseded = [], []
    for folder in sorted(found, key=lambda each: (-each.number, each.name)):
        own = {batch.batch_id for batch in folder.batches}
        if not own & stated:
            standing.append(folder)
        elif own <= stated:
            superseded.append(folder)
        else:
            raise WorkspaceError(
                "a merge of the log states some batches of another, but not all",
                where=str(folder.manifest),
                next_step="restore the folder `log` from one backup",
            )
        stated |= own
    return standing, superseded


def _over(folder: Folder, others: Iterable[Folder]) -> list[Folder]:
    own = {batch.batch_id for batch in folder.batches}
    return [
        each for each in others if each.number > folder.number and own <= {batch.batch_id for batch in each.batches}
    ]


def _read(path: Path) -> Folder:
    if not path.name.startswith(_MERGE):
        batch = read_batch(path)
        return Folder(path, 0, batch.folder, batch.files, (batch,))
    with manifest(path, form=_FORMAT) as said:
        files = tuple(WrittenFile(**each) for each in said["files"])
        shared = {"folder": said["folder"], "files": said["files"], "together": len(said["batches"])}
        batches = tuple(_batch(each | shared) for each in said["batches"])
        return Folder(path, int(path.stem.removeprefix(_MERGE)), said["folder"], files, batches)


def _batch(said: dict[str, Any]) -> Batch:
    read = {
        "loaded_at": datetime.fromisoformat(said["loaded_at"]),
        "exported_at": datetime.fromisoformat(said["exported_at"]),
        "extents": {name: datetime.fromisoformat(at) for name, at in said["extents"].items()},
        "notes": tuple(Note(**each) for each in said["notes"]),
        "files": tuple(WrittenFile(**each) for each in said["files"]),
    }
    return Batch(**(said | read))
