"""What must not change the result, and what must: on worlds with everything in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from answerback.domain.log import log_columns
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import catalogue
from answerback.engine.duckdb import DuckDB
from tests.link.runner import ARROW, rows, run, run_from_log
from tests.link.settled import ALWAYS, FOR_GOOD
from tests.link.world import RECORD_OF, Action, Attribute, Bears, Change, Covered, Decision, Row, TookPart, World
from tests.link.worlds import crowded_world

LAST_ISLAND = 500_000
"""Keys beyond it, on either side of zero, belong to the last island of a crowded world."""
WEEKS = timedelta(weeks=7)
OWN_KEYS: dict[type[Row], str] = {
    Bears: "reference_key",
    TookPart: "participant_key",
    Change: "deal_change_key",
    Covered: "coverage_key",
    Decision: "decision_key",
    Attribute: "attribute_key",
}

Result = dict[str, list[dict[str, Any]]]
Altered = Callable[[str, Any], Any]
"""From a column's name and a value to another value."""

each_world = pytest.mark.parametrize("world", [crowded_world(seed) for seed in (2001, 2002, 2003)], ids=("a", "b", "c"))


def everything(duck: DuckDB) -> Result:
    return {relation.name: rows(duck, relation.name) for relation in catalogue()}


def changed(
    result: dict[str, list[dict[str, Any]]], change: Callable[[str, Any], Any]
) -> dict[str, list[dict[str, Any]]]:
    """A result with every value changed by its column's name, sorted again."""
    return {
        name: sorted(
            ({column: change(column, value) for column, value in row.items()} for row in found),
            key=lambda row: [(value is None, 0 if value is None else value) for value in row.values()],
        )
        for name, found in result.items()
    }


def with_values(world: World, change: Altered) -> World:
    """A world with every value of every row changed by its field's name."""
    same_as = {change("same_key", key): change("same_key", stands) for key, stands in world.same_as.items()}
    found = [
        replace(row, **{each.name: change(each.name, getattr(row, each.name)) for each in fields(row)})
        for row in world.rows
    ]
    return replace(world, rows=tuple(found), same_as=same_as)


@each_world
def test_the_order_of_rows_changes_nothing(world: World) -> None:
    expected = everything(run(world))
    shuffled = list(world.rows)
    Random(1).shuffle(shuffled)
    assert everything(run(world.with_rows(shuffled))) == expected
    assert any(expected["link"])


@each_world
def test_other_ids_change_nothing_else(world: World) -> None:
    """Ids that sort alike, since at the very last the key decides among equals."""

    def renamed(name: str, value: Any) -> Any:
        return value * 7 + 13 if name.endswith("_key") and value is not None else value

    expected = changed(everything(run(world)), renamed)
    assert everything(run(with_values(world, renamed))) == expected


@each_world
def test_whole_weeks_later_all_is_whole_weeks_later(world: World) -> None:
    def later(name: str, value: Any) -> Any:
        if name == "effort_day":
            return value + WEEKS.days
        return value + WEEKS if isinstance(value, datetime) and value not in {ALWAYS, FOR_GOOD} else value

    expected = changed(everything(run(world)), later)
    assert everything(run(with_values(world, later))) == expected


@each_world
def test_an_unrelated_account_changes_nothing_elsewhere(world: World) -> None:
    fewer = world.with_rows([row for row in world.rows if not is_last(vars(row))])
    assert len(fewer.rows) < len(world.rows) - 5
    expected = everything(run(world))
    found = everything(run(fewer))
    # What is about the playbook, or the variants in use, is shared by all.
    for name in expected.keys() - {"play_variant", "askable_action"}:
        assert found[name] == [row for row in expected[name] if not is_last(row)], name


def is_last(row: dict[str, Any]) -> bool:
    return any(abs(value) > LAST_ISLAND for name, value in row.items() if name.endswith("_key") and value is not None)


