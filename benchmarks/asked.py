"""Everything that judges, asked of one workspace with nothing else in the process; prints one line of JSON.

    python -m benchmarks.asked areas HOME     each area once, one after the other, as `answerback findings` asks them
    python -m benchmarks.asked whole HOME     all that `answerback findings` asks: this week's, and what is new in it

`benchmarks.judging` starts it. Queries are counted, and how many of them read the relation with a row for each effort.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

from answerback.analysis.findings.gathering import AREAS, gather
from answerback.analysis.reader import Reader, reading
from answerback.domain.scope import Scope
from answerback.engine.duckdb import DuckDB, Limits
from answerback.workspace.home import open_home
from benchmarks.rows import peak_mb, spent

EVERYBODY = Scope("measure", everybody=True)


def main() -> None:
    """Does one of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asked", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("what", choices=("areas", "whole"))
    parser.add_argument("home", type=Path)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    for module in AREAS.values():  # what Python takes to read them is no part of it
        import_module(module)
    at = datetime.fromisoformat(given.as_of).replace(tzinfo=UTC)
    with counting() as count, reading(open_home(given.home), as_of=at, limits=Limits(threads=given.threads)) as reader:
        asks: dict[str, Callable[[], Any]] = {"floor": lambda: scan(reader)}
        if given.what == "whole":
            asks["findings"] = lambda: gather(reader, EVERYBODY).findings
        else:
            asks |= {name: _asking(reader, module) for name, module in AREAS.items()}
        said = {name: measured(ask, count) for name, ask in asks.items()}
    print(json.dumps({"asked": said, "peak_mb": peak_mb()}))


def _asking(reader: Reader, module: str) -> Callable[[], Any]:
    return lambda: import_module(module).findings(reader, EVERYBODY)


def scan(reader: Reader) -> pa.Table:
    """Every value of every effort looked at once."""
    names = reader.query("select * from outcome limit 0").column_names
    most = ", ".join(f"max({name})" for name in names)
    return reader.query(f"select {most} from outcome")  # noqa: S608 - columns of ours


def measured(ask: Callable[[], Any], count: list[str]) -> dict[str, float]:
    """Seconds, those of processors, findings, queries, and queries of single efforts."""
    count.clear()
    found: list[Any] = []
    took = spent(lambda: found.append(ask()))
    of_efforts = sum(bool(re.search(r"\boutcome\b", sql)) for sql in count)
    size = len(found[0])
    return {
        "clock": took.clock,
        "processors": took.processors,
        "found": size,
        "queries": len(count),
        "scans": of_efforts,
        "peak_mb": peak_mb(),
    }


@contextmanager
def counting() -> Iterator[list[str]]:
    """The text of every query while it lasts."""
    asked: list[str] = []
    plain = DuckDB.query

    def query(duck: DuckDB, sql: str) -> pa.Table:
        asked.append(sql)
        return plain(duck, sql)

    setattr(DuckDB, "query", query)  # noqa: B010 - watched while it lasts
    try:
        yield asked
    finally:
        setattr(DuckDB, "query", plain)  # noqa: B010


if __name__ == "__main__":
    main()
