"""Reading the BPI Challenge 2012 log: ours against `pm4py.read_xes`, as a ratio of processor seconds in one run.

    python -m benchmarks event_log [--runs 3]

Both read the whole `.xes.gz` into columns, each in a process of its own, by turns; imports do not count. Needs the
shared data (`ANSWERBACK_DATA`, else `../shared/data`) and pm4py in its own environment: `scripts/setup bench-pm4py`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[1]
PM4PY = ROOT / ".venvs" / "bench-pm4py" / "bin" / "python"

OURS = """
import sys, time
from pathlib import Path
from answerback.sources.tables import Rows
from answerback.sources.xes import read_events
began = time.process_time()
rows = sum(item.batch.num_rows for item in read_events(Path(sys.argv[1])) if isinstance(item, Rows))
print(rows, time.process_time() - began)
"""
THEIRS = """
import sys, time, warnings
warnings.simplefilter("ignore")
import pm4py
from pm4py.objects.log.importer.xes import importer  # loaded when first used, so before the clock starts
began = time.process_time()
rows = len(pm4py.read_xes(sys.argv[1]))
print(rows, time.process_time() - began)
"""


def seconds(python: Path, code: str, log: Path) -> tuple[int, float]:
    """Events read, and the processor seconds it took."""
    done = subprocess.run([python, "-c", code, log], check=True, capture_output=True, text=True)
    rows, taken = done.stdout.split()[-2:]
    return int(rows), float(taken)


def main(arguments: list[str]) -> list[Row]:
    """Run by turns and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args(arguments).runs
    data = Path(os.environ.get("ANSWERBACK_DATA", ROOT.parent / "shared" / "data"))
    log = data / "bpic2012" / "BPI_Challenge_2012.xes.gz"
    if not log.exists() or not PM4PY.exists():
        print(f"skipped: needs {log} and {PM4PY} (scripts/setup bench-pm4py)")
        return []
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(runs):
        for python, code, taken in ((Path(sys.executable), OURS, ours), (PM4PY, THEIRS, theirs)):
            rows, took = seconds(python, code, log)
            assert rows == 262_200, "both read every event"
            taken.append(took)
    mine, other = median(ours), median(theirs)
    what = "reading the BPI Challenge 2012 log (262,200 events), against pm4py, processor seconds"
    return [Row(what, f"{mine:.2f} s", f"{other:.2f} s", f"{mine / other:.2f}")]
