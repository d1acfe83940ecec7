"""What is worked out weekly: once, kept while a newer snapshot is young, and worked out again in time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from answerback.web.answering import weekly
from answerback.web.answering.desk import Desk, desk
from answerback.web.answering.weekly import RESTS, Weekly, keep, prepare


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, workspace: object) -> list[Weekly]:
    """What was worked out, in order; it takes no time here."""
    assert workspace
    found: list[Weekly] = []

    def make(at: Desk, what: Weekly) -> str:
        found.append(what)
        return f"{what} of {at.snapshot}"

    monkeypatch.setattr(weekly, "make", make)
    return found


def test_each_is_worked_out_once(made: list[Weekly]) -> None:
    prepare(desk())
    prepare(desk())
    assert made == list(Weekly)


def test_what_took_long_stands_for_a_while_although_there_is_a_newer_snapshot(
    made: list[Weekly], monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in Weekly:
        keep(desk(), each, "before", took=30.0)
    monkeypatch.setattr(Desk, "snapshot", "of another build")
    prepare(desk())
    assert made == []
    assert weekly.weekly(desk(), Weekly.US) == "before"
    long_after = time.monotonic() + RESTS * 30.0 + 1.0
    monkeypatch.setattr(time, "monotonic", lambda: long_after)
    prepare(desk())
    assert made == list(Weekly)
    assert weekly.weekly(desk(), Weekly.US) == "us of of another build"


def test_nothing_is_worked_out_in_a_request(made: list[Weekly], signed_in: Callable[[str], Client]) -> None:
    assert signed_in("Jana Sato").get("/us/").status_code == 503
    assert signed_in("Jana Sato").get("/lookback/").status_code == 503
    assert signed_in("Kofi Novak").get("/team/").status_code == 200
    assert made == []
