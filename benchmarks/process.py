"""What follows what in the BPI Challenge 2012: ours against pm4py on the same events, processor seconds in one run.

    python -m benchmarks process --home WORKSPACE [--runs 3]

The workspace is made as `examples/bpic2012` says. Ours reads the snapshot's files each time and tells directly-follows
counts with times, variants and durations. pm4py has the events in memory, in order, before the
clock starts, and is asked for the counts, their times, the variants and the durations. Each runs in a process of its
own, by turns; imports do not count. Needs pm4py in its own environment: `scripts/setup bench-pm4py`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.event_log import PM4PY
from benchmarks.rows import Row

AS_OF = "2012-03-01"
ROWS_SQL = """select chain_key, step, epoch(occurred_at) from chain_event where occurred_at <= timestamp '2012-03-01'
    order by chain_key, occurred_at, side desc, event_key"""
OURS = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from answerback.analysis.process import Chains, flow, laid_out
from answerback.analysis.reader import reading
from answerback.api import open_workspace
from answerback.domain.scope import Scope
home = open_workspace(Path(sys.argv[1])).home
with reading(home, as_of=datetime.fromisoformat(sys.argv[2]).replace(tzinfo=UTC)) as reader:
    clock, began = time.perf_counter(), time.process_time()
    chains = Chains(reader, Scope("benchmark", everybody=True))
    with laid_out(chains):
        told = flow(chains)
    print(told.events, len(told.follows), told.variant_count, time.perf_counter() - clock, time.process_time() - began)
"""
THEIRS = """
import sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd, pm4py
log = pd.read_csv(sys.argv[1], names=["case:concept:name", "concept:name", "second"], header=0)
log["case:concept:name"] = log["case:concept:name"].astype(str)
log["time:timestamp"] = pd.to_datetime(log["second"], unit="s", utc=True)
log = pm4py.format_dataframe(log)
pm4py.discover_dfg(log.head(9)), pm4py.get_variants(log.head(9))  # loads what is loaded when first used
pm4py.discover_performance_dfg(log.head(9)), pm4py.get_all_case_durations(log.head(9))
clock, began = time.perf_counter(), time.process_time()
counts, _, _ = pm4py.discover_dfg(log)
pm4py.discover_performance_dfg(log)
variants = pm4py.get_variants(log)
pm4py.get_all_case_durations(log)
print(len(log), len(counts), len(variants), time.perf_counter() - clock, time.process_time() - began)
"""


def main(arguments: list[str]) -> list[Row]:
    """Run by turns and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path("answerback-home"))
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(arguments)
    if not (given.home / "snapshots").exists() or not PM4PY.exists():
        print(f"skipped: needs a workspace of BPI 2012 (--home) and {PM4PY} (scripts/setup bench-pm4py)")
        return []
    ours: list[tuple[float, ...]] = []
    theirs: list[tuple[float, ...]] = []
    with TemporaryDirectory() as folder:
        rows = Path(folder) / "events.csv"
        command = [sys.executable, "-m", "answerback", "--home", given.home, "--format", "csv", "sql", ROWS_SQL]
        rows.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        for _ in range(given.runs):
            ours.append(_asked(Path(sys.executable), OURS, str(given.home), AS_OF))
            theirs.append(_asked(PM4PY, THEIRS, str(rows)))
            assert ours[-1][:3] == theirs[-1][:3], "both tell of the same events, arrows and variants"
    what = f"directly-follows, variants and durations of BPI 2012 ({ours[0][0]:,.0f} events), against pm4py"
    found = []
    for place, clock in ((3, "seconds"), (4, "processor seconds")):
        mine, other = (median(each[place] for each in times) for times in (ours, theirs))
        found.append(Row(f"{what}, {clock}", f"{mine:.2f} s", f"{other:.2f} s", f"{mine / other:.2f}"))
    return found


def _asked(python: Path, code: str, *words: str) -> tuple[float, ...]:
    """Events, arrows, variants, seconds of the clock and of processors."""
    done = subprocess.run([python, "-c", code, *words], check=True, capture_output=True, text=True)
    return tuple(float(each) for each in done.stdout.split()[-5:])
