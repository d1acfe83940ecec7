"""Where each rep stands beside the others, like for like: inside the limits that chance draws, or outside.

Nobody is ranked: who is inside differs from the others by nothing that can be told from chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from answerback.analysis.diagnose.counted import read_efforts, utc
from answerback.analysis.reader import Reader
from answerback.domain.periods import midnight
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.funnel import funnel
from answerback.stats.special import logistic
from answerback.stats.standard import expected_log_odds

WEEKS = 26
LEAST_EFFORTS = 80.0
"""Matured efforts of somebody of whom it is said that they stand outside."""
FEWEST_REPS = 5
_MOST_SHARE = 0.999


@dataclass(frozen=True, slots=True)
class Standing:
    """One rep: matured efforts, those that moved a buyer, the rate, the usual rate of the same efforts, and limits.

    `outside` is None where there are too few efforts to say.
    """

    rep_key: int
    efforts: float
    moved: float
    rate: float
    expected: float
    low: float
    high: float
    outside: bool | None


@dataclass(frozen=True, slots=True)
class Levels:
    """Every rep in order of their keys, and how much more they differ than by chance (over-dispersion, at least 1)."""

    start: date
    end: date
    standings: tuple[Standing, ...]
    phi: float


def levels(
    reader: Reader,
    scope: Scope,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    where: Mapping[str, str] | None = None,
) -> Levels | CannotTell:  # fmt: skip
    """Each rep's rate of a time beside what the same efforts usually bring; the last 26 weeks, unless said.

    Raises UsageError for a dimension in `where` that does not exist.
    """
    last = reader.query(f"select max(occurred_at) as last from outcome where occurred_at <= {reader.instant}")
    newest = last.column(0)[0].as_py()
    if newest is None:
        return CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=0.0, need=LEAST_EFFORTS)
    end = utc(until) if until is not None else midnight(newest.date() + timedelta(days=1))
    start = utc(since) if since is not None else end - timedelta(weeks=WEEKS)
    counted = read_efforts(reader, scope, start=start, end=end, where=where or {})
    reps = len(counted.rep_keys)
    if reps < FEWEST_REPS:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(reps), need=float(FEWEST_REPS))
    usual = expected_log_odds(
        list(counted.levels.values()), counted.success, counted.exposure, np.ones(counted.exposure.size)
    )  # fmt: skip
    s, m, e = (
        np.bincount(counted.rep, values, reps)
        for values in (counted.success, counted.exposure, counted.exposure * logistic(usual))
    )
    expected = np.clip(np.divide(e, m, out=np.full(reps, 0.5), where=m > 0.0), 1.0 - _MOST_SHARE, _MOST_SHARE)
    found = funnel(s, m, expected=expected)
    if found is None:
        return CannotTell(Refused.TOO_FEW_EFFORTS_NOW, have=float(m.max(initial=0.0)), need=LEAST_EFFORTS)
    standings = tuple(
        Standing(
            rep_key=key,
            efforts=float(m[at]),
            moved=float(s[at]),
            rate=float(found.rate[at]),
            expected=float(expected[at]),
            low=float(found.low[at]),
            high=float(found.high[at]),
            outside=bool(found.outside[at]) if m[at] >= LEAST_EFFORTS else None,
        )
        for at, key in enumerate(counted.rep_keys)
    )
    return Levels(start.date(), end.date(), standings, found.phi)
