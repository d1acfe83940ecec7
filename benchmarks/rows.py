"""What a benchmark found, as rows of the one table of `docs/benchmarks.md`; and what a piece of work takes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HEAD = "| what | ours | against | ratio | budget | met |\n|---|--:|--:|--:|--:|---|"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: what we take, what it is held against in the same run, and the budget."""

    what: str
    ours: str
    against: str = ""
    ratio: str = ""
    budget: str = ""
    met: bool | None = None
    """None: no budget."""

    def line(self) -> str:
        """The row in Markdown."""
        said = {None: "", True: "yes", False: "**no**"}[self.met]
        return f"| {' | '.join((self.what, self.ours, self.against, self.ratio, self.budget, said))} |"


def table(rows: Iterable[Row]) -> str:
    """All rows in Markdown."""
    return "\n".join([HEAD, *(row.line() for row in rows)])


def to_json(rows: Sequence[Row]) -> str:
    """Rows on their way from one process to another."""
    return json.dumps([asdict(row) for row in rows])


def from_json(text: str) -> list[Row]:
    """Rows as they came."""
    return [Row(**each) for each in json.loads(text)]


@dataclass(frozen=True, slots=True, order=True)
class Spent:
    """Seconds of the clock, and of all processors together."""

    clock: float = 0.0
    processors: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.processors + other.processors)

    def __str__(self) -> str:
        return f"{self.clock:.2f} s ({self.processors:.2f})"


def spent(work: Callable[[], object]) -> Spent:
    """What something takes."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - clock, time.process_time() - processors)


def peak_mb() -> float:
    """The most memory that this process has had, in MB of a million bytes.

    From /proc where there is one: what `getrusage` says begins with the size of the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def in_a_process(module: str, *words: str, threads: int = 0) -> dict[str, object]:
    """Runs `python -m module words` with nothing else in the process; the last line that it prints is JSON."""
    limits = {"POLARS_MAX_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)} if threads else {}
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        capture_output=True,
        text=True,
        env=os.environ | limits,
        cwd=Path(__file__).resolve().parents[1],
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(words)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found
