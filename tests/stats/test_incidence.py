"""Cumulative incidence: against R and two Python libraries, against plain loops, and at its edges."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from answerback.stats.incidence import Curves, Spells, band, curves, curves_of, spells_of, variance_of
from answerback.stats.survival import kaplan_meier, log_rank
from tests.stats.reference import FOLDER, reference

Row = tuple[int, float, int, int]
"""Group, age, end, how many."""


def curves_from(rows: list[Row], *, groups: int | None = None) -> Curves:
    group, age, end, n = zip(*rows, strict=True)
    return curves(group, age, end, n, groups=groups, ends=3)


def ones(values: list[float]) -> np.ndarray:
    return np.ones(len(values))


def mgus2() -> tuple[Curves, list[float]]:
    data = reference("incidence")[0]["mgus2"]
    return curves(np.zeros(len(data["age"]), int), data["age"], data["end"], ones(data["age"])), data["months"]


# ----------------------------------------------------------------------------------------------------- published values


def test_progression_and_death_of_mgus2_as_survfit_and_cmprsk_have_them() -> None:
    of, months = mgus2()
    expected = reference("incidence")[1]["mgus2"]
    assert of.share_by(0, months).round(6).tolist() == [0.034104, 0.063722, 0.099814, 0.134042]
    assert of.share_by(0, months, 2).round(6).tolist() == [0.320367, 0.531818, 0.724028, 0.784208]
    np.testing.assert_allclose(of.share_by(0, months), expected["pcm"], rtol=1e-10)
    np.testing.assert_allclose(of.share_by(0, months), expected["cmprsk_pcm"], rtol=1e-10)
    np.testing.assert_allclose(of.share_by(0, months, 2), expected["death"], rtol=1e-10)
    # cmprsk takes ends of two kinds in one month one after the other: a difference in the fourth figure.
    np.testing.assert_allclose(variance_of(of, of.rows_at(0, months)), expected["pcm_variance"], rtol=2e-4)


def test_it_is_not_one_less_kaplan_meier() -> None:
    data, expected = (each["mgus2"] for each in reference("incidence"))
    zeros = np.zeros(len(data["age"]), int)
    wrong = 1.0 - kaplan_meier(zeros, data["age"], np.array(data["end"]) == 1, ones(data["age"])).curves.open_at(
        0, data["months"]
    )
    np.testing.assert_allclose(wrong, expected["wrong_pcm"], rtol=1e-10)
    assert wrong.round(4).tolist() == [0.0422, 0.0952, 0.2096, 0.4248]
    of, months = mgus2()
    assert (wrong > of.share_by(0, months) * [1.2, 1.4, 2.0, 3.0]).all()


def test_groups_are_as_cmprsk_has_each_by_itself() -> None:
    data, expected = (each["mgus2"] for each in reference("incidence"))
    of = curves(data["sex"], data["age"], data["end"], ones(data["age"]))
    for sex, told in enumerate(expected["by_sex"]):
        np.testing.assert_allclose(of.share_by(sex, data["months"]), told["share"], rtol=1e-10)
        np.testing.assert_allclose(variance_of(of, of.rows_at(sex, data["months"])), told["variance"], rtol=3e-4)


def test_scikit_survival_has_the_same_curve_and_the_same_interval() -> None:
    of, months = mgus2()
    told = reference("incidence_python")[1]["scikit_survival"]
    every = told["every_age"]
    np.testing.assert_allclose(of.share_by(0, every["age"]), every["share"], atol=1e-12)
    np.testing.assert_allclose(of.share_by(0, months, 2), told["share"]["2"], rtol=1e-12)
    low, high = band(of, 0, months)
    np.testing.assert_allclose(low, told["low"]["1"], rtol=1e-10)
    np.testing.assert_allclose(high, told["high"]["1"], rtol=1e-10)


def test_lifelines_has_the_same_curve() -> None:
    data = reference("incidence")[0]["mgus2"]
    given_with, told = reference("incidence_python")
    age, end = np.array(data["age"], float), np.array(data["end"])
    rank = np.empty(age.size)
    rank[np.lexsort((end == 0, age))] = np.arange(age.size)
    of = curves(np.zeros(age.size, int), age + given_with["tie"] * rank, end, np.ones(age.size))
    months = np.array(data["months"]) + 0.5
    np.testing.assert_allclose(of.share_by(0, months), told["lifelines"]["1"]["share"], rtol=1e-9)
    np.testing.assert_allclose(of.share_by(0, months, 2), told["lifelines"]["2"]["share"], rtol=1e-9)
    # Its variance has r where Aalen's has r - 1, and few are left at 360 months.
    at = of.rows_at(0, months[:3])
    np.testing.assert_allclose(variance_of(of, at), told["lifelines"]["1"]["variance"][:3], rtol=2e-2)


def test_what_the_libraries_said_names_them_and_their_versions() -> None:
    for name, libraries in (("incidence", ("survival", "cmprsk")), ("incidence_python", ("lifelines", "scikit-"))):
        content = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert all(each in content["version"] for each in libraries)


def test_freireichs_two_arms() -> None:
    data, expected = (each["gehan"] for each in reference("incidence"))
    told = kaplan_meier(data["group"], data["time"], data["ended"], ones(data["time"]))
    middle, low, high = told.quantile(0.5)
    assert (middle.tolist(), low.tolist(), high.tolist()) == ([23, 8], [16, 4], [np.inf, 12])
    assert (expected["median"], expected["low"], expected["high"]) == ([23, 8], [16, 4], [None, 12])
    for arm, each in enumerate(expected["curves"]):
        rows = told.curves.rows_at(arm, each["time"])
        np.testing.assert_allclose(told.share[rows], each["share"], rtol=1e-10)
        inside = [place for place, low_end in enumerate(each["low"]) if low_end is not None]
        np.testing.assert_allclose(told.low[rows][inside], np.array(each["low"], float)[inside], rtol=1e-10)
        np.testing.assert_allclose(told.high[rows][inside], np.array(each["high"], float)[inside], rtol=1e-10)


def test_log_rank_of_two_arms_and_of_three_ages() -> None:
    data, expected = (each["gehan"] for each in reference("incidence"))
    told = log_rank(data["group"], data["time"], data["ended"], ones(data["time"]))
    assert round(told.statistic, 1) == 16.8
    assert told.statistic == pytest.approx(expected["log_rank"], rel=1e-10)
    assert told.freedom == 1
    data, expected = (each["mgus2"] for each in reference("incidence"))
    told = log_rank(data["band"], data["futime"], data["death"], ones(data["age"]))
    assert told.freedom == 2
    assert told.statistic == pytest.approx(expected["log_rank"], rel=1e-9)


# ----------------------------------------------------------------------------------------------------------- identities


def by_plain_loops(rows: list[Row], group: int, until: float) -> tuple[float, float, float]:
    """Age by age: who is still there, who ends how; the share moved, the share open, and Aalen's variance."""
    ages = sorted({age for of, age, end, n in rows if of == group and n and age <= until})
    still, moved, seen = 1.0, 0.0, []
    for age in ages:
        there = sum(n for of, each, _, n in rows if of == group and each >= age)
        ended = [sum(n for of, each, end, n in rows if (of, each, end) == (group, age, kind)) for kind in (1, 2, 3)]
        moved += still * ended[0] / there
        seen.append((there, sum(ended), ended[0], still, moved))
        still *= 1 - sum(ended) / there
    variance = 0.0
    for there, d, d1, before, share in seen:
        gap = moved - share
        if there > 1:
            variance += before**2 * d1 * (there - d1) / (there**2 * (there - 1))
            if there > d:
                variance += gap**2 * d / ((there - 1) * (there - d))
                variance -= 2 * gap * before * d1 * (there - d1) / (there * (there - d) * (there - 1))
    return moved, still, variance


table = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 7.0]), st.integers(0, 3), st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=50)
@given(rows=table, until=st.sampled_from([0.0, 0.7, 2.0, 9.0]))
def test_it_is_what_plain_loops_give_for_each_group(rows: list[Row], until: float) -> None:
    of = curves_from(rows, groups=4)
    for group in range(4):
        moved, still, variance = by_plain_loops(rows, group, until)
        assert of.share_by(group, until) == pytest.approx(moved, abs=1e-9)
        assert of.open_at(group, until) == pytest.approx(still, abs=1e-9)
        assert variance_of(of, of.rows_at(group, until)) == pytest.approx(max(variance, 0.0), abs=1e-9)


@settings(max_examples=50)
@given(rows=table)
def test_shares_of_all_ends_and_what_is_open_are_one(rows: list[Row]) -> None:
    of = curves_from(rows)
    np.testing.assert_allclose(of.incidence.sum(axis=1) + of.open, 1.0, atol=1e-9)


@settings(max_examples=50)
@given(rows=table, seed=st.integers(0, 99))
def test_order_and_split_of_rows_do_not_matter(rows: list[Row], seed: int) -> None:
    halves = [(group, age, end, n / 2) for group, age, end, n in rows for _ in range(2)]
    default_rng(seed).shuffle(halves)
    one = curves_from(rows, groups=4)
    group, age, end, n = np.array(halves).T
    other = curves(group.astype(int), age, end.astype(int), n, groups=4, ends=3)
    np.testing.assert_allclose(other.incidence, one.incidence, atol=1e-9)
    np.testing.assert_allclose(other.open, one.open, atol=1e-9)


@settings(max_examples=50)
@given(rows=table)
def test_pooled_groups_are_the_groups_of_pooled_rows(rows: list[Row]) -> None:
    parent = np.array([0, 1, 0, 1])
    group, age, end, n = (np.array(column) for column in zip(*rows, strict=True))
    one = curves_of(spells_of(group, age, end, n, groups=4, ends=3).pooled(parent, 2))
    other = curves(parent[group], age, end, n, groups=2, ends=3)
    np.testing.assert_allclose(one.incidence, other.incidence, atol=1e-12)


