"""Territories, targets, lost potential on the command line: the answer first, rows for machines, nothing of nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.api import Workspace, open_workspace
from answerback.cli.potentials import ABOUT, show
from answerback.cli.settings import Format, Settings
from answerback.domain.errors import UsageError
from tests.analysis.asking import workspace_of
from tests.analysis.territory import HEIR, LEAVER, PLAYBOOK, Company


@pytest.fixture(scope="module")
def sold(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    told = Company(rate=lambda rep, _week: 0.08 if rep in {LEAVER, HEIR} else 0.3, target=20_000_000)
    return workspace_of(tmp_path_factory.mktemp("sold"), told.rows(), PLAYBOOK)


def settings(home: Path, form: Format = Format.TABLE) -> Settings:
    return Settings(home, form, datetime(2026, 9, 14, tzinfo=UTC), None, "1GB", 1, True)


def test_the_answer_comes_first(sold: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    said = {}
    for about in ABOUT:
        show(settings(sold.home.root), about, None, None, {})
        said[about] = capsys.readouterr().out
    assert said["seats"].startswith(
        f"The territory of {LEAVER} → {HEIR} (8 companies handed over): it is the territory."
    )
    assert said["quota"].startswith("The targets for 2026Q3 are out of reach: 0 of 9 reps")
    assert "It is the targets, not the reps." in said["quota"]
    assert said["potential"].startswith("The number was missed in 2026Q2:")
    assert "cannot be told" not in said["potential"]
    assert "margin of a win: Cannot tell" in said["potential"]


def test_rows_for_machines(sold: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    show(settings(sold.home.root, Format.JSON), "quota", None, None, {})
    rows = json.loads(capsys.readouterr().out)
    assert [row["rep"] for row in rows] == sorted(row["rep"] for row in rows)
    assert all(0.0 <= row["chance"] <= 1.0 for row in rows)
    show(settings(sold.home.root, Format.JSON), "potential", datetime(2026, 7, 1, tzinfo=UTC), None, {})
    rows = json.loads(capsys.readouterr().out)
    assert {row["measure"] for row in rows} >= {"on_base", "win_rate", "margin"}
    assert all(row["reason_text"] or row["low"] <= row["change"] <= row["high"] for row in rows)


def test_nothing_loaded_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = open_workspace(tmp_path / "home", create=True)
    workspace.build()
    for about in ABOUT:
        show(settings(workspace.home.root), about, None, None, {})
        assert capsys.readouterr().out.startswith("Cannot tell: no touch")
    show(settings(workspace.home.root, Format.JSON), "quota", None, None, {})
    assert json.loads(capsys.readouterr().out)[0]["reason"] == "no_efforts_loaded"


def test_what_makes_no_sense_is_refused(sold: Workspace) -> None:
    with pytest.raises(UsageError, match="about everybody"):
        show(settings(sold.home.root), "seats", None, None, {"rep": "ann"})
    with pytest.raises(UsageError, match="nothing called"):
        show(settings(sold.home.root), "weather", None, None, {})
    late, early = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(UsageError, match="before the last"):
        show(settings(sold.home.root), "potential", late, early, {})
