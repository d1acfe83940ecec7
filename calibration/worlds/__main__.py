"""`python -m calibration.worlds`: runs worlds for a while, keeps what was found, and prints the tables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from calibration.tables import PAGES, put_tables
from calibration.worlds import RESULTS
from calibration.worlds.asking import AREAS
from calibration.worlds.running import SEEDS, by_case, cases, read, run
from calibration.worlds.scoring import TRUTHS
from calibration.worlds.telling import tables


def main(arguments: list[str]) -> int:
    """Runs what is missing."""
    parser = argparse.ArgumentParser(prog="python -m calibration.worlds", description=__doc__)
    parser.add_argument("--scenario", nargs="+", choices=[*TRUTHS], default=[*TRUTHS], help="which; else all")
    parser.add_argument("--area", nargs="+", choices=[*AREAS], default=[*AREAS], help="what is asked; else everything")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds 1 to N of each")
    parser.add_argument("--results", type=Path, default=RESULTS, help="a file of JSON lines, appended to")
    parser.add_argument("--keep", type=Path, help="keep the companies themselves in this folder (4 MB each)")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no world after so many seconds")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/methods/worlds.md")
    given = parser.parse_args(arguments)
    run(
        cases(given.scenario, range(1, given.seeds + 1)),
        given.results,
        areas=given.area,
        processes=given.processes,
        keep=given.keep,
        seconds=given.seconds,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    told = tables(by_case(read(given.results)))
    if given.write:
        put_tables(PAGES / "worlds.md", told)
    else:
        print("\n\n".join(f"{each.name}\n{each.markdown()}" for each in told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
