"""One huge account, token, deal or mail costs no more than many small ones.

Nothing is timed: while the relations are made, the engine counts the rows that flow out of every step. Where two large
things met each other in full, there would be billions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from answerback.domain.log import log_columns
from answerback.domain.playbook_file import default_playbook
from answerback.domain.records import RECORDS
from answerback.engine.catalogue import catalogue
from answerback.engine.duckdb import DuckDB
from answerback.engine.settings import playbook_relations
from tests.link.runner import bench, run
from tests.link.world import RECORD_OF, World

MANY = 40_000
MEETS_ALL = ("NESTED_LOOP", "BLOCKWISE", "CROSS_PRODUCT", "PIECEWISE", "IE_JOIN")
"""Ways of joining in which every row of one side may meet every row of the other."""

AT = "timestamp '2026-01-05' + interval 1 second * "
EFFORT = {
    "effort_key": "i",
    "rep_key": "i % 50",
    "occurred_at": f"{AT} (i % 997 * 60)",
    "kind": "'email'",
    "origin": "'hand'",
    "evidence": "'captured'",
    "source": "'crm'",
}
ACT = {
    "action_key": "1000000 + i",
    "occurred_at": f"{AT} (i % 991 * 60 + 30)",
    "kind": "'replied'",
    "evidence": "'captured'",
    "source": "'crm'",
}


@dataclass
class Hub:
    """Records by their columns' expressions over `i`, and how many of each."""

    name: str
    records: list[tuple[str, int, dict[str, str]]]
    linked: bool = True

    def __str__(self) -> str:
        return self.name


def bears(role: str, *, event: str = "i", token: str = "7", kind: str = "thread") -> dict[str, str]:  # noqa: S107 - not a secret
    return {"event_key": event, "token_key": token, "role": f"'{role}'", "token_kind": f"'{kind}'"}


