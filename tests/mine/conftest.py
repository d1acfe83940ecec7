"""Runs `answerback mine` as a person does, with a temporary place of its own that is looked into afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mine.asking import Rows, ask, rows


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary place for this test; the working folder is another, empty one."""
    place, here = tmp_path / "tmp", tmp_path / "here"
    place.mkdir()
    here.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.chdir(here)
    return place


@pytest.fixture
def mine(scratch: Path) -> Callable[..., Rows]:
    """The answer as rows by section."""
    return rows


@pytest.fixture
def told(scratch: Path) -> Callable[..., str]:
    """The answer as a person reads it."""

    def tell(path: Path, *words: str) -> str:
        code, out, err = ask(path, *words)
        assert code == 0, err
        return out

    return tell


@pytest.fixture
def refused(scratch: Path) -> Callable[..., tuple[int, str]]:
    """The exit code and the words of a run that ends in an error."""

    def fail(path: Path, *words: str) -> tuple[int, str]:
        code, _, err = ask(path, *words)
        return code, err

    return fail
