"""The page `docs/benchmarks.md`: one table of everything that was measured, then how each measure is taken."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.rows import from_json, table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("answerback", "duckdb", "pyarrow", "numpy", "pandas", "polars", "chdb")
HEAD = """\
# Benchmarks

Written by `make bench`. Both sides of every ratio were measured in one run on one machine: read the ratios, because
seconds differ from machine to machine and, on a shared one, from hour to hour. Where two times stand together, the
first is the clock and the one in brackets the time of all processors. A budget is what the design promises; **no** says
that it is not kept here. What the numbers mean when data grows is told in
[when you outgrow one machine](understand/outgrow-one-machine.md).
"""
TITLES = {
    "builds": "Builds",
    "builds_large": "The build of 100 million events",
    "engines": "Linking, against other engines",
    "event_log": "Reading an event log",
    "loading": "Loading a table",
    "tables": "Reading a table",
    "mailbox": "A mailbox",
    "detecting": "Watching for changes",
    "judging": "Judging",
    "chains": "One chain",
    "pages": "The pages on a Monday morning",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What one benchmark printed, and when and where it ran."""

    name: str
    command: str
    meaning: str
    """The opening of its module."""
    details: str
    on: str
    rows: str
    """As JSON."""


def page(measures: Sequence[Measure]) -> str:
    """The whole page."""
    rows = [row for each in measures for row in from_json(each.rows)]
    runs = list(dict.fromkeys(each.on for each in measures))
    parts = [HEAD, "\n".join(f"- {run}" for run in runs), "", table(rows)]
    for each in measures:
        parts += ["", f"## {TITLES[each.name]}", "", meant(each.meaning), "", f"`{each.command}`"]
        if each.details.strip():
            parts += ["", each.details.strip()]
    return "\n".join(parts) + "\n"


def meant(opening: str) -> str:
    """A module's opening without its commands, as paragraphs."""
    paragraphs = [part for part in re.split(r"\n\s*\n", opening) if not part.lstrip().startswith("python -m")]
    return "\n\n".join(" ".join(part.split()) for part in paragraphs)


def machine() -> str:
    """What was measured, on what, when."""
    known = []
    for name in PACKAGES:
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    cores, memory = os.cpu_count(), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{datetime.now(UTC):%Y-%m-%d} · {processor()}, {cores} cores, {memory:.0f} GB · {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()} · {', '.join(known)}"
    )


def processor() -> str:
    """The processor's name, where the system tells."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", told.read_text(encoding="utf-8"), re.MULTILINE)
        if found is not None:
            return found[1].strip()
    return platform.processor() or platform.machine()
