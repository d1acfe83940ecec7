"""Reps of whom no touch is seen any more: named to operations, but not where they are away or all others stop too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.analysis.detect.stopped import Stopped, stopped
from answerback.analysis.detect.weekly import Cells, monday
from tests.analysis.detect_cells import Team

WEEKS, REPS, LAST = 40, 4, 33
"""The last week in which somebody who stops made touches."""


def cells_where_stop(*reps: int, a_day: int = 4) -> Cells:
    cells = Team(np.full((WEEKS, REPS), 0.2), a_day=a_day).cells(default_rng(1))
    made = cells.efforts
    week = (made.day - made.day.min()) // 7
    kept = ~(np.isin(made.stream, reps) & (week > LAST))
    columns = {name: getattr(made, name)[kept] for name in ("stream", "day", "seen", "n", "claimed")}
    return replace(cells, efforts=replace(made, **columns))


def looked(cells: Cells, weeks_later: int = 6, away: tuple[tuple[int, date, date], ...] = ()) -> tuple[Stopped, ...]:
    return stopped(cells, cells.weeks().start + LAST + weeks_later, away)


def test_who_stops_while_others_go_on_is_named_since_the_last_touch() -> None:
    cells = cells_where_stop(0)
    last = cells.weeks().start + LAST
    (one,) = looked(cells)
    assert (one.rep_key, one.per_week) == (1, 20.0)
    assert one.last_touch == monday(last) + timedelta(days=4)
    assert one.raised_on == monday(last + 4) - timedelta(days=1)


@pytest.mark.parametrize(("weeks_later", "named"), [(2, 0), (3, 1)])
def test_three_whole_weeks_are_needed(weeks_later: int, named: int) -> None:
    assert len(looked(cells_where_stop(0), weeks_later)) == named


def test_weeks_of_a_recorded_absence_do_not_count() -> None:
    cells = cells_where_stop(0)
    start = monday(cells.weeks().start + LAST + 1)
    assert looked(cells, away=((1, start, start + timedelta(days=24)),)) == ()
    assert len(looked(cells, away=((2, start, start + timedelta(days=24)),))) == 1


def test_nobody_is_named_where_most_stop_where_few_touches_were_made_or_where_nobody_stops() -> None:
    assert looked(cells_where_stop(0, 1, 2)) == ()
    assert looked(cells_where_stop()) == ()
    made = cells_where_stop(0)
    few = replace(made.efforts, n=np.where(made.efforts.stream == 0, 1, made.efforts.n).astype(np.int32))
    assert len(looked(replace(made, efforts=few))) == 1
    rare = np.where(made.efforts.stream == 0, made.efforts.day % 7 == 0, True)
    kept = {name: getattr(made.efforts, name)[rare] for name in ("stream", "day", "seen", "n", "claimed")}
    assert looked(replace(made, efforts=replace(made.efforts, **kept))) == ()
