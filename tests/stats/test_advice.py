"""One kind of touch against another within strata: against least squares written out, and at its edges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from answerback.stats.advice import WORTH, Advised, TooLittle, Touched, advised
from answerback.stats.sequences import peeking_factor


def some(rng: Generator, *, effect: float = 0.1, reps: int = 6, companies: int = 60, size: int = 900) -> Touched:
    rep, company, used = (rng.integers(0, each, size) for each in (reps, companies, 2))
    rate = 0.2 + 0.03 * rep + effect * used
    return Touched(rep, company, used == 1, np.ones(size), (rng.random(size) < rate).astype(float))


def test_it_is_least_squares_with_an_intercept_for_each_stratum_and_errors_by_company() -> None:
    rows = some(default_rng(1))
    x = rows.used.astype(float)
    design = np.column_stack([x, *(rows.stratum == each for each in range(6))]).astype(float)
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ rows.s
    left = rows.s - design @ beta
    scores = np.stack([design[rows.company == each].T @ left[rows.company == each] for each in range(60)])
    plain = float((inverse @ scores.T @ scores @ inverse)[0, 0])
    found = advised(rows)
    assert isinstance(found, Advised)
    assert found.difference == pytest.approx(beta[0], abs=1e-12)
    widen = found.companies / (found.companies - 1) * 900 / (900 - 7)
    assert found.error == pytest.approx(np.sqrt(plain * widen), rel=1e-9)


def test_cells_may_be_put_together() -> None:
    rows = some(default_rng(2))
    key, place = np.unique((rows.stratum * 100 + rows.company) * 2 + rows.used, return_inverse=True)
    n, s = (np.bincount(place, each).astype(np.float64) for each in (rows.n, rows.s))
    together = advised(Touched(key // 200, key // 2 % 100, key % 2 == 1, n, s))
    apart = advised(rows)
    assert isinstance(together, Advised)
    assert isinstance(apart, Advised)
    assert (together.difference, together.error) == pytest.approx((apart.difference, apart.error))


def test_who_makes_only_one_kind_changes_nothing() -> None:
    rows = some(default_rng(3))
    more = [np.concatenate(each) for each in (
        (rows.stratum, np.full(50, 77)), (rows.company, np.arange(50)), (rows.used, np.ones(50, bool)),
        (rows.n, np.ones(50)), (rows.s, np.ones(50)),
    )]  # fmt: skip
    assert advised(Touched(*more)) == advised(rows)


def test_other_way_round_it_is_the_other_way_round() -> None:
    rows = some(default_rng(4))
    one, other = advised(rows), advised(Touched(rows.stratum, rows.company, ~rows.used, rows.n, rows.s))
    assert isinstance(one, Advised)
    assert isinstance(other, Advised)
    assert (other.difference, other.low, other.high) == pytest.approx((-one.difference, -one.high, -one.low))


@pytest.mark.parametrize("companies", [1, 9])
def test_few_companies_say_nothing(companies: int) -> None:
    assert isinstance(advised(some(default_rng(5), companies=companies)), TooLittle)


def test_few_touches_say_nothing() -> None:
    assert isinstance(advised(some(default_rng(6), size=36)), TooLittle)
    none = np.empty(0)
    assert advised(Touched(none.astype(int), none.astype(int), none.astype(bool), none, none)) == TooLittle(0.0, 0.0)


def test_all_or_nobody_moved_is_not_taken_at_its_word() -> None:
    rows = some(default_rng(7))
    found = advised(Touched(rows.stratum, rows.company, rows.used, rows.n, np.zeros(900)))
    assert isinstance(found, Advised)
    assert found.low < 0.0 < found.high


def test_enough_is_known_when_the_least_difference_would_be_seen() -> None:
    many = advised(some(default_rng(8), size=20_000, companies=4_000))
    assert isinstance(many, Advised)
    assert many.known > 1.0
    assert many.more == 0
    few = advised(some(default_rng(9), size=300))
    assert isinstance(few, Advised)
    # So many touches more would narrow the interval until WORTH is seen in four of five cases.
    wanted = WORTH / (float(peeking_factor(1.0, planned=0.25)) + 0.8416)
    assert few.more == pytest.approx(few.touches[0] * ((few.error / wanted) ** 2 - 1), abs=1)


@pytest.mark.parametrize("wrong", [{"s": [2.0]}, {"n": [-1.0]}, {"n": [1.0, 2.0]}])
def test_what_cannot_be_is_refused(wrong: dict[str, list[float]]) -> None:
    given = {"n": [1.0], "s": [0.0]} | wrong
    with pytest.raises(ValueError, match=r"."):
        advised(Touched(np.array([1]), np.array([1]), np.array([True]), np.array(given["n"]), np.array(given["s"])))
