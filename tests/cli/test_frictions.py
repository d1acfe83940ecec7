"""`answerback friction`, `patterns`, `decide pester`: the answer first, rows for machines, nobody written down."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal


@pytest.mark.parametrize("command", ["friction", "patterns"])
def test_the_answer_comes_first_and_machines_get_rows(team: Terminal, command: str) -> None:
    said = team(command)
    assert said.code == 0, said.err
    assert said.text.splitlines()[0].startswith(("Nobody", "No pattern", "Cannot tell"))
    assert isinstance(team.rows(command), list)
    assert team(command, "--format", "csv").text.startswith('"about"' if command == "friction" else '"pattern"')


@pytest.mark.parametrize("command", ["friction", "patterns"])
def test_nothing_loaded_is_said_and_is_no_mistake(fresh: Terminal, command: str) -> None:
    assert fresh("build").code == 0
    said = fresh(command)
    assert (said.code, said.text.splitlines()[0][:12]) == (0, "Cannot tell:")


def test_one_rep_and_nobody_else(team: Terminal) -> None:
    rows = team.rows("friction", "--where", "rep=ann")
    assert {row["name"] for row in rows if row["about"] == "rep"} <= {"ann"}
    assert {row["rep"] for row in team.rows("patterns", "--rep", "ann") if row["rep"]} <= {"ann"}
    assert team("patterns", "--rep", "nobody").code == Exit.NOT_FOUND
    assert team("friction", "--where", "rep=nobody").code == Exit.NOT_FOUND
    assert team("friction", "--where", "team=north").code == Exit.USAGE


def test_a_policy_is_marked_and_nobody_is_written_down(team: Terminal, tmp_path: Path) -> None:
    own = Terminal(Path(shutil.copytree(team.home, tmp_path / "home")))
    assert own("decide", "pester", "no such policy").code == Exit.USAGE
    assert own("decide", "pester", "buyer waits").code == 0
    assert own("build").code == 0
    assert "'buyer waits', for its owner: one person said" in own("friction").text
    (row,) = own.rows("sql", "select * from policy_mark")
    assert row["policy"] == "buyer waits"
    assert set(row) == {"decision_key", "policy", "occurred_at"}
    assert not [each for each in own.rows("friction", "--where", "rep=ann") if each["about"] == "policy"]
