"""What a watch over changes gives: what was raised in which week, and where every stream stands at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import Baseline
from answerback.analysis.detect.weekly import Floats, Lags, monday
from answerback.stats.detect import Direction


@dataclass(frozen=True, slots=True)
class Raised:
    """One stream on watch, or an alarm, in the week in which it was raised.

    Weeks are numbers (`monday` gives their first day); `play` is empty for all touches of the rep together.
    """

    rep_key: int
    play: str
    direction: Direction
    alarm: bool
    week: int
    """The last week that it knew; it is raised on the Monday after."""
    since: int
    """The most probable first week of the change."""
    evidence: float
    sure: float
    episode: int
    expected: float
    """The rate in the middle of what counted as unchanged, of efforts like those since."""
    usual: float
    """The rate that was usual before, of efforts like those since."""
    usual_matured: float
    """Efforts of the baseline that it rests on, each weighted by the share of its answers due."""
    efforts: int
    answered: int
    matured: float
    """Of the weeks since, as known then."""
    weeks_watched: int
    held_back: float | None = None
    """The p-value of slower answers, where they alone kept it from being an alarm."""

    @property
    def raised_on(self) -> date:
        """The day on which it was raised."""
        return monday(self.week + 1)

    @property
    def rate(self) -> float:
        """Since then, per effort whose answer is due."""
        return self.answered / self.matured if self.matured > 0.0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Where streams stand in the last week: each kind of touch for itself, or all touches of a rep together."""

    rep_keys: NDArray[np.int64]
    plays: tuple[str, ...]
    evidence: dict[Direction, Floats]
    watched: NDArray[np.int64]
    """Weeks since it was first watched, or since the last alarm."""
    baseline: Baseline
    answered: Floats
    matured: Floats
    """Of the baseline, by stream or rep."""
    known: NDArray[np.bool_]
    """Whether it has a past to be compared with."""
    hazard: float
    paths: dict[Direction, NDArray[np.float32]]
    """Evidence at the end of every week, shape (weeks, streams or reps).

    NaN where it was below every level and nobody followed it.
    """
    lags: Lags


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """All that was raised, in order of weeks, and where every stream stands at the end."""

    raised: tuple[Raised, ...]
    by_play: Family | None
    together: Family | None
    first_week: int
    last_week: int

    def alarms(self) -> tuple[Raised, ...]:
        """Those that were alarms."""
        return tuple(each for each in self.raised if each.alarm)
