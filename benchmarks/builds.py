"""Builds: all of it, nothing new, one day more, one setting changed; and how fast one account is read from the result.

The floor is what DuckDB takes in the same run to scan the events of the log, sort them by account and time, and write
them with their keys: no build can do less. Every build runs in a process of its own. The growth exponent is the slope
over the sizes on a double logarithmic scale: 1 means that ten times the events take ten times as long.

    python -m benchmarks builds --events 100000,1000000,10000000 --memory 4GB
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from answerback.workspace.home import Home, create_home
from answerback.workspace.log import read_batches
from answerback.workspace.snapshots import Snapshot, read_snapshot
from benchmarks.asof import LINKING
from benchmarks.limits import limits_said
from benchmarks.rows import Row, in_a_process
from benchmarks.workspace import add_day, add_year

LOG = ("current_", "placed_", "several_", "standing_", "dated_")
OUTCOMES = ("answer", "effort_answer", "coverage_span", "outcome")
BUDGET_LINKING, BUDGET_ALL, BUDGET_READ_MS = 5.0, 12.0, 20.0
BUDGET_MEMORY_MB = ((10_000_000, 2_000.0), (100_000_000, 12_000.0))
"""Up to so many events, so much memory."""
SHARE_TIMES, SECONDS_MORE = 1.5, 2.0
MEANINGFUL = 0.01
"""Steps that take less than this share are not listed."""


def main(arguments: list[str]) -> list[Row]:
    """Measures, prints where the time goes, and says how we stand."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks builds", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--events", default="100000,1000000", help="sizes, the largest last")
    parser.add_argument("--home", type=Path, help="keep the largest workspace here, or find it here")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="", help="what the engine may use, such as 10GB")
    given = parser.parse_args(arguments)
    *smaller, largest = (int(float(each)) for each in given.events.split(","))
    words = ["--threads", str(given.threads), *(["--memory", given.memory] if given.memory else [])]
    sizes: dict[int, dict[str, Any]] = {}
    for events in smaller:
        with workspace(None, events) as home:
            sizes[events] = Measured(home, words).full()
    with workspace(given.home, largest) as home:
        measured = Measured(home, words)
        sizes[largest] = measured.full()
        rows = [*full_rows(sizes), *measured.later(largest, sizes[largest])]
    print_steps(sizes[largest])
    print(limits_said(sizes[largest], largest, given.threads))
    return rows


@contextmanager
def workspace(kept: Path | None, events: int) -> Iterator[Home]:
    """A workspace with the year in its log and nothing built."""
    with tempfile.TemporaryDirectory() as scratch:
        home = create_home(kept or Path(scratch, "home"))
        if not read_batches(home):
            add_year(home, events)
        yield home


