"""One engine, one join: each buyer action to the last effort on its account before it, within two weeks.

    python -m benchmarks.asof ENGINE FOLDER [--threads 2]

Reads `effort.parquet` and `buyer_action.parquet` of the folder, writes nothing, and prints one line of JSON: seconds,
processor seconds, memory, and a digest of the pairs found. `benchmarks.engines` starts it once per engine, so that
nothing else is in the process. `ours_all` links on all five bases, from the relations that a build holds by then.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from answerback.engine.catalogue import catalogue
from answerback.engine.duckdb import Limits, engine
from answerback.engine.settings import playbook_relations
from benchmarks.log_files import playbook
from benchmarks.rows import peak_mb, spent

WAITING_DAYS = 14
WAITING_SECONDS = WAITING_DAYS * 86_400
COLUMNS = {
    "effort": ("effort_key", "account_key", "occurred_at"),
    "buyer_action": ("action_key", "account_key", "occurred_at"),
}
LINKING = ("link", "askable", "effort_bearer")
"""How the relations of linking are called."""
HELD = ("effort", "effort_play", "effort_token", "effort_guest", "buyer_action", "action_token")
"""What a build holds when it comes to linking."""


def by_duckdb(folder: Path, threads: int) -> Callable[[], pa.Table]:
    """DuckDB's own asof join, bare."""
    import duckdb

    connection = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    sql = f"""
        select act.action_key, effort.effort_key
        from read_parquet('{folder}/buyer_action.parquet') as act
        asof join read_parquet('{folder}/effort.parquet') as effort
          on act.account_key = effort.account_key and act.occurred_at >= effort.occurred_at
        where epoch(act.occurred_at) - epoch(effort.occurred_at) <= {WAITING_SECONDS}"""  # noqa: S608
    return lambda: connection.sql(sql).to_arrow_table()


def by_chdb(folder: Path, threads: int) -> Callable[[], pa.Table]:
    """ClickHouse in the process."""
    import chdb  # type: ignore[import-not-found,unused-ignore]

    sql = f"""
        select act.action_key as action_key, effort.effort_key as effort_key
        from file('{folder}/buyer_action.parquet', Parquet) as act
        asof join file('{folder}/effort.parquet', Parquet) as effort
          on act.account_key = effort.account_key and act.occurred_at >= effort.occurred_at
        where dateDiff('second', effort.occurred_at, act.occurred_at) <= {WAITING_SECONDS}
        settings max_threads = {threads}"""  # noqa: S608
    chdb.query("select 1", "ArrowTable")  # its server starts with the first question
    return lambda: chdb.query(sql, "ArrowTable")


def by_polars(folder: Path, _threads: int, *, streaming: bool = False) -> Callable[[], pa.Table]:
    """Polars; its threads come from the environment."""
    import polars as pl

    assert pl.thread_pool_size() <= max(_threads, 1), "POLARS_MAX_THREADS decides"

    def work() -> pa.Table:
        act, effort = (
            pl.scan_parquet(folder / f"{name}.parquet").select(COLUMNS[name]).sort("occurred_at")
            for name in ("buyer_action", "effort")
        )
        found = act.join_asof(effort, on="occurred_at", by="account_key", tolerance=f"{WAITING_DAYS}d")
        pairs = found.filter(pl.col("effort_key").is_not_null()).select("action_key", "effort_key")
        return pairs.collect(engine="streaming" if streaming else "in-memory").to_arrow()

    return work


def by_pandas(folder: Path, threads: int) -> Callable[[], pa.Table]:
    """pandas; the join itself has one thread."""
    import pandas as pd

    pa.set_cpu_count(threads)

    def work() -> pa.Table:
        act, effort = (
            pd.read_parquet(folder / f"{name}.parquet", columns=list(COLUMNS[name])).sort_values("occurred_at")
            for name in ("buyer_action", "effort")
        )
        # A missing effort would turn keys into fractions: the place among the efforts is looked for, then its key.
        effort["place"] = np.arange(len(effort), dtype=float)
        wide = pd.Timedelta(days=WAITING_DAYS)
        found = pd.merge_asof(
            act, effort.drop(columns="effort_key"), on="occurred_at", by="account_key", tolerance=wide
        ).dropna(subset="place")
        places = found["place"].to_numpy().astype(np.int64)
        return pa.table(
            {"action_key": found["action_key"].to_numpy(), "effort_key": effort["effort_key"].to_numpy()[places]}
        )

    return work


def by_us(folder: Path, threads: int) -> Callable[[], pa.Table]:
    """Our relation for accounts, `link_by_account.sql` as it stands."""
    (relation,) = (each for each in catalogue() if each.name == "link_by_account")

    def work() -> pa.Table:
        with engine(Limits(threads=threads)) as duck:
            for name in ("effort", "buyer_action"):
                duck.over_files(name, [folder / f"{name}.parquet"])
            duck.make("linkable_effort", "select effort_key, account_key, occurred_at, 0 as reach_id from effort")
            waiting = f"0 as reach_id, {WAITING_SECONDS} as waiting_seconds"
            duck.make("askable_action", f"select action_key, account_key, occurred_at, {waiting} from buyer_action")  # noqa: S608
            duck.view("linked_by_deal", "select cast(null as bigint) as action_key where false")
            return duck.query(f"select action_key, effort_key from ({relation.sql})")  # noqa: S608

    return work


def by_us_on_all(folder: Path, threads: int) -> Callable[[], pa.Table]:
    """All our relations from `linkable_effort` to `link`."""
    steps = [each for each in catalogue() if each.name.startswith(LINKING)]
    settings = playbook_relations(playbook())

    def work() -> pa.Table:
        with engine(Limits(threads=threads)) as duck:
            for name, table in settings.items():
                duck.put(name, table)
            for name in HELD:
                duck.over_files(name, [folder / f"{name}.parquet"])
            for relation in steps:
                duck.make(relation.name, relation.sql)
            return duck.query("select action_key, effort_key from link")

    return work


ENGINES: dict[str, Callable[[Path, int], Callable[[], pa.Table]]] = {
    "duckdb": by_duckdb,
    "ours": by_us,
    "ours_all": by_us_on_all,
    "polars": by_polars,
    "polars_streaming": lambda folder, threads: by_polars(folder, threads, streaming=True),
    "pandas": by_pandas,
    "chdb": by_chdb,
}


def digest(pairs: pa.Table) -> str:
    """A name for the set of pairs, whatever their order."""
    action, effort = (pairs[name].to_numpy().astype(np.int64) for name in ("action_key", "effort_key"))
    order = np.argsort(action, kind="stable")
    return hashlib.blake2b(action[order].tobytes() + effort[order].tobytes(), digest_size=16).hexdigest()


def main() -> None:
    """Measures one engine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asof", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    work = ENGINES[given.engine](given.folder, given.threads)
    answers: list[pa.Table] = []
    took = spent(lambda: answers.append(work()))
    peak = peak_mb()
    (pairs,) = answers
    said = {"clock": took.clock, "processors": took.processors, "peak_mb": peak, "rows": len(pairs)}
    print(json.dumps(said | {"digest": digest(pairs)}))


if __name__ == "__main__":
    main()
