"""The demo: it names what was planted and nothing else, computes what it shows, and touches no folder but its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from answerback.api import open_workspace
from answerback.cli.demoing import MARK
from answerback.cli.run import run
from answerback.domain.errors import Exit


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where a demo lies, and what it said."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("builtins.print", lambda *words, **_: said.append(" ".join(map(str, words))))
        assert run(["--quiet", "demo", "--no-ask", "--out", str(folder)]) == Exit.OK
    return folder, " ".join(" ".join(said).split())


def test_it_asks_shows_and_opens_the_envelope(told: tuple[Path, str]) -> None:
    _, said = told
    order = ["The target was missed by", "What the data say", "The envelope", "And in your team?"]
    places = [said.index(each) for each in order]
    assert places == sorted(places)


def test_what_changed_is_named_and_nobody_else(told: tuple[Path, str]) -> None:
    folder, said = told
    truth = json.loads((folder / "exports" / "truth" / "truth.json").read_text())
    (hire,) = {each["name"] for planted in truth["planted"] if "coached" in planted["what"] for each in planted["who"]}
    verdict = said[said.index("What chance would hardly have made") : said.index("In the other")]
    assert hire in verdict
    assert "51-500" in verdict
    others = {rep["name"] for rep in truth["reps"]} - {hire}
    assert not any(name in verdict for name in others)


def test_its_figures_are_those_of_the_workspace(told: tuple[Path, str]) -> None:
    folder, said = told
    rows = open_workspace(folder / "home").show("efforts").to_arrow().num_rows
    assert f"{rows:,} touches" in said


def test_it_is_made_anew_in_its_own_folder_and_in_no_other(
    told: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (told[0] / MARK).is_file()
    (tmp_path / "mine.txt").write_text("mine")
    assert run(["--quiet", "demo", "--no-ask", "--out", str(tmp_path)]) == Exit.USAGE
    assert "holds something else" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"
