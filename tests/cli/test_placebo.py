"""`answerback placebo`: vanishing effects end well, an effect that stays fails loudly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from answerback.analysis.placebo.run import Check, Shown
from answerback.cli.placebos import run_placebo
from answerback.cli.settings import Format, Settings
from tests.cli.terminal import Terminal


def settings(home: Path, form: Format = Format.TABLE) -> Settings:
    return Settings(home, form, None, None, "", 1, True)


def check(found: int, name: str = "increment") -> Check:
    return Check(name, "acts", lambda *_: Shown(found, 1), lambda _: 0.05)


def test_effects_that_vanish_end_well(team: Terminal, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_placebo(settings(team.home), draws=4, seed=1, asked=[check(0)]) == 0
    out = capfd.readouterr().out
    assert out.startswith("Every effect vanishes")
    assert "0 of 4" in out


def test_an_effect_that_stays_fails_loudly(team: Terminal, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_placebo(settings(team.home), draws=4, seed=1, asked=[check(1), check(0, "lift")]) == 1
    out = capfd.readouterr().out
    assert out.startswith("CAREFUL: increment did not vanish.")
    assert "increment: something in 4 of 4 data sets without any effect; promised were 5% at most" in out
    assert "a hold-out would tell" in out
    assert "DOES NOT VANISH" in out


def test_machines_get_a_row_per_check(team: Terminal, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_placebo(settings(team.home, Format.JSON), draws=3, seed=1, asked=[check(1)]) == 1
    (row,) = json.loads(capfd.readouterr().out)
    assert (row["data_sets"], row["showed"], row["vanishes"], row["dealt"]) == (3, 3, False, "acts")


def test_without_data_it_cannot_tell(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    said = fresh("placebo", "--draws", "2")
    assert (said.code, said.text.splitlines()[0]) == (
        0,
        "Cannot tell: there is nothing to deal yet. Load touches and what buyers did, then build.",
    )
