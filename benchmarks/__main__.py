"""Measures. `python -m benchmarks` lists what can be measured, `python -m benchmarks engines` runs one of it.

`python -m benchmarks all` (or `make bench`) runs what the page shows, one after the other, each in a process of its
own, and writes `docs/benchmarks.md`: one table, then the details. `--only builds,engines` measures these anew and keeps
what was measured before (`build/benchmarks`); `--large` adds the build of 100 million events.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile

from benchmarks.page import PAGE, Measure, machine, page
from benchmarks.rows import from_json, table, to_json

HERE = Path(__file__).parent
KEPT = HERE.parent / "build" / "benchmarks"
ROWS = "BENCHMARK_ROWS"
"""Where a process that measures puts its rows, if anywhere."""
ALL = {
    "builds": ("--events", "100000,1000000,10000000", "--memory", "1500MB"),
    "engines": ("--events", "10000000"),
    "event_log": (),
    "loading": (),
    "tables": (),
    "mailbox": (),
    "detecting": (),
    "judging": (),
    "chains": (),
    "pages": ("--build",),
}
"""What `all` runs, with its arguments."""
LARGE = {"builds_large": ("--events", "100000000", "--memory", "10GB")}


def main(arguments: list[str]) -> None:
    """Lists, measures one, or measures all and writes the page."""
    if arguments[:1] == ["all"]:
        run_all(arguments[1:])
    elif not arguments or arguments[0] not in names():
        print("\n".join(f"python -m benchmarks {name}" for name in ("all", *names())))
    else:
        rows = import_module(f"benchmarks.{arguments[0]}").main(arguments[1:])
        if rows:
            print(f"\n{table(rows)}")
        if ROWS in os.environ:
            Path(os.environ[ROWS]).write_text(to_json(rows), encoding="utf-8")


def names() -> list[str]:
    """The modules here that measure something."""
    found = (path.stem for path in HERE.glob("[a-z]*.py"))
    return sorted(name for name in found if "\ndef main(arguments" in (HERE / f"{name}.py").read_text(encoding="utf-8"))


def run_all(arguments: list[str]) -> None:
    """Everything that is asked for, then the page from all that is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks all", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--only", default="", help="names, with commas between: measure these anew")
    parser.add_argument("--large", action="store_true", help="also the build of 100 million events")
    given = parser.parse_args(arguments)
    chosen = ALL | (LARGE if given.large else {})
    if given.only:
        chosen = {name: words for name, words in (ALL | LARGE).items() if name in given.only.split(",")}
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, words in chosen.items():
        measure(name, words)
    measures = [
        Measure(**json.loads(path.read_text(encoding="utf-8"))) for path in map(kept, ALL | LARGE) if path.exists()
    ]
    PAGE.write_text(page(measures), encoding="utf-8")
    print(f"written to {PAGE.relative_to(HERE.parent)}")


def measure(name: str, words: tuple[str, ...]) -> None:
    """Runs one in a process of its own and keeps what it found."""
    module = name.removesuffix("_large")
    command = " ".join(("python -m benchmarks", module, *words))
    print(f"$ {command}", flush=True)
    with NamedTemporaryFile(suffix=".json") as rows:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", module, *words],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {ROWS: rows.name},
        )
        found = from_json(Path(rows.name).read_text(encoding="utf-8") or "[]")
    print(done.stdout, flush=True)
    details = done.stdout.removesuffix(f"\n{table(found)}\n")
    meaning = (import_module(f"benchmarks.{module}").__doc__ or "").strip()
    said = {"name": name, "command": command, "meaning": meaning, "details": details, "on": machine()}
    kept(name).write_text(json.dumps(said | {"rows": to_json(found)}), encoding="utf-8")


def kept(name: str) -> Path:
    """Where the newest measure of this name lies."""
    return KEPT / f"{name}.json"


main(sys.argv[1:])
