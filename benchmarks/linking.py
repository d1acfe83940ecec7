"""How long relations take on a made-up log, each against the floor of the same run.

The floor is what DuckDB takes to scan the events, sort them by (account, time) and write them with their keys: no build
can do less. Times are of the clock and of the processors (all threads), the latter steady on a busy machine. Budget:
linking and outcomes five times, all relations twelve times the floor.

    python -m benchmarks linking --events 10000000
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from answerback.domain.log import log_columns
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import catalogue
from answerback.engine.current import current_sql
from answerback.engine.duckdb import DuckDB, Limits
from answerback.engine.making import make_relations
from answerback.engine.settings import playbook_relations
from answerback.workspace.identity import SAME_AS
from benchmarks.log_files import playbook, write_log

FLOOR = """
    select effort_key as event_key, account_key, contact_key, deal_key, rep_key, occurred_at, kind from log_effort
    union all
    select action_key, account_key, contact_key, deal_key, registered_by_key, occurred_at, kind from log_buyer_action
"""
OUTCOMES = ("answer", "effort_answer", "coverage_span", "outcome")
GROUPS = ("current versions", "events, tokens, plays", "linking", "outcomes", "writing")


def main(arguments: list[str]) -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks linking", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are processors")
    parser.add_argument(
        "--memory", default="", help="what the engine may use, such as 2GB; the rest goes to scratch files"
    )
    parser.add_argument("--log", type=Path, help="a folder to keep the log in, or to find it in")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        log = given.log or Path(scratch, "log")
        if not (log / "effort.parquet").exists():
            write_log(log, given.events)
        duck = Timed(Limits(threads=given.threads, memory=given.memory), Path(scratch))
        floors = measure(duck, log, Path(scratch))
        duck.close()
    report(sorted(floors)[len(floors) // 2], duck.taken, duck.counts)


class Timed(DuckDB):
    """Notes what each relation takes to make and to write, and the rows and bytes of it."""

    def __init__(self, limits: Limits, scratch: Path) -> None:
        super().__init__(limits, scratch)
        self.taken: dict[str, Spent] = {}
        self.counts: dict[str, int] = {}

    def make(self, name: str, sql: str) -> int:
        self.taken[name] = spent(lambda: self.counts.update({name: super(Timed, self).make(name, sql)}))
        return self.counts[name]

    def write(self, name: str, stem: Path, order: Sequence[str]) -> list[Path]:
        paths: list[Path] = []
        self.taken[f"write {name}"] = spent(lambda: paths.extend(super(Timed, self).write(name, stem, order)))
        self.counts[f"write {name}"] = sum(path.stat().st_size for path in paths)
        return paths


def measure(duck: Timed, log: Path, scratch: Path) -> list[Spent]:
    """Makes all relations as a build does; what the floor takes before, in between and after.

    `outcome` is written straight from its query. Here it is computed once more and thrown away, to tell the two apart.
    """
    for name, record in RECORDS.items():
        path = log / f"{name}.parquet"
        duck.over_files(f"log_{name}", [path] if path.exists() else [], log_columns(record))
    for name, table in playbook_relations(playbook()).items():
        duck.put(name, table)
    duck.put("same_as", SAME_AS.empty_table())
    duck.view("floor", FLOOR)

    def floor() -> Spent:
        duck.write("floor", scratch / "floor", ("account_key", "occurred_at"))
        return duck.taken.pop("write floor")

    floors = [floor()]
    for name, record in RECORDS.items():
        duck.make(f"current_{name}", current_sql(record, extents=False))
    outcome = next(each for each in catalogue() if each.name == "outcome")

    def before(name: str) -> None:
        if name == "outcome":
            floors.append(floor())
            duck.taken["outcome"] = spent(lambda: duck.query(f"explain analyze {outcome.sql}"))

    inputs = {f"current_{name}" for name in RECORDS}
    make_relations(duck, catalogue(), scratch, inputs=inputs, on_relation=before)
    duck.counts["outcome"] = duck.query("select count(*) as n from outcome").to_pylist()[0]["n"]
    floors.append(floor())
    return floors


@dataclass(frozen=True, slots=True, order=True)
class Spent:
    """Seconds of the clock, and of all processors together."""

    clock: float = 0.0
    processors: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.processors + other.processors)


def spent(work: Callable[[], object]) -> Spent:
    """What something takes."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - clock, time.process_time() - processors)


def group_of(step: str) -> str:
    """The part of a build that a step belongs to."""
    if step.startswith("current_"):
        return "current versions"
    if step.startswith("write "):
        return "writing"
    if step.startswith(("link", "askable")):
        return "linking"
    return "outcomes" if step in OUTCOMES else "events, tokens, plays"


def report(floor: Spent, taken: dict[str, Spent], counts: dict[str, int]) -> None:
    """The table."""

    def line(name: str, each: Spent) -> str:
        ratios = f"{each.clock / floor.clock:.2f} | {each.processors / floor.processors:.2f}"
        return f"{name} | {each.clock:.2f} | {each.processors:.2f} | {ratios} |"

    head = "seconds | of processors | x floor | of processors |"
    print(f"| step | rows | {head}\n|---|--:|--:|--:|--:|--:|\n{line('| floor | ', floor)}")
    for name, each in taken.items():
        if each.processors >= floor.processors / 50:
            print(line(f"| {name} | {counts[name]:,}", each))
    groups = {each: sum((taken[name] for name in taken if group_of(name) == each), Spent()) for each in GROUPS}
    print(f"\n| part | {head}\n|---|--:|--:|--:|--:|")
    for group, each in groups.items():
        print(line(f"| {group}", each))
    everything = sum((each for name, each in taken.items() if name != "outcome"), Spent())  # it is in "write outcome"
    print(line("| **linking and outcomes** (budget 5)", groups["linking"] + groups["outcomes"]))
    print(line("| **all relations, written** (budget 12)", everything))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npeak memory {peak:.1f} GB")