@each_world
def test_older_versions_and_second_loads_change_nothing(world: World) -> None:
    world = numbered(world)
    expected = everything(run(world))
    stale = [replace(row, version_at=row.version_at - WEEKS, **spoilt(row)) for row in world.rows]
    gone = [replace(row, version_at=row.version_at - 2 * WEEKS) for row in world.rows]
    log = [(row, False) for row in (*world.rows, *world.rows, *stale)] + [(row, True) for row in gone]
    assert everything(run_from_log(world, tables(log, Random(2)))) == expected


@each_world
def test_what_is_deleted_is_as_if_it_had_never_been(world: World) -> None:
    world = numbered(world)
    dropped = [row for row in world.rows if is_last(vars(row))]
    expected = everything(run(world.with_rows([row for row in world.rows if row not in dropped])))
    tombs = [(replace(row, version_at=row.version_at + WEEKS), True) for row in dropped]
    assert everything(run_from_log(world, tables([(row, False) for row in world.rows] + tombs, Random(3)))) == expected


def numbered(world: World) -> World:
    """Every record with a key of its own, as a log has them; on its island still."""
    found = []
    for number, row in enumerate(world.rows):
        own = OWN_KEYS.get(type(row))
        found.append(replace(row, **{own: number}) if own else row)  # type: ignore[arg-type]
    return world.with_rows(found)


def spoilt(row: Row) -> dict[str, Any]:
    """Another content, as an older version has."""
    found: dict[str, Any] = {"content_hash": row.content_hash + 1000}
    if hasattr(row, "occurred_at"):
        found["occurred_at"] = row.occurred_at + timedelta(days=1)
    return found


def tables(log: list[tuple[Row, bool]], random: Random) -> dict[str, pa.Table]:
    """Rows, and whether they say deleted, as tables of the log in any order."""
    random.shuffle(log)
    found = {}
    for sort, record in RECORD_OF.items():
        schema = pa.schema([(name, ARROW[kind]) for name, kind in log_columns(RECORDS[record]).items()])
        mine = [{**vars(row), "deleted": deleted} for row, deleted in log if type(row) is sort]
        found[record] = pa.table([[row.get(name) for row in mine] for name in schema.names], schema=schema)
    return found


# ---------------------------------------------------------------------------------------------------- negative controls


@each_world
def test_acts_before_all_efforts_answer_none(world: World) -> None:
    early = [
        replace(row, occurred_at=row.occurred_at - 10 * WEEKS) if isinstance(row, Action) else row for row in world.rows
    ]
    assert rows(run(world), "link")
    assert rows(run(world.with_rows(early)), "link") == []


def test_acts_dealt_out_to_other_parties_keep_their_proof_and_lose_the_rest() -> None:
    plausible, still_there, proved = 0, 0, 0
    for seed in range(2001, 2005):
        before, after = before_and_after_dealing(crowded_world(seed), Random(seed))
        proof = {link for link in before if link[2] in {"reference", "object"}}
        assert proof == {link for link in after if link[2] in {"reference", "object"}}
        proved += len(proof)
        plausible += len(before - proof)
        still_there += len((before - proof) & after)
    assert proved > 2
    assert plausible > 5
    assert still_there < plausible / 3


def before_and_after_dealing(world: World, random: Random) -> tuple[set[tuple[int, int, str]], ...]:
    """Links of a world without registrations, and of the same with the acts' parties exchanged among them."""
    quiet = [replace(row, registered_by_key=None) if isinstance(row, Action) else row for row in world.rows]
    acts = [row for row in quiet if isinstance(row, Action)]
    others = [row for row in quiet if not isinstance(row, Action)]
    names = ("account_key", "contact_key", "deal_key")
    parties = [{name: getattr(row, name) for name in names} for row in acts]
    random.shuffle(parties)
    dealt = [replace(row, **party) for row, party in zip(acts, parties, strict=True)]
    return links(world.with_rows([*others, *acts])), links(world.with_rows([*others, *dealt]))


def links(world: World) -> set[tuple[int, int, str]]:
    return {(row["action_key"], row["effort_key"], row["basis"]) for row in rows(run(world), "link")}
