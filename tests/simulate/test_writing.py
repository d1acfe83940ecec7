"""`answerback simulate`: what it writes loads through the ordinary sources, agrees with the truth, is never half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from answerback.api import Workspace, open_workspace
from answerback.cli.run import run
from answerback.domain.errors import Exit, UsageError
from answerback.simulate import writing
from answerback.simulate.parameters import Parameters
from answerback.simulate.volume import write_volume
from answerback.simulate.writing import Form, write_company

SMALL = Parameters(reps=4, managers=1, weeks=10, seed=4)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company as plain tables, with dirt."""
    folder = tmp_path_factory.mktemp("practice") / "company"
    write_company(folder, SMALL, ["dropped", "dirty"], form=Form.FOLDER)
    return folder


@pytest.fixture(scope="module")
def workspace(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """It, loaded and built."""
    made = open_workspace(tmp_path_factory.mktemp("home") / "home", create=True)
    (made.home.root / "playbook.toml").write_text((company / "playbook.toml").read_text())
    made = open_workspace(made.home.root)
    batch = made.load(company / "records")
    assert batch.rejects == 0
    made.build()
    return made


def test_the_tables_load_whole_and_every_event_of_the_truth_is_there(company: Path, workspace: Workspace) -> None:
    for name, listing in (("effort", "efforts"), ("action", "actions")):
        truth = pq.read_table(company / "truth" / f"{name}.parquet")
        recorded = pc.sum(pc.not_equal(truth["system"], "none")).as_py()
        # The same mail in two systems is one event: its token says so.
        assert workspace.show(listing).to_arrow().num_rows == recorded


def test_a_link_by_reference_is_the_cause(company: Path, workspace: Workspace) -> None:
    truth = pq.read_table(company / "truth" / "action.parquet")
    cause = dict(zip(truth["action_id"].to_pylist(), truth["cause"].to_pylist(), strict=True))
    links = [row for row in workspace.show("links").to_arrow().to_pylist() if row["basis"] == "reference"]
    assert len(links) > 100
    for row in links:
        assert cause[row["action_id"].removeprefix("crm-")] == row["effort_id"].removeprefix("crm-")


def test_truth_json_says_what_was_planted_and_how_often_each_rep_moved_buyers(company: Path) -> None:
    truth = json.loads((company / "truth" / "truth.json").read_text())
    assert truth["scenarios"] == ["dropped", "dirty"]
    assert [each["verdict"] for each in truth["planted"]] == ["individual", "data"]
    assert len(truth["planted"][0]["who"]) == 2
    efforts = pq.read_table(company / "truth" / "effort.parquet")
    proactive = efforts.filter(pc.invert(efforts["reactive"]))
    assert sum(span["moved"] for rep in truth["reps"] for span in rep["periods"]) == pc.sum(proactive["moved"]).as_py()
    assert (
        truth["buyer_actions"]["all"]
        == truth["buyer_actions"]["caused_by_an_effort"] + (truth["buyer_actions"]["would_have_come_anyway"])
    )


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, company: Path) -> None:
    write_company(tmp_path / "again", SMALL, ["dropped", "dirty"], form=Form.FOLDER)
    files = sorted(each.relative_to(company) for each in company.rglob("*") if each.is_file())
    assert files == sorted(
        each.relative_to(tmp_path / "again") for each in (tmp_path / "again").rglob("*") if each.is_file()
    )
    for each in files:
        assert (company / each).read_bytes() == (tmp_path / "again" / each).read_bytes(), each


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("form", list(Form))
def test_a_company_in_which_next_to_nothing_happens_is_written_all_the_same(
    tmp_path: Path, seed: int, form: Form
) -> None:  # fmt: skip
    tiny = Parameters(reps=1, managers=1, weeks=4, efforts_per_week=1.0, seed=seed)
    write_company(tmp_path / "company", tiny, form=form)
    truth = json.loads((tmp_path / "company" / "truth" / "truth.json").read_text())
    assert truth["efforts"]["all"] < 20


def test_what_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_truth", fail)
    with pytest.raises(KeyboardInterrupt):
        write_company(tmp_path / "company", SMALL, form=Form.FOLDER)
    assert list(tmp_path.iterdir()) == []


def test_a_draft_that_a_kill_left_is_no_company_and_is_replaced(tmp_path: Path) -> None:
    draft = tmp_path / ".company.part"
    draft.mkdir()
    (draft / "rest").write_text("of a run that was killed")
    write_company(tmp_path / "company", SMALL, form=Form.FOLDER)
    assert not draft.exists()
    assert not (tmp_path / "company" / "rest").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        write_company(tmp_path, SMALL, form=Form.FOLDER)
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scenario", "lazy"], "no scenario called 'lazy'"),
        (["--start", "2026-01-06"], "is no Monday"),
        (["--format", "paper"], "no form 'paper'"),
        (["--events", "7"], "too few or too many"),
        (["--reps", "1", "--scenario", "new-hire"], "needs 2 reps"),
    ],
)
def test_what_cannot_be_is_said(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "--out", str(tmp_path / "out"), *words]) == Exit.USAGE
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_lies_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--reps", "3", "--managers", "1", "--weeks", "4", "--out", str(tmp_path / "out")]
    assert run(["--quiet", "--format", "json", "simulate", "--format", "folder", *words]) == Exit.OK
    (said,) = json.loads(capsys.readouterr().out)
    assert said["effort"] > 100
    assert run(["--format", "json", "simulate", "--list"]) == Exit.OK
    assert {"calm", "new-hire"} < {row["scenario"] for row in json.loads(capsys.readouterr().out)}


def test_a_year_of_any_size_is_read_by_the_folder_source(tmp_path: Path) -> None:
    written = write_volume(tmp_path / "year", 12_000, seed=2, processes=1)
    assert 9_000 < written < 15_000
    made = open_workspace(tmp_path / "home", create=True)
    batch = made.load(tmp_path / "year", ids_of="practice")
    assert (batch.rejects, batch.records["effort"] + batch.records["buyer_action"]) == (0, written)
    efforts = pq.read_table(tmp_path / "year" / "effort.0000.parquet")
    assert 0.003 < pc.mean(pc.equal(efforts["account_id"], "hub")).as_py() < 0.03


def test_volume_does_not_depend_on_how_many_processes_work(tmp_path: Path) -> None:
    script = (
        "import sys, answerback.simulate.volume as v; from pathlib import Path; v.REPS = 4\n"
        "if __name__ == '__main__': print(v.write_volume(Path(sys.argv[1]), 20_000, processes=int(sys.argv[2])))"
    )
    path = tmp_path / "write.py"
    path.write_text(script)
    said = [
        subprocess.run(
            [sys.executable, str(path), str(tmp_path / count), count], capture_output=True, text=True, check=True
        ).stdout
        for count in ("1", "2")
    ]
    assert said[0] == said[1]
    for each in (tmp_path / "1").iterdir():
        assert each.read_bytes() == (tmp_path / "2" / each.name).read_bytes()
