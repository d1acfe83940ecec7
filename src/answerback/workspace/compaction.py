"""Merging batches, so that a year of daily loads leaves a few files and not thousands.

Folders of like size are merged once there are `FACTOR` of them: sizes grow by that factor from tier to tier, so a row
is written again once a tier, and a log of n loads has a number of folders that grows with log n. A merge holds the very
rows of the batches that it takes over, each with the name of its batch; nothing that a build or a listing says changes
by it. Ids are the exception: the same id of the same thing is kept once, whichever load named it.

A merge appears in one step, by its manifest. Killed before that it has shown nothing, killed after it everything is
there; and the folders that it took over go when nobody can still be reading them.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq

from answerback.domain.errors import PromiseBroken
from answerback.domain.records import RECORDS, key_column
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.literals import sql_text
from answerback.workspace.disk import OWNER_ONLY, checksum, create_if_absent, room_on, sync_file, sync_folder
from answerback.workspace.home import OWNERS_FOLDER, Home
from answerback.workspace.intake import IDS, WrittenFile
from answerback.workspace.log import BATCH, Folder, merge_manifest, next_merge, read_folders, sweep, to_manifest
from answerback.workspace.snapshots import LEASE_SECONDS

Sized = TypeVar("Sized")

FACTOR = 4
"""So many folders of one size are merged into one of the next."""
SMALLEST_ROWS = 16_384
"""Folders with fewer rows are all of one size: to write them again costs nothing."""
MOST_ROWS = 1 << 26
"""A folder with so many rows is left as it is: larger files would make no read faster."""


def compact_log(home: Home, *, now: datetime, limits: Limits = Limits()) -> int:  # noqa: B008 - frozen
    """Merges what is due; how many merges that were. Only for who holds the build lock.

    Best called after a build has published: then whatever was loaded since a snapshot still lies apart. What was taken
    over goes with a later call, when the lease of its readers is over.

    Raises NoRoomError without room; then, as ever, the log is as it was.
    """
    due = groups_due([(folder, folder.rows) for folder in read_folders(home)])
    for group in due:
        _merge(home, group, limits)
    sweep(home, older_than_seconds=LEASE_SECONDS, now=now)
    return len(due)


def groups_due(folders: Sequence[tuple[Sized, int]]) -> list[list[Sized]]:
    """Which of the folders, each with its number of rows, are to become one: smallest first, each at most once.

    What a merge would leave counts among those of its own size, and all of them become one at once.

    >>> groups_due([("a", 10), ("b", 20), ("c", 30), ("large", 100_000)])
    []
    >>> groups_due([("a", 10), ("b", 20), ("c", 30), ("d", 40), ("large", 100_000)])
    [['a', 'b', 'c', 'd']]
    """
    tiers: dict[int, list[tuple[list[Sized], int]]] = {}
    for folder, rows in folders:
        if rows < MOST_ROWS:
            tiers.setdefault(_tier(rows), []).append(([folder], rows))
    tier = 0
    while tier <= max(tiers, default=-1):
        some = tiers.get(tier, [])
        if len(some) >= FACTOR:
            merged = [folder for members, _ in some for folder in members]
            rows = sum(rows for _, rows in some)
            tiers[tier] = []
            tiers.setdefault(_tier(rows), []).append((merged, rows))
        tier += 1
    return [members for some in tiers.values() for members, _ in some if len(members) > 1]


def _tier(rows: int) -> int:
    tier, size = 0, SMALLEST_ROWS
    while rows >= size:
        tier, size = tier + 1, size * FACTOR
    return tier


def _merge(home: Home, group: Sequence[Folder], limits: Limits) -> None:
    """One folder from several; nothing where somebody else took the number first."""
    number = next_merge(home)
    path = merge_manifest(home, number)
    name = f"{path.stem}-{secrets.token_hex(4)}"
    with room_on(home.log):
        (home.log / name).mkdir(OWNERS_FOLDER)
    shown = False
    try:
        with engine(limits, scratch_on=home.pool) as duck, room_on(home.log):
            names = sorted({file.name for folder in group for file in folder.files})
            files = tuple(_merged_file(duck, home, group, each, home.log / name) for each in names)
            sync_folder(home.log / name)
            batches = tuple(sorted((each for folder in group for each in folder.batches), key=lambda one: one.batch_id))
            shown = create_if_absent(path, to_manifest(Folder(path, number, name, files, batches)))
    finally:
        if not shown and not path.exists():
            shutil.rmtree(home.log / name, ignore_errors=True)


def _merged_file(duck: DuckDB, home: Home, group: Sequence[Folder], name: str, into: Path) -> WrittenFile:
    parts = []
    for number, folder in enumerate(each for each in group if any(file.name == name for file in each.files)):
        duck.over_files(f"part_{number}", [home.log / folder.name / name])
        batch = "" if folder.number or name == IDS else f", {sql_text(folder.batches[0].batch_id)} as {BATCH}"
        parts.append(f"select *{batch} from part_{number}")
    union = " union all by name ".join(parts)
    duck.view("merged", f"select distinct * from ({union})" if name == IDS else union)
    [path] = duck.write("merged", into / name.removesuffix(".parquet"), _order(name))
    path.chmod(OWNER_ONLY)
    sync_file(path)
    rows = pq.read_metadata(path).num_rows
    taken = sum(file.rows for folder in group for file in folder.files if file.name == name)
    if rows != taken and name != IDS:
        raise PromiseBroken(
            f"a merge of {name} has {rows} rows, not {taken}",
            where=str(into),
            next_step="nothing was changed; please report this",
        )
    return WrittenFile(name, rows, checksum(path))


def _order(name: str) -> tuple[str, ...]:
    """Events in the order of time: whoever asks for a month then reads few row groups. All else as it comes."""
    record = RECORDS.get(name.removesuffix(".parquet"))
    timed = record is not None and "occurred_at" in record.index
    return ("occurred_at", key_column(record)) if record is not None and timed else ()
