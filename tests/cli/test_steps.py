"""`answerback steps` and `explain step`: the answer first, rows for machines, a chart, and nothing loaded."""

from __future__ import annotations

from pathlib import Path

from answerback.domain.errors import Exit
from tests.cli.terminal import Terminal


def test_the_answer_comes_first_and_machines_get_rows(team: Terminal) -> None:
    said = team("steps")
    assert said.code == 0, said.err
    assert said.text.splitlines()[0].startswith(("The next step", "Cannot tell"))
    rows = team.rows("steps", "--by", "segment", "--where", "side=seller")
    assert rows
    assert {row["side"] for row in rows} == {"seller"}
    for row in rows:
        ended = (row[name] for name in ("next_step", "refused", "lost", "other", "open"))
        assert row["spells"] == sum(ended)
    assert team("steps", "--format", "csv").text.startswith('"side","channel","step"')
    assert team("steps", "--by", "rep").code == Exit.USAGE, "no fact about a person"


def test_a_step_opens_to_what_is_behind_it(team: Terminal) -> None:
    step = max(team.rows("steps"), key=lambda row: row["spells"])
    said = team("explain", "step", f"step={step['step']}")
    assert said.code == 0, said.err
    assert said.text.startswith("What it is")
    (document,) = team.rows("explain", "step", f"step={step['step']}")
    assert len(document["steps"]) == document["counts"]["spells"] == step["spells"]
    assert team("explain", "step", "step=no such step").code == Exit.NOT_FOUND


def test_nothing_loaded_is_said_and_is_no_mistake(fresh: Terminal, tmp_path: Path) -> None:
    assert fresh("build").code == 0
    said = fresh("steps")
    assert (said.code, said.text[:12]) == (0, "Cannot tell:")
    assert fresh("steps", "--chart", str(tmp_path / "none.svg")).code == Exit.USAGE
