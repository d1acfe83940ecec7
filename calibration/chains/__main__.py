"""`python -m calibration.chains`: counts in companies for a while, keeps what was counted, and prints the tables."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from calibration.chains import RESULTS
from calibration.chains.running import counted, run
from calibration.chains.telling import SCENARIOS, tables
from calibration.tables import PAGES, put_tables
from calibration.worlds.running import SEEDS, cases


def main(arguments: list[str]) -> int:
    """Runs what is missing."""
    parser = argparse.ArgumentParser(prog="python -m calibration.chains", description=__doc__)
    parser.add_argument("--scenario", nargs="+", choices=SCENARIOS, default=SCENARIOS, help="which; else all")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds 1 to N of each")
    parser.add_argument("--results", type=Path, default=RESULTS, help="a file of JSON lines, appended to")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no company after so many seconds")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/methods/chains.md")
    given = parser.parse_args(arguments)
    run(
        cases(given.scenario, range(1, given.seeds + 1)),
        given.results,
        seconds=given.seconds,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    told = tables(counted(given.results))
    if given.write:
        put_tables(PAGES / "chains.md", told)
    else:
        print("\n\n".join(f"{each.name}\n{each.markdown()}" for each in told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
