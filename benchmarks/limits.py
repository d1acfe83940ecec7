"""What this machine can do at most, measured beside a build, so that one can say where the build stands."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

MEMORY_BYTES = 1 << 28
DISK_BYTES = 1 << 28
FLOOR_COLUMNS = 7
"""What the floor writes of an event."""


def memory_rate() -> float:
    """Bytes a second at which one processor copies memory, read and written counted both; the best of five."""
    source, target = (np.ones(MEMORY_BYTES // 8) for _ in range(2))
    best = min(_seconds(lambda: np.copyto(target, source)) for _ in range(5))
    return 2 * MEMORY_BYTES / best


def disk_rate(folder: Path) -> float:
    """Bytes a second at which a file is written and forced to disk."""
    block = os.urandom(1 << 24)

    def write() -> None:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            for _ in range(DISK_BYTES // len(block)):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())

    return DISK_BYTES / _seconds(write)


def limits_said(full: dict[str, Any], events: int, threads: int) -> str:
    """What limits the full build, in numbers of this run."""
    floor = full["floor"]["parts"]
    scan, plain, whole = (floor[part][1] / events * 1e6 for part in ("scan", "scan and write", "scan, sort and write"))
    moved = full["log_bytes"] + full["snapshot_bytes"]
    memory, disk = memory_rate(), disk_rate(Path(tempfile.gettempdir()))
    busy = full["processors"] / full["clock"] / threads
    encoded = sum(each[1] for name, each in full["steps"].items() if name.startswith("write "))
    values, of_floor = full["snapshot_values"] / events, FLOOR_COLUMNS
    limit = (
        "the disk"
        if moved / full["clock"] > disk / 2
        else "the processors"
        if busy > 0.6
        else "none of them: too \
small, or a machine that others use"
    )
    figures = {
        f"processors kept busy, of {threads}": f"{busy:.0%}",
        "processor time an event: build": f"{full['processors'] / events * 1e6:.2f} µs",
        "floor: scan and decode": f"{scan:.2f} µs",
        "floor: encode and write": f"{max(0.0, plain - scan):.2f} µs",
        "floor: sort": f"{max(0.0, whole - plain):.2f} µs",
        "share of the build that is sorting and encoding files": f"{encoded / full['processors']:.0%}",
        "the same, against the whole floor": f"{encoded / events * 1e6 / whole:.1f}",
        "values written an event: build, floor": f"{values:.1f}, {of_floor} ({values / of_floor:.1f} times)",
        "processor time to sort and encode a value: build, floor": f"{encoded / events * 1e9 / values:.0f} ns, "
        f"{(whole - scan) * 1e3 / of_floor:.0f} ns",
        "log read, snapshot written, an event": f"{full['log_bytes'] / events:.0f}, "
        f"{full['snapshot_bytes'] / events:.0f} bytes",
        "read and written a second": f"{moved / full['clock'] / 1e6:,.0f} MB",
        "this disk takes, forced, a second": f"{disk / 1e6:,.0f} MB",
        "one processor copies memory, a second": f"{memory / 1e9:.1f} GB",
        "the limit": limit,
    }
    lines = "\n".join(f"| {name} | {figure} |" for name, figure in figures.items())
    return f"\n| what limits the full build | |\n|---|--:|\n{lines}"


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
