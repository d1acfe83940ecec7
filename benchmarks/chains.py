"""One deal's chain, as a page shows it: all that `answerback chain DEAL` tells, asked again and again of one reader.

The workspace is a company told by the simulator (`benchmarks.company`). Deals are drawn by lot and asked by their ids,
each once, after a few that warm up; then lists: the deals of their companies, and the deals that their owners have
open. The other side of the ratio is the engine in the same run, asked for nothing but the events of the same chains.

    python -m benchmarks chains --home DIR     keeps the workspace there, or takes the one that is there
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from answerback.analysis.reader import Reader, ids_of, reading
from answerback.analysis.story import deals_of, open_deals_of, story
from answerback.domain.scope import Scope
from answerback.engine.duckdb import Limits
from answerback.workspace.home import open_home
from benchmarks.judging import AS_OF, SIZE, workspace
from benchmarks.rows import Row

EVERYBODY = Scope("measure", everybody=True)
BUDGET_MS = 20.0
ASKED, WARMING = 200, 10
DRAWN = "select deal_key, account_key, owner_key from deal_span order by hash(deal_key), deal_key limit {number}"


def main(arguments: list[str]) -> list[Row]:
    """Measures, and says how we stand."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks chains", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--home", type=Path, help="keep the workspace here, or find it here")
    parser.add_argument("--reps", type=int, default=SIZE[0])
    parser.add_argument("--events", type=int, default=SIZE[1])
    given = parser.parse_args(arguments)
    at = datetime.fromisoformat(AS_OF).replace(tzinfo=UTC)
    with (
        workspace(given.home, given.events, given.reps) as home,
        reading(open_home(home), as_of=at, limits=Limits(threads=2)) as reader,
    ):
        return list(rows(reader, budget=(given.reps, given.events) == SIZE))


def rows(reader: Reader, *, budget: bool) -> Iterator[Row]:
    """What one chain takes, what the engine takes for its events, and what lists take."""
    drawn = reader.query(DRAWN.format(number=ASKED + WARMING)).to_pylist()
    ids = ids_of(reader, [row["deal_key"] for row in drawn], "deal")
    lines: list[int] = []
    chains = milliseconds(lambda row: lines.append(len(story(reader, EVERYBODY, ids[row["deal_key"]]).lines)), drawn)
    events = "select * from chain_event where chain_key = {deal_key}"
    engine = milliseconds(lambda row: reader.query(events.format(**row)), drawn)
    size = f"{reader.snapshot.relations['chain_event'].rows / 1e6:.1f} M events"
    yield Row(
        f"one deal's chain by its id ({sorted(lines)[len(lines) // 2]} lines), {size}, median · 95 of 100, against the"
        " engine asked for its events alone",
        said(chains),
        said(engine),
        f"{chains[9] / engine[9]:.2f}",
        f"≤ {BUDGET_MS:g} ms" if budget else "",
        chains[18] <= BUDGET_MS if budget else None,
    )
    owned = [row for row in drawn if row["owner_key"] is not None]
    lists: dict[str, Callable[[dict[str, Any]], object]] = {
        "the deals of a company": lambda row: deals_of(reader, EVERYBODY, row["account_key"]),
        "the open deals of a rep": lambda row: open_deals_of(reader, EVERYBODY, row["owner_key"]),
    }
    for what, ask in lists.items():
        took = milliseconds(ask, owned)
        limit = f"≤ {BUDGET_MS:g} ms" if budget else ""
        yield Row(f"{what}, {size}, median · 95 of 100", said(took), "", "", limit, took[18] <= BUDGET_MS or not budget)


def milliseconds(ask: Callable[[dict[str, Any]], object], asked: Sequence[dict[str, Any]]) -> list[float]:
    """Nineteen cuts of what each took, the tenth of them the median; the first few only warm up."""
    took = []
    for row in asked:
        began = time.perf_counter()
        ask(row)
        took.append((time.perf_counter() - began) * 1e3)
    return quantiles(took[WARMING:], n=20)


def said(cuts: Sequence[float]) -> str:
    """The median, and what 95 of 100 keep to."""
    return f"{cuts[9]:.1f} · {cuts[18]:.1f} ms"
