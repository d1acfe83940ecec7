"""Reading a plain effort.csv: processor seconds, against the standard library's csv module in the same run.

python -m benchmarks tables [--rows 1000000]
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from answerback.domain.playbook import Playbook
from answerback.domain.reading import Reading
from answerback.sources.folder import FolderSource
from answerback.sources.tables import Rows, read_rows
from benchmarks.rows import Row

HEADER = "effort_id,rep_id,account_id,occurred_at,kind,origin,evidence,subkind\n"


def write(path: Path, rows: int) -> None:
    """A file of plain efforts."""
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines(
            f"e{n:07d},r{n % 97:02d},a{n % 5003:05d},2026-{n % 12 + 1:02d}-{n % 28 + 1:02d}T10:{n % 60:02d}:33Z,"
            f"email,hand,captured,follow up number {n % 7}\n"
            for n in range(rows)
        )


def read_by_columns(path: Path) -> int:
    """What every source that reads tables stands on."""
    return sum(item.batch.num_rows for item in read_rows(path) if isinstance(item, Rows))


def read_as_folder(path: Path) -> int:
    """The interchange source, with the times looked at for coverage."""
    reading = Reading(playbook=Playbook(), exported_at=datetime(2027, 1, 1, tzinfo=UTC))
    return sum(1 for _ in FolderSource().read(path, reading))


def read_by_rows(path: Path) -> int:
    """The standard library, rows as lists."""
    with path.open(encoding="utf-8", newline="") as text:
        return sum(1 for _ in csv.reader(text)) - 1


def main(arguments: list[str]) -> list[Row]:
    """Measures each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args(arguments).rows
    ways: dict[str, Callable[[Path], int]] = {
        "csv module": read_by_rows,
        "reader of tables": read_by_columns,
        "folder source": read_as_folder,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "effort.csv"
        write(path, 1_000)
        read_as_folder(path)  # what is imported late is imported now
        write(path, rows)
        taken = {}
        for name, way in ways.items():
            began = time.process_time()
            way(path)
            taken[name] = time.process_time() - began
    plain = taken.pop("csv module")
    return [
        Row(
            f"{name}: {rows:,} rows of CSV into checked columns ({rows / each:,.0f} a second), against Python's csv",
            f"{each:.2f} s",
            f"{plain:.2f} s",
            f"{each / plain:.2f}",
        )
        for name, each in taken.items()
    ]
