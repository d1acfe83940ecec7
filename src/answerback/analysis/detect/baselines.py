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

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.weekly import FIRST_MONDAY, WEEK, Cells, Floats, Lags, Weekly, monday
from answerback.analysis.peers import FEWEST_PEERS
from answerback.stats.arrays import weighted_count
from answerback.stats.detect import LEAST_BASELINE, Direction
from answerback.stats.intervals import jeffreys
from answerback.stats.prior import PeerPrior, peer_prior
from answerback.stats.rate import drawn
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


@dataclass(slots=True, eq=False)
class Past:
    """Counts by week before the weeks in which baselines are set, and what peers say; each worked out once."""

    cells: Cells
    kinds: tuple[NDArray[np.int64], ...]
    """The streams of each kind of touch."""
    week: int = -1
    known: Weekly | None = None
    peers: dict[int, tuple[bytes, PeerPrior | None]] = field(default_factory=dict)
    """Of each kind: what they said when a baseline was last set, and of which counts."""

    @classmethod
    def of(cls, cells: Cells) -> Past:
        """Of all cells."""
        kinds: dict[tuple[str, int], list[int]] = {}
        for number, each in enumerate(cells.streams):
            kinds.setdefault((each.play, each.waiting_days), []).append(number)
        return cls(cells, tuple(np.array(members) for members in kinds.values()))

    def lags(self, week: int) -> Lags:
        """Lag curves as one could know them at the start of a week."""
        return self.cells.lags(week * WEEK + FIRST_MONDAY)

    def before(self, week: int) -> Weekly:
        """The weeks before a week, as known at its start."""
        if self.known is None or self.week != week:
            self.week, self.known = week, self.cells.weekly(monday(week), self.lags(week), last=BASELINE_WEEKS)
        return self.known

    def _peers(self, kind: int, answered: Floats, matured: Floats) -> PeerPrior | None:
        """What the members of a kind say, if they are enough; both families ask the same where nobody began anew."""
        own = self.kinds[kind][matured[self.kinds[kind]] > 0.0]
        key = answered[own].tobytes() + matured[own].tobytes()
        if kind not in self.peers or self.peers[kind][0] != key:
            enough = own.size >= FEWEST_PEERS
            self.peers[kind] = (key, peer_prior(answered[own], matured[own]) if enough else None)
        return self.peers[kind][1]

    def drawn(
        self, answered: Floats, matured: Floats, wanted: NDArray[np.bool_], limits: NDArray[np.bool_]
    ) -> tuple[Floats, Floats, Floats]:
        """Mean, 25 % and 75 % quantile of streams, drawn toward the same kind of touch of others.

        Those that are not wanted are NaN, as are quantiles where there are to be no limits.
        """
        mean, low, high = (np.full(matured.size, np.nan) for _ in range(3))
        for kind, members in enumerate(self.kinds):
            own = members[wanted[members]]
            if not own.size:
                continue
            peers = self._peers(kind, answered, matured)
            if peers is not None:
                found = drawn(answered[own], matured[own], peers, coverage=_HALF, wanted=limits[own])
                mean[own], low[own], high[own] = found
            else:
                alone = jeffreys(answered[own], matured[own], coverage=_HALF)
                mean[own] = (answered[own] + 0.5) / (matured[own] + 1.0)
                low[own], high[own] = alone.low, alone.high
        return tuple(np.clip(of, 1e-6, 1.0 - 1e-6) for of in (mean, low, high))


def baseline(
    past: Past,
    week: int,
    since: Since,
    group: NDArray[np.int64],
    groups: int,
    *,
    only: NDArray[np.bool_] | None = None,
) -> Baseline:
    """The baseline for a week and those after it, as it was known at its start.

    Args:
        past: the counts.
        week: its number.
        since: for each group, from when.
        group: of each stream, 0 to groups - 1: itself, or all streams of its rep.
        groups: how many there are. Where it is one a stream, each stands for itself.
        only: the streams that are asked for, whole groups; else all. The rates of others are NaN.
    """
    known = past.before(week)
    number = known.weeks[:, None]
    old = (number < week - NEWEST_WEEKS) | (number <= since.judged[group][None, :])
    counted = old & (number >= since.begins[group][None, :])
    answered, matured = (known.answered * counted).sum(axis=0), (known.matured * counted).sum(axis=0)
    answered = np.minimum(answered, matured)
    wanted = np.ones(matured.size, np.bool_) if only is None else only
    if groups == matured.size:
        enough = matured >= LEAST_BASELINE
        mean, low, high = past.drawn(answered, matured, wanted, enough)
        sides = {Direction.FALL: low, Direction.RISE: high}
        expected = {side: np.where(enough, of, np.nan) for side, of in sides.items()}
    else:
        mean, *_ = past.drawn(answered, matured, wanted, np.zeros(matured.size, np.bool_))
        expected = _together(mean, answered, matured, group, groups)
    return Baseline(week, past.lags(week), mean, answered, matured, expected)


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
