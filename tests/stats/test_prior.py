"""What peers say: the grid against R, against brute force, and at its edges."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng
from scipy.optimize import minimize
from scipy.special import comb, expit
from scipy.stats import betabinom

from answerback.stats import prior as module
from answerback.stats.arrays import FloatArray
from answerback.stats.prior import distinct_cells, log_beta_binomial, peer_prior
from answerback.stats.rate import shrunk_rates
from tests.stats.reference import reference

R_GRIDS = pytest.mark.parametrize("name", ["rats", "surgical", "cbpp"])


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 300), st.floats(0.1, 300))
def test_the_chance_of_a_cell_is_scipys_for_whole_numbers(s: int, failures: int, a: float, b: float) -> None:
    m = s + failures
    expected = betabinom.logpmf(s, m, a, b) - np.log(comb(m, s))
    assert float(log_beta_binomial(s, m, a=a, b=b)) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("s", "m", "a", "b"), [(3, 2, 1, 1), (1, 2, 0, 1), (1, 2, 1, 0)])
def test_a_chance_that_does_not_exist_is_refused(s: float, m: float, a: float, b: float) -> None:
    with pytest.raises(ValueError, match="must"):
        log_beta_binomial(s, m, a=a, b=b)


def test_the_most_likely_prior_of_the_hospitals_is_that_of_r() -> None:
    data, expected = reference("surgical")
    s, m = np.array(data["successes"]), np.array(data["exposure"])

    def surprise(point: FloatArray) -> float:
        mean, strength = expit(point[0]), np.exp(point[1])
        return -float(log_beta_binomial(s, m, a=mean * strength, b=(1 - mean) * strength).sum())

    best = minimize(surprise, [-2.5, 4.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    mean, strength = float(expit(best.x[0])), float(np.exp(best.x[1]))
    assert round(mean, 4) == 0.0765
    assert round(strength, 1) == 107.9
    shrunk = (mean * strength + s) / (strength + m)
    np.testing.assert_allclose(shrunk, expected["plug_in"]["rate"], atol=1e-5)


@R_GRIDS
def test_the_grid_gives_what_a_fine_sum_in_r_gives(name: str) -> None:
    data, expected = reference(name)
    prior = peer_prior(data["successes"], data["exposure"])
    assert prior.mean == pytest.approx(expected["full_bayes"]["prior_mean"], abs=2e-4)
    assert prior.strength == pytest.approx(expected["full_bayes"]["prior_strength"], rel=2e-3)


def test_copies_of_the_hospitals_lead_to_their_most_likely_prior() -> None:
    data, expected = reference("surgical")
    prior = peer_prior(np.tile(data["successes"], 200), np.tile(data["exposure"], 200))
    assert prior.mean == pytest.approx(expected["plug_in"]["mean"], abs=2e-4)
    assert prior.strength == pytest.approx(expected["plug_in"]["strength"], rel=0.02)
    assert prior.cells == 2400


def by_brute_force(cells: list[tuple[int, int]]) -> tuple[float, float]:
    """Mean and strength by a plain sum over a fixed fine grid, with scipy's beta-binomial."""
    log_odds, log_strength = np.meshgrid(
        np.linspace(-8, 8, 321), np.linspace(np.log(2), np.log(500), 80), indexing="ij"
    )
    mean, strength = expit(log_odds), np.exp(log_strength)
    a, b = mean * strength, expit(-log_odds) * strength
    weight = a * b * strength**-2.5
    weight[:, [0, -1]] /= 2  # the first and the last point stand for half a step
    for s, m in cells:
        weight = weight * betabinom.pmf(s, m, a, b)
    weight = weight / weight.sum()
    return float((weight * mean).sum()), float(np.exp((weight * log_strength).sum()))


@pytest.mark.parametrize(
    "cells", [[(4, 20)], [(0, 5)], [(7, 7)], [(0, 0)], [(1, 30), (9, 10)], [(2, 4), (3, 9), (0, 2)]]
)
def test_small_groups_are_as_by_brute_force(cells: list[tuple[int, int]]) -> None:
    prior = peer_prior(*zip(*cells, strict=True))
    mean, strength = by_brute_force(cells)
    assert prior.mean == pytest.approx(mean, abs=2e-3)
    assert prior.strength == pytest.approx(strength, rel=0.02)


def test_without_cells_it_is_the_prior_itself() -> None:
    empty = peer_prior([], [])
    assert empty.mean == pytest.approx(0.5)
    assert empty.cells == 0
    assert empty.strength == pytest.approx(by_brute_force([])[1], rel=0.02)
    assert empty.weight.sum() == pytest.approx(1.0)


group = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 160)), min_size=1, max_size=10).map(
    lambda cells: ([float(s) for s, _ in cells], [s + f / 8 for s, f in cells])
)


@given(group)
def test_a_cell_without_exposure_says_nothing(cells: tuple[list[float], list[float]]) -> None:
    s, m = cells
    one, other = peer_prior(s, m), peer_prior([*s, 0.0], [*m, 0.0])
    assert (other.mean, other.strength) == pytest.approx((one.mean, one.strength), rel=1e-6)


@given(group)
def test_swapping_success_and_failure_mirrors_the_prior(cells: tuple[list[float], list[float]]) -> None:
    s, m = (np.array(column) for column in cells)
    one, other = peer_prior(s, m), peer_prior(m - s, m)
    assert (other.mean, other.strength) == pytest.approx((1.0 - one.mean, one.strength), rel=1e-6)


