"""One build (or what it is held against), with nothing else in the process; prints one line of JSON.

    python -m benchmarks.building build HOME     a build, by the playbook or with another waiting time for mails
    python -m benchmarks.building floor HOME     DuckDB: scan the events of the log, sort by account and time, write
    python -m benchmarks.building account HOME   the rows of single accounts, read from the newest snapshot

`benchmarks.builds` starts it. A build is watched through the methods of the engine: which relation was made or written,
for how long, and how many sorts were in its plan. What the watching itself takes is left out.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import numpy as np

from answerback.domain.kinds import EffortKind
from answerback.domain.log import log_columns
from answerback.domain.playbook import Playbook
from answerback.domain.playbook_file import read_playbook
from answerback.domain.records import RECORDS
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.lookup import Lookups
from answerback.workspace.build import build
from answerback.workspace.home import Home, open_home
from answerback.workspace.log import files_of, over_log, read_batches
from answerback.workspace.snapshots import read_snapshot
from benchmarks.events import HUB, World
from benchmarks.log_files import keys
from benchmarks.rows import Spent, peak_mb, spent

FLOOR = """
    select effort_key as event_key, account_key, contact_key, deal_key, rep_key, occurred_at, kind from log_effort
    union all
    select action_key, account_key, contact_key, deal_key, registered_by_key, occurred_at, kind from log_buyer_action
"""
PARTS = {
    "scan": "select count(event_key), max(account_key), max(contact_key), max(deal_key), max(rep_key),"
    " max(occurred_at), max(kind) from floor",
    "scan and write": "",
    "scan, sort and write": "account_key, occurred_at",
}
"""What the floor consists of: queries, or the order to write in."""
ACCOUNTS_READ = 60
OF_ACCOUNT = {
    "effort": ("effort_key", "rep_key", "contact_key", "deal_key", "occurred_at", "kind", "purpose"),
    "buyer_action": ("action_key", "contact_key", "deal_key", "occurred_at", "kind", "stance"),
    "link": ("action_key", "effort_key", "grade", "lag_seconds"),
}
"""What a page of one account shows."""


def main() -> None:
    """Does one of it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.building", description=(__doc__ or "").split("\n", 1)[0]
    )
    parser.add_argument("what", choices=("build", "floor", "account"))
    parser.add_argument("home", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="")
    parser.add_argument("--now", default="2026-01-01", help="the day on which it is built")
    parser.add_argument("--waiting-days", type=float, default=0, help="of mails; 0: as the playbook says")
    given = parser.parse_args()
    home, limits = open_home(given.home), Limits(threads=given.threads, memory=given.memory)
    if given.what == "floor":
        said = floor(home, limits)
    elif given.what == "account":
        said = accounts(home)
    else:
        now = datetime.fromisoformat(given.now).replace(tzinfo=UTC)
        said = watched_build(home, changed(read_playbook(home.playbook), given.waiting_days), now, limits)
    print(json.dumps(said | {"peak_mb": peak_mb()}))


def changed(playbook: Playbook, waiting_days: float) -> Playbook:
    """The playbook with another waiting time for mails."""
    if not waiting_days:
        return playbook
    plays = [
        each.model_copy(update={"waiting_days": waiting_days}) if each.kind is EffortKind.EMAIL else each
        for each in playbook.play
    ]
    return playbook.model_copy(update={"play": tuple(plays)})


def watched_build(home: Home, playbook: Playbook, now: datetime, limits: Limits) -> dict[str, Any]:
    """What a build takes, step by step."""
    with watching() as watch:
        took = spent(lambda: watch.built.append(build(home, playbook, now=now, limits=limits, on_step=watch.on_step)))
    (built,) = watch.built
    net = Spent(took.clock - watch.own.clock, took.processors - watch.own.processors)
    return {
        "clock": net.clock,
        "processors": net.processors,
        "new": built.new,
        "snapshot": built.snapshot.number,
        "sorts": watch.sorts,
        "steps": watch.steps,
    }


class Watch:
    """What the engine was asked to do during a build."""

    def __init__(self) -> None:
        self.steps: dict[str, list[float]] = {}
        """By what was done to which relation: seconds, of processors, times, sorts."""
        self.own = Spent()
        self.built: list[Any] = []
        self.step = ""

    @property
    def sorts(self) -> int:
        """Sorts in all plans that were run."""
        return int(sum(each[3] for each in self.steps.values()))

    def on_step(self, name: str, _done: int, _total: int) -> None:
        """Told by the build what it is about."""
        self.step = name

    def note(self, what: str, took: Spent, sorts: int) -> None:
        """One call of the engine."""
        before = self.steps.get(what, [0.0, 0.0, 0, 0])
        self.steps[what] = [before[0] + took.clock, before[1] + took.processors, before[2] + 1, before[3] + sorts]


