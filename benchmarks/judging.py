"""Everything that judges people, on a workspace of a thousand reps and ten million events.

The workspace is a company told by the simulator and built as any other (`benchmarks.company`). Areas are asked one
after the other in one process, as `answerback findings` asks them; what two of them read is read once. Beside them
stands `answerback findings` itself, which asks most areas a second time, as of the week before, to know what is new.
The floor is one look of the engine at every value of every effort in the same run.

    python -m benchmarks judging --home DIR     keeps the workspace there, or takes the one that is there
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from answerback.workspace.home import open_home
from answerback.workspace.snapshots import read_snapshot
from benchmarks.company import make_company
from benchmarks.rows import Row, in_a_process

AS_OF = "2026-01-05"
"""The end of the year that is told."""
BUDGET_SECONDS, BUDGET_MB = 20.0, 2_000.0
SIZE = (1_000, 10_000_000)
"""Reps and events that the budget is for."""


def main(arguments: list[str]) -> list[Row]:
    """Measures, prints every area, and says how we stand."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks judging", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--home", type=Path, help="keep the workspace here, or find it here")
    parser.add_argument("--reps", type=int, default=SIZE[0])
    parser.add_argument("--events", type=int, default=SIZE[1])
    given = parser.parse_args(arguments)
    with workspace(given.home, given.events, given.reps) as home:
        asked = in_a_process("benchmarks.asked", "areas", str(home), "--as-of", AS_OF)
        whole = in_a_process("benchmarks.asked", "whole", str(home), "--as-of", AS_OF)
        size = read_snapshot(open_home(home)).relations
        events = sum(size[name].rows for name in ("effort", "buyer_action"))
    print(areas_said(asked["asked"]))  # type: ignore[arg-type]
    return list(rows(asked, whole, f"{given.reps:,} reps, {events / 1e6:.1f} M events", budget=given.reps == SIZE[0]))


@contextmanager
def workspace(kept: Path | None, events: int, reps: int) -> Iterator[Path]:
    """A built workspace."""
    with tempfile.TemporaryDirectory() as scratch:
        home = kept or Path(scratch, "home")
        if not home.exists():
            make_company(home, events, reps)
        yield home


def rows(asked: dict[str, Any], whole: dict[str, Any], size: str, *, budget: bool) -> Iterator[Row]:
    """Of all areas together and of the command."""
    said = asked["asked"]
    floor = said["floor"]
    areas = [each for name, each in said.items() if name != "floor"]
    parts = {
        "all areas, each once": ({key: sum(each[key] for each in areas) for key in floor}, asked["peak_mb"]),
        "what `answerback findings` asks": (whole["asked"]["findings"], whole["peak_mb"]),
    }
    for name, (took, peak) in parts.items():
        seconds = f"{took['clock']:.1f} s ({took['processors']:.1f}), {peak:,.0f} MB"
        against = f"{floor['clock']:.2f} s ({floor['processors']:.2f})"
        ratio = f"{took['processors'] / floor['processors']:.0f}"
        met = took["clock"] <= BUDGET_SECONDS and peak <= BUDGET_MB
        limit = f"≤ {BUDGET_SECONDS:.0f} s, ≤ {BUDGET_MB:,.0f} MB"
        yield Row(
            f"judging: {name}, {size}, against looking at every value of every effort",
            seconds,
            against,
            ratio,
            limit if budget else "",
            met if budget else None,
        )


def areas_said(asked: dict[str, dict[str, float]]) -> str:
    """Area by area, in Markdown."""
    floor = asked["floor"]["processors"]
    head = "| area | seconds | of processors | × floor | found | queries | of single efforts | MB at most so far |"
    lines = [head, "|---|--:|--:|--:|--:|--:|--:|--:|"]
    lines += [
        f"| {name} | {each['clock']:.1f} | {each['processors']:.1f} | {each['processors'] / floor:.1f} |"
        f" {each['found']:.0f} | {each['queries']:.0f} | {each['scans']:.0f} | {each['peak_mb']:,.0f} |"
        for name, each in asked.items()
    ]
    return "\n".join(lines) + "\n"
