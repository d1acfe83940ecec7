"""What is worked out weekly: once, kept while a newer snapshot is young, and worked out again in time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from answerback.web.answering import beforehand, tasks, weekly
from answerback.web.answering.beforehand import SOON, Ahead
from answerback.web.answering.desk import Desk, desk
from answerback.web.answering.preparing import prepare
from answerback.web.answering.tasks import RESTS, Task
from answerback.web.answering.weekly import Weekly, keep


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, workspace: object, db: None) -> list[str]:
    """What was worked out, in order; it takes no time here."""
    assert workspace
    found: list[str] = []

    def make(at: Desk, task: Task) -> object:
        found.append(task.name)
        return frozenset() if task.name is Ahead.CONTESTING else f"{task.name} of {at.snapshot}"

    monkeypatch.setattr(tasks, "make", make)
    return found


RESTING = tuple(weekly.TASKS.values())


def test_all_is_in_one_list_what_a_rep_s_page_waits_for_first_then_the_findings(made: list[str]) -> None:
    prepare(desk())
    once = list(made)
    assert once[: len(SOON) + 2] == [*SOON, "lessons", "findings"]
    assert {*Weekly, *Ahead} < {*once}
    assert len(set(once)) == len(once)
    prepare(desk())
    assert made == once


def test_a_newer_snapshot_is_judged_before_what_may_rest(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    names = iter(["first", *["second"] * 1000])
    monkeypatch.setattr(Desk, "snapshot", property(lambda _: next(names)))
    prepare(desk())
    assert not {*made} & {*Weekly}
    assert "findings" in made


def test_each_is_worked_out_once(made: list[str]) -> None:
    prepare(desk(), RESTING)
    prepare(desk(), RESTING)
    assert made == list(Weekly)


def test_what_took_long_stands_for_a_while_although_there_is_a_newer_snapshot(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in Weekly:
        keep(desk(), each, "before", took=30.0)
    monkeypatch.setattr(Desk, "snapshot", "of another build")
    prepare(desk(), RESTING)
    assert made == []
    assert weekly.weekly(desk(), Weekly.US) == "before"
    long_after = time.monotonic() + RESTS * 30.0 + 1.0
    monkeypatch.setattr(time, "monotonic", lambda: long_after)
    prepare(desk(), RESTING)
    assert made == list(Weekly)
    assert weekly.weekly(desk(), Weekly.US) == "us of of another build"


def test_nothing_is_worked_out_in_a_request(
    made: list[str], signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beforehand, "LITTLE", 0)  # of a large company
    assert signed_in("Jana Sato").get("/us/").status_code == 503
    assert signed_in("Jana Sato").get("/lookback/").status_code == 503
    assert signed_in("Kofi Novak").get("/team/").status_code == 200
    assert made == []
