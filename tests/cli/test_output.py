"""What is told: for eyes the answer, tables and notes; for machines the rows alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pytest

from answerback.cli.output import Shown, say, tell
from answerback.cli.settings import Format, Settings

ROWS = pa.table({"rep": ["ann"]})
LONG = "  " + "one sentence that is longer than the terminal is wide, and is wrapped at words"


def settings(form: Format) -> Settings:
    """What the command line would have asked for."""
    return Settings(home=Path(), format=form, as_of=None, snapshot=None, memory="1GB", threads=1, quiet=True)


def test_for_eyes_the_parts_are_apart(capfd: pytest.CaptureFixture[str]) -> None:
    tell(settings(Format.TABLE), ROWS, ["Yes."], tables=[Shown(ROWS, title="Who")], notes=["Not known: why."])
    assert capfd.readouterr().out.split("\n\n") == ["Yes.", "Who\nrep\nann", "Not known: why.\n"]


def test_for_machines_there_are_rows_alone(capfd: pytest.CaptureFixture[str]) -> None:
    tell(settings(Format.CSV), ROWS, ["Yes."], tables=[Shown(ROWS)], notes=["Not known: why."])
    assert capfd.readouterr().out.split() == ['"rep"', '"ann"']


def test_a_sentence_in_a_file_is_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    say(LONG)
    assert capfd.readouterr().out == LONG + "\n"


def test_on_a_terminal_it_is_wrapped_at_words_and_keeps_its_indent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say(LONG)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(line.startswith("  ") and len(line) <= 40 for line in lines)
    assert " ".join(line.strip() for line in lines) == LONG.strip()
