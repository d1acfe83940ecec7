"""The page on rehearsals shows what its command prints, and the page on changes the limits that are computed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from answerback.stats.limit import least_mean_delay
from tests.cli.terminal import answerback

DOCS = Path(__file__).resolve().parents[2] / "docs"
COLUMNS = ((5, 104), (20, 104), (20, 1040), (60, 104))


def test_the_page_shows_what_its_command_prints() -> None:
    text = (DOCS / "do" / "rehearse.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^```sh\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    (shown,) = re.findall(r"^```text\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    program, *words = shlex.split(command)
    assert program == "answerback"
    printed = [line.rstrip() for line in answerback("--quiet", *words).text.rstrip().splitlines()]
    assert shown.splitlines() == printed, "run the command and put what it prints into the page"


def test_the_limits_are_those_that_are_computed() -> None:
    text = (DOCS / "understand" / "changes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) to (\d+) % \|(.*)\|$", text, re.MULTILINE)
    assert len(rows) == 8
    for before, after, cells in rows:
        for (a_week, weeks), cell in zip(COLUMNS, cells.split("|"), strict=True):
            efforts, in_weeks = (float(part) for part in re.findall(r"[\d.]+", cell))
            found = least_mean_delay(int(before) / 100, int(after) / 100, false_alarm_efforts=a_week * weeks)
            assert efforts == pytest.approx(found, abs=0.55)
            assert in_weeks == pytest.approx(found / a_week, abs=0.055)
