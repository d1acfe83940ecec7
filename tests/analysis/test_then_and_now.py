"""Two times beside one another: a change is sure where its interval, widened for all compared, leaves out none."""

from __future__ import annotations

import numpy as np

from answerback.analysis.then_and_now import then_and_now
from answerback.domain.answers import Rate
from answerback.stats.compare import shares
from answerback.stats.rate import shrunk_rates


def rate_of(successes: float, exposure: float) -> Rate:
    found = shrunk_rates([successes], [exposure]).cell(0)
    own = successes / exposure
    return Rate(
        rate=own,
        low=min(found.jeffreys_low, own),
        high=max(found.jeffreys_high, own),
        raw=own,
        exposure=exposure,
        successes=successes,
        prior_weight=0.0,
        jeffreys_low=found.jeffreys_low,
        jeffreys_high=found.jeffreys_high,
    )


def test_one_kind_is_compared_as_published() -> None:
    found = then_and_now({"email": rate_of(48, 80)}, {"email": rate_of(56, 70)})
    assert found == {"email": shares((48, 80), (56, 70))}
    assert found["email"].sure


def test_what_is_sure_alone_need_not_be_among_many() -> None:
    # 20 % to 32 %: sure by itself (95 %), not when twenty kinds are looked at.
    then, now = rate_of(40, 200), rate_of(64, 200)
    assert then_and_now({"email": then}, {"email": now})["email"].sure
    others = {f"kind {number}": rate_of(20, 100) for number in range(40)}
    many = then_and_now({"email": then, **others}, {"email": now, **others})
    assert not many["email"].sure


def test_a_kind_with_a_rate_at_one_time_only_is_not_compared() -> None:
    assert then_and_now({"email": rate_of(4, 80)}, {"call": rate_of(4, 80)}) == {}


def test_without_a_change_hardly_any_page_calls_one() -> None:
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(400):
        then, now = rng.binomial(150, 0.2, 6), rng.binomial(150, 0.2, 6)
        found = then_and_now(
            {str(place): rate_of(float(each), 150.0) for place, each in enumerate(then)},
            {str(place): rate_of(float(each), 150.0) for place, each in enumerate(now)},
        )
        called += any(each.sure for each in found.values())
    # One page in twenty; four standard errors of 400 pages above that.
    assert called <= 400 * 0.05 + 4 * (400 * 0.05 * 0.95) ** 0.5
