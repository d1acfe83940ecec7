"""`answerback diagnose` on standard output: the answer first, then the figures, then what is not known."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from answerback.cli.diagnosing import show_diagnosis
from answerback.cli.settings import Format, Settings, instant
from answerback.domain.errors import UsageError
from tests.analysis.asking import workspace_of
from tests.analysis.selling import PLAYBOOK, Touch, sold

AS_OF = instant("2026-10-15", "--as-of")


def chance(touch: Touch) -> float:
    """A segment turns."""
    return 0.08 if touch.late and touch.segment == "middle" else 0.25


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diagnose")
    workspace_of(folder, sold(chance), PLAYBOOK)
    return folder / "home"


def settings(home: Path, form: Format = Format.TABLE) -> Settings:
    return Settings(home, form, AS_OF, None, "1GB", 1, True)


def test_the_answer_comes_first_and_the_parts_add_up(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    show_diagnosis(settings(home), "change", None, None, {})
    told = capfd.readouterr().out
    assert told.startswith("The system, in one part: touches where segment is middle move fewer buyers since 2026-0")
    assert "Nobody's own results differ from the others' beyond chance." in told
    sum_lines = told[told.index("rate before") : told.index("rate since") + 40].replace("\u2212", "-")
    figures = [float(each) for each in re.findall(r"([-+]?\d+\.\d) (?:%|points)", sum_lines)]
    assert sum(figures[:-1]) == pytest.approx(figures[-1], abs=0.01)  # as printed, to the digit
    assert "nan" not in told


def test_rows_for_machines_hold_the_verdict_and_the_refusals(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    show_diagnosis(settings(home, Format.JSON), "all", None, None, {})
    rows = json.loads(capfd.readouterr().out)
    cause = next(row for row in rows if row["what"] == "cause")
    assert (cause["dimension"], cause["value"], cause["verdict"]) == ("segment", "middle", "segment")
    assert cause["change_low"] < cause["change"] < cause["change_high"] < 0


def test_levels_name_nobody_in_a_team_that_is_alike(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    show_diagnosis(settings(home), "levels", None, None, {"segment": "small"})
    assert capfd.readouterr().out.startswith("Nobody is outside the limits of chance")


def test_nothing_to_look_at_is_said_in_a_sentence(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for about in ("change", "levels"):
        show_diagnosis(settings(home), about, None, None, {"segment": "no such"})
        assert capfd.readouterr().out.startswith("Cannot tell")


def test_a_question_that_there_is_not_is_an_error(home: Path) -> None:
    with pytest.raises(UsageError, match="nothing called"):
        show_diagnosis(settings(home), "weather", None, None, {})
    with pytest.raises(UsageError, match="ends before"):
        show_diagnosis(settings(home), "change", AS_OF, AS_OF, {})
