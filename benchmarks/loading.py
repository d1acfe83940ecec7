"""How long it takes to load a table of efforts, against DuckDB reading the same file and writing it as Parquet.

Loading does more: it checks every value, makes a key of every id, keeps the strings apart, hashes every row and forces
all to disk. The ratio says what that costs.

    python -m benchmarks loading --rows 1000000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc_csv

import answerback
from benchmarks.rows import Row


def main(arguments: list[str]) -> list[Row]:
    """Measures both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks loading", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "data")
        source.mkdir()
        write_efforts(source / "effort.csv", given.rows)
        copied = timed(lambda: copy(source / "effort.csv", Path(folder, "effort.parquet")))
        workspace = answerback.open_workspace(Path(folder, "home"), create=True)
        loaded = timed(lambda: workspace.load(source, source="folder"))
    rate = given.rows / loaded
    what = f"loading {given.rows:,} efforts from CSV ({rate:,.0f} a second), against DuckDB copying the file to Parquet"
    return [Row(what, f"{loaded:.1f} s", f"{copied:.1f} s", f"{loaded / copied:.2f}")]


def write_efforts(path: Path, rows: int) -> None:
    """Made-up efforts with ids as CRMs have them."""
    dice = np.random.default_rng(7)
    times = np.datetime64("2026-01-01T00:00:00") + dice.integers(0, 31_536_000, rows).astype("timedelta64[s]")
    accounts = np.char.add("001Qy00000", dice.integers(10_000_000, 10_200_000, rows).astype(str))
    table = pa.table(
        {
            "effort_id": np.char.add("00TQy00000", np.arange(10_000_000, 10_000_000 + rows).astype(str)),
            "rep_id": np.char.add("005Qy00000", dice.integers(10_000_000, 10_002_000, rows).astype(str)),
            "account_id": accounts,
            "contact_id": np.char.add("003Qy00000", dice.integers(10_000_000, 10_600_000, rows).astype(str)),
            "occurred_at": pa.array(np.datetime_as_string(times, timezone="UTC")),
            "kind": dice.choice(["email", "call", "meeting"], rows),
        }
    )
    pc_csv.write_csv(table, path)


def copy(source: Path, target: Path) -> None:
    """The same rows from text to columns, unchecked."""
    duckdb.sql(f"copy (select * from read_csv('{source}')) to '{target}' (format parquet, compression zstd)")  # noqa: S608


def timed(work) -> float:  # type: ignore[no-untyped-def]
    """Seconds of the clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
