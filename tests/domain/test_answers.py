"""Answers: a rate cannot be half right, and absence cannot be overlooked."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import FrozenInstanceError

import pytest

from answerback.domain.answers import NotEnoughData, Rate, Reason

GOOD = Rate(
    rate=0.2, low=0.1, high=0.4, raw=0.25, exposure=8.0, successes=2.0, prior_weight=0.6,
    jeffreys_low=0.05, jeffreys_high=0.6,
)  # fmt: skip


def test_the_reasons_are_a_closed_list_of_words() -> None:
    assert [str(reason) for reason in Reason] == [
        "no_efforts_loaded",
        "nothing_seen",
        "lag_unknown",
        "too_young",
        "too_few_efforts",
        "too_wide",
        "mostly_prior",
    ]


def test_the_width_is_that_of_the_published_interval() -> None:
    assert GOOD.width == pytest.approx(0.3)


@pytest.mark.parametrize(
    "change",
    [
        {"low": 0.21},
        {"high": 0.19},
        {"low": -0.01},
        {"high": 1.01},
        {"rate": math.nan},
        {"low": math.nan},
        {"high": math.nan},
    ],
)
def test_a_rate_outside_its_interval_is_a_bug(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="inside its interval"):
        dataclasses.replace(GOOD, **change)


def test_a_rate_without_width_is_allowed_at_the_edges() -> None:
    assert dataclasses.replace(GOOD, rate=0.0, low=0.0, high=0.0).width == 0.0
    assert dataclasses.replace(GOOD, rate=1.0, low=1.0, high=1.0).width == 0.0


@pytest.mark.parametrize("answer", [GOOD, NotEnoughData(Reason.TOO_WIDE, have=0.5, need=0.25)])
def test_an_answer_cannot_be_changed(answer: Rate | NotEnoughData) -> None:
    name = dataclasses.fields(answer)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(answer, name, 0)
    assert not hasattr(answer, "__dict__")


def test_answers_of_equal_content_are_equal() -> None:
    assert NotEnoughData(Reason.TOO_WIDE, 0.5, 0.25) == NotEnoughData(Reason.TOO_WIDE, 0.5, 0.25)
    assert dataclasses.replace(GOOD) == GOOD