def test_without_censoring_it_is_the_plain_share_with_its_binomial_variance() -> None:
    of = curves([0, 0, 0], [1.0, 2.0, 3.0], [1, 2, 1], [20, 50, 30])
    assert of.share_by(0, [1.0, 2.0, 3.0]).round(12).tolist() == [0.2, 0.2, 0.5]
    assert variance_of(of, of.rows_at(0, 3.0)) == pytest.approx(0.25 / 100, rel=0.02)


def test_without_other_ends_it_is_one_less_kaplan_meier() -> None:
    rng = default_rng(3)
    age, end = rng.integers(1, 20, 200), rng.integers(0, 2, 200)
    of = kaplan_meier(np.zeros(200, int), age, end, np.ones(200))
    np.testing.assert_allclose(of.curves.incidence[:, 0], 1.0 - of.share, atol=1e-12)


# ---------------------------------------------------------------------------------------------------------------- edges


def test_a_group_without_spells_knows_nothing() -> None:
    of = curves([1], [2.0], [1], [4], groups=3)
    assert of.share_by([0, 2], 9.0).tolist() == [0.0, 0.0]
    assert of.last.tolist() == [-1, 0, -1]
    low, high = band(of, [0, 2], 9.0)
    assert (low.tolist(), high.round(3).tolist()) == ([0.0, 0.0], [0.975, 0.975])


def test_no_rows_at_all() -> None:
    of = curves([], [], [], [], groups=2)
    assert of.share_by([0, 1], 1.0).tolist() == [0.0, 0.0]
    assert of.open_at(0, 5.0) == 1.0
    assert kaplan_meier([], [], [], [], coverage=0.9).quantile(0.5)[0].size == 0
    assert log_rank([], [], [], []).p_value == 1.0


def test_where_nobody_moved_the_upper_end_is_the_exact_one() -> None:
    low, high = band(curves([0], [5.0], [0], [40]), 0, [1.0, 5.0])
    assert low.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(high, 1 - 0.025 ** (1 / 40))


def test_where_all_moved_at_once_the_lower_end_is_the_exact_one() -> None:
    of = curves([0], [5.0], [1], [40])
    low, high = band(of, 0, 5.0)
    assert [float(each) for each in (of.share_by(0, 5.0), of.open_at(0, 5.0), high)] == [1.0, 0.0, 1.0]
    assert low == pytest.approx(0.025 ** (1 / 40))


def test_ends_come_before_the_end_of_watching_at_one_age() -> None:
    of = curves([0, 0], [5.0, 5.0], [1, 0], [1, 1])
    assert of.share_by(0, 5.0) == 0.5


def test_parts_of_spells_leave_nothing_over() -> None:
    of = curves([0] * 3, [1.0, 2.0, 3.0], [1] * 3, [0.1, 0.1, 0.1])
    assert of.open[-1] == 0.0
    assert np.isfinite(variance_of(of, np.arange(3))).all()


def test_one_spell_has_no_interval_to_speak_of() -> None:
    of = curves([0], [5.0], [1], [1])
    low, high = band(of, 0, 5.0)
    assert [float(low), float(high)] == pytest.approx([0.025, 1.0])


def test_wrong_rows_are_refused() -> None:
    for rows in (([0], [1.0], [-1], [1]), ([-1], [1.0], [1], [1]), ([0], [-1.0], [1], [1]), ([0], [1.0], [1], [-1])):
        with pytest.raises(ValueError, match="must"):
            curves(*rows)
    with pytest.raises(ValueError, match="one length"):
        curves([0, 0], [1.0], [1], [1])
    of = curves([0], [1.0], [1], [1])
    with pytest.raises(ValueError, match="known"):
        of.rows_at(1, 1.0)
    with pytest.raises(ValueError, match="known"):
        of.rows_at(0, float("nan"))


def test_equal_groups_do_not_differ_and_one_group_cannot() -> None:
    rows = ([0, 1], [3.0, 3.0], [1, 1], [10, 10])
    assert log_rank(*rows).statistic == pytest.approx(0.0, abs=1e-12)
    assert log_rank([0, 0], [1.0, 2.0], [1, 1], [5, 5]).freedom == 0


# ---------------------------------------------------------------------------------------------------------------- speed


def wide(groups: int) -> Spells:
    rng = default_rng(1)
    size = groups * 60
    group = np.repeat(np.arange(groups), 60)
    return spells_of(group, rng.integers(0, 400, size), rng.integers(0, 4, size), np.ones(size), groups=groups)


def test_ten_times_as_many_groups_take_about_ten_times_as_long() -> None:
    few, many = wide(100), wide(1000)
    took = []
    for spells in (few, many):
        spent = []
        for _ in range(3):
            began = time.process_time()
            variance_of(curves_of(spells), np.arange(spells.age.size))
            spent.append(time.process_time() - began)
        took.append(min(spent))
    assert took[1] < 40 * max(took[0], 1e-3)
