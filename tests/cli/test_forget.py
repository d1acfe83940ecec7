"""`answerback forget` at the terminal: who is meant, a yes, and what was removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerback.api import open_workspace
from answerback.workspace.home import Home
from tests.cli.terminal import Terminal


@pytest.fixture
def loaded(fresh: Terminal, tmp_path: Path) -> Terminal:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "contact.csv").write_text(
        "contact_id,name,email\nc1,Jo Miller,jo@buyer.example\nc2,Lou,lou@buyer.example\n"
    )
    (folder / "effort.csv").write_text(
        "effort_id,rep_id,account_id,contact_id,occurred_at,kind\ne1,ann,acme,c1,2026-03-01T09:00:00Z,email\n"
        "e2,ann,acme,c2,2026-03-02T09:00:00Z,email\n"
    )
    for words in (["load", str(folder)], ["build"]):
        assert fresh(*words).code == 0
    return fresh


def test_looking_says_who_and_how_much_and_changes_nothing(loaded: Terminal) -> None:
    ran = loaded("forget", "jo@buyer.example", "--dry-run")
    assert ran.code == 0
    assert "contact c1 of tables" in ran.err or "contact c1 of folder" in ran.err
    assert "Jo Miller" in ran.err
    rows = {row["what"]: (row["count"], row["state"]) for row in loaded.rows("forget", "c1", "--dry-run")}
    assert rows["contact: gone"] == (1, "found")
    assert rows["effort: without them"] == (1, "found")
    assert {row["contact_id"] for row in loaded.rows("show", "efforts")} == {"c1", "c2"}


def test_after_a_yes_they_are_gone_and_others_stay(loaded: Terminal) -> None:
    rows = {row["what"]: row["state"] for row in loaded.rows("forget", "c1", "--yes")}
    assert set(rows.values()) == {"removed"}
    assert loaded("build").code == 0
    efforts = loaded.rows("show", "efforts")
    assert {row["effort_id"]: row["contact_id"] for row in efforts} == {"e1": None, "e2": "c2"}
    assert '"purpose": "forget"' in (loaded.home / "usage.log").read_text()
    again = loaded("forget", "c1", "--yes")
    assert (again.code, "nobody is known as 'c1'" in again.err) == (6, True)


def test_whoever_nothing_is_stored_of_is_marked_by_their_address(loaded: Terminal) -> None:
    looked = loaded("forget", "zoe@buyer.example", "--dry-run")
    assert (looked.code, "not loaded from now on" in looked.text) == (0, False)
    assert not Home(loaded.home).forgotten.exists()
    done = loaded("forget", "zoe@buyer.example", "--yes")
    assert (done.code, "not loaded from now on" in done.text) == (0, True)
    assert Home(loaded.home).forgotten.exists()


def test_without_a_terminal_a_yes_must_be_said(loaded: Terminal) -> None:
    ran = loaded("forget", "c1")
    assert ran.code == 2
    assert "add --yes, or --dry-run" in ran.err
    assert loaded("forget", "c1", "--dry-run").code == 0


def test_what_only_its_owner_may_change_is_told(loaded: Terminal) -> None:
    playbook = loaded.home / "playbook.toml"
    playbook.write_text(playbook.read_text() + '\n[[rep]]\nemail = "jo@buyer.example"\n')
    ran = loaded("forget", "c1", "--yes")
    assert ran.code == 4
    line = len(playbook.read_text().splitlines())
    assert f"still named in playbook.toml, line {line}: change that yourself" in ran.err


def test_what_was_begun_is_finished_by_the_next_command(loaded: Terminal) -> None:
    home = Home(loaded.home)
    home.forgetting.write_text(
        '{"format": 1, "asked": [["contact", "SOURCE", "c1"]]}'.replace("SOURCE", _source(loaded))
    )
    assert loaded("show", "efforts").code == 0
    assert not home.forgetting.exists()
    assert {row["contact_id"] for row in loaded.rows("show", "efforts")} == {None, "c2"}


def test_the_same_from_python(loaded: Terminal) -> None:
    workspace = open_workspace(loaded.home)
    assert not workspace.forget("lou@buyer.example", only_look=True).done
    assert workspace.forget("lou@buyer.example").done
    assert workspace.build().new


def _source(terminal: Terminal) -> str:
    return str(terminal.rows("show", "batches")[0]["source"])
