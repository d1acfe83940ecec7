"""The default engine and Spark, told the same, and how what they hold is compared: as rows and as types of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from answerback.domain.records import RECORDS
from answerback.engine.catalogue import catalogue
from answerback.engine.protocol import Engine
from answerback.engine.settings import playbook_relations
from tests.link.runner import SAME_AS, current_table
from tests.link.world import RECORD_OF, Row, World


@dataclass(frozen=True)
class Both:
    """One relation as each engine has it."""

    usual: pa.Table
    spark: pa.Table

    def differences(self) -> list[str]:
        """Nothing, if the columns have the same names, order and types, and the rows are the same."""
        if types(self.usual) != types(self.spark):
            return [f"columns: {types(self.usual)}", f"columns on Spark: {types(self.spark)}"]
        if in_order(self.usual).equals(in_order(self.spark)):
            return []
        usual, spark = _counted(self.usual), _counted(self.spark)
        differing = sorted((row for row in usual.keys() | spark.keys() if usual.get(row) != spark.get(row)), key=repr)
        return [f"{row}: {usual.get(row, 0)} times, {spark.get(row, 0)} times on Spark" for row in differing[:9]]


def types(table: pa.Table) -> list[tuple[str, str]]:
    return [(field.name, str(field.type)) for field in table.schema]


def in_order(table: pa.Table) -> pa.Table:
    """The rows sorted by all columns, in one piece and without what a file says of itself."""
    plain = table.replace_schema_metadata(None).cast(pa.schema([(field.name, field.type) for field in table.schema]))
    return plain.sort_by([(name, "ascending") for name in plain.column_names]).combine_chunks()


def _counted(table: pa.Table) -> dict[tuple[object, ...], int]:
    counts: dict[tuple[object, ...], int] = {}
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        counts[row] = counts.get(row, 0) + 1
    return counts


def inputs_of(world: World) -> dict[str, pa.Table]:
    """All that the catalogue's relations read besides one another."""
    rows: dict[str, list[Row]] = {record: [] for record in RECORDS}
    for row in world.rows:
        rows[RECORD_OF[type(row)]].append(row)
    tables = {f"current_{record}": current_table(record, held) for record, held in rows.items()}
    merged = [{"space": "any", "key": key, "canonical_key": stands} for key, stands in world.same_as.items()]
    tables["same_as"] = pa.Table.from_pylist(merged, schema=SAME_AS)
    return tables | playbook_relations(world.playbook)


def hold(engines: Iterable[Engine], tables: Mapping[str, pa.Table]) -> None:
    for engine in engines:
        for name, table in tables.items():
            engine.put(name, table)


def catalogue_on_both(usual: Engine, spark: Engine, tables: Mapping[str, pa.Table]) -> dict[str, Both]:
    """Every relation of the catalogue, made by both engines over the same inputs."""
    hold((usual, spark), tables)
    made = {}
    for relation in catalogue():
        made[relation.name] = made_on_both(usual, spark, relation.name, relation.sql)
    for relation in catalogue():
        usual.drop(relation.name)
        spark.drop(relation.name)
    return made


def made_on_both(usual: Engine, spark: Engine, name: str, sql: str) -> Both:
    counts = usual.make(name, sql), spark.make(name, sql)
    both = Both(*(engine.query(f"select * from {name}") for engine in (usual, spark)))
    assert counts == (both.usual.num_rows, both.spark.num_rows), f"{name}: not the rows that were announced"
    return both
