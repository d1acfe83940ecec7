"""Silence of several people in one kind of touch: named where it is, and not where they merely fell."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.silence import (
    _MOST,
    FEWEST,
    Watched,
    _several,
    _shares,
    silence,
)

WEEKS, PEOPLE = 13, 20


def counts(answered: np.ndarray, due: float = 10.0, past: tuple[float, float] = (40.0, 200.0)) -> Watched:
    return Watched(answered, np.full((WEEKS, PEOPLE), due), *(np.full((WEEKS, PEOPLE), each) for each in past))


def usual(seed: int = 1, rate: float = 0.2) -> np.ndarray:
    return default_rng(seed).binomial(10, rate, (WEEKS, PEOPLE)).astype(float)


def cut(*people: int, first: int = 7, last: int = WEEKS - 1) -> np.ndarray:
    found = usual() + 1.0
    found[first : last + 1, list(people)] = 0.0
    return found


def test_nobody_silent_is_nothing() -> None:
    assert silence(counts(usual() + 1.0), counts(usual(2))) is None


def test_several_are_named_with_their_weeks() -> None:
    found = silence(counts(cut(3, 5, 8)), counts(usual(2)))
    assert found is not None
    assert found.stands
    assert (found.first, found.last, np.flatnonzero(found.people).tolist()) == (7, WEEKS - 1, [3, 5, 8])
    assert found.expected[3] == pytest.approx(6 * 10 * 40.5 / 200)


def test_a_silence_that_is_over_keeps_its_end() -> None:
    found = silence(counts(cut(3, 5, first=3, last=8)), counts(usual(2)))
    assert found is not None
    assert (found.first, found.last) == (3, 8)


def test_one_alone_is_never_named() -> None:
    assert silence(counts(cut(3, first=0)), counts(usual(2))) is None


def test_fewer_than_five_answers_due_say_nothing() -> None:
    due = FEWEST / (6 * 40.5 / 200) - 0.01
    assert silence(counts(cut(3, 5), due=due), counts(usual(2))) is None


def test_without_a_past_nothing_is_expected() -> None:
    assert silence(counts(cut(3, 5), past=(4.0, 19.0)), counts(usual(2))) is None


def test_who_hardly_was_to_expect_any_is_not_named_beside_them() -> None:
    of = counts(cut(3, 5, 8))
    of.due[:, 8] = 4.0
    of.past_answered[:, 8] = 39.0
    found = silence(of, counts(usual(2)))
    assert found is not None
    assert np.flatnonzero(found.people).tolist() == [3, 5]


def test_a_bad_time_of_all_their_touches_is_no_silence() -> None:
    calls = usual(2)
    calls[7:] = 0.0
    mails = usual()
    mails[7:] = default_rng(4).binomial(10, 0.02, (WEEKS - 7, PEOPLE))
    found = silence(counts(mails), counts(calls))
    assert found is not None
    assert found.evidence > 1e6
    assert not found.stands


def test_a_fall_of_the_channel_to_a_half_is_no_silence() -> None:
    mails = usual() + 1.0
    mails[7:] = 1.0
    mails[7:, [3, 5]] = 0.0
    found = silence(counts(mails), counts(usual(2)))
    assert found is not None
    assert found.over_falls < 9.0


def test_all_at_once_are_named() -> None:
    mails = usual() + 1.0
    mails[7:] = 0.0
    found = silence(counts(mails), counts(usual(2)))
    assert found is not None
    assert found.stands
    assert found.people.all()


def test_the_sum_over_sets_is_that_over_every_set() -> None:
    ratios = np.array([2.0, -np.inf, 0.3, 1.0, -0.5])
    total = []
    for q in _shares(ratios.size):
        weights = []
        for size in range(2, ratios.size + 1):
            for chosen in combinations(range(ratios.size), size):
                prior = q**size * (1 - q) ** (ratios.size - size)
                weights.append((prior, prior * np.exp(ratios[list(chosen)].sum())))
        prior, value = np.sum(weights, axis=0)
        total.append(value / prior)
    assert np.exp(_several(ratios)) == pytest.approx(np.mean(total), rel=1e-9)


def test_very_many_and_very_long_do_not_overflow() -> None:
    due = np.full((WEEKS, 1000), 500.0)
    of = Watched(np.zeros_like(due), due, due * 5.0, due * 20.0)
    found = silence(of, of)
    assert found is not None
    assert np.isfinite(found.evidence)
    assert found.evidence <= np.exp(_MOST) * WEEKS * WEEKS


def test_while_nothing_happens_the_sum_is_on_average_below_the_weeks_watched() -> None:
    """One look with 13 possible beginnings: the mean of the sum is at most 13, by its definition."""
    rng, found = default_rng(7), []
    for _ in range(400):
        rate = rng.gamma(8.5, 1 / 100.0, PEOPLE)  # what a past of 8 answers to 100 touches leaves open
        mails = rng.poisson(rate * 10.0, (WEEKS, PEOPLE)).astype(float)
        one = silence(counts(mails, past=(8.0, 100.0)), counts(usual(2)))
        found.append(0.0 if one is None else one.evidence)
    assert 0.0 < np.mean(found) < WEEKS + 3.0 * np.std(found) / np.sqrt(len(found))