class Measured:
    """One workspace and how it is measured."""

    def __init__(self, home: Home, words: list[str]) -> None:
        self.home = home
        self.words = words

    def run(self, what: str, *more: str) -> dict[str, Any]:
        """One build, floor or reading in a process of its own."""
        return in_a_process("benchmarks.building", what, str(self.home.root), *self.words, *more)

    def full(self) -> dict[str, Any]:
        """The first build, between two measures of the floor."""
        before = self.run("floor")
        built = self.run("build")
        assert built["new"], "the workspace had been built before: name another folder"
        after = self.run("floor")
        size = sum(path.stat().st_size for path in self.home.log.rglob("*.parquet"))
        return built | {"floor": min(before, after, key=lambda each: float(each["clock"])), "log_bytes": size}

    def later(self, events: int, full: dict[str, Any]) -> list[Row]:
        """What comes after the first build."""
        snapshot = read_snapshot(self.home)
        found = [self.sizes(snapshot, events, full), self.again(full), self.day(snapshot, events, full)]
        return [*found, self.setting(full), *self.accounts()]

    def sizes(self, snapshot: Snapshot, events: int, full: dict[str, Any]) -> Row:
        """Bytes and files."""
        parts = list(snapshot.parts())
        written = sum((self.home.root / part.path).stat().st_size for part in parts)
        full["snapshot_bytes"], full["files"] = written, len(parts)
        full["snapshot_values"] = sum(
            part.rows * len(pq.read_schema(self.home.root / part.path).names) for part in parts
        )
        return Row(
            "size of the snapshot, against the log it was made from",
            f"{written / 1e6:,.0f} MB in {len(parts)} files, {written / events:.0f} bytes an event",
            f"{full['log_bytes'] / 1e6:,.0f} MB, {full['log_bytes'] / events:.0f} bytes an event",
            f"{written / full['log_bytes']:.2f}",
        )

    def again(self, full: dict[str, Any]) -> Row:
        """Building with nothing new."""
        found = self.run("build")
        assert not found["new"], "nothing had changed"
        return Row("building again, nothing new, against the full build", took(found), took(full), ratio(found, full))

    def day(self, before: Snapshot, events: int, full: dict[str, Any]) -> Row:
        """One day more."""
        add_day(self.home, events)
        found = self.run("build", "--now", "2026-01-02")
        share = dirty_share(before, read_snapshot(self.home))
        allowed = SHARE_TIMES * share * full["clock"] + SECONDS_MORE
        return Row(
            f"one day more (months with {share:.0%} of all events change), against the full build",
            f"{took(found)}, {found['peak_mb']:,.0f} MB",
            took(full),
            ratio(found, full),
            f"≤ {allowed:.1f} s",
            found["clock"] <= allowed,
        )

    def setting(self, full: dict[str, Any]) -> Row:
        """Another waiting time for mails: links and outcomes change, events and their tokens do not."""
        found = self.run("build", "--now", "2026-01-02", "--waiting-days", "9")
        what = "one setting changed (how long mails may wait), against the full build"
        return Row(what, took(found), took(full), ratio(found, full))

    def accounts(self) -> list[Row]:
        """Reading one account."""
        found = self.run("account")
        budget = f"≤ {BUDGET_READ_MS:g} ms"
        return [
            Row(
                f"one account's efforts, acts and links read ({found['rows']} rows), median · 95 of 100",
                f"{found['p50']:.1f} · {found['p95']:.1f} ms",
                budget=budget,
                met=found["p95"] <= BUDGET_READ_MS,
            ),
            Row(
                f"the same of the account with 1 % of all events ({found['hub_rows']:,} rows)", f"{found['hub']:.1f} ms"
            ),
        ]


def full_rows(sizes: dict[int, dict[str, Any]]) -> list[Row]:
    """The full build of the largest size, and how it grows."""
    events, full = max(sizes.items())
    floor = full["floor"]
    linking = sum(each[0] for name, each in full["steps"].items() if belongs(name))
    allowed = next((most for upto, most in BUDGET_MEMORY_MB if events <= upto), math.inf)
    size = f"{events / 1e6:g} M events"
    rows = [
        Row(
            f"linking and outcomes, sorted and written, {size}, against the floor",
            f"{linking:.1f} s",
            took(floor),
            f"{linking / floor['clock']:.2f}",
            f"≤ {BUDGET_LINKING:g}",
            linking / floor["clock"] <= BUDGET_LINKING,
        ),
        Row(
            f"full build, all relations and checks, {full['sorts']} sorts, {size}, against the floor",
            took(full),
            took(floor),
            ratio(full, floor),
            f"≤ {BUDGET_ALL:g}",
            full["clock"] / floor["clock"] <= BUDGET_ALL,
        ),
        Row(f"memory of the full build, {size}", f"{full['peak_mb']:,.0f} MB", f"{floor['peak_mb']:,.0f} MB",
            budget=f"≤ {allowed:,.0f} MB", met=full["peak_mb"] <= allowed),
    ]  # fmt: skip
    if len(sizes) > 1:
        over = ", ".join(f"{each:,}" for each in sorted(sizes))
        ours, floors = exponent(sizes), exponent({each: said["floor"] for each, said in sizes.items()})
        rows.append(Row(f"growth exponent of the full build over {over} events, against the floor's",
                        f"{ours:.2f}", f"{floors:.2f}"))  # fmt: skip
    return rows


