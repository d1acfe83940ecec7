"""`python -m calibration [NAME ...]` measures the methods and writes the tables of docs/methods; `--quick` only prints.

Each module of this package is named after its page, but `tables` and what others are made of, and has
`measure(*, quick) -> list[Table]`.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time

import calibration
from calibration.tables import PAGES, put_tables

_NOT_METHODS = ("__main__", "tables", "detect_worlds", "increment_worlds", "lift_trials")
_BY_NAME_ONLY = frozenset({"chains", "worlds"})
"""They take hours where nothing of them was run before."""


def names() -> list[str]:
    """The methods that are measured."""
    return sorted(each.name for each in pkgutil.iter_modules(calibration.__path__) if each.name not in _NOT_METHODS)


def main(arguments: list[str]) -> int:
    """Measures what is named, or everything."""
    parser = argparse.ArgumentParser(prog="python -m calibration", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*names(), []], help="which methods; else all")
    parser.add_argument("--quick", action="store_true", help="few runs, printed and not written")
    parser.add_argument("--part", action="append", default=[], help="only some tables of one that has `PARTS`")
    given = parser.parse_args(arguments)
    for name in given.name or [each for each in names() if each not in _BY_NAME_ONLY]:
        started = time.perf_counter()
        module = importlib.import_module(f"calibration.{name}")
        parts = [module.PARTS[part](given.quick) for part in given.part]
        tables = [table for part in parts for table in part] if parts else module.measure(quick=given.quick)
        if given.quick:
            print("\n\n".join(f"{each.name}\n{each.markdown()}" for each in tables))
        else:
            put_tables(PAGES / f"{name.replace('_', '-')}.md", tables)
        print(f"{name}: {len(tables)} tables in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
