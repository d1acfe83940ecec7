"""Whether a finding was right: judged by what it has not seen, like for like, and often not at all."""

from __future__ import annotations

import numpy as np
import pytest

from answerback.analysis.lookback.bearing import Bearing, ByPlay, Moved, bearing, like_for_like, probability_below

RUNS = 400


def mails(touches: float, moved: float) -> ByPlay:
    return {"email": Moved(touches, moved)}


def test_the_probability_is_what_draws_say() -> None:
    rng = np.random.default_rng(1)
    for one, other in ((Moved(30, 6), Moved(200, 60)), (Moved(50, 12), Moved(40, 8)), (Moved(5, 0), Moved(9, 9))):
        a, b = (rng.beta(each.moved + 0.5, each.touches - each.moved + 0.5, 200_000) for each in (one, other))
        assert probability_below(one, other) == pytest.approx(float((a < b).mean()), abs=0.004)


def test_a_rate_is_not_below_itself() -> None:
    assert probability_below(Moved(50, 10), Moved(50, 10)) == pytest.approx(0.5, abs=1e-4)
    up, down = probability_below(Moved(50, 10), Moved(80, 30)), probability_below(Moved(80, 30), Moved(50, 10))
    assert up + down == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("direction", ["fall", "rise"])
def test_it_holds_it_went_or_it_cannot_be_told(direction: str) -> None:
    flipped = (lambda touches, moved: mails(touches, touches - moved)) if direction == "rise" else mails
    before, then = flipped(400, 120), flipped(60, 6)
    told = [bearing(direction, before, then, flipped(*after)) for after in ((150, 15), (150, 45), (12, 3), (0, 0))]
    assert told == [Bearing.BORNE_OUT, Bearing.NOT_BORNE_OUT, Bearing.CANNOT_TELL, Bearing.CANNOT_TELL]


def test_without_a_past_nothing_can_be_told() -> None:
    assert bearing("fall", mails(0, 0), mails(10, 0), mails(100, 0)) is Bearing.CANNOT_TELL
    assert bearing("fall", {"call": Moved(90, 50)}, mails(10, 0), mails(100, 0)) is Bearing.CANNOT_TELL


def test_a_rise_from_nothing_at_all_can_be_borne_out() -> None:
    assert bearing("rise", mails(104, 0), mails(40, 12), mails(200, 59)) is Bearing.BORNE_OUT
    assert bearing("rise", mails(104, 0), mails(40, 12), mails(200, 0)) is Bearing.NOT_BORNE_OUT


def test_more_of_another_kind_of_touch_is_neither_a_fall_nor_a_rise() -> None:
    before = {"email": Moved(400, 40), "offer": Moved(400, 200)}
    then = {"email": Moved(50, 5), "offer": Moved(10, 5)}
    after = {"email": Moved(200, 20), "offer": Moved(20, 10)}
    assert bearing("fall", before, then, after) is not Bearing.BORNE_OUT
    usual, now = like_for_like(before, after)
    assert usual.rate == pytest.approx(30 / 220)
    assert now == Moved(220, 30)


def test_one_kind_of_touch_is_worth_what_it_is() -> None:
    usual, _ = like_for_like(mails(100, 25), mails(40, 8))
    assert usual.rate == pytest.approx(0.25)
    assert usual.touches == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize(
    ("true_after", "expected", "least"), [(0.1, Bearing.BORNE_OUT, 0.9), (0.3, Bearing.NOT_BORNE_OUT, 0.85)]
)
def test_in_many_made_up_pasts_it_judges_right(true_after: float, expected: Bearing, least: float) -> None:
    """A fall from 30 % that went on at 10 %, or was none: 20 touches a week, twelve weeks after."""
    rng = np.random.default_rng(7)
    told = [
        bearing(
            "fall",
            mails(400, rng.binomial(400, 0.3)),
            mails(100, 10),
            mails(240, rng.binomial(240, true_after)),
        )
        for _ in range(RUNS)
    ]
    wrong = {Bearing.BORNE_OUT: Bearing.NOT_BORNE_OUT, Bearing.NOT_BORNE_OUT: Bearing.BORNE_OUT}[expected]
    assert told.count(expected) / RUNS >= least
    assert (
        told.count(wrong) / RUNS <= 0.15
    )  # where nothing changed: one in ten by its own level, and the baseline's error
