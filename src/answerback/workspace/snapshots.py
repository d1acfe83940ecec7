"""Snapshots: what a build published, readable by its owner without locks.

A snapshot is a manifest that lists immutable files in a shared pool. It appears in one step and never changes. Old ones
go by the playbook's policy; a file that no manifest lists goes once no reader can still hold it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from answerback.domain.errors import NotFoundError
from answerback.domain.playbook import Keep
from answerback.workspace.disk import (
    OWNER_ONLY,
    checksum,
    create_if_absent,
    modified,
    put_in_place,
    room_on,
    sweep_drafts,
    sync_file,
)
from answerback.workspace.home import Home
from answerback.workspace.ids import IDS_NAME, ids_in
from answerback.workspace.manifests import manifest, to_json

LEASE_SECONDS = 6 * 3600
"""Longer than any reader holds a snapshot open."""
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the pool."""

    path: str
    rows: int
    checksum: str
    bytes: int = 0
    block: str = ""
    """The first month of the block of months that it holds (`2026-11`); empty where it is not cut by month."""


@dataclass(frozen=True, slots=True)
class RelationFiles:
    """One relation of a snapshot: its files in the pool, and its columns."""

    parts: tuple[Part, ...]
    columns: dict[str, str]

    @property
    def rows(self) -> int:
        """The rows of all files."""
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a build's manifest says."""

    number: int
    built_at: datetime
    code_version: str
    made_from: str
    """Digest of batches, playbook and code: the same again gives the same snapshot."""
    playbook: str
    batches: tuple[str, ...]
    relations: dict[str, RelationFiles]
    code: str = ""
    """Digest of the code that made it: what other code made is not built upon."""
    blocks: tuple[str, ...] = ()
    """The first months of the blocks that relations are cut into; the first block reaches back for good."""
    state: dict[str, RelationFiles] = field(default_factory=dict)
    """What the next build needs to know and no reader does."""
    ids: tuple[Part, ...] = ()
    """The ids behind keys (`workspace.ids`), for who may see them; none where an earlier version made it."""
    took_seconds: float = 0.0
    """How long the build took until it was published; 0 where an earlier version made it."""

    @property
    def name(self) -> str:
        """How `--snapshot` names it."""
        return f"{self.number:06d}"

    def parts(self) -> Iterator[Part]:
        """Every file that it rests on."""
        for files in (*self.relations.values(), *self.state.values()):
            yield from files.parts
        yield from self.ids


def read_snapshot(home: Home, name: str | None = None) -> Snapshot:
    """The newest snapshot, or the one of this number or the newest built on or before this date (2026-03-01).

    Raises NotFoundError where there is none.
    """
    paths = _manifests(home)
    if not paths:
        raise NotFoundError("nothing has been built yet", where=str(home.root), next_step="run `answerback build`")
    if name is None:
        return _read(paths[-1])
    if name.isdecimal():
        chosen = [_read(path) for path in paths if int(path.stem) == int(name)]
    else:
        chosen = [each for each in all_snapshots(home) if each.built_at.date() <= _day(name)]
    if not chosen:
        known = ", ".join(path.stem for path in paths[-10:])
        raise NotFoundError(f"there is no snapshot {name}", where=str(home.root), next_step=f"choose one of {known}")
    return chosen[-1]


def described(name: str, draft: Path) -> Part:
    """A file in the scratch folder as what the pool will have it: the same content is kept once."""
    draft.chmod(OWNER_ONLY)  # the engine writes with whatever rights new files have
    sync_file(draft)
    digest = checksum(draft)
    rows = ids_in(draft) if name == IDS_NAME else pq.read_metadata(draft).num_rows
    return Part(f"pool/{name}-{digest}{draft.suffix}", rows, digest, draft.stat().st_size)


def missing_files(home: Home, snapshot: Snapshot) -> list[str]:
    """The files that a snapshot lists and that are gone or have another size: quickly told, without reading them."""
    return sorted({each.path for each in snapshot.parts() if not _sized(home.root / each.path, each.bytes)})


def damaged_files(home: Home, snapshot: Snapshot) -> list[str]:
    """The files that a snapshot lists and that are gone, cannot be read or are not what was written; reads them all."""
    return sorted({each.path for each in snapshot.parts() if not _whole(home.root / each.path, each.checksum)})


def publish(home: Home, snapshot: Snapshot) -> bool:
    """Makes a snapshot visible in one step. False: somebody took the number first."""
    with room_on(home.snapshots):
        # A build that was killed right here may have left its own; only the manifest makes a snapshot.
        put_in_place(home.snapshots / f"{snapshot.name}.views.sql", views_sql(snapshot).encode())
        return create_if_absent(home.snapshots / f"{snapshot.name}.json", to_json(asdict(snapshot), form=_FORMAT))