ONE_OF_MANY = {"account_key": "case when i % 2 = 0 then 5 else 10 + i % 20000 end"}
HUBS = [
    Hub("an account", [("effort", 2 * MANY, EFFORT | ONE_OF_MANY), ("buyer_action", 2 * MANY, ACT | ONE_OF_MANY)]),
    Hub(
        "an account with very many deals, one after the other and all at once",
        [
            ("effort", MANY, EFFORT | {"account_key": "5"}),
            ("buyer_action", MANY, ACT | {"account_key": "5"}),
            ("deal", MANY // 2, {"deal_key": "i", "account_key": "5", "created_at": f"{AT} (i * 2)"}),
            (
                "deal_change",
                MANY // 2,
                {
                    "deal_change_key": "i",
                    "deal_key": "i",
                    "occurred_at": f"{AT} (i * 2 + i % 5)",
                    "field": "'outcome'",
                    "new": "'lost'",
                },
            ),
        ],
    ),
    Hub(
        "a contact on every mail",
        [
            ("effort", MANY, EFFORT | {"contact_key": "i"}),
            ("participant", MANY, {"event_key": "i", "contact_key": "5"}),
            ("buyer_action", MANY, ACT | {"contact_key": "5"}),
        ],
    ),
    Hub(
        "an account, all at one instant",
        [
            ("effort", MANY, EFFORT | {"account_key": "5", "occurred_at": f"{AT} 0"}),
            ("buyer_action", MANY, ACT | {"account_key": "5", "occurred_at": f"{AT} 60"}),
        ],
    ),
    Hub(
        "a token that efforts bear and acts answer",
        [
            ("effort", MANY // 2, EFFORT),
            ("buyer_action", MANY // 2, ACT),
            ("reference", MANY // 2, bears("is")),
            ("reference", MANY // 2, bears("answers", event="1000000 + i")),
        ],
    ),
    Hub(
        "an object that all is about",
        [
            ("effort", MANY // 2, EFFORT),
            ("buyer_action", MANY // 2, ACT),
            ("reference", MANY // 2, bears("about")),
            ("reference", MANY // 2, bears("about", event="1000000 + i")),
        ],
    ),
    Hub(
        "a token that acts bear and efforts answer",
        [
            ("effort", MANY // 2, EFFORT),
            ("buyer_action", MANY // 2, ACT),
            ("reference", MANY // 2, bears("answers")),
            ("reference", MANY // 2, bears("is", event="1000000 + i")),
        ],
        linked=False,
    ),
    Hub(
        "a deal on which one person registers everything",
        [
            ("effort", MANY, EFFORT | {"subkind": "'work item'", "rep_key": "5", "deal_key": "6"}),
            ("buyer_action", MANY, ACT | {"registered_by_key": "5", "deal_key": "6"}),
        ],
        linked=False,
    ),
    Hub(
        "a mail with very many records",
        [
            ("effort", MANY // 2, EFFORT | {"account_key": "5"}),
            ("buyer_action", MANY, ACT | {"account_key": "5"}),
            ("reference", MANY // 2, bears("is", kind="message")),
        ],
    ),
    Hub(
        "mails each of which shares an id with the next",
        [
            ("effort", 200, EFFORT | {"account_key": "5"}),
            ("buyer_action", 200, ACT | {"account_key": "5"}),
            ("reference", 200, bears("is", kind="message", token="i")),
            ("reference", 200, bears("is", kind="message", token="i + 1")),
        ],
    ),
    Hub(
        "a rep whose systems were loaded day by day",
        [
            ("effort", MANY, EFFORT | {"account_key": "5", "rep_key": "5"}),
            ("buyer_action", MANY, ACT | {"account_key": "5"}),
            (
                "coverage",
                500,
                {"rep_key": "5", "starts_at": f"{AT} (i * 600)", "ends_at": f"{AT} (i * 600 + 500)"},
            ),
        ],
    ),
    Hub(
        "a thousand reps, each loaded a hundred times",
        [
            ("effort", MANY, EFFORT | {"account_key": "i", "rep_key": "i % 1000"}),
            ("buyer_action", MANY, ACT | {"account_key": "i"}),
            ("coverage", MANY, {"rep_key": "i % 1000", "channel": "'email'", "starts_at": f"{AT} i"}),
        ],
    ),
]


@pytest.mark.parametrize("hub", HUBS, ids=str)
def test_no_step_hands_on_more_rows_than_it_must(hub: Hub, tmp_path: Path) -> None:
    duck = loaded(hub)
    events = sum(count for _, count, _ in hub.records)
    plays = len(default_playbook().play) + 1
    for step in steps(duck, tmp_path / "profile.json"):
        assert step.rows <= events * plays, f"{step.relation}: {step.kind} hands on {step.rows:,} rows"
        if any(name in step.kind for name in MEETS_ALL):
            assert min(step.inputs) <= 200, f"{step.relation}: {step.kind} of {step.inputs} rows"
    assert bool(duck.query("select count(*) as n from link").to_pylist()[0]["n"]) is hub.linked


def loaded(hub: Hub) -> DuckDB:
    """The engine with a hub's records and nothing else."""
    playbook = default_playbook()
    registration = playbook.registration.model_copy(update={"subkinds": ("work item",)})
    world = World(playbook.model_copy(update={"registration": registration}), ())
    duck = run(world, only="account")
    for record in RECORD_OF.values():
        parts = [(count, made) for name, count, made in hub.records if name == record]
        columns = log_columns(RECORDS[record])
        selects = []
        for count, made in parts:
            given = {"content_hash": "0", "version_at": f"{AT} 0"} | made
            listed = ", ".join(
                f"cast({given.get(name, 'null')} as {kind}) as {name}"
                for name, kind in columns.items()
                if name not in {"deleted", "recorded_at"}
            )
            selects.append(f"select {listed} from range({count}) as number (i)")
        if selects:
            duck.make(f"current_{record}", " union all ".join(selects))
    for name, table in playbook_relations(world.playbook).items():
        duck.put(name, table)
    return duck


@dataclass
class Step:
    """One operator of a plan as it ran."""

    relation: str
    kind: str
    rows: int
    inputs: list[int]


def steps(duck: DuckDB, profile: Path) -> Iterator[Step]:
    """Every operator of every relation, each relation being made on the way."""
    for relation in catalogue():
        duck._run("pragma enable_profiling = 'json'")
        duck._run(f"pragma profiling_output = '{profile}'")
        duck._run(f"create or replace table {relation.name} as {relation.sql}")
        duck._run("pragma disable_profiling")
        for root in json.loads(profile.read_text(encoding="utf-8"))["operator"]:
            yield from walked(relation.name, root)


def walked(relation: str, node: dict[str, Any]) -> Iterator[Step]:
    inputs = [child["intermediate_rows"] for child in node.get("children", [])]
    yield Step(relation, node["type"], node["intermediate_rows"], inputs)
    for child in node.get("children", []):
        yield from walked(relation, child)


def test_a_join_of_everything_with_everything_would_be_noticed(tmp_path: Path) -> None:
    duck = bench()
    duck._run("pragma enable_profiling = 'json'")
    duck._run(f"pragma profiling_output = '{tmp_path / 'profile.json'}'")
    duck._run(
        "create or replace table met as select count(*) as n from range(2000) a (i) join range(2000) b (j) on i <> j"
    )
    duck._run("pragma disable_profiling")
    duck.drop("met")
    [root] = json.loads((tmp_path / "profile.json").read_text(encoding="utf-8"))["operator"]
    assert max(step.rows for step in walked("met", root)) > 1_000_000
    assert any(name in step.kind for step in walked("met", root) for name in MEETS_ALL)
