"""Runs the catalogue of relations over a world: one process, in memory, one engine for all worlds of a test run."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from answerback.domain.log import ColumnType, log_columns
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import catalogue
from answerback.engine.current import current_sql
from answerback.engine.duckdb import DuckDB, Limits
from answerback.engine.settings import playbook_relations
from tests.link.world import RECORD_OF, Row, World

ARROW = {
    ColumnType.BIGINT: pa.int64(),
    ColumnType.VARCHAR: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.BOOLEAN: pa.bool_(),
}
SAME_AS = pa.schema([("space", pa.string()), ("key", pa.int64()), ("canonical_key", pa.int64())])
EXTENTS = pa.schema([("record", pa.string()), ("source", pa.string()), ("exported_at", pa.timestamp("us"))])
LISTED = pa.schema([("record", pa.string()), ("source", pa.string()), ("key", pa.int64())])


@cache
def bench() -> DuckDB:
    """The engine, with an empty `current_*` relation for every record."""
    duck = DuckDB(Limits(threads=1), Path(tempfile.gettempdir()))
    atexit.register(_let_go)
    for name in RECORDS:
        duck.put(f"current_{name}", current_schema(name).empty_table())
    return duck


def _let_go() -> None:
    """The engine's library complains of connections that outlive it."""
    bench().close()
    bench.cache_clear()


def current_schema(record: str) -> pa.Schema:
    """The columns of `current_<record>`."""
    columns = log_columns(RECORDS[record])
    return pa.schema([(name, ARROW[kind]) for name, kind in columns.items() if name not in ("deleted", "recorded_at")])


def current_table(record: str, rows: list[Row]) -> pa.Table:
    """Rows of one record as the engine takes them; what a row does not have is null."""
    schema = current_schema(record)
    known = {each.name for row in rows[:1] for each in fields(row)}
    if stray := known - set(schema.names):
        raise ValueError(f"{record} has no columns {sorted(stray)}")
    return pa.table([[getattr(row, name, None) for row in rows] for name in schema.names], schema=schema)


def run(world: World, only: str = "") -> DuckDB:
    """The engine, holding every relation of the catalogue over this world, or one and those that it rests on."""
    duck = bench()
    for sort, record in RECORD_OF.items():
        rows = [row for row in world.rows if type(row) is sort]
        duck.put(f"current_{record}", current_table(record, rows))
    _put_settings(duck, world)
    for relation in catalogue():
        if not only or relation.name in rests_on(only):
            duck.make(relation.name, relation.sql)
    return duck


@cache
def rests_on(name: str) -> frozenset[str]:
    """A relation and all that it reads, directly or not."""
    reads = {relation.name: relation.reads for relation in catalogue()}
    return frozenset({name}.union(*(rests_on(each) for each in reads[name] if each in reads)))


def run_from_log(world: World, log: Mapping[str, pa.Table]) -> DuckDB:
    """The same, the current records picked by the product from tables of the log (`log_columns`) instead."""
    duck = bench()
    for record in RECORD_OF.values():
        duck.put(f"log_{record}", log[record])
        duck.make(f"current_{record}", current_sql(RECORDS[record], extents=False))
    _put_settings(duck, world)
    for relation in catalogue():
        duck.make(relation.name, relation.sql)
    return duck


def rows(duck: DuckDB, name: str, *columns: str) -> list[dict[str, Any]]:
    """A relation's rows, all columns or the named ones, in the order of their values."""
    found = duck.query(f"select {', '.join(columns) or '*'} from {name}").to_pylist()
    return sorted(found, key=lambda row: [(value is None, 0 if value is None else value) for value in row.values()])


def _put_settings(duck: DuckDB, world: World) -> None:
    for name, table in playbook_relations(world.playbook).items():
        duck.put(name, table)
    merged = [{"space": "any", "key": key, "canonical_key": stands} for key, stands in world.same_as.items()]
    duck.put("same_as", pa.Table.from_pylist(merged, schema=SAME_AS))
