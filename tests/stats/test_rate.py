"""Shrunk rates: against R and published shrinkage, identities, edges; and the rule that says "not enough"."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng
from scipy.stats import beta

from answerback.domain.answers import NotEnoughData, Rate, Reason
from answerback.stats import rate as module
from answerback.stats.arrays import FloatArray
from answerback.stats.intervals import jeffreys
from answerback.stats.lag import LagCurve, Observed, lag_curve
from answerback.stats.prior import PeerPrior, peer_prior
from answerback.stats.rate import CellRates, Enough, judge, shrunk_rates
from tests.stats.reference import reference

# ----------------------------------------------------------------------------------------------------- published values


@pytest.mark.parametrize("name", ["rats", "surgical", "cbpp"])
def test_rates_are_what_a_fine_sum_in_r_gives(name: str) -> None:
    data, expected = reference(name)
    rates = shrunk_rates(data["successes"], data["exposure"])
    np.testing.assert_allclose(rates.rate, expected["full_bayes"]["rate"], atol=2e-4)
    size = rates.rate.size
    if name != "rats":  # a 95 % Beta interval is about four standard deviations wide
        spread = (rates.high - rates.low) / 3.92
        np.testing.assert_allclose(spread, expected["full_bayes"]["sd"], rtol=0.06)
    assert rates.prior.cells == size


def test_the_last_group_of_rats() -> None:
    data, _ = reference("rats")
    assert (data["successes"][-1], data["exposure"][-1]) == (4, 14)
    assert round(shrunk_rates(data["successes"], data["exposure"]).cell(70).rate, 3) == 0.211


@pytest.mark.parametrize(("name", "apart"), [("surgical", 0.008), ("cbpp", 0.009)])
def test_another_model_of_the_same_idea_gives_nearly_the_same(name: str, apart: float) -> None:
    """The mixed model of lme4 takes log odds as normal where we take rates as Beta, and plugs in one spread."""
    data, expected = reference(name)
    ours = shrunk_rates(data["successes"], data["exposure"])
    theirs = np.array(expected["mixed_model"]["rate"])
    raw = np.array(data["successes"]) / np.array(data["exposure"])
    assert np.abs(ours.rate - theirs).max() < apart < np.abs(raw - theirs).max()


def james_stein(y: FloatArray, variance: float) -> tuple[float, FloatArray]:
    """Efron and Morris's factor c = 1 - (k - 3) variance / sum (y - mean)^2, and mean + c (y - mean)."""
    c = 1.0 - (y.size - 3) * variance / float(((y - y.mean()) ** 2).sum())
    return c, y.mean() + c * (y - y.mean())


def test_batting_averages_of_efron_and_morris() -> None:
    data, expected = reference("efron_morris")
    season, y = np.array(data["season"]), np.array(data["hits"]) / np.array(data["at_bats"])
    c, shrunk = james_stein(y, float(y.mean() * (1 - y.mean()) / 45))
    error = float(((y - season) ** 2).sum())
    ratio = error / float(((shrunk - season) ** 2).sum())
    assert (round(c, 4), round(ratio, 2)) == (0.2117, 3.53)
    assert (c, ratio) == pytest.approx((expected["c"], expected["ratio"]))
    ours = shrunk_rates(data["hits"], data["at_bats"]).rate
    assert error / float(((ours - season) ** 2).sum()) > 3.0


# ----------------------------------------------------------------------------------------------------------- identities

cells = st.tuples(st.integers(0, 12), st.integers(0, 160)).map(lambda c: (float(c[0]), c[0] + c[1] / 8))
groups = st.lists(cells, min_size=1, max_size=10)


def rates_of(group: list[tuple[float, float]]) -> CellRates:
    s, m = zip(*group, strict=True)
    return shrunk_rates(s, m)


@given(groups)
def test_the_interval_holds_the_rate(group: list[tuple[float, float]]) -> None:
    rates = rates_of(group)
    assert np.all((rates.low >= 0) & (rates.low <= rates.rate) & (rates.rate <= rates.high) & (rates.high <= 1))
    assert np.all(rates.high > rates.low)


