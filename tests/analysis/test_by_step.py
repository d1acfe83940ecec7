"""The change by step: its parts add up, small steps are put together, and a planted change is where it was planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from answerback.analysis.diagnose.answer import Period
from answerback.analysis.diagnose.counted import Counted
from answerback.analysis.together.by_step import by_step, people_at, week_rates

PERIOD = Period(date(2026, 1, 5), date(2026, 3, 2), date(2026, 4, 27))
WEEKS = 16
STEPS = ("close", "offer", "rare")


def touches(*, people: int = 6, rare: int = 6) -> Counted:
    """Each week each person makes ten touches at each step; offers move fewer buyers from the ninth week on."""
    rows = [
        (rep, week, step, number < (2 if step == 1 and week >= 8 else 4))
        for rep in range(people)
        for week in range(WEEKS)
        for step in range(3)
        if step < 2 or rep < rare
        for number in range(10)
    ]
    rep, week, step, moved = (np.array(column) for column in zip(*rows, strict=True))
    nothing = np.zeros(len(rows), np.int64)
    return Counted(
        start=datetime(2026, 1, 5, tzinfo=UTC),
        weeks=WEEKS,
        rep_keys=tuple(range(people)),
        rep=rep,
        account=nothing,
        week=week,
        success=moved.astype(np.float64),
        exposure=np.ones(len(rows)),
        lag_hours=nothing,
        age_days=nothing,
        waiting_days=nothing,
        levels={"step": step},
        names={"step": STEPS},
        groups={"team": np.array([0] * (people - 1) + [1])},
        group_names={"team": ("north", "south")},
        unseen=np.zeros((WEEKS, 2), np.int64),
    )


def test_the_parts_add_up_to_the_change_exactly_and_lie_where_it_was_planted() -> None:
    told = by_step(touches(), PERIOD, 5)
    assert told is not None
    assert sum(part.rate_part + part.mix_part for part in told.parts) == pytest.approx(told.change, abs=1e-12)
    by_name = {part.names: part for part in told.parts}
    assert by_name["offer",].rate_part == pytest.approx(-0.2 / 3)
    assert by_name["close",].rate_part == pytest.approx(0.0, abs=1e-12)
    assert told.before.rate == pytest.approx(0.4)


def test_a_step_of_few_people_is_put_together_with_another() -> None:
    told = by_step(touches(rare=2), PERIOD, 5)
    assert told is not None
    assert {part.names for part in told.parts} == {("offer",), ("close", "rare")}


def test_fewer_than_five_people_are_told_nothing_of() -> None:
    assert by_step(touches(people=4, rare=4), PERIOD, 5) is None
    assert week_rates(touches(people=4, rare=4), 5) == ()


def test_weeks_have_their_own_rate_within_their_limits() -> None:
    weeks = week_rates(touches(), 5)
    assert [each.first for each in weeks][:2] == [date(2026, 1, 5), date(2026, 1, 12)]
    assert len(weeks) == WEEKS
    assert weeks[0].weighed.rate == pytest.approx(0.4)
    assert all(each.low <= (each.weighed.rate or 0.0) <= each.high for each in weeks)


def test_a_part_of_the_work_has_its_own_weeks() -> None:
    weeks = week_rates(touches(), 5, ("step", "offer"))
    assert len(weeks) == WEEKS
    assert [weeks[0].weighed.rate, weeks[-1].weighed.rate] == pytest.approx([0.4, 0.2])
    assert sum(each.weighed.touches for each in weeks) == 6 * WEEKS * 10


def test_a_part_is_told_nothing_of_where_the_rest_would_be_few_people() -> None:
    """Everybody's weeks stand beside it: what the part leaves of them must be five people's, too."""
    few = touches(rare=2)
    everything_but_rare = np.where(few.levels["step"] == 2, 1, 0)
    split = replace(few, levels={"step": everything_but_rare}, names={"step": ("often", "rare")})
    assert week_rates(split, 5, ("step", "often")) == ()
    assert len(week_rates(split, 2, ("step", "often"))) == WEEKS
    assert week_rates(touches(), 5, ("step", "unheard of")) == week_rates(touches(), 5, ("region", "north")) == ()


def test_people_behind_a_place_are_counted_at_both_times() -> None:
    counted = touches(rare=2)
    assert people_at(counted, "step", "offer", PERIOD) == 6
    assert people_at(counted, "step", "rare", PERIOD) == 2
    assert people_at(counted, "team", "north", PERIOD) == 5
    assert people_at(counted, "team", "nowhere", PERIOD) == 0
    assert people_at(counted, "colour", "red", PERIOD) == 0
