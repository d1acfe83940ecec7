"""The page on BPI Challenge 2012 says what the commands say: each printed line is held against a run of its command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.end_to_end.conftest import ROOT, Loaded

PAGE = ROOT / "docs" / "examples" / "bpic2012.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def printed() -> list[tuple[str, str]]:
    """Each command of the page, and what the page prints of its answer (nothing, where it shows a picture)."""
    found: list[tuple[str, str]] = []
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "sh":
            found += [(line, "") for line in text.splitlines()]
        else:
            command, before = found[-1]
            found[-1] = command, before + text
    return found


def words_of(text: str) -> str:
    """As one line: the page breaks long lines, and findings on persons have other ids in each workspace."""
    return " ".join(re.sub(r"\b[0-9a-f]{12}\b", "ID", text).split())


@pytest.fixture
def terminal(from_log: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return from_log.terminal


@pytest.mark.parametrize(("command", "text"), printed(), ids=[command for command, _ in printed()])
def test_it_answers_what_the_page_prints(command: str, text: str, terminal: Terminal) -> None:
    program, *words = shlex.split(command)
    assert program == "answerback"
    answer = terminal(*words)
    assert answer.code == 0, answer.err
    said = words_of(answer.text)
    for paragraph in filter(None, re.split(r"\n\s*\n|\n(?=\S+  )", text)):
        assert words_of(paragraph) in said


def test_it_prints_something() -> None:
    assert sum(bool(text) for _, text in printed()) >= 4
