"""Random-effects means and who stands apart, against R's metafor; many p-values and e-values at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.stats.meta import common_shift, pool
from answerback.stats.multiplicity import adjusted, benjamini_hochberg, e_benjamini_hochberg
from tests.stats.reference import reference

DATA, EXPECTED = reference("meta")


def test_the_mean_and_its_interval_are_those_of_metafor() -> None:
    found = pool(DATA["effects"], DATA["variances"])
    told = EXPECTED["hksj"]
    assert found.mean == pytest.approx(told["mean"], abs=1e-9)
    assert found.error == pytest.approx(told["error"], abs=1e-9)
    assert (found.low, found.high) == pytest.approx((told["low"], told["high"]), abs=1e-8)
    assert found.p_value == pytest.approx(told["p_value"], abs=1e-9)
    assert found.tau_squared == pytest.approx(told["tau_squared"], abs=1e-9)
    assert EXPECTED["der_simonian_laird"]["mean"] == pytest.approx(found.mean, abs=1e-9)


def test_effects_that_are_too_much_alike_are_given_no_narrower_interval_than_chance() -> None:
    chosen = DATA["some"]
    y, v = (np.array(DATA[name])[chosen] for name in ("effects", "variances"))
    plain, careful = pool(y, v), pool(y, v, at_least_chance=True)
    assert plain.error == pytest.approx(EXPECTED["some_hksj"]["error"], abs=1e-9)
    assert careful.error >= plain.error
    alike = pool([0.2, 0.2, 0.2], [0.1, 0.1, 0.1], at_least_chance=True)
    assert alike.error == pytest.approx(np.sqrt(0.1 / 3))


def test_a_good_week_for_all_widens_the_interval() -> None:
    plain = pool([0.3, 0.1, 0.2, 0.25], [0.01] * 4)
    wider = pool([0.3, 0.1, 0.2, 0.25], [0.01] * 4, extra_variance=0.04)
    assert wider.mean == plain.mean
    assert wider.error == pytest.approx(np.hypot(plain.error, 0.2))


@pytest.mark.parametrize(("effects", "variances"), [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([1.0, 2.0], [1.0, 0.0])])
def test_what_cannot_be_pooled_is_refused(effects: list[float], variances: list[float]) -> None:
    with pytest.raises(ValueError, match="two effects"):
        pool(effects, variances)


def test_the_common_shift_is_not_drawn_by_those_who_stand_apart() -> None:
    rng = np.random.default_rng(3)
    effects = rng.normal(0.0, 0.2, 30)
    effects[:4] -= 2.0
    found = common_shift(effects, np.full(30, 0.04))
    assert found.flagged[:4].all()
    assert found.flagged[4:].sum() <= 1
    assert found.pooled.mean == pytest.approx(effects[~found.flagged].mean(), abs=0.01)


def test_nobody_is_flagged_who_has_too_little_behind_them() -> None:
    effects = np.array([0.0, 0.1, -0.1, 0.05, 0.0, -3.0])
    able = np.array([True] * 5 + [False])
    assert not common_shift(effects, np.full(6, 0.04), may_flag=able).flagged.any()


def test_false_flags_are_as_rare_as_said() -> None:
    rng = np.random.default_rng(5)
    teams = [common_shift(rng.normal(0.0, 0.3, 30), np.full(30, 0.09)).flagged.any() for _ in range(400)]
    # Nobody stands apart: any flag is false, in a tenth of the teams at most; .045 is three standard errors.
    assert np.mean(teams) <= 0.1 + 0.045


def test_adjusted_p_values_are_those_of_r() -> None:
    assert adjusted(DATA["p_values"]) == pytest.approx(EXPECTED["adjusted"], abs=1e-12)
    assert benjamini_hochberg(DATA["p_values"], rate=0.05).sum() == 4  # as the paper says


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_benjamini_hochberg_is_the_step_up_rule(p_values: list[float], rate: float) -> None:
    ordered = sorted(p_values)
    last = max((k for k, p in enumerate(ordered, 1) if p * len(ordered) / k <= rate), default=0)
    limit = ordered[last - 1] if last else -1.0
    assert benjamini_hochberg(p_values, rate=rate).tolist() == [p <= limit for p in p_values]


def test_e_values_need_no_independence() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(0.0, 1.0, (500, 1))
    e_values = np.exp(1.5 * np.broadcast_to(shared, (500, 20)) - 1.125)
    false = [e_benjamini_hochberg(row, rate=0.1).any() for row in e_values]
    assert np.mean(false) <= 0.1 + 0.04


def test_nothing_is_rejected_of_nothing() -> None:
    assert benjamini_hochberg([], rate=0.1).size == 0
    assert e_benjamini_hochberg([], rate=0.1).size == 0
    for wrong in (0.0, 1.0):
        with pytest.raises(ValueError, match="rate"):
            benjamini_hochberg([0.1], rate=wrong)
