"""What every relation declares holds: its key, its header, the types of its columns; and each has tests of its own."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import pytest

from answerback.engine.catalogue import Relation, catalogue
from tests.link.runner import rows, run
from tests.link.test_books import BOOKS
from tests.link.test_chains import CHAINS
from tests.link.test_events import EVENTS
from tests.link.test_finding_words import SAID_OF_FINDINGS
from tests.link.test_intentions import INTENTIONS
from tests.link.test_links import LINKS
from tests.link.test_obstacles import OBSTACLES
from tests.link.test_outcomes import OUTCOMES
from tests.link.test_parties import PARTIES
from tests.link.test_plays import PLAYS
from tests.link.test_talks import TALKS
from tests.link.world import World
from tests.link.worlds import crowded_world

COLUMNS = Path(__file__).with_name("columns.json")
NULLABLE = {
    ("effort_count", "rep_key"),
    ("effort_count", "seen_days"),
    ("answer_count", "rep_key"),
    *(("play_variant", name) for name in ("subkind", "purpose", "step")),
    ("coverage_span", "rep_key"),
    *(("holding", name) for name in ("account_key", "deal_key")),
    *(("target", name) for name in ("rep_key", "team")),
}
"""Facts that an effort may lack, in the one key that is made of facts; whose coverage it is, if not everybody's; of two
sorts of thing that are held, or that have targets, the one that it is not."""
WORLDS = 8

each_relation = pytest.mark.parametrize("relation", catalogue(), ids=lambda relation: relation.name)


@cache
def found(seed: int) -> dict[str, list[dict[str, object]]]:
    duck = run(world(seed))
    return {relation.name: rows(duck, relation.name) for relation in catalogue()}


@cache
def world(seed: int) -> World:
    return crowded_world(1000 + seed)


@each_relation
def test_its_key_is_unique_and_known(relation: Relation) -> None:
    for seed in range(WORLDS):
        keys = [tuple(row[name] for name in relation.key) for row in found(seed)[relation.name]]
        assert len(set(keys)) == len(keys)
        known = [at for at, name in enumerate(relation.key) if (relation.name, name) not in NULLABLE]
        assert all(key[at] is not None for key in keys for at in known)


@each_relation
def test_its_columns_have_the_types_on_record(relation: Relation) -> None:
    """A type that changes by itself (a sum that turns into a huge integer, a time into text) would reach every file.

    After a change that is meant: `ANSWERBACK_WRITE=1 pytest tests/link/test_catalogue.py`.
    """
    described = run(world(0)).query(f"describe {relation.name}").to_pylist()
    types = {row["column_name"]: str(row["column_type"]).lower() for row in described}
    if os.environ.get("ANSWERBACK_WRITE"):
        on_record = json.loads(COLUMNS.read_text(encoding="utf-8")) if COLUMNS.exists() else {}
        names = {each.name for each in catalogue()}
        kept = {name: columns for name, columns in (on_record | {relation.name: types}).items() if name in names}
        COLUMNS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert types == json.loads(COLUMNS.read_text(encoding="utf-8"))[relation.name]
    assert set(types.values()) <= {"bigint", "varchar", "timestamp", "boolean"}


@each_relation
def test_its_header_says_all(relation: Relation) -> None:
    assert relation.meaning.startswith("One row per ")
    assert relation.meaning.endswith(".")
    columns = set(json.loads(COLUMNS.read_text(encoding="utf-8"))[relation.name])
    assert set(relation.key) <= columns
    assert set(relation.order) <= columns
    assert max(map(len, relation.sql.splitlines())) <= 130


def test_no_relation_goes_without_a_test_of_its_own() -> None:
    told = [*PARTIES, *TALKS, *BOOKS, *SAID_OF_FINDINGS, *INTENTIONS, *OBSTACLES, *CHAINS]
    cases = [*told, *EVENTS, *PLAYS, *LINKS, *OUTCOMES]
    assert {case.relation for case in cases} == {relation.name for relation in catalogue()}


def test_the_worlds_fill_every_relation() -> None:
    """Else the keys above would be unique for want of rows."""
    empty = {name for name in found(0) if not any(found(seed)[name] for seed in range(WORLDS))}
    filled = {"chain_event", "deal_span", "sole_deal"}
    spoken_of = [*BOOKS, *TALKS, *SAID_OF_FINDINGS, *INTENTIONS, *OBSTACLES]
    unsaid = {case.relation for case in CHAINS} - filled
    assert empty <= {"attribute", "action_rep"} | unsaid | {case.relation for case in spoken_of}
