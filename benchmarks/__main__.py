"""Measures. `python -m benchmarks` lists what can be measured, `python -m benchmarks linking` runs one of it.

`python -m benchmarks all` (or `make bench`) runs all of them one after the other, each in a process of its own, and
writes what they print, with the machine, the versions and the date, to `docs/understand/benchmarks.md`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "understand" / "benchmarks.md"
ALL = (
    ("event_log",),
    ("tables",),
    ("loading",),
    ("mailbox",),
    ("linking", "--events", "10000000"),
)
"""What `all` runs, with its arguments."""

HEAD = """\
# Benchmarks

Written by `make bench`. Read the ratios: both sides of each were measured in one run on one machine. Seconds differ
from machine to machine, and on a shared one from hour to hour.

{machine}
"""


def names() -> list[str]:
    """The modules here that have a `main`."""
    return sorted(path.stem for path in HERE.glob("[a-z]*.py") if "\ndef main(" in path.read_text(encoding="utf-8"))


def run_all() -> None:
    """Everything, onto the page."""
    parts = [HEAD.format(machine=machine())]
    for words in ALL:
        command = " ".join(("python -m benchmarks", *words))
        print(f"$ {command}", flush=True)
        done = subprocess.run([sys.executable, "-m", "benchmarks", *words], check=True, capture_output=True, text=True)
        print(done.stdout, flush=True)
        meaning = (import_module(f"benchmarks.{words[0]}").__doc__ or "").strip().split("\n\n")
        text = " ".join(meaning[0].split())
        parts.append(f"## {words[0].replace('_', ' ').capitalize()}\n\n{text}\n\n`{command}`\n\n{framed(done.stdout)}")
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"written to {PAGE.relative_to(HERE.parent)}")


def framed(text: str) -> str:
    """Tables as they are; anything else as it was printed."""
    text = text.strip()
    return text if text.startswith("|") else f"```text\n{text}\n```"


def machine() -> str:
    """What was measured, on what, when."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("answerback", "duckdb", "pyarrow", "numpy"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d} · {platform.system()} {platform.machine()}, {os.cpu_count()} cores · "
        f"Python {platform.python_version()}, {packages}"
    )


if len(sys.argv) >= 2 and sys.argv[1] == "all":
    run_all()
elif len(sys.argv) < 2 or sys.argv[1] not in names():
    print("\n".join(f"python -m benchmarks {name}" for name in ("all", *names())))
else:
    import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])
