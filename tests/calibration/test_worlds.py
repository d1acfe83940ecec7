"""Worlds in memory are what a load and a build would have made; what was planted in a few of them is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from answerback.analysis.reader import Reader, reading
from answerback.api import open_workspace
from answerback.engine.duckdb import Limits
from answerback.simulate.writing import Form, write_company
from calibration.tables import PAGES
from calibration.worlds.asking import AREAS, Row, asked
from calibration.worlds.company import SECRET, World, company, world
from calibration.worlds.running import Case, by_case, cases, read, run
from calibration.worlds.scoring import TRUTHS, labels, score, truth_of
from calibration.worlds.telling import EXPECTED, tables
from calibration.worlds.true_rates import true_rates

SMALL = company(5, reps=4, managers=1, weeks=9)
FEW = partial(company, reps=10, managers=2, weeks=34)
ONE_THREAD = Limits(threads=1)


@pytest.fixture(scope="module")
def small() -> Iterator[World]:
    with world(SMALL, "system") as told:
        yield told


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The same company, written as tables, loaded and built with the same secret."""
    folder = tmp_path_factory.mktemp("company")
    _, story = write_company(folder / "told", SMALL, ["system"], form=Form.FOLDER)
    home = folder / "home"
    home.mkdir()
    (home / "secret").write_bytes(SECRET)
    workspace = open_workspace(home, create=True, limits=ONE_THREAD)
    workspace.home.playbook.write_bytes((folder / "told" / "playbook.toml").read_bytes())
    workspace.load(folder / "told" / "records", exported_at=datetime.fromtimestamp(story.facts.end, UTC))
    workspace.build()
    with reading(workspace.home, limits=ONE_THREAD) as reader:
        yield reader


def rows(reader: Reader, name: str) -> list[Row]:
    found: list[Row] = reader.query(f"select * from {name} order by all").to_pylist()
    return found


def test_every_relation_has_the_rows_that_a_build_has(small: World, built: Reader) -> None:
    assert small.reader.snapshot.relations.keys() == built.snapshot.relations.keys()
    for name, files in built.snapshot.relations.items():
        assert rows(small.reader, name) == rows(built, name), name
        assert small.reader.snapshot.relations[name].rows == files.rows, name
    assert len(rows(built, "outcome")) > 500


def test_ids_and_names_are_those_of_a_build(small: World, built: Reader) -> None:
    for name in ("(select space, id, key from ids where space <> 'token')", "names_rep", "names_contact"):
        assert rows(small.reader, name) == rows(built, name), name
    assert sorted(small.rep_numbers.values()) == list(range(6))  # four reps, a manager, the leader


def test_a_world_that_was_kept_is_the_same_when_it_is_opened_again(small: World, tmp_path: Path) -> None:
    for _ in range(2):
        with world(SMALL, "system", keep=tmp_path / "kept") as again:
            assert rows(again.reader, "outcome") == rows(small.reader, "outcome")
            assert again.told == small.told
            assert rows(again.reader, "true_cause") == rows(small.reader, "true_cause")
    stale = json.loads((tmp_path / "kept" / "told.json").read_text())
    (tmp_path / "kept" / "told.json").write_text(json.dumps(stale | {"code": "of another time"}))
    with world(SMALL, "system", keep=tmp_path / "kept") as again:
        assert rows(again.reader, "outcome") == rows(small.reader, "outcome")


def test_looks_come_four_and_eight_weeks_after_the_change_and_at_the_end(small: World) -> None:
    seen: list[datetime] = []

    def ask(reader: Reader, _world: World) -> list[Row]:
        seen.append(reader.as_of)
        return []

    longer = replace(small.plan, parameters=replace(small.plan.parameters, weeks=40))
    looks = asked(replace(small, plan=longer), {"verdict": ask, "craft": ask})
    assert [(each["area"], each["week"]) for each in looks] == [
        ("verdict", 28),
        ("verdict", 32),
        ("verdict", 40),
        ("craft", 40),
    ]
    assert seen[0] == small.day(28 * 7)


def verdict(**more: object) -> Row:
    return {"people": [], "causes": [], "everybody": None, "mix": None, "slowed": False, "settle": [], **more}


def look(week: int, *found: Row, area: str = "verdict") -> Row:
    return {"area": area, "week": week, "seconds": 0.1, "found": list(found)}


def test_a_planted_segment_counts_as_named_from_the_first_look_that_names_it() -> None:
    named = verdict(causes=[{"dimension": "segment", "value": "middle", "shift": -1.0}])
    result = score(Case("system", 1, False), [look(28, verdict()), look(32, named), look(40, named)])
    assert (result.named, result.weeks, result.false["verdict"]) == (True, 8, ())


