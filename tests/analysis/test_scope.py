"""Whoever may see some people sees them and nobody else, whatever they ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta, timezone

import pytest

from answerback.analysis.doctor import examine
from answerback.analysis.explain import explain_effort, explain_link, explain_on_base
from answerback.analysis.listing import LISTINGS, show
from answerback.analysis.on_base import on_base
from answerback.analysis.reader import Reader
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope, Stretch
from answerback.engine.scoped import within
from tests.analysis.asking import OWNER, rep_keys, scope_of
from tests.analysis.team import END, REPS, START, Row, Team, parsed

PER_EVENT = ("efforts", "links", "outcomes")
MINE = ("ann", "dara")
BORDER = START + timedelta(days=130)


@pytest.fixture(scope="module")
def narrow(reader: Reader) -> Scope:
    return scope_of(reader, *MINE)


@pytest.fixture(scope="module")
def half(reader: Reader) -> Scope:
    """One person, the first part of the time."""
    return Scope("test", stretches=(Stretch(rep_keys(reader)["ann"], None, BORDER),))


def rows(reader: Reader, scope: Scope, what: str) -> list[Row]:
    found: list[Row] = show(reader, scope, what).to_pylist()
    return found


def frozen(found: list[Row]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in found)


@pytest.mark.parametrize("what", PER_EVENT)
def test_everybody_is_the_union_of_all_reps(reader: Reader, what: str) -> None:
    parts: Counter[tuple[object, ...]] = Counter()
    for rep in REPS:
        parts += frozen(rows(reader, scope_of(reader, rep), what))
    assert parts == frozen(rows(reader, OWNER, what))
    assert frozen(rows(reader, scope_of(reader, *REPS), what)) == parts


def test_acts_of_all_reps_are_those_that_answer_somebody(reader: Reader) -> None:
    every = rows(reader, OWNER, "actions")
    parts = [row for rep in REPS for row in rows(reader, scope_of(reader, rep), "actions")]
    assert frozen(parts) == frozen([row for row in every if row["effort_id"] is not None])
    assert any(row["effort_id"] is None for row in every)


@pytest.mark.parametrize("what", ["bases", "reactive"])
def test_counts_of_all_reps_add_up(reader: Reader, what: str) -> None:
    def added(scopes: list[Scope]) -> Counter[tuple[object, ...]]:
        found: Counter[tuple[object, ...]] = Counter()
        for scope in scopes:
            for row in rows(reader, scope, what):
                name = row.get("kind"), row.get("basis"), row.get("channel")
                found[name] += row["actions"] if what == "bases" else row["efforts"]
        return found

    everybody = added([OWNER])
    linked = Counter({name: n for name, n in everybody.items() if name[1] != "none"})
    assert added([scope_of(reader, rep) for rep in REPS]) == linked


def test_cells_of_everybody_are_those_of_each_rep(reader: Reader) -> None:
    together = {cell.keys["rep"]: cell for cell in on_base(reader, OWNER, by=("rep",)).cells}
    assert set(together) == set(REPS)
    for rep in REPS:
        (cell,) = on_base(reader, scope_of(reader, rep), by=("rep",)).cells
        assert cell.keys == {"rep": rep}
        for name in ("efforts", "on_base", "answered", "unanswered", "still_open", "unseen", "proved", "matured"):
            assert getattr(cell, name) == pytest.approx(getattr(together[rep], name))


def test_nothing_outside_shows_in_any_listing(reader: Reader, team: Team, narrow: Scope) -> None:
    others = {row["effort_id"] for row in team.rows("effort") if row["rep_id"] not in MINE}
    strangers = set(REPS) - set(MINE)
    for each in LISTINGS:
        for row in rows(reader, narrow, each.name):
            assert row.get("effort_id") not in others, each.name
            assert row.get("rep_id") not in strangers, each.name
    assert {row["rep_id"] for row in rows(reader, narrow, "efforts")} == set(MINE)


@pytest.mark.parametrize("what", ["rejects", "batches", "doubtful"])
def test_what_is_about_the_data_as_a_whole_is_its_owners(reader: Reader, narrow: Scope, what: str) -> None:
    assert rows(reader, narrow, what) == []
    assert show(reader, narrow, what).schema == show(reader, OWNER, what).schema


def test_a_stretch_ends_where_it_ends(reader: Reader, half: Scope) -> None:
    seen = rows(reader, half, "efforts")
    every = [row for row in rows(reader, OWNER, "efforts") if row["rep_id"] == "ann"]
    assert seen == [row for row in every if row["occurred_at"] < BORDER.replace(tzinfo=None)]
    assert 0 < len(seen) < len(every)
    (cell,) = on_base(reader, half, by=("rep",)).cells
    assert cell.efforts < on_base(reader, scope_of(reader, "ann"), by=("rep",)).cells[0].efforts


def test_nobody_sees_nothing(reader: Reader) -> None:
    nobody = Scope("nobody")
    assert [
        each.name for each in LISTINGS if each.name not in ("lags", "coverage") and rows(reader, nobody, each.name)
    ] == []
    assert on_base(reader, nobody, by=("rep",)).cells == ()
    assert {row["rep_id"] for row in rows(reader, nobody, "coverage")} == {None}
    assert examine(reader, nobody) == []


def test_coverage_of_others_does_not_show(reader: Reader, narrow: Scope, half: Scope) -> None:
    assert {row["rep_id"] for row in rows(reader, narrow, "coverage")} == {None, *MINE}
    assert {row["rep_id"] for row in rows(reader, half, "coverage")} == {None, "ann"}
    key = rep_keys(reader)["ann"]
    after = Scope("test", stretches=(Stretch(key, END - timedelta(days=30), None),))
    channels = {row["channel"] for row in rows(reader, after, "coverage") if row["rep_id"] == "ann"}
    assert channels == {"email"}  # the calls were loaded until two months before the end


def outside(reader: Reader, team: Team) -> Iterator[tuple[str, str]]:
    """A touch and a linked act of somebody else."""
    link = next(row for row in rows(reader, OWNER, "links") if _rep(team, row["effort_id"]) == "ben")
    yield "effort", link["effort_id"]
    yield "act", link["action_id"]


def _rep(team: Team, effort_id: str) -> str:
    return next(str(row["rep_id"]) for row in team.rows("effort") if row["effort_id"] == effort_id)


def test_explaining_what_lies_outside_finds_nothing(reader: Reader, team: Team, narrow: Scope) -> None:
    (_, effort), (_, act) = outside(reader, team)
    assert explain_effort(reader, OWNER, effort).effort["effort_id"] == effort
    assert explain_link(reader, OWNER, act).action["action_id"] == act
    with pytest.raises(NotFoundError, match="no effort"):
        explain_effort(reader, narrow, effort)
    with pytest.raises(NotFoundError, match="no buyer action"):
        explain_link(reader, narrow, act)
    figure = explain_on_base(reader, narrow, by=("rep",), where={})
    assert {cell.keys["rep"] for cell in figure.answer.cells} == set(MINE)
    assert {_rep(team, row["effort_id"]) for row in figure.rows.to_pylist()} == set(MINE)
    assert explain_on_base(reader, narrow, by=(), where={"rep": "ben"}).answer.cells == ()


def test_candidates_of_a_link_are_within_the_scope(reader: Reader, team: Team, narrow: Scope) -> None:
    links = [row for row in rows(reader, narrow, "links") if row["basis"] != "reference"][:10]
    assert links
    shared = 0
    for link in links:
        within, all_of_them = (explain_link(reader, each, link["action_id"]).candidates for each in (narrow, OWNER))
        assert {_rep(team, each.effort_id) for each in within} <= set(MINE)
        shared += len(all_of_them) > len(within)
    assert shared  # others did touch the same accounts


def test_remarks_within_a_scope_name_nobody_else(reader: Reader, narrow: Scope) -> None:
    told = " ".join(f"{each.about} {each.what}" for each in examine(reader, narrow))
    assert not [rep for rep in set(REPS) - set(MINE) if rep in told.split()]
    everybody = examine(reader, OWNER)
    assert len(everybody) > len(examine(reader, narrow))


def test_a_scope_of_several_is_one_condition(reader: Reader) -> None:
    """Put beside other conditions it stays whole: `a or b` must not swallow the `and` after it."""
    keys = rep_keys(reader)
    scope = Scope("test", stretches=(Stretch(keys["ann"]), Stretch(keys["ben"])))
    condition = within(scope, "rep_key", "occurred_at")
    (row,) = reader.query(f"select count(*) as n from effort where {condition} and kind = 'no such kind'").to_pylist()
    assert row["n"] == 0


def test_instants_of_a_stretch_are_instants_not_wall_clocks(reader: Reader) -> None:
    key = rep_keys(reader)["ann"]
    elsewhere = BORDER.astimezone(timezone(timedelta(hours=-9)))
    there, here = (Scope("test", stretches=(Stretch(key, None, end),)) for end in (elsewhere, BORDER))
    assert rows(reader, there, "efforts") == rows(reader, here, "efforts")
    assert all(parsed(f"{row['occurred_at'].isoformat()}+00:00") < BORDER for row in rows(reader, there, "efforts"))
