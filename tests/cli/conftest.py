"""A small team, loaded and built once; tests that write make their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, answerback

ROOT = Path(__file__).resolve().parents[2]
SMALL_TEAM = ROOT / "examples" / "small_team"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees a workspace by chance, and none leaves anything in the checkout."""
    monkeypatch.delenv("ANSWERBACK_HOME", raising=False)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A built workspace, for reading only."""
    terminal = Terminal(tmp_path_factory.mktemp("team") / "home")
    for words in (["init", "--no-ask"], ["load", str(SMALL_TEAM)], ["build"]):
        assert terminal(*words).code == 0
    return terminal


@pytest.fixture
def fresh(tmp_path: Path) -> Terminal:
    """An empty workspace of the test's own."""
    terminal = Terminal(tmp_path / "home")
    assert terminal("init", "--no-ask").code == 0
    return terminal


@pytest.fixture
def nowhere(tmp_path: Path) -> Terminal:
    """No workspace at all."""
    return Terminal(tmp_path / "nothing")


__all__ = ["answerback"]