def test_whoever_is_named_beside_the_planted_one_is_false() -> None:
    case = Case("one-of-many", 1, False)
    (mine,) = truth_of(case)[0].planted[0].sellers
    people = [{"seller": mine, "shift": -1.0}, {"seller": (mine + 1) % 30, "shift": -0.9}]
    result = score(case, [look(28, verdict(people=people))])
    assert (result.named, result.weeks) == (True, 4)
    assert result.false["verdict"] == (("person", f"seller {(mine + 1) % 30}"),)


def test_that_a_rep_who_left_the_territory_is_not_seen_any_more_is_so() -> None:
    case = Case("seat", 1, False)
    left, also, stays = truth_of(case)[0].planted[0].sellers
    about = {"kind": "coverage", "level": "finding", "measure": "efforts", "name": "", "verdict": None, "raised": 202}
    other = next(each for each in range(30) if each not in (left, also, stays))
    found = score(case, [look(40, *({**about, "seller": each} for each in (also, other)), area="change")])
    assert found.false["change"] == (("coverage", f"seller {other}"),)


def test_nothing_may_be_named_where_nothing_was_planted() -> None:
    found = verdict(everybody=-0.4, mix={"dimension": "region", "most": "iberia", "change": 0.1})
    result = score(Case("calm", 1, True), [look(28, found)])
    assert not result.named
    assert result.false["verdict"] == (("everybody", "fall"), ("mix", "region"))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"kind": "change", "level": "finding", "measure": "on_base"}, {("person", "seller 3")}),
        ({"kind": "change", "level": "finding", "measure": "unseen"}, {("unseen", "seller 3")}),
        ({"kind": "change", "level": "ask", "measure": "on_base"}, {("ask", "seller 3")}),
        ({"kind": "repeat", "level": "finding"}, {("repeat", "seller 3")}),
        ({"kind": "lift", "level": "finding", "verdict": "cannot_tell"}, set()),
        ({"kind": "strength", "level": "finding"}, set()),
        ({"kind": "potential", "level": "finding", "measure": "win_rate"}, {("potential", "win_rate")}),
    ],
)
def test_findings_name_whom_they_are_about(row: Row, expected: set[tuple[str, str]]) -> None:
    whole = {"seller": 3, "name": "", "verdict": None, "measure": "on_base", **row}
    assert labels(look(40, whole, area="other")) == expected


def test_every_scenario_says_what_is_to_be_named() -> None:
    assert TRUTHS.keys() == EXPECTED.keys()
    for scenario in TRUTHS:
        truth = truth_of(Case(scenario, 2, False))[1]
        assert bool(truth.wanted) == (EXPECTED[scenario] != "nothing"), scenario


def test_tables_have_their_places_in_the_page() -> None:
    page = (PAGES / "worlds.md").read_text(encoding="utf-8")
    for table in tables({}):
        assert f"<!-- calibrated: {table.name} -->" in page


def test_planted_causes_are_named_and_nothing_else_is(tmp_path: Path) -> None:
    results = tmp_path / "worlds.jsonl"
    wanted = [each for each in cases(["calm", "system"], [1]) if not each.misspecified]
    told: list[str] = []
    run(wanted, results, areas=["verdict"], shape=FEW, tell=told.append)
    run(wanted, results, areas=["verdict"], shape=FEW, tell=told.append)  # again: there is nothing left to do
    assert len(told) == 2
    scores = {case.scenario: score(case, looks) for case, looks in by_case(read(results)).items()}
    assert (scores["system"].named, scores["system"].false["verdict"]) == (True, ())
    assert scores["calm"].false["verdict"] == ()
    assert "cannot_tell" in results.read_text()
    assert AREAS.keys() >= {"verdict", "change", "lift", "increment", "friction", "craft", "potential"}


def test_a_rut_is_false_only_where_the_planted_rates_say_so() -> None:
    case = Case("calm", 1, False)
    mail, call = (true_rates(case, kind, "approach", "small") for kind in ("email", "call"))
    good, bad = int(np.argmax(mail)), int(np.argmax(np.where(mail < mail.mean(), call - mail, 0.0)))
    details = {"other_play": "call / follow_up"}
    ruts = [
        {"kind": "rut", "level": "tell", "of": "rep", "seller": each, "name": "", "measure": "on_base", "verdict": None,
         "play": "email / follow_up", "where": {"segment": "small"}, "details": details}
        for each in (good, bad)
    ]  # fmt: skip
    assert score(case, [look(40, *ruts, area="craft")]).false["craft"] == (("rut", f"seller {good}"),)
