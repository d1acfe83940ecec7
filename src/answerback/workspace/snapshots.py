"""Snapshots: what a build published, readable without locks by anybody who may open the folder.

A snapshot is a manifest that lists immutable files in a shared pool. It appears in one step and never changes. Old ones go
by the playbook's policy; a file that no manifest lists goes once no reader can still hold it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from answerback.domain.errors import NotFoundError
from answerback.domain.playbook import Keep
from answerback.workspace.disk import create_if_absent, room_on
from answerback.workspace.home import Home

LEASE_SECONDS = 6 * 3600
"""Longer than any reader holds a snapshot open."""
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class RelationFile:
    """One relation of a snapshot: its file in the pool."""

    path: str
    rows: int
    checksum: str
    columns: dict[str, str]


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
    relations: dict[str, RelationFile]

    @property
    def name(self) -> str:
        """How `--snapshot` names it."""
        return f"{self.number:06d}"


def read_snapshot(home: Home, name: str | None = None) -> Snapshot:
    """The newest snapshot, or the one of this number or the newest built on or before this date (2026-03-01).

    Raises NotFoundError where there is none.
    """
    paths = _manifests(home)
    if not paths:
        raise NotFoundError("nothing has been built yet", where=str(home.root), next_step="run `answerback build`")
    if name is None:
        return _read(paths[-1])
    if name.isdigit():
        chosen = [path for path in paths if int(path.stem) == int(name)]
    else:
        chosen = [path for path in paths if _read(path).built_at.date().isoformat() <= name]
    if not chosen:
        known = ", ".join(path.stem for path in paths[-10:])
        raise NotFoundError(f"there is no snapshot {name}", where=str(home.root), next_step=f"choose one of {known}")
    return _read(chosen[-1])


def publish(home: Home, snapshot: Snapshot) -> bool:
    """Makes a snapshot visible in one step. False: somebody took the number first."""
    with room_on(home.snapshots):
        create_if_absent(home.snapshots / f"{snapshot.name}.views.sql", views_sql(snapshot).encode())
        said = json.dumps({"format": _FORMAT, **asdict(snapshot)}, default=datetime.isoformat, indent=1)
        return create_if_absent(home.snapshots / f"{snapshot.name}.json", said.encode())


def next_number(home: Home) -> int:
    """The number after the newest."""
    paths = _manifests(home)
    return int(paths[-1].stem) + 1 if paths else 1


def views_sql(snapshot: Snapshot) -> str:
    """A script with which any DuckDB shell, started in the workspace's folder, has every relation."""
    lines = [f"-- Snapshot {snapshot.name}, built {snapshot.built_at.isoformat()}. In the workspace's folder: .read this file"]
    lines += [
        f"create or replace view {name} as select * from read_parquet('{file.path}');"
        for name, file in sorted(snapshot.relations.items())
    ]
    return "\n".join(lines) + "\n"


def prune(home: Home, keep: Keep, now: datetime) -> None:
    """Lets old snapshots go by policy, then files of the pool that none lists and no reader can still hold."""
    snapshots = [_read(path) for path in _manifests(home)]
    staying = kept(snapshots, keep)
    for snapshot in snapshots:
        if snapshot.number not in staying:
            (home.snapshots / f"{snapshot.name}.json").unlink(missing_ok=True)
            (home.snapshots / f"{snapshot.name}.views.sql").unlink(missing_ok=True)
    listed = {file.path for each in snapshots if each.number in staying for file in each.relations.values()}
    for path in home.pool.iterdir():
        if f"pool/{path.name}" not in listed and now.timestamp() - path.stat().st_mtime > LEASE_SECONDS:
            path.unlink(missing_ok=True)


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


def _manifests(home: Home) -> list[Path]:
    return sorted(home.snapshots.glob("[0-9]*.json"))


def _read(path: Path) -> Snapshot:
    said = json.loads(path.read_bytes())
    said.pop("format")
    said["built_at"] = datetime.fromisoformat(said["built_at"])
    said["batches"] = tuple(said["batches"])
    said["relations"] = {name: RelationFile(**each) for name, each in said["relations"].items()}
    return Snapshot(**said)
