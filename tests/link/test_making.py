"""A build holds relations no longer than they are read, and what it writes is what it made."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from answerback.engine.catalogue import Relation, catalogue, in_order, relation_from
from answerback.engine.duckdb import DuckDB, Limits, engine
from answerback.engine.making import due_checks, last_uses, make_relations
from answerback.workspace.promises import PROMISES
from tests.link.runner import SAME_AS, rows, run
from tests.link.worlds import crowded_world

HEADER = "-- One row.\n-- key: a · unit: whole · look-back: none · look-forward: none · kept: {}\n"


def test_the_files_hold_what_the_relations_held(tmp_path: Path) -> None:
    duck = run(crowded_world(7))
    expected = {relation.name: rows(duck, relation.name) for relation in catalogue() if relation.kept}
    for relation in catalogue():
        duck.drop(relation.name)
    files = make_relations(duck, catalogue(), tmp_path)
    assert files == {name: tmp_path / f"{name}.parquet" for name in expected}
    assert {name: rows(duck, name) for name in expected} == expected, "read through the engine"
    for relation in catalogue():
        duck.drop(relation.name)
    assert sum(pq.read_metadata(path).num_rows for path in files.values()) == sum(map(len, expected.values()))
    assert pq.read_table(files["outcome"]).sort_by("effort_key").num_rows == len(expected["outcome"]) > 10


@pytest.fixture
def relations() -> tuple[Relation, ...]:
    return in_order(
        [
            relation_from("first", HEADER.format("yes") + "select a from given"),
            relation_from("second", HEADER.format("no") + "select a + 1 as a from first"),
            relation_from("third", HEADER.format("yes") + "select a + 1 as a from second"),
        ]
    )


class Watched(DuckDB):
    """Remembers what it was told to do."""

    told: list[str]

    def make(self, name: str, sql: str) -> int:
        self.told.append(f"make {name}")
        return super().make(name, sql)

    def drop(self, name: str) -> None:
        self.told.append(f"drop {name}")
        super().drop(name)


def test_each_goes_as_soon_as_it_is_read_and_checked(relations: tuple[Relation, ...], tmp_path: Path) -> None:
    duck = Watched(Limits(threads=1), tmp_path)
    duck.told = []
    duck.make("given", "select 1 as a")
    duck.make("other", "select 1 as a")
    files = make_relations(
        duck,
        relations,
        tmp_path,
        inputs=("given", "other"),
        checks={"kept in step": frozenset({"first", "second", "other"})},
        on_check=lambda check: duck.told.append(f"check {check}"),
    )
    assert duck.told[2:] == [
        "make first",
        "drop given",
        "make second",
        "check kept in step",
        "drop first",
        "drop other",
        "drop second",
    ]
    assert set(files) == {"first", "third"}
    assert duck.query("select (select a from first) as first, (select a from third) as third").to_pylist() == [
        {"first": 1, "third": 3}
    ]
    duck.close()


def test_a_broken_check_ends_the_making(relations: tuple[Relation, ...], tmp_path: Path) -> None:
    def broken(check: str) -> None:
        raise RuntimeError(check)

    with engine() as duck:
        duck.make("given", "select 1 as a")
        with pytest.raises(RuntimeError, match="not so"):
            make_relations(duck, relations, tmp_path, checks={"not so": frozenset({"second"})}, on_check=broken)
    assert not (tmp_path / "third.parquet").exists()


def test_what_the_playbook_says_stays(relations: tuple[Relation, ...], tmp_path: Path) -> None:
    """Only relations and named inputs go; other tables are the caller's."""
    with engine() as duck:
        duck.put("same_as", SAME_AS.empty_table())
        duck.make("given", "select 1 as a")
        make_relations(duck, relations, tmp_path)
        assert duck.query("select count(*) as n from given").to_pylist() == [{"n": 1}]


def test_every_check_of_a_build_is_due_and_nothing_is_read_after_it_went() -> None:
    order = [relation.name for relation in catalogue()]
    due = due_checks(catalogue(), PROMISES)
    assert sorted(check for checks in due.values() for check in checks) == sorted(PROMISES)
    went = {name: at for at, names in last_uses(catalogue(), PROMISES).items() for name in names}
    for relation in catalogue():
        for name in relation.reads:
            assert order.index(went[name]) >= order.index(relation.name)
    for at, checks in due.items():
        for name in frozenset().union(*(PROMISES[check] for check in checks)):
            assert order.index(went[name]) >= order.index(at)
