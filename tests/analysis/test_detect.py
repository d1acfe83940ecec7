"""The watch over changes: what is raised and when, and what must not be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.analysis.detect.baselines import ANCHOR_WEEKS
from answerback.analysis.detect.measures import watch_measures
from answerback.analysis.detect.raised import Replay
from answerback.analysis.detect.replaying import replay
from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, monday
from answerback.domain.findings import Measure
from answerback.stats.detect import FALLS, Direction
from tests.analysis.detect_cells import Team, cells_of

REPS, WEEKS, FALL_IN = 12, 60, 40


def rates(level: float = 0.2) -> np.ndarray:
    return np.full((WEEKS, REPS), level)


def fallen(level: float = 0.2, to: float = 0.03) -> np.ndarray:
    found = rates(level)
    found[FALL_IN:, 0] = to
    return found


@pytest.fixture(scope="module")
def one_fell() -> tuple[Cells, Replay]:
    cells = Team(fallen()).cells(default_rng(1))
    return cells, replay(cells)


def first_week(cells: Cells) -> int:
    return cells.weeks().start


def test_who_fell_is_named_and_nobody_else(one_fell: tuple[Cells, Replay]) -> None:
    _, found = one_fell
    assert {(each.rep_key, each.direction) for each in found.alarms()} == {(1, Direction.FALL)}


def test_it_says_when_it_began_and_is_raised_within_weeks(one_fell: tuple[Cells, Replay]) -> None:
    cells, found = one_fell
    for alarm in found.alarms():
        assert abs(alarm.since - first_week(cells) - FALL_IN) <= 2
        assert 2 <= alarm.week - first_week(cells) - FALL_IN <= 10
        assert alarm.sure >= 0.9
        assert alarm.raised_on == monday(alarm.week + 1)


def test_one_change_gives_one_alarm_of_each_kind_of_stream(one_fell: tuple[Cells, Replay]) -> None:
    _, found = one_fell
    assert sorted(each.play for each in found.alarms()) == ["", "call"]


def test_where_nothing_changes_nobody_is_named() -> None:
    assert replay(Team(rates()).cells(default_rng(2))).alarms() == ()


def test_a_fall_that_all_share_is_nobodys_alarm() -> None:
    together = rates()
    together[FALL_IN : FALL_IN + 8] = 0.06
    assert replay(Team(together).cells(default_rng(3))).alarms() == ()


def test_what_could_not_be_recorded_is_no_fall_but_is_told() -> None:
    cells = Team(rates(), unseen_from=FALL_IN).cells(default_rng(4))
    assert replay(cells).alarms() == ()
    hidden = [each for each in watch_measures(cells) if each.measure is Measure.UNSEEN and each.alarm]
    assert [(each.rep_key, each.since - first_week(cells)) for each in hidden][:1] == [(1, FALL_IN)]


def test_slower_answers_are_no_fall() -> None:
    assert replay(Team(rates(0.3), slower_from=FALL_IN).cells(default_rng(5))).alarms() == ()


def test_after_an_alarm_the_way_back_up_is_a_rise() -> None:
    back = fallen(0.3, 0.03)
    back[FALL_IN + 12 :, 0] = 0.5
    found = replay(Team(back, a_day=6).cells(default_rng(6))).alarms()
    assert [each.direction for each in found if not each.play] == [Direction.FALL, Direction.RISE]


def test_a_replay_that_ends_earlier_says_the_same_of_what_it_saw(one_fell: tuple[Cells, Replay]) -> None:
    cells, found = one_fell
    last = first_week(cells) + 50
    assert replay(cells, until=last).raised == tuple(each for each in found.raised if each.week <= last)


def test_later_data_do_not_change_what_was_raised_before() -> None:
    whole, part = (Team(fallen()[:weeks]).cells(default_rng(7)) for weeks in (WEEKS, 52))
    known = first_week(whole) + 51
    # The streams' chance is drawn week by week, so the shorter team is the longer one's past.
    early = [(each.rep_key, each.play, each.week, each.since) for each in replay(whole).raised if each.week <= known]
    assert early == [(each.rep_key, each.play, each.week, each.since) for each in replay(part).raised]


def test_the_order_of_rows_within_a_day_does_not_matter() -> None:
    cells = Team(fallen()).cells(default_rng(8))
    made, moved = cells.efforts, cells.answers
    rows = [tuple(map(int, row)) for row in zip(made.stream, made.day, made.seen, made.n, strict=True)]
    acts = [tuple(map(int, row)) for row in zip(moved.stream, moved.day, moved.seen, moved.lag, moved.n, strict=True)]
    again = cells_of(rows[::-1], acts[::-1], REPS, 14)
    for side in Direction:
        one, two = (replay(each).by_play.paths[side] for each in (cells, again))  # type: ignore[union-attr]
        np.testing.assert_allclose(one, two, rtol=1e-5)


def test_everything_a_whole_year_later_is_the_same(one_fell: tuple[Cells, Replay]) -> None:
    cells, found = one_fell
    shift = WEEK * ANCHOR_WEEKS * 13
    made, moved = cells.efforts, cells.answers
    rows = [tuple(map(int, row)) for row in zip(made.stream, made.day + shift, made.seen, made.n, strict=True)]
    acts = [
        tuple(map(int, row))
        for row in zip(moved.stream, moved.day + shift, moved.seen, moved.lag, moved.n, strict=True)
    ]
    later = replay(cells_of(rows, acts, REPS, 14))
    assert [(each.week - shift // WEEK, each.rep_key) for each in later.raised] == [
        (each.week, each.rep_key) for each in found.raised
    ]


def test_the_evidence_is_that_of_plain_loops_over_efforts() -> None:
    """An oracle that knows weeks, starts and factors as loops; one rep alone, so that nothing is shared or borrowed."""
    team = Team(np.full((30, 1), 0.25))
    cells = team.cells(default_rng(9))
    found = replay(cells)
    family = found.by_play
    assert family is not None
    start, week = cells.weeks().start, found.last_week
    total = 0.0
    end = (week + 1) * WEEK + FIRST_MONDAY
    watched = [number for number in range(start, week + 1) if not math.isnan(week_ratio(cells, number, end, 0.5))]
    for factor in FALLS:
        for begin in watched:
            ratio = 1.0
            for number in range(begin, week + 1):
                ratio *= week_ratio(cells, number, end, factor)
            total += ratio / len(FALLS)
    assert math.isclose(total, float(family.evidence[Direction.FALL][0]), rel_tol=1e-6)


def week_ratio(cells: Cells, number: int, end: int, factor: float) -> float:
    """Of one week's efforts, one after the other."""
    from answerback.analysis.detect.baselines import Past, Since, baseline

    set_in = number - number % ANCHOR_WEEKS
    group = np.arange(1)
    p = baseline(Past.of(cells), set_in, Since.never(1), group, 1).expected[Direction.FALL][0]
    q = factor * p / (1 - p + factor * p)
    now = (end - FIRST_MONDAY) // WEEK - 1
    curve = cells.lags((now - now % ANCHOR_WEEKS) * WEEK + FIRST_MONDAY)
    ratio = 1.0
    made, moved = cells.efforts, cells.answers
    for day, n in zip(made.day.tolist(), made.n.tolist(), strict=True):
        if (day - FIRST_MONDAY) // WEEK != number:
            continue
        age = min(end - day - 1, 14)
        share = float(curve.share[0, age])
        share = max(share - 0.6744898 * math.sqrt(share * (1 - share) / max(curve.answers[0], 1)), 0.0)
        answered = sum(
            each
            for at, lag, each in zip(moved.day.tolist(), moved.lag.tolist(), moved.n.tolist(), strict=True)
            if at == day and lag < age
        )
        for effort in range(n):
            ratio *= q / p if effort < answered else (1 - q * share) / (1 - p * share)
    return ratio
