"""The limit of any method: against METHODS, R, simulation, and chances followed one effort at a time."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from answerback.stats.limit import binomial, cusum_run_lengths, least_mean_delay

RATES = st.floats(0.02, 0.98)


def run_length(before: float, after: float, true: float, threshold: float) -> float:
    """Mean efforts until the sum reaches the threshold, by following all ways of one cycle from 0 back to 0.

    A way's place depends on its answers and non-answers alone, so nothing is rounded.
    """
    up, down = math.log(after / before), math.log((1 - after) / (1 - before))
    ways, length, alarms = {(0, 0): 1.0}, 0.0, 0.0
    while ways:
        following: dict[tuple[int, int], float] = defaultdict(float)
        for (answered, not_answered), chance in ways.items():
            length += chance
            for way, part in (((answered + 1, not_answered), true), ((answered, not_answered + 1), 1 - true)):
                place = way[0] * up + way[1] * down
                if place >= threshold - 1e-12:
                    alarms += chance * part
                elif place > 1e-12 and chance * part > 1e-15:
                    following[way] += chance * part
        ways = following
    return length / alarms


# Change; the least mean efforts at 5 a week and one false alarm in 104 weeks, at 20 and 104, 20 and 1040, 60 and 104,
# 60 and 1040.
TABLE_2 = {
    (0.10, 0.03): (67, 102, 162, 131, 193),
    (0.10, 0.05): (104, 172, 304, 236, 372),
    (0.20, 0.10): (64, 98, 160, 128, 190),
    (0.50, 0.35): (52, 80, 129, 102, 153),
    (0.50, 0.25): (26, 36, 54, 45, 62),
    (0.03, 0.10): (42, 65, 108, 84, 128),
    (0.03, 0.30): (8.6, 11, 17, 14, 19),
    (0.10, 0.50): (8.5, 11, 16, 13, 18),
}
COLUMNS = ((5, 104), (20, 104), (20, 1040), (60, 104), (60, 1040))


@pytest.mark.parametrize(("before", "after"), TABLE_2)
def test_the_limits_of_methods_table_2(before: float, after: float) -> None:
    """To 2 %; where one answer is a great step, to an effort: few false-alarm times can be had there exactly."""
    for (a_week, weeks), expected in zip(COLUMNS, TABLE_2[before, after], strict=True):
        found = least_mean_delay(before, after, false_alarm_efforts=a_week * weeks)
        assert found == pytest.approx(expected, rel=0.02, abs=0.8)


def test_the_fall_takes_weeks_and_the_recovery_days() -> None:
    fall, recovery = (
        least_mean_delay(*change, false_alarm_efforts=104 * 20) / 20 for change in ((0.1, 0.03), (0.03, 0.3))
    )
    assert fall == pytest.approx(5.1, abs=0.05)
    assert recovery == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize(("threshold", "unchanged", "changed"), [(3.219, 114.4, 5.06), (5.371, 1101, 8.02)])
def test_the_weekly_sum_of_twenty_efforts(threshold: float, unchanged: float, changed: float) -> None:
    found = cusum_run_lengths(0.1, 0.03, efforts=20, threshold=threshold)
    assert found == pytest.approx((unchanged, changed), rel=0.001)


def test_single_efforts_at_the_threshold_of_methods() -> None:
    """Its lattice gave 2072 and 101.8; exactly they are 0.2 % less."""
    found = cusum_run_lengths(0.1, 0.03, efforts=1, threshold=4.315)
    assert found == pytest.approx((2072, 101.8), rel=0.004)


@pytest.mark.parametrize(("threshold", "changed"), [(3.219, 4.91), (5.371, 8.10)])
def test_the_weekly_sum_of_r_surveillance(threshold: float, changed: float) -> None:
    """LRCUSUM.runlength with g = 60, a coarse lattice of its own: METHODS gives it 5 %."""
    assert cusum_run_lengths(0.1, 0.03, efforts=20, threshold=threshold)[1] == pytest.approx(changed, rel=0.05)


def test_the_weekly_sum_simulated() -> None:
    rng, streams = default_rng(1), 4000
    sums, weeks = np.zeros(streams), np.zeros(streams)
    running = np.ones(streams, dtype=bool)
    while running.any():
        answered = rng.binomial(20, 0.1, streams)
        sums = np.maximum(sums + answered * math.log(0.3) + (20 - answered) * math.log(0.97 / 0.9), 0.0)
        weeks[running] += 1
        running &= sums < 3.219
    unchanged = cusum_run_lengths(0.1, 0.03, efforts=20, threshold=3.219)[0]
    assert abs(weeks.mean() - unchanged) < 4 * weeks.std() / math.sqrt(streams)


@pytest.mark.parametrize(
    ("before", "after", "threshold"),
    [(0.1, 0.03, 4.315), (0.5, 0.35, 4.0), (0.03, 0.3, 4.9), (0.2, 0.1, 3.0), (0.9, 0.97, 4.0)],
)
def test_run_lengths_of_single_efforts_followed_way_by_way(before: float, after: float, threshold: float) -> None:
    found = cusum_run_lengths(before, after, efforts=1, threshold=threshold)
    exact = tuple(run_length(before, after, true, threshold) for true in (before, after))
    assert found == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("before", "after"), [(0.1, 0.03), (0.5, 0.35), (0.03, 0.3), (0.2, 0.1), (0.4, 0.38), (0.02, 0.9), (0.9, 0.95)]
)
def test_the_limit_is_the_delay_of_the_sum_at_every_threshold(before: float, after: float) -> None:
    """Whatever the threshold: where the sum gives a false alarm as rarely as it gives it, the limit is its delay."""
    for threshold in (1.5, 2.5):
        unchanged, changed = cusum_run_lengths(before, after, efforts=1, threshold=threshold)
        assert least_mean_delay(before, after, false_alarm_efforts=unchanged) == pytest.approx(changed, rel=0.005)


@settings(max_examples=8, deadline=None)
@given(before=RATES, after=RATES, efforts=st.integers(100, 3000))
def test_the_limit_is_what_one_expects_of_it(before: float, after: float, efforts: int) -> None:
    odds = (after / (1 - after)) / (before / (1 - before))
    if 0.8 < odds < 1.25:
        return
    limit = least_mean_delay(before, after, false_alarm_efforts=efforts)
    assert 1.0 <= limit < efforts
    assert least_mean_delay(before, after, false_alarm_efforts=10 * efforts) >= 0.98 * limit
    mirrored = least_mean_delay(1 - before, 1 - after, false_alarm_efforts=efforts)
    assert mirrored == pytest.approx(limit, rel=0.03, abs=0.05)


@pytest.mark.parametrize(
    ("before", "after", "efforts"), [(0.001, 0.0005, 100_000), (0.4, 0.399, 10_400), (0.999, 0.9, 9)]
)
def test_rare_answers_and_small_changes_have_a_limit_too(before: float, after: float, efforts: int) -> None:
    assert 1.0 <= least_mean_delay(before, after, false_alarm_efforts=efforts) < efforts


@given(efforts=st.integers(1, 60), rate=RATES)
def test_chances_of_answers(efforts: int, rate: float) -> None:
    chances = binomial(efforts, rate)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances * np.arange(efforts + 1)).sum() == pytest.approx(efforts * rate)


@pytest.mark.parametrize(("before", "after"), [(0.1, 0.1), (0.0, 0.1), (0.1, 1.0), (math.nan, 0.1)])
def test_rates_out_of_range_are_refused(before: float, after: float) -> None:
    with pytest.raises(ValueError, match="two different rates"):
        least_mean_delay(before, after, false_alarm_efforts=1000)
    with pytest.raises(ValueError, match="two different rates"):
        cusum_run_lengths(before, after, efforts=1, threshold=3)


def test_thresholds_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        cusum_run_lengths(0.1, 0.03, efforts=1, threshold=0)
    with pytest.raises(ValueError, match="false_alarm_efforts"):
        least_mean_delay(0.1, 0.03, false_alarm_efforts=1)
