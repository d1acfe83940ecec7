"""A workspace with the made-up year in its log, as a load would have left it; then day after day.

    python -m benchmarks workspace --events 10000000 --home DIR            the year
    python -m benchmarks workspace --events 10000000 --home DIR --day 0    one more day, and so on

`answerback build --home DIR` works on it, and everything else does.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from answerback.domain.playbook_file import default_text
from answerback.workspace.disk import checksum, create_if_absent
from answerback.workspace.home import Home, create_home
from answerback.workspace.intake import IDS, WrittenFile
from answerback.workspace.log import Batch, Folder, manifest_of, to_manifest
from benchmarks.events import DAY
from benchmarks.log_files import END, SOURCE, STAGES, write_day, write_log
from benchmarks.rows import Row

DERIVED = ("reference", "participant")
"""Records that came with an event: not items of their own."""


def main(arguments: list[str]) -> list[Row]:
    """Writes it and says how large it is."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks workspace", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="of the year")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--day", type=int, help="write only this day after the year: 0, 1, 2, …")
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    home = create_home(given.home)
    if given.day is None:
        batch = add_year(home, given.events, given.seed)
    else:
        batch = add_day(home, given.events, given.seed, given.day)
    size = sum(path.stat().st_size for path in (home.log / batch.folder).iterdir())
    events = batch.records["effort"] + batch.records["buyer_action"]
    took = time.perf_counter() - began
    print(f"{events:,} events in {size / 1e6:,.0f} MB, {size / events:,.0f} bytes each; written in {took:.0f} s")
    return []


def add_year(home: Home, events: int, seed: int = 1) -> Batch:
    """The year as one load, and a playbook that knows its stages."""
    stages = "".join(f'\n[[stage]]\nname = "{name}"\n' for name in STAGES)
    create_if_absent(home.playbook, (default_text() + stages).encode())
    folder = f"year-{events}-{seed}"
    return _published(home, folder, write_log(home.log / folder, events, seed), at=END)


def add_day(home: Home, events: int, seed: int = 1, day: int = 0) -> Batch:
    """One more day as a load of its own."""
    folder = f"day-{events}-{seed}-{day:03d}"
    return _published(home, folder, write_day(home.log / folder, events, seed, day=day), at=END + (day + 1) * DAY)


def _published(home: Home, folder: str, rows: dict[str, int], *, at: int) -> Batch:
    """The batch exists from here on."""
    path, exported_at = home.log / folder, datetime.fromtimestamp(at, UTC)
    records = {name: count for name, count in sorted(rows.items()) if f"{name}.parquet" != IDS}
    items = sum(count for name, count in records.items() if name not in DERIVED)
    batch = Batch(
        batch_id=folder,
        source_kind="folder",
        source=SOURCE,
        ids_of=SOURCE,
        path=folder,
        loaded_at=exported_at,
        exported_at=exported_at,
        read=items,
        kept=items,
        non_events={},
        rejects=0,
        records=records,
        extents={},
        notes=(),
        folder=folder,
        files=tuple(
            WrittenFile(f"{name}.parquet", count, checksum(path / f"{name}.parquet")) for name, count in rows.items()
        ),
        asked_known="",
    )
    stated = manifest_of(home, folder)
    create_if_absent(stated, to_manifest(Folder(stated, 0, folder, batch.files, (batch,))))
    return batch
