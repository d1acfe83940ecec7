"""Cohen's kappa: textbook values, identities, edges, and its error by drawing tables."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.stats.agreement import Kappa, cohen_kappa
from answerback.stats.more_than_usual import more_than_usual


def kappa_of(table: object) -> Kappa:
    found = cohen_kappa(table)  # type: ignore[arg-type]
    assert found is not None
    return found


def test_values_of_the_textbook() -> None:
    # Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, table 18.1: three diagnoses, 100 cases.
    found = kappa_of([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert found.agreed == pytest.approx(0.89)
    assert found.kappa == pytest.approx(0.676, abs=5e-4)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(0.088, abs=1e-3)


def test_identities() -> None:
    table = np.array([[20.0, 5.0, 1.0], [10.0, 15.0, 2.0], [3.0, 0.0, 9.0]])
    found = kappa_of(table)
    assert kappa_of(table.T).kappa == pytest.approx(found.kappa)
    order = [2, 0, 1]
    assert kappa_of(table[np.ix_(order, order)]).low == pytest.approx(found.low)
    assert kappa_of(np.diag([5.0, 7.0])) == Kappa(1.0, 1.0, 1.0, 1.0)
    assert kappa_of(np.outer([10, 20], [15, 15])).kappa == pytest.approx(0.0)


def test_the_interval_covers() -> None:
    rng, p = default_rng(1), np.array([[0.35, 0.08, 0.02], [0.1, 0.2, 0.03], [0.02, 0.05, 0.15]])
    truth = kappa_of(p * 1e6).kappa
    drawn = [kappa_of(rng.multinomial(150, p.ravel()).reshape(3, 3)) for _ in range(1500)]
    assert np.mean([each.low <= truth <= each.high for each in drawn]) == pytest.approx(0.95, abs=0.02)


def test_edges() -> None:
    assert cohen_kappa([[0, 0], [0, 0]]) is None
    assert cohen_kappa([[9, 0], [0, 0]]) is None
    with pytest.raises(ValueError, match="square"):
        cohen_kappa([[1, 2]])


def test_who_has_more_than_usual_is_rarely_named_where_people_differ_as_usual() -> None:
    """The rate holds although people differ, as long as they do so as usual."""
    rng = default_rng(2)
    named = 0
    for _ in range(400):
        log_odds = np.log(0.08 / 0.92) + rng.normal(0.0, np.sqrt(0.15), 12)
        successes = rng.binomial(50, 1.0 / (1.0 + np.exp(-log_odds)))
        named += bool(more_than_usual(successes, np.full(12, 50.0)).named.any())
    assert named / 400 <= 0.1 + 0.03


def test_who_has_clearly_more_is_named_and_left_out_of_the_others() -> None:
    successes, trials = [2, 3, 1, 2, 4, 2, 20, 25], [50] * 8
    found = more_than_usual(successes, trials)
    assert found.named.tolist() == [False] * 6 + [True] * 2
    assert found.usual[6] == pytest.approx(14 / 300)
    assert found.usual[0] == pytest.approx(12 / 250)
    fewer = more_than_usual(successes, trials, may_be_named=[True] * 7 + [False])
    assert fewer.named.tolist() == [False] * 6 + [True, False]


def test_nobody_is_named_alone_or_without_trials() -> None:
    alone = more_than_usual([9], [10])
    assert (alone.named.tolist(), np.isnan(alone.usual).tolist()) == ([False], [True])
    assert not more_than_usual([0, 0, 0], [0, 0, 0]).named.any()
    assert more_than_usual([], []).named.shape == (0,)
