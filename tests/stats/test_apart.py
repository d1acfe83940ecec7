"""Shares that lie apart: against chi-squared tables worked by hand, and calibrated by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.apart import paired_shares, two_shares


def test_the_p_value_is_pearsons_chi_squared() -> None:
    # 2 x 2 table 10, 20 / 30, 15: chi-squared = n (ad - bc)^2 / (row and column sums) = 8.036; p of one degree 0.00459
    assert two_shares((10, 30), (30, 45)) == pytest.approx(0.004586, abs=2e-6)
    assert two_shares((30, 45), (10, 30)) == two_shares((10, 30), (30, 45))


@pytest.mark.parametrize(("one", "other"), [((0, 5), (0, 7)), ((5, 5), (7, 7)), ((2, 4), (3, 6))])
def test_the_same_share_does_not_lie_apart(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert two_shares(one, other) == 1.0


def test_without_trials_there_is_no_share() -> None:
    with pytest.raises(ValueError, match="trials"):
        two_shares((0, 0), (1, 2))
    with pytest.raises(ValueError, match="something to count"):
        paired_shares([0], [0], [1], [2])
    with pytest.raises(ValueError, match="one length"):
        paired_shares([1, 1], [2, 2], [1], [2])


def test_one_cluster_alone_has_no_width_and_says_so_by_p() -> None:
    assert paired_shares([1], [2], [1], [2]).p_value == 1.0
    assert paired_shares([0, 0], [2, 2], [0, 0], [2, 2]).difference == 0.0


def test_an_empty_cluster_changes_nothing_but_the_correction() -> None:
    few = paired_shares([3, 2, 1], [4, 4, 5], [1, 0, 1], [4, 4, 2])
    more = paired_shares([3, 2, 1, 0], [4, 4, 5, 0], [1, 0, 1, 0], [4, 4, 2, 0])
    assert (few.one, few.other) == (more.one, more.other)
    assert more.high - more.low == pytest.approx((few.high - few.low) * np.sqrt(4 / 3 * 2 / 3))


def test_intervals_hold_the_truth_as_often_as_they_say_where_clusters_hang_together() -> None:
    rng = default_rng(8)
    held = 0
    draws = 400
    for _ in range(draws):
        clusters = 120
        of, other_of = rng.integers(0, 9, clusters), rng.integers(1, 9, clusters)
        lean = rng.beta(2, 3, clusters)
        hits, other_hits = rng.binomial(of, lean), rng.binomial(other_of, lean * 0.5)
        found = paired_shares(hits, of, other_hits, other_of)
        held += found.low <= 0.2 <= found.high
    # 95 % of 400 with four standard errors of the simulation
    assert held / draws == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / draws))