def belongs(step: str) -> bool:
    """Whether a step of the engine is part of linking or outcomes."""
    method, _, name = step.partition(" ")
    return method in ("make", "write") and (name.startswith(LINKING) or name.startswith(OUTCOMES))


def exponent(sizes: dict[int, dict[str, Any]]) -> float:
    """The slope of seconds over events, both logarithmic, by least squares."""
    points = [(math.log(events), math.log(said["clock"])) for events, said in sizes.items()]
    across, up = (sum(each) / len(points) for each in zip(*points, strict=True))
    return float(sum((x - across) * (y - up) for x, y in points) / sum((x - across) ** 2 for x, _ in points))


def dirty_share(before: Snapshot, after: Snapshot) -> float:
    """Events in the blocks of months of which any file is another one now, of all events."""
    old = {part.path for part in before.parts()}
    changed = {part.block for files in after.relations.values() for part in files.parts if part.path not in old}
    events = [part for name in ("effort", "buyer_action") for part in after.relations[name].parts]
    everything = sum(part.rows for part in events)
    return sum(part.rows for part in events if part.block in changed) / everything


def print_steps(full: dict[str, Any]) -> None:
    """Where the time goes: by part of the build, then by relation and step."""
    print("\n| part | seconds | of processors | share | sorts |\n|---|--:|--:|--:|--:|")
    groups: dict[str, list[float]] = {}
    for name, each in full["steps"].items():
        group = groups.setdefault(group_of(name), [0.0, 0.0, 0, 0])
        groups[group_of(name)] = [a + b for a, b in zip(group, each, strict=True)]
    known = [sum(each[place] for each in groups.values()) for place in (0, 1)]
    groups["checksums, forcing files to disk, all else"] = [
        full["clock"] - known[0],
        full["processors"] - known[1],
        0,
        0,
    ]
    lines = sorted(groups.items(), key=lambda pair: -pair[1][1])
    for name, each in [*lines, ("**all**", [full["clock"], full["processors"], 0, full["sorts"]])]:
        share = each[1] / full["processors"]
        print(f"| {name} | {each[0]:.1f} | {each[1]:.1f} | {share:.0%} | {each[3]:.0f} |")
    print("\n| relation | step | times | seconds | of processors | share | sorts |\n|---|---|--:|--:|--:|--:|--:|")
    for step, each in sorted(full["steps"].items(), key=lambda pair: -pair[1][1]):
        if each[1] >= MEANINGFUL * full["processors"]:
            method, _, name = step.partition(" ")
            share = each[1] / full["processors"]
            print(f"| {name} | {SAID[method]} | {each[2]} | {each[0]:.1f} | {each[1]:.1f} | {share:.0%} | {each[3]} |")


SAID = {"make": "join", "write": "sort and encode", "scatter": "part by month", "query": "ask", "put": "put"}


def group_of(step: str) -> str:
    """The part of a build that a step belongs to."""
    method, _, name = step.partition(" ")
    if method == "scatter" or name.startswith(LOG):
        return "reading the log, current versions, parting them by month"
    if method == "make":
        return "linking, outcomes: joins" if belongs(step) else "events, tokens, plays: joins"
    if method == "write":
        return "sorting and encoding files"
    return "identities and checks"


def took(said: dict[str, Any]) -> str:
    """Seconds of the clock, and of processors."""
    return f"{said['clock']:.1f} s ({said['processors']:.1f})"


def ratio(ours: dict[str, Any], other: dict[str, Any]) -> str:
    """How many times as long."""
    return f"{ours['clock'] / other['clock']:.2f}"
