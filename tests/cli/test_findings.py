"""Findings on the command line: whose page, what stands, what people decide, and each one opened."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from answerback.analysis.findings import gathering
from tests.cli.conftest import SMALL_TEAM
from tests.cli.terminal import Terminal

MONDAY, WEDNESDAY, LATER = "2026-03-02", "2026-03-04", "2026-04-01"
MANAGED = "rep_id,name,team,manager_id\nann,Ann,north,bea\nben,Ben,north,bea\ncleo,Cleo,south,\nbea,Bea,north,\n"


@pytest.fixture(autouse=True)
def _one_area(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "AREAS", MappingProxyType({"made up": "tests.cli.found"}))


@pytest.fixture
def staffed(tmp_path: Path) -> Terminal:
    """The small team with a manager: ann's and ben's."""
    return with_manager(tmp_path)


def with_manager(folder: Path) -> Terminal:
    terminal = Terminal(folder / "home")
    assert terminal("init", "--no-ask").code == 0
    tables = folder / "tables"
    tables.mkdir(exist_ok=True)
    for each in SMALL_TEAM.glob("*.csv"):
        (tables / each.name).write_bytes(each.read_bytes())
    (tables / "rep.csv").write_text(MANAGED)
    assert terminal("load", tables, "--source", "crm").code == 0
    assert terminal("build").code == 0
    return terminal


def ids(terminal: Terminal, *words: str) -> set[str]:
    return {row["finding_id"] for row in terminal.rows("findings", *words)}


def of_ann(terminal: Terminal) -> str:
    rows = terminal.rows("findings", "--for", "ann", "--as-of", MONDAY)
    return min(str(row["finding_id"]) for row in rows)


def decide(terminal: Terminal, *words: str) -> None:
    ran = terminal("decide", *words)
    assert ran.code == 0, ran.err
    assert terminal("build").code == 0


def test_the_answer_comes_first_and_nobody_is_ranked(team: Terminal) -> None:
    text = team("findings", "--as-of", WEDNESDAY).text
    assert text.startswith("Week of 2026-03-02: ")
    assert "Ann, email / first_touch: fewer touches move a buyer" in text
    assert "touches, 6 of them moved a buyer. It went from 30 % to 10 %" in text
    assert "Cannot tell: 4 reps have enough touches" in text
    assert text.count("No sole basis for pay, promotion or dismissal.") >= 3
    assert "nobody is ranked" in text


def test_a_week_later_nothing_unchanged_is_shown_and_all_are_there_when_asked_for(team: Terminal) -> None:
    text = team("findings", "--as-of", "2026-03-11").text
    assert text.startswith("Nothing new in the week of 2026-03-09.")
    assert ids(team, "--all", "--as-of", "2026-03-11") >= ids(team, "--as-of", WEDNESDAY)


def test_before_it_was_raised_there_is_nothing(team: Terminal) -> None:
    assert team("findings", "--as-of", "2026-02-25").text.startswith("Nothing was found")
    assert team.rows("findings", "--as-of", "2026-02-25") == []


def test_nothing_loaded_is_said(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    ran = fresh("findings")
    assert (ran.code, ran.text.split(",")[0]) == (0, "No touches are loaded")


def test_the_rep_first_then_the_manager(staffed: Terminal) -> None:
    mine = ids(staffed, "--for", "ann", "--as-of", MONDAY)
    assert mine
    assert ids(staffed, "--for", "bea", "--as-of", MONDAY) == set()
    assert "Nothing was found" in staffed("findings", "--for", "bea", "--as-of", MONDAY).text
    assert mine <= ids(staffed, "--for", "bea", "--as-of", WEDNESDAY)
    assert ids(staffed, "--for", "manager", "--as-of", WEDNESDAY) == ids(staffed, "--for", "bea", "--as-of", WEDNESDAY)
    assert {row["subject"] for row in staffed.rows("findings", "--for", "bea", "--as-of", WEDNESDAY)} == {"ann", "ben"}


def test_somebody_who_is_nobody(team: Terminal) -> None:
    ran = team("findings", "--for", "zoe")
    assert (ran.code, "there is nobody 'zoe'" in ran.err) == (6, True)


def test_rows_for_machines_have_every_figure(team: Terminal) -> None:
    row = next(row for row in team.rows("findings", "--as-of", WEDNESDAY) if row["subject"] == "ann")
    assert {name: row[name] for name in ("kind", "measure", "direction", "before", "after", "sure")} == {
        "kind": "change",
        "measure": "on_base",
        "direction": "fall",
        "before": 0.3,
        "after": 0.1,
        "sure": 0.97,
    }
    assert (row["others_from"], row["expires"], row["status"]) == ("2026-03-04", "2027-03-01", "open")
    assert row["shown_to"] == "rep ann"
    assert row["cannot_tell"] == "too_few_reps"
    assert row["evidence_where"] == '{"play": "email / first_touch", "rep": "ann"}'


def test_every_finding_opens_to_its_definition_its_sql_and_its_touches(team: Terminal) -> None:
    name = of_ann(team)
    text = team("explain", "finding", name, "--as-of", WEDNESDAY).text
    for part in ("How it comes about", "The query", "from outcome", "The touches", "first for the rep"):
        assert part in text
    (document,) = team.rows("explain", "finding", name, "--as-of", WEDNESDAY)
    assert document["finding"]["finding_id"] == name
    efforts = document["figure"]["efforts"]
    assert len(efforts) > 10
    assert all(row["occurred_at"] >= "2026-01-26" for row in efforts)
    assert team("explain", "finding", "0" * 12).code == 6


def test_what_people_decide_stands_from_the_next_build(staffed: Terminal) -> None:
    name = of_ann(staffed)
    decide(staffed, "dismiss", name, "--reason", "explained", "--as-of", LATER)
    row = next(row for row in staffed.rows("findings", "--all") if row["finding_id"] == name)
    assert (row["status"], row["reason"]) == ("dismissed", "explained")
    assert name not in ids(staffed)
    decide(staffed, "reopen", name)
    assert name in ids(staffed)
    decide(staffed, "wait_until", name, "--until", "2199-01-01")
    row = next(row for row in staffed.rows("findings", "--all") if row["finding_id"] == name)
    assert (row["status"], row["until"]) == ("waiting", "2199-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["wait_until", "ID"], 2, "wait_until takes a day"),
        (["done", "ID", "--until", "2026-05-01"], 2, "done takes no day"),
        (["dismiss", "ID", "--reason", "not_mine"], 2, "knows no reason"),
        (["seen", "ID", "--reason", "known"], 2, "knows no reason"),
        (["seen", "000000000000"], 6, "there is no finding"),
        (["contest", "e1", "--until", "2026-05-01"], 2, "takes no day"),
    ],
)
def test_words_that_do_not_fit_are_not_written_down(team: Terminal, words: list[str], code: int, told: str) -> None:
    name = of_ann(team)
    ran = team("decide", *[name if word == "ID" else word for word in words])
    assert (ran.code, told in ran.err) == (code, True), ran.err


def test_contested_touches_leave_a_finding_for_others_and_stay_in_the_reps_own(staffed: Terminal) -> None:
    name = next(
        row["finding_id"]
        for row in staffed.rows("findings", "--for", "ann", "--as-of", LATER, "--all")
        if row["play"] == "email / follow_up"
    )
    (document,) = staffed.rows("explain", "finding", name, "--as-of", LATER)
    moved = [row for row in document["figure"]["efforts"] if row["state"] == "on_base" and row["grade"] in ("E1", "E2")]
    assert len(moved) >= 3
    for row in staffed.rows("show", "outcomes", "--as-of", LATER):
        if row["rep_id"] == "ann" and row["state"] == "on_base" and row["play"] == "email / follow_up":
            assert staffed("decide", "contest", row["effort_id"], "--reason", "not_mine").code == 0
    assert staffed("build").code == 0
    assert name not in ids(staffed, "--all", "--as-of", LATER)
    assert name in ids(staffed, "--all", "--for", "ann", "--as-of", LATER)
    assert name not in ids(staffed, "--all", "--for", "bea", "--as-of", LATER)


def test_ids_are_the_same_after_another_week_and_another_build(staffed: Terminal, tmp_path: Path) -> None:
    before = ids(staffed, "--all", "--as-of", WEDNESDAY)
    more = tmp_path / "more"
    more.mkdir()
    head, *rows = (SMALL_TEAM / "effort.csv").read_text().splitlines()
    (more / "effort.csv").write_text("\n".join([head, *(row.replace("e", "later-e", 1) for row in rows[-30:])]) + "\n")
    assert staffed("load", more, "--source", "crm").code == 0
    assert staffed("build").code == 0
    assert ids(staffed, "--all", "--as-of", WEDNESDAY) == before
