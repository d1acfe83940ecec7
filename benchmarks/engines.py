"""Linking against the asof joins of DuckDB, Polars, pandas and ClickHouse (chdb).

Every engine reads the same Parquet files, joins each buyer action to the last effort on its account in the two weeks
before it, and writes nothing; all must find the very same pairs, or there is no table. Each runs in a process of its
own with two threads and nothing else in it, by turns; the middle of the runs counts. Efforts on one account in one
second are one effort here, because an asof join may take either. The last row is what a build does: all five bases.

    python -m benchmarks engines --events 10000000
"""

from __future__ import annotations

import argparse
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from answerback.domain.log import log_columns
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import Relation, catalogue
from answerback.engine.current import current_sql
from answerback.engine.duckdb import engine
from answerback.engine.settings import playbook_relations
from answerback.workspace.identity import SAME_AS
from benchmarks.asof import HELD
from benchmarks.log_files import playbook, write_log
from benchmarks.rows import Row, in_a_process

NAMES = {
    "duckdb": ("DuckDB asof join, bare", "duckdb"),
    "ours": ("Answerback, accounts alone", "duckdb"),
    "polars_streaming": ("Polars join_asof, streaming", "polars"),
    "polars": ("Polars join_asof, in memory", "polars"),
    "chdb": ("chdb asof join", "chdb"),
    "pandas": ("pandas merge_asof", "pandas"),
    "ours_all": ("Answerback, all five bases", "duckdb"),
}
BUDGET = 3.0
HEAD = """| engine | seconds | of processors | MB | links | × bare DuckDB | of processors |
|---|--:|--:|--:|--:|--:|--:|"""


def main(arguments: list[str]) -> list[Row]:
    """Measures, prints a table, and says how we stand."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engines", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        write_log(Path(scratch, "log"), given.events)
        hold(Path(scratch, "log"), Path(scratch))
        found = {name: [] for name in NAMES if installed(NAMES[name][1])}  # type: dict[str, list[dict[str, object]]]
        for _ in range(given.runs):
            for name, runs in found.items():
                words = (name, scratch, "--threads", str(given.threads))
                runs.append(in_a_process("benchmarks.asof", *words, threads=given.threads))
    agree({name: runs for name, runs in found.items() if name != "ours_all"})
    middles = {
        name: sorted(runs, key=lambda each: number(each, "clock"))[len(runs) // 2] for name, runs in found.items()
    }
    bare = middles["duckdb"]
    print(HEAD)
    for name, each in middles.items():
        took = " | ".join(f"{number(each, what):.2f}" for what in ("clock", "processors"))
        ratios = " | ".join(f"{number(each, what) / number(bare, what):.2f}" for what in ("clock", "processors"))
        print(f"| {NAMES[name][0]} | {took} | {number(each, 'peak_mb'):,.0f} | {each['rows']:,} | {ratios} |")
    return rows_of(middles, given.events)


def rows_of(middles: dict[str, dict[str, object]], events: int) -> list[Row]:
    """All bases against one bare join, and one basis against each of the others."""
    bare, size = middles["duckdb"], f"{events / 1e6:g} M events"
    ratio = number(middles["ours_all"], "clock") / number(bare, "clock")
    first = Row(
        f"linking, all five bases, {size}, against one bare DuckDB asof join",
        seconds(middles["ours_all"]),
        seconds(bare),
        f"{ratio:.2f}",
        f"≤ {BUDGET:g}",
        ratio <= BUDGET,
    )
    rows = [first]
    for name in ("pandas", "polars", "polars_streaming", "chdb"):
        if name in middles:
            ratio = number(middles["ours"], "clock") / number(middles[name], "clock")
            what = f"linking on one basis, {size}, against {NAMES[name][0]} {version(NAMES[name][1])}"
            rows.append(Row(what, seconds(middles["ours"]), seconds(middles[name]), f"{ratio:.2f}", "< 1", ratio < 1))
    return rows


def agree(found: dict[str, list[dict[str, object]]]) -> None:
    """Raises ValueError unless every run found the same pairs."""
    said = {(run["rows"], run["digest"]): name for name, runs in found.items() for run in runs}
    if len(said) != 1:
        raise ValueError(f"the engines do not agree: {said}")


def hold(log: Path, folder: Path) -> None:
    """Writes what a build holds when it comes to linking, as `<relation>.parquet`."""
    with engine() as duck:
        for name, record in RECORDS.items():
            path = log / f"{name}.parquet"
            duck.over_files(f"log_{name}", [path] if path.exists() else [], log_columns(record))
            duck.make(f"current_{name}", current_sql(record, extents=False))
        for name, table in playbook_relations(playbook()).items():
            duck.put(name, table)
        duck.put("same_as", SAME_AS.empty_table())
        for relation in needed():
            duck.make(relation.name, apart(relation))
        for name in HELD:
            duck.write(name, folder / name, ())


def needed() -> list[Relation]:
    """The relations that linking reads, and what they read, each after those."""
    wanted = set(HELD)
    for relation in reversed(catalogue()):
        if relation.name in wanted:
            wanted |= relation.reads
    return [relation for relation in catalogue() if relation.name in wanted]


def apart(relation: Relation) -> str:
    """Of efforts on one account in one second only one stays."""
    if relation.name != "effort":
        return relation.sql
    one = "row_number() over (partition by account_key, occurred_at order by effort_key) = 1"
    return f"select * from ({relation.sql}) qualify {one}"  # noqa: S608


def installed(package: str) -> bool:
    """Whether a peer is there to be measured."""
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def number(said: dict[str, object], what: str) -> float:
    """A figure of a run."""
    return float(str(said[what]))


def seconds(said: dict[str, object]) -> str:
    """How long a run took, by the clock and of processors."""
    return f"{number(said, 'clock'):.2f} s ({number(said, 'processors'):.2f})"