@given(group)
def test_it_is_a_mixture_within_the_stated_range(cells: tuple[list[float], list[float]]) -> None:
    prior = peer_prior(*cells)
    strength = prior.a + prior.b
    assert prior.weight.sum() == pytest.approx(1.0)
    assert strength.min() >= module.STRENGTH_RANGE[0] * (1 - 1e-9)
    assert strength.max() <= module.STRENGTH_RANGE[1] * (1 + 1e-9)
    assert float((prior.weight * prior.a / strength).sum()) == pytest.approx(prior.mean, abs=1e-5)
    assert prior.a.size <= module.MEANS * module.STRENGTHS


def test_a_large_group_is_found_between_the_points_of_a_coarse_grid() -> None:
    rng = default_rng(8)
    exposure = rng.integers(8, 21, 10_000)
    prior = peer_prior(rng.binomial(exposure, rng.beta(4, 16, exposure.size)), exposure)
    assert prior.mean == pytest.approx(0.2, abs=0.005)
    assert prior.strength == pytest.approx(20.0, rel=0.1)
    means = np.unique((prior.a / (prior.a + prior.b)).round(9))
    assert means.size > 10, "the weight of a large group must not fall on a point or two"
    assert np.ptp(means) < 0.05


@pytest.mark.parametrize("seed", range(25))
def test_outside_the_part_that_is_looked_at_there_is_no_weight(seed: int) -> None:
    """Groups of 1 to 10,000 cells of 1 to 3,000 efforts, alike or not, around any mean."""
    rng = default_rng(seed)
    size, strength = int(10 ** rng.uniform(0, 4)), 10 ** rng.uniform(-0.5, 3.5)
    exposure = np.ceil(10 ** rng.uniform(0, 3.5, size if seed % 2 else 1)) * np.ones(size)
    mean = rng.uniform(0.01, 0.99)
    truth = rng.beta(mean * strength, (1 - mean) * strength, size)
    cells = module._Sums.of(rng.binomial(exposure.astype(int), truth).astype(float), exposure)
    region, whole = module._where_the_weight_is(cells), module._whole_plane()
    log_weight = module._log_weight(cells, *module._axes(region, module.MEANS, module.STRENGTHS))
    edges = {(0, 0): log_weight[0], (0, 1): log_weight[-1], (1, 0): log_weight[:, 0], (1, 1): log_weight[:, -1]}
    for (side, end), edge in edges.items():
        assert region[side, end] == whole[side, end] or edge.max() < -10


@pytest.mark.parametrize("scale", [0.5, 5.0, 60.0])
def test_many_different_exposures_give_what_each_by_itself_would(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = default_rng(11)
    exposure = np.concatenate([[0.0, 0.0], rng.gamma(2.0, scale, 1500)])
    successes = np.minimum(rng.binomial(np.ceil(exposure).astype(int), 0.2), exposure)
    assert module.on_knots(exposure, np.ones(1502))[0].size < 500
    quick = shrunk_rates(successes, exposure)
    monkeypatch.setattr(module, "_MANY", 10**9)
    one_by_one = shrunk_rates(successes, exposure)
    for name in ("rate", "low", "high"):
        np.testing.assert_allclose(getattr(quick, name), getattr(one_by_one, name), atol=1e-9)


def test_a_large_group_of_young_cells_errs_on_the_safe_side() -> None:
    """Binomial answers thinned by age vary a little more than matured exposure says: peers seem less alike."""
    rng = default_rng(9)
    truth, exposure = rng.beta(4, 16, 5000), 20 * rng.uniform(0.4, 0.8, 5000)
    successes = rng.binomial(20, truth * exposure / 20)
    rates = shrunk_rates(successes, exposure)
    assert rates.prior.mean == pytest.approx(0.2, abs=0.01)
    assert 10 < rates.prior.strength < 20
    assert 0.95 < ((rates.low <= truth) & (truth <= rates.high)).mean() < 0.98


def test_a_large_group_takes_little_memory() -> None:
    exposure = 20 * default_rng(8).uniform(0.4, 1.0, 10_000)
    successes = np.floor(exposure / 5)
    tracemalloc.start()
    shrunk_rates(successes, exposure)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_the_size_of_a_chunk_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    s, m = np.arange(30.0) % 7, 9 + np.arange(30.0) / 3
    whole = peer_prior(s, m)
    monkeypatch.setattr(module, "_CHUNK", 4)
    parts = peer_prior(s, m)
    np.testing.assert_allclose(parts.weight, whole.weight, rtol=1e-9)


def test_equal_cells_are_put_together_and_sorted() -> None:
    cells = distinct_cells([2, 0, 2, 5], [4.5, 3, 4.5, 4.25])
    assert cells.successes.tolist() == [0, 2, 5]
    assert cells.exposure.tolist() == [3, 4.5, 5]
    assert cells.number.tolist() == [1, 2, 1]
    assert cells.place.tolist() == [1, 0, 1, 2]


@pytest.mark.parametrize(("s", "m"), [([1, 2], [3]), ([-1], [3]), ([1], [float("nan")])])
def test_wrong_cells_are_refused(s: list[float], m: list[float]) -> None:
    with pytest.raises(ValueError, match=r"one length|finite"):
        peer_prior(s, m)


def test_what_peers_say_cannot_be_written_to() -> None:
    prior = peer_prior([1], [4])
    for column in (prior.a, prior.b, prior.weight):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1.0
