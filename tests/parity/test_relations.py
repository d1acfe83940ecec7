"""Every relation of the catalogue has the same rows and columns on Spark as on the default engine.

The relations are taken from the catalogue itself, so none can be left out; and each must have rows in some world,
because two empty relations prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from answerback.domain.records import RECORDS
from answerback.engine.catalogue import Relation, catalogue
from answerback.engine.current import current_columns
from answerback.engine.duckdb import DuckDB, engine
from answerback.engine.protocol import Engine
from answerback.engine.settings import playbook_relations
from tests.link.runner import ARROW, SAME_AS
from tests.link.world import World
from tests.parity.awkward import awkward_world
from tests.parity.both import Both, catalogue_on_both, inputs_of, made_on_both, types

OF_ARROW = {kind: ours for ours, kind in ARROW.items()}
WORLDS: dict[str, World] = {
    "over the leap day": awkward_world(2, first_day=datetime(2024, 2, 28)),  # noqa: DTZ001 - naive UTC
    "over new year": awkward_world(3, first_day=datetime(2025, 12, 30)),  # noqa: DTZ001 - naive UTC
}


@pytest.fixture(scope="module")
def usual() -> Iterator[DuckDB]:
    with engine() as duck:
        yield duck


@pytest.fixture(scope="module")
def made(usual: DuckDB, spark: Engine) -> dict[str, dict[str, Both]]:
    """By world and relation, what both engines made."""
    return {name: catalogue_on_both(usual, spark, inputs_of(world)) for name, world in WORLDS.items()}


@pytest.mark.parametrize("relation", catalogue(), ids=lambda relation: relation.name)
def test_the_rows_are_the_same_and_there_are_some(relation: Relation, made: dict[str, dict[str, Both]]) -> None:
    differing = {name: both[relation.name].differences() for name, both in made.items()}
    assert {name: found for name, found in differing.items() if found} == {}
    rows = [both[relation.name].usual.num_rows for both in made.values()]
    assert sum(rows) > 0, "no world has a row of it: give one what it takes (tests/parity/awkward.py)"


def test_from_nothing_come_no_rows_in_the_same_columns(usual: DuckDB, spark: Engine) -> None:
    for each in (usual, spark):
        for name, record in RECORDS.items():
            each.over_files(f"current_{name}", [], current_columns(record))
        for name, table in playbook_relations(WORLDS["over new year"].playbook).items():
            each.put(name, table)
        each.put("same_as", SAME_AS.empty_table())
    for relation in catalogue():
        found = [each.query(relation.sql) for each in (usual, spark)]
        assert types(found[0]) == types(found[1]), relation.name
        assert [table.num_rows for table in found] == [0, 0], relation.name
        for each in (usual, spark):  # what nobody made has no files
            each.over_files(relation.name, [], {field.name: OF_ARROW[field.type] for field in found[0].schema})
    for each in (usual, spark):
        for relation in catalogue():
            each.drop(relation.name)


def test_a_difference_would_be_told(usual: DuckDB, spark: Engine) -> None:
    """The comparison itself, seen red: another row, a row twice, another type."""
    one = "select cast(1 as bigint) as a, cast(null as varchar) as b"
    same = made_on_both(usual, spark, "same_here", one)
    assert same.differences() == []
    twice = made_on_both(usual, spark, "twice_here", f"{one} union all {one}")
    assert Both(same.usual, twice.spark).differences() == ["(1, None): 1 times, 2 times on Spark"]
    text = made_on_both(usual, spark, "text_here", "select '1' as a, cast(null as varchar) as b")
    assert Both(same.usual, text.spark).differences()[0] == "columns: [('a', 'int64'), ('b', 'string')]"