def put_snapshot(home: Home, snapshot: Snapshot) -> None:
    """Writes a snapshot in place of the one of this number: only to forget somebody, else a snapshot never changes."""
    with room_on(home.snapshots):
        put_in_place(home.snapshots / f"{snapshot.name}.views.sql", views_sql(snapshot).encode())
        put_in_place(home.snapshots / f"{snapshot.name}.json", to_json(asdict(snapshot), form=_FORMAT))


def next_number(home: Home) -> int:
    """The number after the newest."""
    paths = _manifests(home)
    return int(paths[-1].stem) + 1 if paths else 1


def views_sql(snapshot: Snapshot) -> str:
    """A script with which any DuckDB shell, started in the workspace's folder, has every relation."""
    built = snapshot.built_at.isoformat()
    lines = [f"-- Snapshot {snapshot.name}, built {built}. Start DuckDB in the workspace's folder and .read this file."]
    lines += [
        f"create or replace view {name} as select * from read_parquet([{', '.join(map(_quoted, files.parts))}]);"
        for name, files in sorted(snapshot.relations.items())
    ]
    return "\n".join(lines) + "\n"


def _quoted(part: Part) -> str:
    return f"'{part.path}'"


def prune(home: Home, keep: Keep, now: datetime) -> None:
    """Lets old snapshots go by policy, then files of the pool that none has listed for longer than a reader's lease."""
    snapshots = all_snapshots(home)
    staying = kept(snapshots, keep)
    listed = {part.path for each in snapshots if each.number in staying for part in each.parts()}
    for snapshot in snapshots:
        if snapshot.number not in staying:
            _let_go(home, snapshot, listed, now)
    for path in home.pool.iterdir():
        if f"pool/{path.name}" not in listed and now.timestamp() - modified(path) > LEASE_SECONDS:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    sweep_drafts(home.snapshots, older_than_seconds=LEASE_SECONDS, now=now)


def _let_go(home: Home, snapshot: Snapshot, listed: set[str], now: datetime) -> None:
    """Somebody may have opened it a moment ago: the lease of its files begins now."""
    for part in snapshot.parts():
        if part.path not in listed and (home.root / part.path).exists():
            os.utime(home.root / part.path, (now.timestamp(), now.timestamp()))
    (home.snapshots / f"{snapshot.name}.json").unlink(missing_ok=True)
    (home.snapshots / f"{snapshot.name}.views.sql").unlink(missing_ok=True)


def kept(snapshots: Iterable[Snapshot], keep: Keep) -> set[int]:
    """The numbers that stay: the last ones, and the last of each recent day and month."""
    newest_first = sorted(snapshots, key=lambda each: each.number, reverse=True)
    staying = {each.number for each in newest_first[: keep.last]}
    for length, form in ((keep.daily, "%Y-%m-%d"), (keep.monthly, "%Y-%m")):
        seen: dict[str, int] = {}
        for each in newest_first:
            seen.setdefault(each.built_at.strftime(form), each.number)
        staying.update(list(seen.values())[:length])
    return staying


def _whole(path: Path, written: str) -> bool:
    try:
        return checksum(path) == written
    except OSError:
        return False


def _sized(path: Path, written: int) -> bool:
    try:
        return path.stat().st_size == written
    except OSError:
        return False


def _manifests(home: Home) -> list[Path]:
    return sorted(path for path in home.snapshots.glob("*.json") if path.stem.isdecimal())


def all_snapshots(home: Home) -> list[Snapshot]:
    """Every snapshot, oldest first; one that a build lets go meanwhile is left out."""
    found = []
    for path in _manifests(home):
        with suppress(FileNotFoundError):
            found.append(_read(path))
    return found


def _day(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError as error:
        raise NotFoundError(
            f"there is no snapshot {name}", next_step="name one by its number or by a date such as 2026-03-01"
        ) from error


def _read(path: Path) -> Snapshot:
    with manifest(path, form=_FORMAT) as said:
        said["built_at"] = datetime.fromisoformat(said["built_at"])
        said["batches"] = tuple(said["batches"])
        said["blocks"] = tuple(said["blocks"])
        for kind in ("relations", "state"):
            said[kind] = {name: _files(each) for name, each in said[kind].items()}
        said["ids"] = tuple(Part(**each) for each in said.get("ids", ()))
        return Snapshot(**said)


def _files(said: dict[str, Any]) -> RelationFiles:
    return RelationFiles(tuple(Part(**each) for each in said["parts"]), said["columns"])
