"""What counts as unchanged: each stream's rate before, a little to the careful side, as known in a given week.

The baseline of a week is the 26 weeks before it less the newest 6, so that a change that is about to be found is not
part of it; after an alarm it begins anew with the weeks that the alarm spoke of. It is set every fourth week, on a
fixed calendar, and an effort is judged by the one that stood when it was made: the past is never judged again by what
came later.

The careful side is the 25 % quantile (for falls; 75 % for rises) of what the baseline and the peers say together: the
peers of a stream are the same kind of touch of the other reps. For all touches of a rep together the kinds keep their
own rates, and the quantile is taken of the rep's common odds: a rep who changes the mix of touches has not changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.weekly import Cells, Floats, Lags, monday
from answerback.analysis.peers import FEWEST_PEERS
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import LEAST_BASELINE, Direction
from answerback.stats.intervals import jeffreys
from answerback.stats.rate import shrunk_rates
from answerback.stats.special import logistic, normal_quantile

BASELINE_WEEKS = 26
NEWEST_WEEKS = 6
ANCHOR_WEEKS = 4
"""A baseline is set in every week whose number is a multiple of this."""
_HALF = 0.5
_QUARTER = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What counts as unchanged from one week on; arrays of streams.

    `mean` is the expected rate; `expected` the careful one by direction, NaN where there is no baseline of its own.
    `answered` and `matured` are what it rests on.
    """

    week: int
    lags: Lags
    mean: Floats
    answered: Floats
    matured: Floats
    expected: dict[Direction, Floats]


@dataclass(slots=True, eq=False)
class Since:
    """From which week each one's baseline may begin, and up to which week an alarm has already judged it."""

    begins: NDArray[np.int64]
    judged: NDArray[np.int64]

    @classmethod
    def never(cls, size: int) -> Since:
        """No alarm yet."""
        return cls(np.full(size, -(10**6)), np.full(size, -(10**6)))


def baseline(cells: Cells, week: int, since: Since, group: NDArray[np.int64], groups: int) -> Baseline:
    """The baseline for a week and those after it, as it was known at its start.

    Args:
        cells: the counts.
        week: its number.
        since: for each group, from when.
        group: of each stream, 0 to groups - 1: itself, or all streams of its rep.
        groups: how many there are. Where it is one a stream, each stands for itself.
    """
    start = monday(week)
    lags = cells.lags((start - monday(0)).days + 4)
    known = cells.weekly(start, lags, last=BASELINE_WEEKS)
    number = known.weeks[:, None]
    old = (number < week - NEWEST_WEEKS) | (number <= since.judged[group][None, :])
    counted = old & (number >= since.begins[group][None, :])
    answered, matured = (known.answered * counted).sum(axis=0), (known.matured * counted).sum(axis=0)
    answered = np.minimum(answered, matured)
    mean, low, high = _drawn(cells, answered, matured)
    if groups == len(cells.streams):
        enough = matured >= LEAST_BASELINE
        sides = {Direction.FALL: low, Direction.RISE: high}
        expected = {side: np.where(enough, of, np.nan) for side, of in sides.items()}
    else:
        expected = _together(mean, answered, matured, group, groups)
    return Baseline(week, lags, mean, answered, matured, expected)


def _drawn(cells: Cells, answered: Floats, matured: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, 25 % and 75 % quantile of every stream, drawn toward the same kind of touch of others."""
    mean, low, high = (np.full(len(cells.streams), np.nan) for _ in range(3))
    kinds: dict[tuple[str, int], list[int]] = {}
    for number, each in enumerate(cells.streams):
        kinds.setdefault((each.play, each.waiting_days), []).append(number)
    for members in kinds.values():
        own = np.array(members)
        with_past = own[matured[own] > 0.0]
        if len(with_past) >= FEWEST_PEERS:
            peers = shrunk_rates(answered[with_past], matured[with_past], coverage=_HALF).prior
            rates = shrunk_rates(answered[own], matured[own], prior=peers, coverage=_HALF)
            mean[own], low[own], high[own] = rates.rate, rates.low, rates.high
        else:
            alone = jeffreys(answered[own], matured[own], coverage=_HALF)
            mean[own] = (answered[own] + 0.5) / (matured[own] + 1.0)
            low[own], high[own] = alone.low, alone.high
    return tuple(np.clip(of, 1e-6, 1.0 - 1e-6) for of in (mean, low, high))


def _together(
    mean: Floats, answered: Floats, matured: Floats, group: NDArray[np.int64], groups: int
) -> dict[Direction, Floats]:
    """Every stream's mean, moved by its group's common log odds and their quarter to the careful side."""
    total = weighted_count(group, matured, groups)
    spread = weighted_count(group, matured * mean * (1.0 - mean), groups)
    beyond = weighted_count(group, answered - matured * mean, groups)
    common = np.divide(beyond, spread, out=np.zeros(groups), where=spread > 0.0)
    error = np.divide(1.0, np.sqrt(spread), out=np.full(groups, np.nan), where=spread > 0.0)
    error[total < LEAST_BASELINE] = np.nan
    careful = normal_quantile(1.0 - _QUARTER) * error
    odds = np.log(mean) - np.log1p(-mean)
    return {
        Direction.FALL: logistic(odds + (common - careful)[group]),
        Direction.RISE: logistic(odds + (common + careful)[group]),
    }
