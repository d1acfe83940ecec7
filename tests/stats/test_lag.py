"""The lag curve: against R, against plain loops, and against the truth of simulated answers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from answerback.domain.answers import NotEnoughData, Reason
from answerback.stats.arrays import FloatArray
from answerback.stats.lag import LagCurve, Observed, lag_curve, matured_exposure
from tests.stats.reference import reference

Rows = list[tuple[int, int, float]]


def curve_of(rows: Rows, observed: Observed, horizon_days: int, *, least: float = 100) -> LagCurve:
    day, lag, n = zip(*rows, strict=True)
    curve = lag_curve(day, lag, n, observed=observed, horizon_days=horizon_days, min_matured_answers=least)
    assert isinstance(curve, LagCurve)
    return curve


def triangle(rows: list[list[float]]) -> Rows:
    return [(day, lag, n) for day, row in enumerate(rows) for lag, n in enumerate(row)]


# ----------------------------------------------------------------------------------------------------- published values


def test_the_chain_ladder_of_taylor_and_ashe() -> None:
    data, expected = reference("taylor_ashe")
    curve = curve_of(triangle(data["rows"]), Observed.until(range(10), end_day=10), 10)
    np.testing.assert_allclose(curve.share[1:], expected["share"], rtol=1e-7)
    factors = curve.share[2:] / curve.share[1:-1]
    assert factors.round(4).tolist() == [3.4906, 1.7473, 1.4574, 1.1739, 1.1038, 1.0863, 1.0539, 1.0766, 1.0177]
    paid = np.array([sum(row) for row in data["rows"]])
    reserve = (paid / curve.at(np.arange(10, 0, -1)) - paid).sum()
    assert round(reserve) == 18_680_856
    assert reserve == pytest.approx(expected["reserve"], rel=1e-9)


def test_the_aids_quarters_of_boot() -> None:
    data, expected = reference("aids")
    complete = np.array(data["complete_cells"])
    observed = Observed(effort_day=np.arange(complete.size), days=complete.astype(np.float64))
    curve = curve_of(triangle(data["rows"]), observed, 15)
    counted = np.array([sum(row[:seen]) for row, seen in zip(data["rows"], complete, strict=True)])
    total = counted / curve.at(complete)
    assert expected["reported"][-6:] == [306, 258, 310, 318, 273, 133]
    assert total[-6:].round(1).tolist() == [350.6, 310.1, 389.5, 441.0, 440.1, 436.6]
    np.testing.assert_allclose(total, expected["total"], rtol=1e-7)
    assert curve.left_out == sum(expected["reported"]) - counted.sum()


def test_the_reverse_time_product_limit_of_survfit() -> None:
    data, expected = reference("reverse_km")
    days = np.array(data["observed_days"])
    observed = Observed.until(-days, end_day=0)
    horizon = data["horizon_days"]
    curve = lag_curve(-days, data["lag_day"], np.ones(days.size), observed=observed, horizon_days=horizon)
    assert isinstance(curve, LagCurve)
    np.testing.assert_allclose(curve.share, expected["share"], atol=1e-9)


# ----------------------------------------------------------------------------------------------------------- identities


def by_plain_loops(rows: Rows, days: dict[int, float], horizon: int) -> list[float]:
    """Going down day by day: of those answered by then and watched till then, how many came that very day."""
    share = [1.0]
    for age in range(horizon, 0, -1):
        at_risk = on_the_day = 0.0
        for effort_day, lag, n in rows:
            watched_in_full = lag + 1 <= days[effort_day]
            if watched_in_full and lag + 1 <= age <= days[effort_day]:
                at_risk += n
                on_the_day += n if lag + 1 == age else 0.0
        share.append(share[-1] * (1.0 - on_the_day / at_risk) if at_risk else share[-1])
    return share[::-1]


table = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 8), st.integers(0, 30)), min_size=1, max_size=40)


@given(rows=table, end=st.floats(6.0, 9.0), horizon=st.integers(1, 6))
def test_it_is_what_plain_loops_give(rows: Rows, end: float, horizon: int) -> None:
    rows = [*rows, (0, 0, 1)]
    days = {day: end - day for day in range(7)}
    curve = curve_of(rows, Observed.until(range(7), end_day=end), horizon, least=0)
    np.testing.assert_allclose(curve.share, by_plain_loops(rows, days, horizon), atol=1e-9)


@given(rows=table, seed=st.integers(0, 99))
def test_order_and_split_of_rows_do_not_matter(rows: Rows, seed: int) -> None:
    rows = [*rows, (0, 0, 2)]
    observed = Observed.until(range(7), end_day=8)
    halves = [(day, lag, n / 2) for day, lag, n in rows for _ in range(2)]
    default_rng(seed).shuffle(halves)
    one = curve_of(rows, observed, 5, least=0)
    other = curve_of([(int(day), int(lag), n) for day, lag, n in halves], observed, 5, least=0)
    np.testing.assert_allclose(other.share, one.share, atol=1e-9)
    assert (other.answers, other.matured_answers) == pytest.approx((one.answers, one.matured_answers))


def test_where_all_efforts_waited_in_full_it_is_the_plain_share() -> None:
    curve = curve_of([(0, 0, 50), (1, 1, 30), (2, 3, 20), (2, 9, 7)], Observed.until(range(3), end_day=99), 5)
    np.testing.assert_allclose(curve.share, [0, 0.5, 0.8, 0.8, 1, 1])
    assert (curve.answers, curve.matured_answers, curve.left_out) == (100, 100, 7)


def test_answers_in_a_bin_seen_in_part_change_nothing() -> None:
    rows: Rows = [(0, 0, 60), (0, 1, 60), (5, 0, 10)]
    observed = Observed(effort_day=np.array([0, 5]), days=np.array([9.0, 1.7]))
    one, other = curve_of(rows, observed, 3), curve_of([*rows, (5, 1, 40)], observed, 3)
    assert one.share.tolist() == other.share.tolist()
    assert (one.left_out, other.left_out) == (0, 40)
    assert (other.answers, other.matured_answers) == (130, 120)


def test_an_age_a_hair_short_of_a_day_is_that_day() -> None:
    rows: Rows = [(0, 0, 100), (1, 2, 100)]
    short = curve_of(rows, Observed(effort_day=np.array([0, 1]), days=np.array([3.0, 3.0 - 1e-12])), 3)
    assert short.matured_answers == 200


# ---------------------------------------------------------------------------------------- what is not known is not said


def test_a_hundred_matured_answers_are_needed() -> None:
    def ask(n: int) -> LagCurve | NotEnoughData:
        return lag_curve([0, 5], [0, 0], [n, 500], observed=Observed.until([0, 5], end_day=7), horizon_days=4)

    assert ask(99) == NotEnoughData(Reason.LAG_UNKNOWN, have=99.0, need=100.0)
    assert isinstance(ask(100), LagCurve)


def test_beyond_the_longest_observed_age_nothing_is_known() -> None:
    observed = Observed.until([0], end_day=20)
    assert isinstance(lag_curve([0], [3], [1000], observed=observed, horizon_days=20), LagCurve)
    answer = lag_curve([0], [3], [1000], observed=observed, horizon_days=21)
    assert answer == NotEnoughData(Reason.LAG_UNKNOWN, have=0.0, need=100.0)


def test_without_any_answer_there_is_no_curve() -> None:
    none: list[int] = []
    observed = Observed.until(none, end_day=3)
    answer = lag_curve(none, none, none, observed=observed, horizon_days=1, min_matured_answers=0)
    assert isinstance(answer, NotEnoughData)


def test_a_quantile_needs_answers_on_both_sides() -> None:
    curve = curve_of([(0, 0, 60), (0, 4, 40)], Observed.until([0], end_day=30), 10)
    assert curve.quantile(0.95) is not None
    assert curve.quantile(0.99) is None
    assert curve.quantile(0.01) is None
    few = curve_of([(0, 0, 12), (0, 4, 8)], Observed.until([0], end_day=30), 10, least=5)
    assert few.quantiles == {
        0.25: pytest.approx(5 / 12),
        0.5: pytest.approx(5 / 6),
        0.75: pytest.approx(4.375),
        0.95: None,
    }


# ---------------------------------------------------------------------------------------------------- reading the curve

curves = st.lists(st.integers(0, 50), min_size=2, max_size=8).map(
    lambda n: curve_of([(0, lag, k + 1) for lag, k in enumerate(n)], Observed.until([0], end_day=99), 10, least=0)
)


@given(curve=curves, ages=st.lists(st.floats(-3, 15), min_size=2))
def test_it_rises_from_nothing_to_all(curve: LagCurve, ages: list[float]) -> None:
    share = curve.at(sorted(ages))
    assert all(a <= b for a, b in pairwise(share.tolist()))
    assert curve.at([-1, 0, 10, 11]).tolist() == [0, 0, 1, 1]
    assert curve.horizon_days == 10


@given(curve=curves, share=st.floats(0.001, 0.999))
def test_a_quantile_is_the_first_age_by_which_so_many_have_come(curve: LagCurve, share: float) -> None:
    age = curve.quantile(share)
    if age is not None:
        assert curve.at(age) == pytest.approx(share, abs=1e-9)
        assert curve.at(age - 1e-6) < share


def test_on_a_flat_stretch_a_quantile_is_where_the_stretch_begins() -> None:
    curve = curve_of([(0, 0, 75), (0, 4, 25)], Observed.until([0], end_day=30), 10)
    assert curve.quantile(0.75) == 1.0


def test_ages_of_any_shape_are_read() -> None:
    curve = curve_of([(0, 0, 100), (0, 1, 100)], Observed.until([0], end_day=9), 2)
    assert curve.at([[0.5, 1.0], [1.5, 2.0]]).tolist() == [[0.25, 0.5], [0.75, 1.0]]


def test_the_curve_cannot_be_written_to() -> None:
    curve = curve_of([(0, 0, 100)], Observed.until([0], end_day=9), 2)
    with pytest.raises(ValueError, match="read-only"):
        curve.share[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        curve.ages_days[0] = 1.0


# ----------------------------------------------------------------------------------------------------- matured exposure


@given(rows=st.lists(st.tuples(st.integers(0, 3), st.floats(0, 50), st.floats(0, 12)), min_size=1), curve=curves)
def test_exposure_is_the_sum_of_due_shares(rows: list[tuple[int, float, float]], curve: LagCurve) -> None:
    cell, n, age = zip(*rows, strict=True)
    exposure = matured_exposure(curve, cell=cell, n=n, age_days=age, cells=4)
    plain = [sum(k * float(curve.at(a)) for c, k, a in rows if c == which) for which in range(4)]
    np.testing.assert_allclose(exposure, plain, rtol=1e-12)
    assert all(m <= sum(k for c, k, _ in rows if c == which) + 1e-9 for which, m in enumerate(exposure.tolist()))


def test_efforts_that_waited_in_full_count_as_one_each() -> None:
    curve = curve_of([(0, 3, 100)], Observed.until([0], end_day=9), 7)
    assert matured_exposure(curve, cell=[0, 1], n=[12, 5], age_days=[7, 0], cells=2).tolist() == [12.0, 0.0]


# ------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lag_day": [-1]}, "lag_day must not be negative"),
        ({"lag_day": [0.5]}, "lag_day must hold whole numbers"),
        ({"lag_day": [0, 1]}, "one length"),
        ({"n": [-1]}, "n must be finite"),
        ({"effort_day": [7]}, "no observed days"),
        ({"effort_day": [float("nan")]}, "effort_day must hold whole numbers"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"horizon_days": 2.5}, "horizon_days"),
    ],
)
def test_wrong_input_is_refused(change: dict[str, object], words: str) -> None:
    good = {
        "effort_day": [0],
        "lag_day": [0],
        "n": [200],
        "observed": Observed.until([0], end_day=9),
        "horizon_days": 3,
    }
    assert isinstance(lag_curve(**good), LagCurve)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=words):
        lag_curve(**{**good, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [[1, 1], [2, 1]])
def test_observed_days_are_one_each_in_order(days: list[int]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        Observed(effort_day=np.array(days), days=np.array([1.0, 2.0]))


def test_days_after_the_end_are_not_observed() -> None:
    assert Observed.until([1, 9], end_day=5).days.tolist() == [4.0, 0.0]


@pytest.mark.parametrize("cell", [-1, 2])
def test_a_cell_that_does_not_exist_is_refused(cell: int) -> None:
    curve = curve_of([(0, 0, 100)], Observed.until([0], end_day=9), 2)
    with pytest.raises(ValueError, match="cell must be"):
        matured_exposure(curve, cell=[cell], n=[1], age_days=[1], cells=2)


def test_an_age_that_is_no_number_is_refused() -> None:
    curve = curve_of([(0, 0, 100)], Observed.until([0], end_day=9), 2)
    with pytest.raises(ValueError, match="age"):
        curve.at([float("nan")])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_quantile_lies_between_none_and_all(share: float) -> None:
    curve = curve_of([(0, 0, 100)], Observed.until([0], end_day=9), 2)
    with pytest.raises(ValueError, match="share"):
        curve.quantile(share)


# ----------------------------------------------------------------------------------------------------------- simulation

HORIZON = 40
READ_AT = np.array([1, 2, 5, 10, 20, 30])
TRUE_SHARE = (1 - np.exp(-READ_AT / 8)) / (1 - np.exp(-HORIZON / 8))


def answers_of_a_growing_team(rng: Generator) -> tuple[FloatArray, FloatArray]:
    """Effort age and lag, in days, of the answers seen so far. Most efforts are recent: slow answers are not in."""
    age = 120 - np.floor(120 * np.sqrt(np.sqrt(rng.random(1500))))
    lag = rng.exponential(8, 1500)
    return age[lag < age], lag[lag < age]


def test_it_recovers_the_true_curve_and_a_plain_histogram_does_not() -> None:
    rng, estimates, histograms = default_rng(3), [], []
    for _ in range(150):
        age, lag = answers_of_a_growing_team(rng)
        curve = lag_curve(
            -age, np.floor(lag), np.ones(age.size), observed=Observed.until(-age, end_day=0), horizon_days=HORIZON
        )
        assert isinstance(curve, LagCurve)
        estimates.append(curve.at(READ_AT))
        histograms.append((lag[lag < HORIZON, None] <= READ_AT).mean(axis=0))
    error = np.array(estimates) - TRUE_SHARE
    noise = error.std(axis=0, ddof=1) / np.sqrt(len(error))
    assert np.all(np.abs(error.mean(axis=0)) < 4 * noise)
    assert np.all(noise < 0.005)
    histogram_error = (np.array(histograms) - TRUE_SHARE).mean(axis=0)
    assert np.all(histogram_error[READ_AT <= 20] > 8 * noise[READ_AT <= 20])
    assert histogram_error.max() > 0.05
