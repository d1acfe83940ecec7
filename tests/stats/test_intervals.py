"""Jeffreys' and Wilson's intervals: against R, and at the edges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.stats.intervals import Interval, jeffreys, wilson
from tests.stats.reference import reference

BOTH = pytest.mark.parametrize("method", [jeffreys, wilson])
Method = Callable[..., Interval]
cells = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda c: (min(c) / 4, max(c) / 4))


def test_jeffreys_is_that_of_r() -> None:
    data, expected = reference("intervals")
    interval = jeffreys(data["successes"], data["exposure"])
    np.testing.assert_allclose(interval.low, expected["jeffreys_low"], rtol=1e-8)
    np.testing.assert_allclose(interval.high, expected["jeffreys_high"], rtol=1e-8)


def test_wilson_is_that_of_r() -> None:
    data, expected = reference("intervals")
    whole = [low is not None for low in expected["wilson_low"]]
    interval = wilson(data["successes"], data["exposure"])
    assert sum(whole) == 8
    np.testing.assert_allclose(interval.low[whole], np.array(expected["wilson_low"])[whole].astype(float), atol=1e-9)
    np.testing.assert_allclose(interval.high[whole], np.array(expected["wilson_high"])[whole].astype(float), rtol=1e-8)


@BOTH
def test_without_exposure_nothing_is_known(method: Method) -> None:
    interval = method(0, 0)
    assert (float(interval.low), float(interval.high)) == (0.0, 1.0)


@BOTH
def test_nobody_and_everybody_reach_the_edge(method: Method) -> None:
    interval = method([0, 7], [7, 7])
    assert interval.low[0] == 0.0
    assert interval.high[1] == 1.0
    assert 0.0 < interval.high[0] < 1.0
    assert 0.0 < interval.low[1] < 1.0


@BOTH
def test_the_edges_are_reached_exactly_for_any_exposure(method: Method) -> None:
    exposure = np.arange(1, 400) / 7
    for coverage in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999):
        assert np.all(method(np.zeros(exposure.size), exposure, coverage=coverage).low == 0.0)
        assert np.all(method(exposure, exposure, coverage=coverage).high == 1.0)


@BOTH
def test_more_successes_than_matured_exposure_count_as_all_of_them(method: Method) -> None:
    above, full = method(3, 2.6), method(3, 3)
    assert (above.low, above.high) == (full.low, full.high)


@BOTH
@given(cell=cells)
def test_swapping_success_and_failure_mirrors_the_interval(method: Method, cell: tuple[float, float]) -> None:
    s, m = cell
    interval, mirrored = method(s, m), method(m - s, m)
    np.testing.assert_allclose(interval.low, 1.0 - mirrored.high, atol=1e-6)


@BOTH
@given(cell=cells)
def test_it_holds_the_raw_share_and_stays_in_range(method: Method, cell: tuple[float, float]) -> None:
    s, m = cell
    interval = method(s, m)
    share = s / m if m > 0 else 0.5
    assert 0.0 <= interval.low <= share + 1e-9
    assert share - 1e-9 <= interval.high <= 1.0


@BOTH
@given(cell=cells)
def test_more_coverage_is_wider(method: Method, cell: tuple[float, float]) -> None:
    narrow, wide = (float(method(*cell, coverage=coverage).width) for coverage in (0.8, 0.99))
    assert narrow < wide or cell == (0, 0)


@BOTH
@pytest.mark.parametrize("bad", [(-1, 5), (1, -5), (float("nan"), 5), (1, float("inf"))])
def test_what_is_no_count_is_refused(method: Method, bad: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        method(*bad)


@BOTH
@pytest.mark.parametrize("coverage", [0.0, 1.0, float("nan")])
def test_coverage_is_a_share(method: Method, coverage: float) -> None:
    with pytest.raises(ValueError, match="coverage"):
        method(1, 5, coverage=coverage)