def test_the_interval_is_that_of_the_beta_with_the_mixtures_mean_and_variance() -> None:
    two = PeerPrior(
        a=np.array([2.0, 30.0]),
        b=np.array([8.0, 70.0]),
        weight=np.array([0.25, 0.75]),
        mean=0.275,
        strength=56.0,
        cells=0,
    )
    rates = shrunk_rates([3], [12.5], prior=two)
    parts = beta([5.0, 33.0], [17.5, 79.5])
    mean = float(two.weight @ parts.mean())
    variance = float(two.weight @ (parts.var() + parts.mean() ** 2)) - mean**2
    size = mean * (1 - mean) / variance - 1
    matched = beta(mean * size, (1 - mean) * size)
    assert (rates.rate[0], rates.low[0], rates.high[0]) == pytest.approx((mean, matched.ppf(0.025), matched.ppf(0.975)))


@given(groups, st.randoms())
def test_the_order_of_cells_does_not_matter(group: list[tuple[float, float]], random: object) -> None:
    order = list(range(len(group)))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = rates_of(group), rates_of([group[i] for i in order])
    for field in ("rate", "low", "high", "exposure", "successes", "prior_weight", "jeffreys_low", "jeffreys_high"):
        assert getattr(other, field).tolist() == getattr(one, field)[order].tolist()


@given(groups, st.integers(1, 12), st.integers(1, 20))
def test_of_two_cells_alike_the_one_with_more_successes_has_the_higher_rate(
    group: list[tuple[float, float]], more: int, exposure: int
) -> None:
    m = float(exposure + 12)
    rates = rates_of([*group, (0.0, m), (float(more), m)])
    assert rates.rate[-1] > rates.rate[-2]


@given(groups, st.integers(0, 11), st.integers(12, 40))
def test_one_more_success_raises_a_cells_own_rate(group: list[tuple[float, float]], s: int, m: int) -> None:
    before, after = (rates_of([*group, (float(k), float(m))]).rate[-1] for k in (s, s + 1))
    assert after > before


@given(groups)
def test_swapping_success_and_failure_mirrors_the_rates(group: list[tuple[float, float]]) -> None:
    one, other = rates_of(group), rates_of([(m - s, m) for s, m in group])
    np.testing.assert_allclose(other.rate, 1 - one.rate, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.low, 1 - one.high, rtol=1e-5, atol=1e-7)


@given(groups)
def test_a_prior_worked_out_before_gives_the_same(group: list[tuple[float, float]]) -> None:
    s, m = zip(*group, strict=True)
    assert shrunk_rates(s, m, prior=peer_prior(s, m)).rate.tolist() == shrunk_rates(s, m).rate.tolist()


def test_a_known_prior_gives_the_plain_beta_posterior() -> None:
    known = PeerPrior(a=np.array([4.0]), b=np.array([16.0]), weight=np.array([1.0]), mean=0.2, strength=20.0, cells=0)
    rates = shrunk_rates([3, 0], [10.5, 0], prior=known)
    np.testing.assert_allclose(rates.rate, [7 / 30.5, 0.2])
    np.testing.assert_allclose(rates.low, beta.ppf(0.025, [7, 4], [23.5, 16]), rtol=1e-9)
    np.testing.assert_allclose(rates.high, beta.ppf(0.975, [7, 4], [23.5, 16]), rtol=1e-9)
    np.testing.assert_allclose(rates.prior_weight, [20 / 30.5, 1.0])


def test_peers_that_are_all_alike_are_pooled() -> None:
    rates = shrunk_rates(np.full(1000, 4), np.full(1000, 20))
    assert np.ptp(rates.rate) == 0.0
    assert rates.rate[0] == pytest.approx(4000 / 20000, abs=1e-3)
    assert rates.prior.mean == pytest.approx(0.2, abs=1e-3)
    pooled = jeffreys(4000, 20000)
    assert rates.prior.strength > 250
    assert rates.high[0] - rates.low[0] < 0.1
    assert rates.low[0] < pooled.low < pooled.high < rates.high[0]
    answer = judge(rates.cell(0), efforts=20, lag=None)
    assert isinstance(answer, NotEnoughData)
    assert answer.reason is Reason.MOSTLY_PRIOR


def test_peers_that_have_nothing_in_common_are_left_alone() -> None:
    rates = shrunk_rates([1, 399, 2, 398, 200], [400] * 5)
    np.testing.assert_allclose(rates.rate, rates.raw, atol=0.005)
    assert np.all(rates.prior_weight < 0.02)


def test_copies_of_a_group_keep_their_order_and_sharpen_the_prior() -> None:
    s, m = [1, 3, 7], [20, 20, 20]
    one, many = shrunk_rates(s, m), shrunk_rates(s * 50, m * 50)
    assert many.rate[:3].tolist() == many.rate[-3:].tolist()
    assert np.all(np.diff(many.rate[:3]) > 0)
    assert abs(many.prior.mean - 11 / 60) < abs(one.prior.mean - 11 / 60)


