"""One figure at two times, and the interval of what changed: shares, means, and events per exposure.

Every function takes the coverage of its interval: 95 % is shown; who looks at several figures at once and wants to
claim a change asks for more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from answerback.stats.arrays import counts
from answerback.stats.intervals import wilson
from answerback.stats.special import beta_quantile, student_quantile

COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class Compared:
    """Before and after, and the change from the one to the other with its interval."""

    before: float
    after: float
    change: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out that nothing changed."""
        return self.low > 0.0 or self.high < 0.0


def shares(before: tuple[float, float], after: tuple[float, float], *, coverage: float = COVERAGE) -> Compared:
    """The change of a share; each time is (successes, trials).

    Method: Newcombe (1998), Statistics in Medicine 17(8), method 10: the score intervals of both shares put together.
    Checked against the values published there, in tests/stats/test_compare.py.

    Raises:
        ValueError: there are no trials at one time, or a count is negative.

    >>> found = shares((48, 80), (56, 70))
    >>> round(found.change, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    (x0, n0), (x1, n1) = before, after
    if min(n0, n1) <= 0:
        raise ValueError("a share needs trials at both times")
    p0, p1 = x0 / n0, x1 / n1
    one, other = wilson(x0, n0, coverage=coverage), wilson(x1, n1, coverage=coverage)
    change = p1 - p0
    low = change - np.hypot(p1 - other.low, one.high - p0)
    high = change + np.hypot(other.high - p1, p0 - one.low)
    return Compared(p0, p1, change, float(low), float(high))


def means(
    before: ArrayLike, after: ArrayLike, *, rng: Generator, draws: int = 2_000, coverage: float = COVERAGE
) -> Compared:  # fmt: skip
    """The change of a mean of values that are not negative and may be very unequal, such as the amounts of deals.

    Method: bootstrap-t, the interval of the studentised difference (Efron, Tibshirani 1993, section 12.5): of amounts,
    a few of which make up most of the sum, the plain t interval covers too rarely. Of very many values it is Welch's.

    Args:
        before: values, shape (n,), n >= 2.
        after: values, shape (m,), m >= 2.
        rng: the source of randomness.
        draws: bootstrap samples.
        coverage: of the interval.

    Raises:
        ValueError: fewer than two values at one time, or one is negative or not finite.

    >>> found = means([10.0, 12.0, 11.0, 9.0], [10.0, 13.0, 11.0, 9.0], rng=np.random.default_rng(1))
    >>> round(found.change, 2), found.sure
    (0.25, False)
    """
    x, y = counts(before, "before"), counts(after, "after")
    if min(x.size, y.size) < 2:
        raise ValueError("two values at both times are needed")
    change, error = float(y.mean() - x.mean()), _error(x[None], y[None])[0]
    if error == 0.0:
        return Compared(float(x.mean()), float(y.mean()), change, change, change)
    middle = (float(x.mean()), float(y.mean()), change)
    if min(x.size, y.size) > _MANY:
        half = float(student_quantile(min(x.size, y.size) - 1, 0.5 + coverage / 2.0)) * error
        return Compared(*middle, change - half, change + half)
    drawn = np.empty(draws)
    for start in range(0, draws, _AT_ONCE):
        many = min(_AT_ONCE, draws - start)
        one = x[rng.integers(0, x.size, (many, x.size))]
        other = y[rng.integers(0, y.size, (many, y.size))]
        errors = np.maximum(_error(one, other), error * 1e-3)
        drawn[start : start + many] = (other.mean(axis=1) - one.mean(axis=1) - change) / errors
    low, high = np.quantile(drawn, (0.5 + coverage / 2.0, 0.5 - coverage / 2.0))
    return Compared(*middle, float(change - low * error), float(change - high * error))


_AT_ONCE = 100
_MANY = 4_000
"""Of more values than these the mean is as good as normal."""


def _error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(x.var(axis=1, ddof=1) / x.shape[1] + y.var(axis=1, ddof=1) / y.shape[1]))


def exposure_per_event(
    before: tuple[float, float], after: tuple[float, float], *, coverage: float = COVERAGE
) -> Compared | None:  # fmt: skip
    """The change of exposure per event, such as touches per win; each time is (events, exposure). A ratio, less 1.

    Method: given the sum of events those after are binomial; the exact (Clopper-Pearson) limits of that share are
    limits of the ratio of both rates. Checked against R's poisson.test in tests/reference/yields.json.

    Returns:
        `before` and `after` are exposure per event, `change` their ratio less 1, with limits. None without an event at
        one of the times.

    Raises:
        ValueError: no exposure at one time.

    >>> found = exposure_per_event((10, 1000), (20, 1000))
    >>> found.before, found.after, round(found.change, 2)
    (100.0, 50.0, -0.5)
    """
    (x0, e0), (x1, e1) = before, after
    if min(e0, e1) <= 0.0:
        raise ValueError("exposure is needed at both times")
    if min(x0, x1) <= 0.0:
        return None
    tail = 0.5 - coverage / 2.0
    low = float(beta_quantile(x0, x1 + 1.0, tail))
    high = float(beta_quantile(x0 + 1.0, x1, 1.0 - tail))
    ratios = [share / (1.0 - share) * e1 / e0 - 1.0 for share in (low, high)]
    return Compared(e0 / x0, e1 / x1, (e1 / x1) / (e0 / x0) - 1.0, ratios[0], ratios[1])


def weekly_ratio(
    reached: ArrayLike, expected: ArrayLike, later: ArrayLike, *, coverage: float = COVERAGE
) -> Compared | None:  # fmt: skip
    """Events against those expected, before and after, where all of one week is good or bad together. A ratio, less 1.

    Method: quasi-Poisson regression of weekly counts with an offset and one change; the dispersion is Pearson's, at
    least 1, and the quantiles Student's t with weeks - 2 degrees of freedom. McCullagh, Nelder (1989), section 6.2.

    Args:
        reached: events by week, shape (weeks,).
        expected: by week; weeks in which nothing was are left out.
        later: which weeks are after, shape (weeks,).
        coverage: of the interval.

    Returns:
        `before` and `after` are reached per expected. None with fewer than three weeks or without events at a time.

    >>> found = weekly_ratio([10, 12, 11, 9, 5, 6, 4, 5], [10.0] * 8, [False] * 4 + [True] * 4)
    >>> round(found.before, 2), round(found.after, 2), found.sure
    (1.05, 0.5, True)
    """
    s, e, after = counts(reached, "reached"), counts(expected, "expected"), np.asarray(later, dtype=np.bool_)
    known = e > 0.0
    s, e, after = s[known], e[known], after[known]
    sums = [(float(s[side].sum()), float(e[side].sum()), int(side.sum())) for side in (~after, after)]
    if s.size < 3 or min(each[2] for each in sums) < 1 or min(each[0] for each in sums) <= 0.0:
        return None
    ratio = [got / due for got, due, _ in sums]
    fitted = e * np.where(after, ratio[1], ratio[0])
    dispersion = max(1.0, float(((s - fitted) ** 2 / fitted).sum() / (s.size - 2)))
    error = np.sqrt(dispersion * (1.0 / sums[0][0] + 1.0 / sums[1][0]))
    half = float(student_quantile(s.size - 2, 0.5 + coverage / 2.0)) * error
    log_ratio = np.log(ratio[1] / ratio[0])
    low, middle, high = np.expm1([log_ratio - half, log_ratio, log_ratio + half]).tolist()
    return Compared(ratio[0], ratio[1], middle, low, high)
