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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from answerback.domain.log import log_columns
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import catalogue
from answerback.engine.current import current_sql
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.settings import playbook_relations
from answerback.workspace.identity import SAME_AS
from benchmarks.events import playbook, write_log

FLOOR = """
    select effort_key as event_key, account_key, contact_key, deal_key, rep_key, occurred_at, kind from log_effort
    union all
    select action_key, account_key, contact_key, deal_key, registered_by_key, occurred_at, kind from log_buyer_action
"""
OUTCOMES = ("answer", "effort_answer", "coverage_span", "outcome")
GROUPS = ("current versions", "events, tokens, plays", "linking", "outcomes", "writing")
BUDGETS = {"linking and outcomes": (("linking", "outcomes"), 5), "all relations": (GROUPS, 12)}


def main(arguments: list[str]) -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks linking", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=0, help="0: as many as there are processors")
    parser.add_argument("--log", type=Path, help="a folder to keep the log in, or to find it in")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        log = given.log or Path(scratch, "log")
        if not (log / "effort.parquet").exists():
            write_log(log, given.events)
        with engine(Limits(threads=given.threads)) as duck:
            floor, taken, counts = measure(duck, log, Path(scratch))
    report(floor, taken, counts)


def measure(duck: DuckDB, log: Path, scratch: Path) -> tuple[Spent, dict[str, Spent], dict[str, int]]:
    """Seconds of the floor, and seconds and rows of every step. The floor is the middle of three, taken all along."""
    for name, record in RECORDS.items():
        path = log / f"{name}.parquet"
        duck.over_files(f"log_{name}", [path] if path.exists() else [], log_columns(record))
    for name, table in playbook_relations(playbook()).items():
        duck.put(name, table)
    duck.put("same_as", SAME_AS.empty_table())
    duck.view("floor", FLOOR)

    def floor() -> Spent:
        return spent(lambda: duck.write("floor", scratch / "floor.parquet", ("account_key", "occurred_at")))

    taken: dict[str, Spent] = {}
    counts: dict[str, int] = {}
    floors = [floor()]
    for name, work in steps(duck, scratch):
        taken[name] = spent(lambda work=work, name=name: counts.update({name: work()}))  # type: ignore[misc]
        if name in {"effort_play", "link"}:
            floors.append(floor())
    return sorted(floors)[1], taken, counts


def steps(duck: DuckDB, scratch: Path) -> Iterator[tuple[str, Callable[[], int]]]:
    """What a build does, in its order."""
    for name, record in RECORDS.items():
        sql = current_sql(record, extents=False)
        yield f"current_{name}", lambda name=name, sql=sql: duck.make(f"current_{name}", sql)  # type: ignore[misc]
    for each in catalogue():
        yield each.name, lambda each=each: duck.make(each.name, each.sql)  # type: ignore[misc]
    for each in catalogue():
        if each.kept:
            yield f"write {each.name}", lambda each=each: written(duck, each.name, scratch, each.order)  # type: ignore[misc]


def written(duck: DuckDB, name: str, scratch: Path, order: tuple[str, ...]) -> int:
    """Writes a kept relation as a build does; its size in bytes."""
    path = scratch / f"{name}.parquet"
    duck.write(name, path, order)
    return path.stat().st_size


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
    for name, (parts, budget) in BUDGETS.items():
        print(line(f"| **{name}** (budget {budget})", sum((groups[part] for part in parts), Spent())))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"\npeak memory {peak:.1f} GB")
