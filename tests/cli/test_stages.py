"""`answerback stages`, `explain stage`, `trust`, `risk`: the answer first, rows for machines, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal


@pytest.mark.parametrize(
    ("command", "first", "header"),
    [
        (["stages"], ("Cannot tell", "No deal"), '"stage","at","deals"'),
        (["trust"], ("The newest record is", "Of the last"), '"sort","source","rep_id"'),
        (["risk"], ("Tried", "Cannot tell", "Nothing unusual"), '"tried","rep_id","deal_id"'),
    ],
)
def test_the_answer_comes_first_and_machines_get_rows(
    team: Terminal, command: list[str], first: tuple[str, ...], header: str
) -> None:
    said = team(*command)
    assert said.code == 0, said.err
    assert said.text.startswith(first)
    assert team(*command, "--format", "csv").text.startswith(header)


def test_nothing_loaded_is_said_and_is_no_mistake(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    for command, said in (
        ("stages", "Cannot tell: the playbook has no"),
        ("trust", "Nothing is loaded"),
        ("risk", "Cannot tell"),
    ):
        ran = fresh(command)
        assert (ran.code, ran.text.startswith(said)) == (0, True)


def test_trust_and_risk_by_rep(team: Terminal) -> None:
    assert team("trust", "--by", "rep").code == 0
    assert team("risk", "--by", "rep").code == 0
    assert {row["rep_id"] for row in team.rows("risk", "--for", "ann")} <= {"ann"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["stages", "--by", "colour"], Exit.USAGE),
        (["trust", "--by", "colour"], Exit.USAGE),
        (["risk", "--by", "colour"], Exit.USAGE),
        (["risk", "--for", "nobody"], Exit.NOT_FOUND),
        (["explain", "stage", "nowhere"], Exit.NOT_FOUND),
        (["explain", "stage"], Exit.USAGE),
    ],
)
def test_what_is_refused(team: Terminal, command: list[str], code: Exit) -> None:
    assert team(*command).code == code


def test_a_stage_opens_and_stages_are_told_by_each(fresh: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "crm"
    folder.mkdir()
    (folder / "deal.csv").write_text("deal_id,owner_id,created_at,amount_minor\nd1,ann,2026-03-01T09:00:00Z,5000\n")
    assert fresh("load", folder).code == fresh("build").code == 0
    assert fresh.rows("explain", "stage", "d1")[0]["deal_id"] == "d1"
    assert "Deal d1: the CRM says no stage" in fresh("explain", "stage", "d1").text
    for by, name in (("rep", "ann"), ("deal", "d1"), ("quarter", "now")):
        assert [row[by] for row in fresh.rows("stages", "--by", by)][-1] == name