def test_the_size_of_a_chunk_changes_no_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    s, m = np.arange(30.0) % 7, 9 + np.arange(30.0) / 3
    whole = shrunk_rates(s, m)
    monkeypatch.setattr(module, "_CHUNK", 4)
    np.testing.assert_allclose(shrunk_rates(s, m).high, whole.high, rtol=1e-9)


# ---------------------------------------------------------------------------------------------------------------- edges


def test_no_exposure_is_no_raw_share_and_the_peers_rate() -> None:
    rates = shrunk_rates([0, 4, 5], [0, 20, 20])
    nothing = rates.cell(0)
    assert nothing.raw is None
    assert nothing.rate == pytest.approx(rates.prior.mean, abs=1e-6)
    assert nothing.prior_weight == 1.0
    assert (nothing.jeffreys_low, nothing.jeffreys_high) == (0.0, 1.0)


def test_nobody_and_everybody() -> None:
    none, everybody = shrunk_rates([0] * 20, [30] * 20), shrunk_rates([30] * 20, [30] * 20)
    assert 0 < none.rate[0] < 0.01
    assert (none.cell(0).raw, everybody.cell(0).raw) == (0.0, 1.0)
    np.testing.assert_allclose(everybody.rate, 1 - none.rate, atol=1e-6)


def test_a_huge_group_that_never_or_always_succeeds_keeps_its_rate_inside_its_interval() -> None:
    never = shrunk_rates(np.zeros(5000), np.full(5000, 20.0))
    assert 0 <= never.low[0] <= never.rate[0] <= never.high[0] < 0.01
    assert isinstance(never.cell(0), Rate)
    always = shrunk_rates(np.full(5000, 20.0), np.full(5000, 20.0))
    assert 0.99 < always.low[0] <= always.rate[0] <= always.high[0] <= 1
    assert isinstance(always.cell(0), Rate)


def test_a_little_exposure_gives_a_raw_share() -> None:
    assert shrunk_rates([0, 4], [0.25, 20]).raw.tolist() == [0.0, 0.2]


def test_more_successes_than_matured_exposure_count_as_all_of_them() -> None:
    rates = shrunk_rates([3, 1, 2], [2.6, 10, 10])
    assert rates.cell(0).raw == 1.0
    assert (rates.cell(0).exposure, rates.cell(0).successes) == (2.6, 3.0)
    assert rates.rate.tolist() == shrunk_rates([3, 1, 2], [3, 10, 10]).rate.tolist()


def test_one_cell_alone() -> None:
    one = shrunk_rates([4], [20]).cell(0)
    assert 0.2 < one.rate < 0.35
    assert one.jeffreys_low < one.rate < one.jeffreys_high


def test_no_cells() -> None:
    assert shrunk_rates([], []).rate.size == 0


def test_a_cell_that_does_not_exist() -> None:
    with pytest.raises(IndexError):
        shrunk_rates([1], [4]).cell(1)


@pytest.mark.parametrize("coverage", [0.0, 1.0])
def test_coverage_is_a_share(coverage: float) -> None:
    with pytest.raises(ValueError, match="coverage"):
        shrunk_rates([1], [4], coverage=coverage)


def test_less_coverage_is_narrower_at_the_same_rate() -> None:
    wide, narrow = (shrunk_rates([1, 4], [20, 20], coverage=coverage) for coverage in (0.95, 0.5))
    assert wide.rate.tolist() == narrow.rate.tolist()
    assert np.all((wide.low < narrow.low) & (narrow.high < wide.high))
    assert np.all((wide.jeffreys_low < narrow.jeffreys_low) & (narrow.jeffreys_high < wide.jeffreys_high))


def test_rates_cannot_be_written_to() -> None:
    rates = shrunk_rates([1], [4])
    for field in (
        "rate",
        "low",
        "high",
        "raw",
        "exposure",
        "successes",
        "prior_weight",
        "jeffreys_low",
        "jeffreys_high",
    ):
        with pytest.raises(ValueError, match="read-only"):
            getattr(rates, field)[0] = 0.5


# ----------------------------------------------------------------------------------------------------------- not enough


def a_rate(*, exposure: float = 40.0, prior_weight: float = 0.3, width: float = 0.2) -> Rate:
    return Rate(
        rate=0.3, low=0.25, high=0.25 + width, raw=0.3, exposure=exposure, successes=12.0, prior_weight=prior_weight,
        jeffreys_low=0.1, jeffreys_high=0.6,
    )  # fmt: skip


