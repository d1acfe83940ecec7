"""How chains run by pm4py: run by `make oracles` in an environment of its own, or by hand as below.

Writes process_pm4py.json beside it: what pm4py says of a made-up log, which is in the file, and of the touches and acts
of the BPI Challenge 2012 until 1 March 2012 in our order. Nothing of the project is imported, and the tests read what
is written, so they need no pm4py. The second log is made by the command line, in a workspace as examples/bpic2012 says:

    answerback --format csv sql "select chain_key as chain, step as label, epoch(occurred_at) as second
        from chain_event where occurred_at <= timestamp '2012-03-01'
        order by chain_key, occurred_at, side desc, event_key" > events.csv
    .venvs/bench-pm4py/bin/python tests/reference/process_pm4py.py events.csv

Without a file the numbers of the second log stay as they are.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sys
from collections import Counter
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WRITTEN = HERE / "process_pm4py.json"
SELLER = ("email", "call", "meeting")
BUYER = ("replied", "asked", "answered_call", "declined")
START, STEP = 1_767_225_600, 600
"""2026-01-01 in UTC, and what times are multiples of."""
MOST = 40
"""So many variants are written out; of all of them there is a digest."""


def main(words: list[str]) -> None:
    """Writes what pm4py says of both logs."""
    made_up = made_up_events()
    before = json.loads(WRITTEN.read_text(encoding="utf-8")) if WRITTEN.exists() else {"expected": {}}
    bpic2012 = before["expected"].get("bpic2012")
    if words:
        with Path(words[0]).open(encoding="utf-8", newline="") as file:
            rows = [(row["chain"], row["label"], int(float(row["second"]))) for row in csv.DictReader(file)]
        bpic2012 = told(rows)
    events = [(chain, label, second) for chain, _, label, second in made_up]
    written = {
        "source": "pm4py.discover_dfg, get_variants, get_all_case_durations, discover_performance_dfg",
        "made_by": Path(__file__).name,
        "version": f"pm4py {metadata.version('pm4py')}",
        "data": {"made_up": made_up},
        "expected": {"made_up": told(events), "bpic2012": bpic2012},
    }
    WRITTEN.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def made_up_events() -> list[tuple[str, str, str, int]]:
    """Chain, side, label and second of a log with both sides at one instant, pauses of none, and single events."""
    rng = random.Random(12)
    events = []
    for number in range(60):
        taken: set[tuple[str, int]] = set()
        second = START + rng.randrange(2000) * STEP
        for _ in range(rng.choice((1, 1, 2, 3, 5, 8, 13))):
            side = rng.choice(("seller", "seller", "buyer"))
            if (side, second) not in taken:  # of two by one side at one instant the log's keys decide, not its order
                taken.add((side, second))
                events.append((f"d{number}", side, rng.choice(SELLER if side == "seller" else BUYER), second))
            second += rng.choice((0, 0, 1, 2, 6, 50, 300)) * STEP
    return sorted(events, key=lambda event: (event[0], event[3], event[1] == "buyer"))


def told(rows: list[tuple[str, str, int]]) -> dict[str, Any]:
    """What pm4py makes of a log, given in the order in which it is to be read."""
    pd, pm4py = import_module("pandas"), import_module("pm4py")
    log = pd.DataFrame(rows, columns=["case:concept:name", "concept:name", "second"])
    log["time:timestamp"] = pd.to_datetime(log["second"], unit="s", utc=True)
    log["case:concept:name"] = log["case:concept:name"].astype(str)
    log = pm4py.format_dataframe(log)
    counts, starts, ends = pm4py.discover_dfg(log)
    times, _, _ = pm4py.discover_performance_dfg(log)
    variants = {" > ".join(way): int(count) for way, count in pm4py.get_variants(log).items()}
    durations = sorted(int(each) for each in pm4py.get_all_case_durations(log))
    listed = sorted(variants.items(), key=lambda item: (-item[1], item[0]))
    return {
        "events": len(rows),
        "follows": sorted(
            [one, other, int(count), float(times[one, other]["mean"]), float(times[one, other]["median"])]
            for (one, other), count in counts.items()
        ),
        "starts": {label: int(count) for label, count in sorted(starts.items())},
        "ends": {label: int(count) for label, count in sorted(ends.items())},
        "variants": {"count": len(variants), "most": dict(listed[:MOST]), "digest": digest(variants)},
        "durations": {"sum": sum(durations), "greatest": durations[-1], "digest": digest(Counter(durations))},
    }


def digest(counts: dict[Any, int]) -> str:
    """A digest of every name and its count, whatever their order."""
    lines = sorted(f"{name}\t{count}" for name, count in counts.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
