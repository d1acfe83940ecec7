"""One family of streams on its way through the weeks: what was usual, what was folded in, what was raised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.baselines import ANCHOR_WEEKS, Baseline, Past, Since, baseline, shared_move
from answerback.analysis.detect.opened import Index, Open
from answerback.analysis.detect.weekly import Cells, Floats
from answerback.stats.detect import LEAST_BASELINE, Direction
from answerback.stats.settled_weeks import SettledWeeks
from answerback.stats.usual_rate import NODES, UsualRate

MIDDLE = NODES.size // 2

_Real = TypeVar("_Real", np.float32, np.float64)


@dataclass(slots=True, eq=False)
class Watch:
    """One family: each kind of touch for itself, or all touches of a rep together."""

    cells: Cells
    index: Index
    group: NDArray[np.int64]
    size: int
    rep_keys: NDArray[np.int64]
    plays: tuple[str, ...]
    since: Since
    weeks: SettledWeeks
    """Of each member the evidence of all weeks that are settled, and what its log odds may be."""
    offset: Floats
    """By stream: log odds beyond those of its member; NaN where they are not known."""
    valid: NDArray[np.int64]
    first: NDArray[np.int64]
    on_watch: dict[Direction, NDArray[np.bool_]]
    strict: bool
    followed: NDArray[np.bool_]
    """Whose evidence is worked out every week."""
    episodes: dict[tuple[int, Direction], int] = field(default_factory=dict)
    baselines: dict[int, Baseline] = field(default_factory=dict)
    history: dict[Direction, dict[int, NDArray[np.float32]]] = field(
        default_factory=lambda: {each: {} for each in Direction}
    )
    evidence: dict[Direction, Floats] = field(default_factory=dict)
    paths: dict[Direction, list[NDArray[np.float32]]] = field(default_factory=lambda: {each: [] for each in Direction})
    alarms: int = 0
    stream_weeks: int = 0

    @classmethod
    def over(cls, index: Index, *, together: bool, strict: bool, follow: Collection[int] = ()) -> Watch:
        """Before the first week."""
        cells = index.cells
        reps = np.array([each.rep_key for each in cells.streams], np.int64)
        keys, group = np.unique(reps, return_inverse=True) if together else (reps, np.arange(reps.size))
        size = keys.size
        return cls(
            cells,
            index,
            np.asarray(group, np.int64),
            size,
            keys,
            ("",) * size if together else tuple(each.play for each in cells.streams),
            Since.never(size),
            SettledWeeks(UsualRate.normal(np.full(size, np.nan), np.ones(size)), chunk=max(size, 1)),
            np.full(reps.size, 0.0 if size == reps.size else np.nan),
            np.full(size, -(10**6), np.int64),
            np.full(size, -1, np.int64),
            {each: np.zeros(size, np.bool_) for each in Direction},
            strict,
            np.isin(keys, list(follow)),
        )

    @property
    def usual(self) -> UsualRate:
        """What the log odds of each member may be, of what has been folded in."""
        return self.weeks.usual

    @property
    def by_stream(self) -> bool:
        """Whether every stream stands for itself."""
        return self.size == len(self.cells.streams)

    def anchor(self, week: int, past: Past) -> None:
        """Sets the baseline of a week: for the first time, or to lay the points anew around what was learnt."""
        now = self.baselines[week] = baseline(past, week, self.since, self.group, self.size)
        before = self.baselines.get(week - ANCHOR_WEEKS)
        self.weeks.lay_anew()
        if before is not None:
            move = shared_move(past, before, now)
            if self.by_stream:
                self.usual.middle = self.usual.middle + move
            else:
                self.offset = self.offset + move
        self._begin(now, np.isnan(self.usual.middle))

    def anchor_again(self, set_in: int, week: int, own: NDArray[np.bool_], past: Past) -> None:
        """Gives streams whose baseline begins anew theirs at once; what they did before is not weighed any more."""
        now = self.baselines[set_in]
        new = baseline(past, week, self.since, self.group, self.size, only=own)
        for of, by in ((now.mean, new.mean), (now.answered, new.answered), (now.matured, new.matured)):
            of[own] = by[own]
        members = np.zeros(self.size, np.bool_)
        members[self.group[own]] = True
        now.usual.replace(members, new.usual)
        self.usual.middle[members] = np.nan
        if not self.by_stream:
            self.offset[own] = np.nan
        self._begin(now, members)

    def _begin(self, now: Baseline, members: NDArray[np.bool_]) -> None:
        """Takes over what a baseline says of some members, and of kinds of touch that others have not met before."""
        self.usual.replace(members, now.usual)
        if self.by_stream:
            return
        odds = np.log(now.mean) - np.log1p(-now.mean)
        new = members[self.group]
        self.offset[new] = np.nan
        known = now.peers | (now.matured >= LEAST_BASELINE) | (new & (now.matured > 0.0))
        fresh = np.isnan(self.offset) & known & ~np.isnan(self.usual.middle[self.group])
        later = np.where(new, 0.0, self.usual.middle[self.group])
        self.offset[fresh] = (odds - later)[fresh]

    def odds(self, now: Open) -> Floats:
        """The log odds of pairs at every point, shape (pairs, points); NaN where nothing counts as unchanged."""
        member = self.group[now.stream]
        return np.asarray(self.offset[now.stream][:, None] + self.usual.odds()[member])

    def means(self, now: Open) -> Floats:
        """The rates that were usual for efforts of pairs when they were made."""
        found = np.full(now.week.size, np.nan)
        for number in range(now.begin - now.begin % ANCHOR_WEEKS, now.begin + now.weeks, ANCHOR_WEEKS):
            if number in self.baselines:
                own = slice(*np.searchsorted(now.week, (number, number + ANCHOR_WEEKS)))
                base = self.baselines[number]
                known = ~np.isnan(base.usual.middle)[self.group[now.stream[own]]]
                found[own] = np.where(known, base.mean[now.stream[own]], np.nan)
        return found

    def summed(
        self,
        now: Open,
        column: NDArray[_Real],
        members: NDArray[np.int64] | None = None,
    ) -> NDArray[_Real]:
        """Values of pairs, by week and (some) members of this family: shape (weeks, members, ...).

        Pairs are in order of weeks and streams, and streams of reps, so those of one place stand together. With
        `members`, in order, there must be no pairs of others.
        """
        member, size = self.group[now.stream], self.size if members is None else members.size
        if members is not None:
            number = np.full(self.size, -1)
            number[members] = np.arange(size)
            member = number[member]
        place = (now.week - now.begin) * size + member
        found = np.zeros((now.weeks * size, *column.shape[1:]), column.dtype)
        if place.size:
            first = np.flatnonzero(np.diff(place, prepend=-1))
            found[place[first]] = column if first.size == place.size else np.add.reduceat(column, first, axis=0)
        return found.reshape(now.weeks, size, *column.shape[1:])