def a_curve(answers: float = 100.0) -> LagCurve:
    curve = lag_curve(
        [0], [0], [answers], observed=Observed.until([0], end_day=9), horizon_days=7, min_matured_answers=1
    )
    assert isinstance(curve, LagCurve)
    return curve


UNKNOWN = NotEnoughData(Reason.LAG_UNKNOWN, have=12.0, need=100.0)


def test_enough_is_the_rate_itself() -> None:
    cell = a_rate()
    assert judge(cell, efforts=40, lag=a_curve()) is cell
    assert judge(cell, efforts=40, lag=None) is cell


def test_exactly_enough_is_enough() -> None:
    cell = a_rate(exposure=3.0, prior_weight=0.8, width=0.25)
    assert judge(cell, efforts=6, lag=a_curve(100)) is cell


@pytest.mark.parametrize(
    ("cell", "efforts", "unseen", "lag", "answer"),
    [
        (a_rate(exposure=0), 0, 0, None, NotEnoughData(Reason.NO_EFFORTS_LOADED, have=0, need=1)),
        (a_rate(exposure=0), 0, 5, None, NotEnoughData(Reason.NOTHING_SEEN, have=0, need=1)),
        (a_rate(), 40, 0, UNKNOWN, UNKNOWN),
        (a_rate(), 40, 0, a_curve(99), NotEnoughData(Reason.LAG_UNKNOWN, have=99, need=100)),
        (a_rate(exposure=19), 40, 0, a_curve(), NotEnoughData(Reason.TOO_YOUNG, have=0.475, need=0.5)),
        (a_rate(exposure=2.5), 4, 0, a_curve(), NotEnoughData(Reason.TOO_FEW_EFFORTS, have=2.5, need=3)),
        (a_rate(prior_weight=0.81), 40, 0, None, NotEnoughData(Reason.MOSTLY_PRIOR, have=0.81, need=0.8)),
        (a_rate(width=0.5), 40, 0, None, NotEnoughData(Reason.TOO_WIDE, have=0.5, need=0.25)),
    ],
    ids=lambda value: value.reason.value if isinstance(value, NotEnoughData) else None,
)
def test_each_reason(
    cell: Rate, efforts: float, unseen: float, lag: LagCurve | NotEnoughData | None, answer: NotEnoughData
) -> None:
    assert judge(cell, efforts=efforts, unseen=unseen, lag=lag) == answer


def test_of_several_reasons_the_first_to_be_settled_is_given() -> None:
    bad = a_rate(exposure=2.0, prior_weight=0.9, width=0.6)
    order = [
        judge(bad, efforts=0, lag=UNKNOWN),
        judge(bad, efforts=0, unseen=1, lag=UNKNOWN),
        judge(bad, efforts=20, lag=UNKNOWN),
        judge(bad, efforts=20, lag=a_curve()),
        judge(bad, efforts=3, lag=a_curve()),
        judge(a_rate(prior_weight=0.9, width=0.6), efforts=40, lag=a_curve()),
        judge(a_rate(width=0.6), efforts=40, lag=a_curve()),
    ]
    assert [answer.reason if isinstance(answer, NotEnoughData) else None for answer in order] == [
        Reason.NO_EFFORTS_LOADED,
        Reason.NOTHING_SEEN,
        Reason.LAG_UNKNOWN,
        Reason.TOO_YOUNG,
        Reason.TOO_FEW_EFFORTS,
        Reason.MOSTLY_PRIOR,
        Reason.TOO_WIDE,
    ]


def test_another_rule_may_be_given() -> None:
    strict = Enough(width=0.1)
    wide = a_rate(width=0.15)
    assert judge(wide, efforts=40, lag=None, enough=strict) == NotEnoughData(Reason.TOO_WIDE, have=wide.width, need=0.1)


def test_efforts_are_counts() -> None:
    with pytest.raises(ValueError, match="efforts and unseen"):
        judge(a_rate(), efforts=-1, lag=None)


def test_a_week_of_twenty_efforts_is_mostly_refused() -> None:
    """Not a promise to keep, but what the rule comes to: twenty efforts of this week are seldom a rate."""
    rng = default_rng(5)
    truth = rng.beta(4, 16, 40)
    rates = shrunk_rates(rng.binomial(20, truth * 0.6), np.full(40, 12.0))
    answers = [judge(rates.cell(i), efforts=20, lag=a_curve()) for i in range(40)]
    assert sum(isinstance(answer, NotEnoughData) for answer in answers) > 20