@contextmanager
def watching() -> Iterator[Watch]:
    """Has every relation that is made, written or asked for noted while it lasts."""
    watch = Watch()
    plain = {name: getattr(DuckDB, name) for name in ("make", "write", "scatter", "put", "query")}
    ask: Callable[[DuckDB, str], Any] = plain["query"]

    def watched(name: str) -> Callable[..., Any]:
        def call(duck: DuckDB, *given: Any, **named: Any) -> Any:
            before = spent(lambda: found.append(sorts_in(ask, duck, name, given)))
            watch.own += before
            result: list[Any] = []
            took = spent(lambda: result.append(plain[name](duck, *given, **named)))
            what = watch.step if name == "query" else given[0]
            watch.note(f"{name} {plain_name(what)}", took, found.pop())
            return result[0]

        found: list[int] = []
        return call

    for name in plain:
        setattr(DuckDB, name, watched(name))
    try:
        yield watch
    finally:
        for name, method in plain.items():
            setattr(DuckDB, name, method)


def plain_name(what: str) -> str:
    """A relation without the block of months that it is made for."""
    return re.sub(r" \d{4}-\d{2}$|_here$", "", what)


def sorts_in(ask: Callable[[DuckDB, str], Any], duck: DuckDB, method: str, given: tuple[Any, ...]) -> int:
    """Sorts in the plan of what is about to run: an asof join sorts both its sides, a window its input."""
    if method == "put":
        return 0
    if method in ("write", "scatter"):
        by = f" order by {', '.join(given[2])}" if method == "write" and given[2] else ""
        sql = f"select * from {given[0]}{by}"  # noqa: S608
    else:
        sql = given[-1]
    plan = "".join(ask(duck, f"explain (format json) {sql}").column("explain_value").to_pylist())
    operators = [line.partition(":")[2].strip(' ",') for line in plan.splitlines() if '"name"' in line]
    return operators.count("ORDER_BY") + operators.count("WINDOW") + 2 * operators.count("ASOF_JOIN")


def floor(home: Home, limits: Limits) -> dict[str, Any]:
    """What the floor takes, and its parts."""
    batches = read_batches(home)
    with engine(limits, home.pool) as duck, tempfile.TemporaryDirectory(dir=home.root) as scratch:
        for name in ("effort", "buyer_action"):
            over_log(duck, f"log_{name}", files_of(home, batches, f"{name}.parquet"), log_columns(RECORDS[name]))
        duck.view("floor", FLOOR)
        parts: dict[str, Spent] = {}
        size = 0
        for part, how in PARTS.items():
            if how.startswith("select"):
                parts[part] = spent(lambda how=how: duck.query(how))  # type: ignore[misc]
            else:
                order = tuple(filter(None, how.split(", ")))
                parts[part] = spent(lambda order=order: duck.write("floor", Path(scratch, "floor"), order))  # type: ignore[misc]
                size = sum(path.stat().st_size for path in Path(scratch).iterdir())
    whole = parts["scan, sort and write"]
    return {
        "clock": whole.clock,
        "processors": whole.processors,
        "bytes": size,
        "parts": {part: [each.clock, each.processors] for part, each in parts.items()},
    }


def accounts(home: Home) -> dict[str, Any]:
    """Milliseconds for one account's efforts, acts and links, read as a page of a server would."""
    events = sum(batch.records.get("effort", 0) + batch.records.get("buyer_action", 0) for batch in read_batches(home))
    world = World(events)
    chosen = keys("account", np.unique(world.some_efforts(np.arange(2_000, 2_000 + ACCOUNTS_READ)).account)).to_pylist()
    (hub,) = keys("account", np.array([HUB])).to_pylist()
    relations = read_snapshot(home).relations
    files = {name: [home.root / part.path for part in relations[name].parts] for name in OF_ACCOUNT}
    with Lookups(files) as lookups:

        def milliseconds(key: int) -> tuple[float, int]:
            began = time.perf_counter()
            found = (lookups.rows(name, "account_key", [key], columns) for name, columns in OF_ACCOUNT.items())
            rows = sum(table.num_rows for table in found)
            return (time.perf_counter() - began) * 1e3, rows

        milliseconds(chosen[0])
        found = [milliseconds(key) for key in chosen if key != hub]
        of_hub = sorted(milliseconds(hub) for _ in range(5))[2]
    cuts = quantiles([took for took, _ in found], n=20)
    return {
        "p50": cuts[9],
        "p95": cuts[18],
        "rows": sorted(rows for _, rows in found)[len(found) // 2],
        "hub": of_hub[0],
        "hub_rows": of_hub[1],
    }


if __name__ == "__main__":
    main()
