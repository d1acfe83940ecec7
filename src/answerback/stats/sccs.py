"""Each case as its own control: how much likelier events are in times of risk, given how many a case had in all.

The self-controlled case series: a second opinion that nothing lasting about an account can mislead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray
from answerback.stats.special import normal_quantile

_STEPS = 50
_ENOUGH = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Risk:
    """Logarithms of relative incidence, one for each column of the design.

    Attributes:
        log_ratio: shape (columns,).
        covariance: shape (columns, columns).
    """

    log_ratio: FloatArray
    covariance: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """Relative incidence by column."""
        return np.asarray(np.exp(self.log_ratio), np.float64)

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """The 95 % interval of `ratio`."""
        half = normal_quantile(0.975) * np.sqrt(np.diag(self.covariance))
        return np.exp(self.log_ratio - half), np.exp(self.log_ratio + half)


def conditional_poisson(case: IntArray, events: IntArray, time: FloatArray, design: FloatArray) -> Risk | None:
    """The maximum of the conditional likelihood of events within cases.

    Method: given a case's number of events, where they fall is multinomial with weights time * exp(design @ beta);
    Farrington (1995), Biometrics 51(1); Newton's steps. Checked against SCCS::standardsccs: tests/reference/sccs.json.

    Args:
        case: whose stretch it is, whole numbers from 0, shape (stretches,).
        events: how many events fell into it, shape (stretches,).
        time: how long it is, > 0, shape (stretches,).
        design: what is on in it, shape (stretches, columns).

    Returns:
        None where the likelihood has no maximum: all events, or none, lie in time at risk.

    >>> found = conditional_poisson(
    ...     np.zeros(2, np.int64), np.array([6, 3]), np.array([10.0, 10.0]), np.array([[1.0], [0.0]])
    ... )
    >>> found and float(found.ratio[0].round(6))
    2.0
    """
    cases = int(case.max()) + 1
    whole = np.bincount(case, events, cases)
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        weight = time * np.exp(design @ beta)
        share = weight / np.bincount(case, weight, cases)[case]
        mean = np.stack([np.bincount(case, share * column, cases) for column in design.T], axis=1)
        expected = whole[case] * share
        score = design.T @ (events - expected)
        information = (design * expected[:, None]).T @ design - (mean * whole[:, None]).T @ mean
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            return None
        beta += np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < _ENOUGH:
            return Risk(beta, np.linalg.inv(information))
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Observed time of cases, cut where something begins or ends."""

    case: IntArray
    begin: FloatArray
    end: FloatArray
    events: IntArray


def cut(observed: FloatArray, event_case: IntArray, event_at: FloatArray, borders: list[FloatArray]) -> Stretches:
    """Each case's time cut at its own borders.

    Args:
        observed: begin and end of each case, the end excluded, shape (cases, 2).
        event_case: whose event it is.
        event_at: when it was, within the case's time.
        borders: for each case where its time is cut; those outside it do nothing.
    """
    case: list[int] = []
    begin: list[float] = []
    end: list[float] = []
    for number, (first, last) in enumerate(observed):
        inner = np.unique(borders[number])
        points = [first, *inner[(inner > first) & (inner < last)], last]
        case += [number] * (len(points) - 1)
        begin += points[:-1]
        end += points[1:]
    own, low, high = np.array(case, np.int64), np.array(begin), np.array(end)
    count = np.array(
        [
            np.sum((event_case == number) & (event_at >= one) & (event_at < other))
            for number, one, other in zip(own, low, high, strict=True)
        ],
        np.int64,
    )
    return Stretches(own, low, high, count)
