"""Kaplan-Meier and the log-rank test, where a wait has one kind of end.

For a wait that other things may end as well, see `answerback.stats.incidence`. The log-rank test then compares how
readily the next step comes while one still waits: spells that another end cut short count as watched so long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray, frozen
from answerback.stats.incidence import COVERAGE, Curves, curves
from answerback.stats.special import gamma_share, normal_quantile


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """The share not yet ended at each age of each group, with its interval; rows as in `curves.spells`."""

    curves: Curves
    share: FloatArray
    low: FloatArray
    high: FloatArray

    def quantile(self, share: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The age by which this share has ended, low and high, for each group; infinite where it was not reached.

        The interval holds the ages at which the interval of the curve does (Brookmeyer, Crowley 1982, Biometrics 38).

        >>> kaplan_meier([0, 0], [1.0, 2.0], [1, 1], [5, 5]).quantile(0.5)[0]
        array([1.])
        """
        return tuple(self._falls_to(column, 1.0 - share) for column in (self.share, self.low, self.high))  # type: ignore[return-value]

    def _falls_to(self, column: FloatArray, value: float) -> FloatArray:
        spells = self.curves.spells
        age = np.full(spells.groups, np.inf)
        there = column <= value + 1e-12
        np.minimum.at(age, spells.group[there], spells.age[there])
        return age


def kaplan_meier(
    group: ArrayLike, age: ArrayLike, ended: ArrayLike, n: ArrayLike, *, coverage: float = COVERAGE
) -> Survival:
    """The share not yet ended, for many groups at once, from counts of spells; `ended` is 1 or 0.

    Method: Kaplan, Meier (1958), JASA 53; Greenwood's variance; interval by the log of the share, as R's survfit gives
    unless asked otherwise. Checked in tests/reference/incidence.json.

    >>> kaplan_meier([0, 0, 0], [1.0, 2.0, 2.0], [1, 0, 1], [1, 1, 2]).share
    array([0.75, 0.25])
    """
    of = curves(group, age, ended, n, ends=1)
    d = of.spells.ended[:, 1]
    left = of.at_risk - d
    steps = np.divide(d, of.at_risk * left, out=np.zeros_like(d), where=left > 0.0)
    total = np.cumsum(steps)
    base = np.concatenate([[0.0], total])[of.spells.start[of.spells.group]]
    half = normal_quantile(0.5 + coverage / 2.0) * np.sqrt(np.maximum(total - base, 0.0))
    # Where all have ended the interval is not known; the last one stays, as in survfit it is absent.
    over = of.open <= 0.0
    low = np.where(over, 0.0, of.open * np.exp(-half))
    high = np.where(over, 1.0, np.minimum(of.open * np.exp(half), 1.0))
    return Survival(curves=of, share=of.open, low=frozen(low), high=frozen(high))


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether groups wait equally long: the statistic, its degrees of freedom, the p-value."""

    statistic: float
    freedom: int
    p_value: float


def log_rank(group: ArrayLike, age: ArrayLike, ended: ArrayLike, n: ArrayLike) -> LogRank:
    """Do two or more groups end equally readily at every age?

    Method: Mantel (1966); at each age the ends of each group are held against what its share of those at risk lets
    expect, with the hypergeometric variance; chi-square with one degree less than groups that had anybody at risk.
    Checked in tests/reference/incidence.json.

    >>> told = log_rank([0, 1], [1.0, 9.0], [1, 1], [20, 20])
    >>> told.freedom, told.p_value < 1e-6
    (1, True)
    """
    of = curves(group, age, ended, n, ends=1)
    ages = np.unique(of.spells.age[of.spells.ended[:, 1] > 0.0])
    size = of.spells.groups
    every = np.arange(size)[:, None]
    row = of.rows_at(every, ages[None, :])
    here = (row >= 0) & (of.spells.age[row] == ages) if ages.size else np.zeros((size, 0), bool)
    d = np.where(here, of.spells.ended[row, 1], 0.0)
    # At risk at an age: what is at risk at the group's next row, this one's own where it has one.
    follows = np.where(here, row, np.maximum(row + 1, of.spells.start[:-1][:, None]))
    inside = follows < of.spells.start[1:][:, None]
    risk = np.where(inside, of.at_risk[np.where(inside, follows, 0)], 0.0) if ages.size else d
    all_d, all_risk = d.sum(axis=0), risk.sum(axis=0)
    share = np.divide(risk, all_risk, out=np.zeros_like(risk), where=all_risk > 0.0)
    gap = (d - all_d * share).sum(axis=1)
    more = np.where(all_risk > 1.0, all_d * (all_risk - all_d) / np.where(all_risk > 1.0, all_risk - 1.0, 1.0), 0.0)
    variance = np.diag((share * more).sum(axis=1)) - (share * more) @ share.T
    freedom = int(((risk.sum(axis=1) > 0.0) & (np.diag(variance) > 0.0)).sum()) - 1
    if freedom < 1:
        return LogRank(0.0, 0, 1.0)
    statistic = float(gap @ np.linalg.pinv(variance, hermitian=True) @ gap)
    return LogRank(statistic, freedom, float(1.0 - gamma_share(freedom / 2.0, statistic / 2.0)))
