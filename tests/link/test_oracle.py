"""The SQL finds, row for row, what plain nested loops find.

`ANSWERBACK_WORLDS=5000` tries that many worlds instead of the few hundred of every run.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from answerback.analysis.states import state_sql
from answerback.engine.duckdb import DuckDB
from tests.link.oracle import GRADE, Judged, believed, contested, judge, labels, moves, seen_seconds, state, team_of
from tests.link.runner import rows, run
from tests.link.world import Decision, Effort, World, day
from tests.link.worlds import LAST_DAY, crowded_world, worlds

WORLDS = int(os.environ.get("ANSWERBACK_WORLDS", "40"))


@settings(
    max_examples=WORLDS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(worlds())
def test_the_relations_hold_what_nested_loops_find(world: World) -> None:
    assert difference(world) is None


@pytest.mark.slow
def test_the_relations_hold_it_in_crowded_worlds_too() -> None:
    met: Counter[str] = Counter()
    for seed in range(WORLDS):
        world = crowded_world(seed)
        if difference(world) is not None:
            least = without_needless_rows(world)
            pytest.fail(f"seed {seed}: {difference(least)}\n{least}")
        met.update(situations(world))
    assert not [each for each in SITUATIONS if met[each] < WORLDS // 12], f"the worlds are too tame: {met}"


def difference(world: World) -> str | None:
    """In what the SQL and the oracle differ, or None."""
    judged, duck = judge(world), run(world)
    for what, found, expected in (
        ("links", links_in(duck), links_by(judged)),
        ("facts", facts_in(duck), facts_by(judged)),
        ("instants", instants_in(duck), instants_by(world, judged)),
        ("states", states_in(duck), states_by(world, judged)),
    ):
        if found != expected:
            odd = {key for key in {*found, *expected} if found.get(key) != expected.get(key)}
            return f"{what}: " + "; ".join(f"{key}: {found.get(key)}, expected {expected.get(key)}" for key in odd)
    return None


def without_needless_rows(world: World) -> World:
    """The world less every row that it differs without."""
    for row in world.rows:
        fewer = world.with_rows([other for other in world.rows if other is not row])
        if difference(fewer) is not None:
            world = fewer
    return world


BASES = ("reference", "object", "contact", "deal", "account")
STATES = ("on_base", "answered", "unanswered", "open", "unseen")
SITUATIONS = (*BASES, *STATES, "registered", "reactive", "contested", "void")


def situations(world: World) -> set[str]:
    """What occurs in a world, so that a run of worlds can show that it met everything."""
    judged = judge(world)
    met = {basis for _, _, basis, _ in judged.links}
    met |= {found for found in states_by(world, judged).values() if found is not None}
    met |= {"registered" for touch in judged.touches if touch.registers is not None}
    met |= {"reactive" for touch in judged.touches if touch.reactive}
    met |= {"contested" for touch in judged.touches if touch.linkable and contested(touch)}
    records = {row.effort_key for row in world.of(Effort)}
    return met | {"void" for row in world.of(Decision) if row.subject_key in records and row.kind == "void"}


def links_in(duck: DuckDB) -> dict[int, tuple[object, ...]]:
    columns = ("action_key", "effort_key", "basis", "grade", "lag_seconds")
    found = rows(duck, "link", *columns)
    assert len({row["action_key"] for row in found}) == len(found)
    return {row["action_key"]: tuple(row.values()) for row in found}


def links_by(judged: Judged) -> dict[int, tuple[object, ...]]:
    return {act.key: (act.key, touch.key, basis, GRADE[basis], lag) for act, touch, basis, lag in judged.links}


def facts_in(duck: DuckDB) -> dict[int, tuple[object, ...]]:
    registered = {row["effort_key"]: row["action_key"] for row in rows(duck, "registration")}
    reactive = {row["effort_key"] for row in rows(duck, "reactive_effort")}
    effort = {row["effort_key"]: row for row in rows(duck, "effort")}
    columns = ("play", "play_wide", "play_channel", "step", "reactive", "registration")
    found = {}
    for row in rows(duck, "effort_play"):
        key = row["effort_key"]
        assert (key in reactive, key in registered) == (row["reactive"], row["registration"])
        found[key] = (registered.get(key), effort[key]["account_key"], *(row[name] for name in columns))
    return found


def facts_by(judged: Judged) -> dict[int, tuple[object, ...]]:
    return {
        touch.key: (
            touch.registers,
            touch.account,
            *labels(touch),
            touch.step,
            touch.reactive,
            touch.registers is not None,
        )
        for touch in judged.touches
    }


INSTANTS = (
    "seen_seconds",
    "on_base_at",
    "on_base_action_key",
    "other_at",
    "other_action_key",
    "proved_at",
    "team",
    "contested",
)


def instants_in(duck: DuckDB) -> dict[int, tuple[object, ...]]:
    return {row["effort_key"]: tuple(row[name] for name in INSTANTS) for row in rows(duck, "outcome")}


def instants_by(world: World, judged: Judged) -> dict[int, tuple[object, ...]]:
    found = {}
    for touch in judged.touches:
        if touch.linkable:
            moved = [act for act in believed(touch) if moves(touch, act)]
            other = [act for act in believed(touch) if not moves(touch, act)]
            proof = {act.key for act, basis, _ in touch.answers if basis in {"reference", "object"}}
            proved = [act for act in moved if act.key in proof]
            found[touch.key] = (
                seen_seconds(world, touch),
                *((moved[0].at, moved[0].key) if moved else (None, None)),
                *((other[0].at, other[0].key) if other else (None, None)),
                proved[0].at if proved else None,
                team_of(world, touch),
                contested(touch),
            )
    return found


MOMENTS = [day(half / 2) + timedelta(seconds=late) for half in range(2 * LAST_DAY + 4) for late in (0, 1)]


def states_in(duck: DuckDB) -> dict[tuple[int, datetime], str | None]:
    moments = ", ".join(f"(timestamp '{moment}')" for moment in MOMENTS)
    found = duck.query(
        f"""select effort_key, moment, {state_sql("moment")} as state
            from outcome, (values {moments}) as clock (moment) where occurred_at <= moment"""
    ).to_pylist()
    return {(row["effort_key"], row["moment"]): row["state"] for row in found}


def states_by(world: World, judged: Judged) -> dict[tuple[int, datetime], str | None]:
    found = {(touch.key, moment): state(world, touch, moment) for touch in judged.touches for moment in MOMENTS}
    return {place: each for place, each in found.items() if each is not None}
