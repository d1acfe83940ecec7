"""Analysis of covariance and least squares with HC3: against R, by identities, at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import default_rng

from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.ancova import Lift, ancova
from answerback.stats.arrays import FloatArray
from answerback.stats.linear import least_squares
from tests.stats.reference import reference


def given() -> tuple[dict[str, FloatArray], dict[str, float]]:
    data, expected = reference("ancova")
    return {name: np.array(values, dtype=np.float64) for name, values in data.items()}, expected


def said(**changed: object) -> Lift | CannotTell:
    data, _ = given()
    fields = {"post": data["post"], "treated": data["treated"] == 1, "recent": data["recent"]}
    return ancova(**{**fields, "earlier": data["earlier"], **changed})


def test_effect_error_interval_and_p_value_are_those_of_r() -> None:
    _, expected = given()
    lift = said()
    assert isinstance(lift, Lift)
    assert lift.effect.df == 36
    for name, value in (("effect", lift.effect.value), ("error", lift.effect.error), ("low", lift.effect.low)):
        assert value == pytest.approx(expected[name], abs=1e-10)
    assert lift.effect.high == pytest.approx(expected["high"], abs=1e-10)
    assert lift.effect.p_value == pytest.approx(expected["p_value"], rel=1e-8)


def test_all_coefficients_and_their_hc3_are_those_of_r() -> None:
    data, expected = given()
    design = np.column_stack([np.ones(40), data["treated"], data["recent"], data["earlier"]])
    fitted = least_squares(design, data["post"])
    assert fitted is not None
    np.testing.assert_allclose(fitted.coefficient, expected["coefficients"], atol=1e-10)
    np.testing.assert_allclose(np.diag(fitted.covariance), expected["hc3"], rtol=1e-8)


def test_errors_by_people_are_those_of_leaving_each_out_in_r() -> None:
    data, expected = given()
    design = np.column_stack([np.ones(40), data["treated"], data["recent"], data["earlier"]])
    fitted = least_squares(design, data["post"], cluster=data["person"].astype(np.int64))
    assert fitted is not None
    assert np.sqrt(fitted.covariance[1, 1]) == pytest.approx(expected["clustered_error"], rel=1e-8)


def test_hc3_is_the_sum_of_moves_when_each_row_is_left_out() -> None:
    """By nested loops: no leverage, no matrix algebra of ours."""
    rng = default_rng(1)
    x, y = np.column_stack([np.ones(12), rng.normal(size=(12, 2))]), rng.normal(size=12)
    whole = np.linalg.lstsq(x, y, rcond=None)[0]
    total = np.zeros((3, 3))
    for row in range(12):
        kept = [each for each in range(12) if each != row]
        move = whole - np.linalg.lstsq(x[kept], y[kept], rcond=None)[0]
        total += np.outer(move, move)
    fitted = least_squares(x, y)
    assert fitted is not None
    np.testing.assert_allclose(fitted.covariance, total, rtol=1e-9)


def test_clusters_of_one_row_each_are_hc3() -> None:
    rng = default_rng(2)
    x, y = np.column_stack([np.ones(20), rng.normal(size=20)]), rng.normal(size=20)
    own = np.arange(20)
    own[-1] = 18  # two rows in one cluster, then apart again
    apart, together = least_squares(x, y), least_squares(x, y, cluster=own)
    singles = least_squares(x, y, cluster=rng.permutation(20))
    assert apart is not None
    assert together is not None
    assert singles is not None
    np.testing.assert_allclose(apart.covariance, singles.covariance, rtol=1e-9)
    assert together.df == 17


def test_the_order_of_rows_does_not_matter() -> None:
    data, _ = given()
    order = default_rng(3).permutation(40)
    fields = {name: data[name][order] for name in ("post", "recent", "earlier")}
    shuffled, straight = said(**fields, treated=(data["treated"] == 1)[order]), said()
    assert isinstance(shuffled, Lift)
    assert isinstance(straight, Lift)
    assert shuffled.effect.value == pytest.approx(straight.effect.value, abs=1e-12)


def test_rise_is_what_would_have_come_anyway_and_the_effect() -> None:
    lift = said()
    assert isinstance(lift, Lift)
    assert lift.rise == pytest.approx(lift.anyway + lift.effect.value)
    assert lift.overlap == 0.0
    assert lift.extrapolated


def test_the_worst_eight_are_extrapolated_and_eight_at_random_are_not() -> None:
    data, _ = given()
    lift = said(treated=np.isin(np.arange(40), default_rng(5).choice(40, 8, replace=False)))
    assert isinstance(lift, Lift)
    assert not lift.extrapolated
    assert data["recent"].size == 40


@pytest.mark.parametrize(
    ("treated", "reason", "have", "need"),
    [(3, Refused.TOO_FEW_TREATED, 3, 4), (36, Refused.NOBODY_UNTREATED, 4, 5), (0, Refused.TOO_FEW_TREATED, 0, 4)],
)
def test_too_few_on_one_side_is_refused(treated: int, reason: Refused, have: int, need: int) -> None:
    assert said(treated=np.arange(40) < treated) == CannotTell(reason, have=have, need=need)


def test_rates_that_are_all_one_cannot_be_told_apart() -> None:
    answer = said(recent=np.full(40, 0.2), earlier=np.full(40, 0.2))
    assert isinstance(answer, CannotTell)


def test_one_person_often_treated_is_one_person() -> None:
    data, _ = given()
    person = np.where(data["treated"] == 1, 0, np.arange(40) + 1)
    answer = said(person=person)
    assert answer == CannotTell(Refused.TOO_FEW_TREATED, have=1, need=4)


def test_several_starts_have_levels_of_their_own() -> None:
    rng = default_rng(7)
    earlier, start = rng.uniform(0.1, 0.3, 60), np.repeat([0, 1], 30)
    treated = np.tile(np.arange(30) < 8, 2)
    post = earlier + 0.2 * start + 0.03 * treated + rng.normal(0, 0.005, 60)
    lift = ancova(
        post=post,
        treated=treated,
        recent=earlier + rng.normal(0, 0.02, 60),
        earlier=earlier,
        start=start,
        person=np.arange(60),
    )
    assert isinstance(lift, Lift)
    assert lift.effect.low < 0.03 < lift.effect.high
    assert lift.effect.error < 0.005
    assert lift.effect.df == 15


@pytest.mark.parametrize("field", ["post", "recent", "earlier"])
def test_what_does_not_fit_is_a_mistake(field: str) -> None:
    with pytest.raises(ValueError, match=r"length|finite"):
        said(**{field: np.zeros(39)})
    with pytest.raises(ValueError, match="finite"):
        said(**{field: np.full(40, np.nan)})
