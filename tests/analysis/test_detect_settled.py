"""What is settled is counted once and folded in as it is calibrated; what is left out could not have been raised."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, Past, Since, baseline
from answerback.analysis.detect.due import DueWeeks
from answerback.analysis.detect.replaying import replay
from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, monday
from answerback.stats.detect import WATCH, Direction
from answerback.stats.settled_weeks import SettledWeeks
from tests.analysis.detect_cells import Team, cells_of

REPS, WEEKS = 8, 50


def some_unlike() -> Cells:
    rates = np.full((WEEKS, REPS), 0.2)
    rates[30:, 0], rates[30:, 1], rates[30:, 2] = 0.05, 0.5, 0.12
    return Team(rates, a_day=3).cells(default_rng(3))


def test_what_is_not_worked_out_is_below_the_level_of_watch() -> None:
    cells = some_unlike()
    some, whole = replay(cells), replay(cells, follow=range(1, REPS + 1))
    assert some.raised == whole.raised
    assert any(each.alarm for each in some.raised)
    left_out = 0
    for one, all_ in ((some.by_play, whole.by_play), (some.together, whole.together)):
        assert one is not None
        assert all_ is not None
        for side in Direction:
            known = ~np.isnan(one.paths[side])
            assert not np.isnan(all_.paths[side]).any()
            assert (all_.paths[side][~known] < WATCH).all()
            np.testing.assert_allclose(one.paths[side][known], all_.paths[side][known], rtol=1e-5)
            assert known[-1].all()
            left_out += int((~known).sum())
    assert left_out > WEEKS


def test_strictly_listed_are_the_same_whoever_is_followed() -> None:
    cells = some_unlike()
    assert replay(cells, strict=True).raised == replay(cells, strict=True, follow=range(1, REPS + 1)).raised


def test_weeks_whose_answers_are_in_are_watched_as_they_are_calibrated() -> None:
    """Four reps are too few to share or borrow; answers come the same day and nobody waits at the end of a week."""
    weeks, a_week, rng = 20, 20, default_rng(8)
    answered = rng.binomial(a_week, 0.3, (weeks, 4))
    made, moved = [], []
    for week, rep in np.ndindex(weeks, 4):
        day = FIRST_MONDAY + WEEK * (week + 2600)
        made.append((rep, day, 1, a_week))
        moved.append((rep, day, 1, 0, int(answered[week, rep])))
    cells = cells_of(made, moved, 4, 1)
    begins = 8
    assert (2600 + begins) % ANCHOR_WEEKS == 0
    usual = baseline(Past.of(cells), 2600 + begins, Since.never(4), np.arange(4), 4).usual
    watch = SettledWeeks(usual)
    family = replay(cells, follow=range(1, 5)).by_play
    assert family is not None
    for week in range(begins, weeks):
        found = watch.week(answered[week].astype(float), float(a_week))
        # A workspace lays the points anew with one week still to be folded in, and weighs that one at the new points.
        near = 1e-5 if week < begins + ANCHOR_WEEKS else 0.1
        for side in Direction:
            np.testing.assert_allclose(family.paths[side][week], found[side], rtol=near)


@pytest.mark.parametrize("last", [None, 3, 26])
def test_counts_from_settled_weeks_are_those_of_all_rows(last: int | None) -> None:
    rng, made, moved = default_rng(4), [], []
    for rep, day, seen in {tuple(row) for row in rng.integers((0, 0, -1), (5, 20 * WEEK, 15), (900, 3)).tolist()}:
        at, n = FIRST_MONDAY + WEEK * 2600 + day, int(rng.integers(2, 6))
        made.append((rep, at, seen, n))
        moved += [(rep, at, seen, int(rng.integers(0, seen)), 1)] if seen > 0 else []
    cells = cells_of(made, moved, 5, 14)
    due = DueWeeks.by_stream(cells)
    for week in range(cells.weeks().start, cells.weeks().stop + 1):
        lags = cells.lags(week * WEEK + FIRST_MONDAY)
        one, two = due.known(week, lags, last=last), cells.weekly(monday(week), lags, last=last)
        np.testing.assert_array_equal(one.weeks, two.weeks)
        for name in ("efforts", "answered", "matured"):
            np.testing.assert_allclose(getattr(one, name), getattr(two, name), atol=1e-9)
