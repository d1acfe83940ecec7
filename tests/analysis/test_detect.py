"""The watch over changes: what is raised and when, and what must not be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, Past, Since, baseline
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


@pytest.mark.parametrize(("seed", "alarms"), [(11, 0), (12, 0), (3, 2)])
def test_a_fall_that_all_share_is_nobodys_fall(seed: int, alarms: int) -> None:
    """Of seven seeds one has a rise by chance, nine weeks after all are back, at 1.6 times the level."""
    together = rates()
    together[FALL_IN : FALL_IN + 8] = 0.06
    found = replay(Team(together).cells(default_rng(seed))).alarms()
    assert all(each.direction is Direction.RISE for each in found)
    assert len(found) <= alarms


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
    """An oracle that knows weeks, starts, points and factors as loops; four reps: too few to share or borrow."""
    cells = Team(np.full((11, 4), 0.5)).cells(default_rng(9))
    found = replay(cells)
    family = found.by_play
    assert family is not None
    start, week = cells.weeks().start, found.last_week
    end = (week + 1) * WEEK + FIRST_MONDAY
    begins = start + 8  # the first week of a baseline with 40 touches due, in which the points are laid
    usual = baseline(Past.of(cells), begins, Since.never(4), np.arange(4), 4).usual
    assert begins % ANCHOR_WEEKS == 0
    a, b = answers_of(cells, begins)
    assert usual.error[0] == pytest.approx(math.sqrt(1 / a + 1 / b))
    total, weights = 0.0, 0.0
    for point, odds in enumerate(usual.odds()[0]):
        p = 1 / (1 + math.exp(-odds))
        weight, evidence = math.exp(usual.log_weight[0, point]), 0.0
        for number in range(begins, week + 1):
            weight *= week_likelihood(cells, number, end, p)
        for factor in FALLS:
            for begin in range(begins, week + 1):
                ratio = 1.0
                for number in range(begin, week + 1):
                    ratio *= week_ratio(cells, number, end, p, factor)
                evidence += ratio / len(FALLS)
        total, weights = total + weight * evidence, weights + weight
    assert efforts_of(cells, week, end, careful=True)
    assert math.isclose(total / weights, float(family.evidence[Direction.FALL][0]), rel_tol=1e-6)


def answers_of(cells: Cells, week: int) -> tuple[float, float]:
    """Jeffreys' a and b of a baseline."""
    of = baseline(Past.of(cells), week, Since.never(4), np.arange(4), 4)
    return float(of.answered[0]) + 0.5, float(of.matured[0] - of.answered[0]) + 0.5


def efforts_of(cells: Cells, number: int, end: int, *, careful: bool) -> list[tuple[bool, float]]:
    """One week's efforts, one after the other: answered by now, and the share of answers due."""
    now = (end - FIRST_MONDAY) // WEEK - 1
    curve = cells.lags((now - now % ANCHOR_WEEKS) * WEEK + FIRST_MONDAY)
    found = []
    made, moved = cells.efforts, cells.answers
    acts = (moved.stream, moved.day, moved.lag, moved.n)
    for stream, day, n in zip(made.stream.tolist(), made.day.tolist(), made.n.tolist(), strict=True):
        if stream or (day - FIRST_MONDAY) // WEEK != number:
            continue
        age = min(end - day - 1, 14)
        share = float(curve.share[0, age])
        if careful:
            share = max(share - 0.6744898 * math.sqrt(share * (1 - share) / max(curve.answers[0], 1)), 0.0)
        answered = sum(
            each
            for of, at, lag, each in zip(*(column.tolist() for column in acts), strict=True)
            if not of and at == day and lag < age
        )
        if curve.share[0, age] > 0.0:
            found += [(effort < answered, share) for effort in range(n)]
    return found


def week_likelihood(cells: Cells, number: int, end: int, p: float) -> float:
    """Of one week's efforts if nothing changed."""
    return math.prod(p if hit else 1 - p * share for hit, share in efforts_of(cells, number, end, careful=False))


def week_ratio(cells: Cells, number: int, end: int, p: float, factor: float) -> float:
    """Of one week's efforts: changed, against unchanged."""
    q = factor * p / (1 - p + factor * p)
    efforts = efforts_of(cells, number, end, careful=True)
    return math.prod(q / p if hit else (1 - q * share) / (1 - p * share) for hit, share in efforts)
