"""What the weeks still open weigh for one family: what all share, the ratios of change, and who may be raised at all.

Weighing a week whose touches still wait costs a logarithm for each touch, point and factor, so it is done only for
members that can come to a level: `possible` says which, by a bound that needs neither points nor days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerback.analysis.detect.opened import Open, Waiting
from answerback.analysis.detect.watching import MIDDLE, Watch
from answerback.analysis.detect.weekly import Floats
from answerback.analysis.peers import FEWEST_PEERS
from answerback.stats.detect import Direction
from answerback.stats.open_weeks import log_ratios, unchanged_likelihood
from answerback.stats.shared_shift import shared_shift
from answerback.stats.special import logistic, normal_quantile

_CAREFUL_SIDE = normal_quantile(0.75)
"""Standard errors of a lag curve by which it is taken to the careful side."""
_ROUNDED = 0.999
"""A bound in float32 may lie below the truth by less than this says."""
_MOST_LOG = 80.0

Members = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one family sees of some weeks at the end of the last of them, where something counts as unchanged.

    `shift` is of each pair the log odds by which all others who make such touches moved in the same week; `begun` says
    in which weeks a change of whom may have begun: those with touches, from the first that was watched on.
    """

    watch: Watch
    now: Open
    odds: Floats
    """The log odds of each pair at every point, shape (pairs, points)."""
    shift: Floats
    begun: NDArray[np.bool_]

    @classmethod
    def of(cls, watch: Watch, now: Open) -> Look:
        """Of all members."""
        made = watch.summed(now, now.n) > 0.0
        number = (now.begin + np.arange(now.weeks))[:, None]
        begun = made & (watch.first >= 0) & (number >= np.maximum(watch.valid, watch.first))
        known = ~np.isnan(watch.usual.middle[watch.group] + watch.offset)
        shift, pairs = _shift(watch, now), np.flatnonzero(known[now.stream])
        few = now.only(pairs)
        return cls(watch, few, watch.odds(few), shift[pairs], begun)

    def only(self, pairs: NDArray[np.int64], *, full: bool = False) -> Look:
        """Of some pairs alone; with `full` as if nobody had made any effort that still waits."""
        now = self.now.only_full(pairs) if full else self.now.only(pairs)
        return Look(self.watch, now, self.odds[pairs], self.shift[pairs], self.begun)

    def ratios(self, side: Direction, members: Members | None = None) -> Floats:
        """The weeks' log likelihood ratios, shape (weeks, members, points, factors); pairs are of these members."""
        now, rates = self.now, logistic(self.odds + self._sided(side)[:, None])
        waits = _waits(now.waiting, _careful(now.waiting, side))
        return self.watch.summed(now, log_ratios(now.n, now.answered, rates, **waits, factors=side.factors), members)

    def unchanged(self, members: Members | None = None) -> Floats:
        """Their log likelihoods if nothing changed but what all share, shape (weeks, members, points)."""
        watch, now = self.watch, self.now
        rates = logistic(self.odds + self.shift[:, None])
        found = unchanged_likelihood(
            now.n, now.answered, rates, **_waits(now.waiting, np.clip(now.waiting.share, 1e-6, 1.0))
        )
        counted = now.week >= np.maximum(watch.valid, watch.first)[watch.group[now.stream]]
        return watch.summed(now, found * counted[:, None], members)

    def possible(self, side: Direction, members: Members, level: Floats) -> NDArray[np.bool_]:
        """Which members' evidence can be at a level: of the others it is known to be below.

        All that is not of these weeks has been folded in. With y answers and exposure D of those without, a week of
        touches at rate p has a log ratio of at most y ln f - (y + D) ln(1 - p + f p) for a fall by the factor f: a
        young touch without an answer says at most its share due of what it will say in the end, and the more the higher
        p is. For a rise exposure still waiting says at most D (p - q). So the outermost of the points bounds them all.
        """
        now = self.now
        odds = self.odds[:, :: 2 * MIDDLE] + self._sided(side)[:, None]
        low, high = logistic(odds.T.astype(np.float32))
        waits = np.bincount(now.waiting.of, now.waiting.still * _careful(now.waiting, side), now.n.size)
        each = (now.answered, waits, now.full_n - now.full_answered)
        y, late, full = (column.astype(np.float32) for column in each)
        most = np.empty((len(side.factors), now.n.size), np.float32)
        for row, factor in zip(most, np.array(side.factors, np.float32), strict=True):
            if side is Direction.FALL:
                row[:] = y * np.log(factor) - (y + late + full) * np.log(1 + (factor - 1) * high)
                continue
            gone = np.maximum(*(p - factor * p / (1 + (factor - 1) * p) for p in (low, high)))
            row[:] = y * np.log(factor) - (y + full) * np.log(1 + (factor - 1) * low) + late * gone
        weeks = np.exp(np.minimum(self.watch.summed(now, np.ascontiguousarray(most.T), members), _MOST_LOG))
        bound = self.watch.weeks.state(side, members).max(axis=0).T.astype(np.float64)
        for week, begins in zip(weeks[1:], self.begun[1:, members], strict=True):
            bound = (bound + begins[:, None]) * week
        return np.asarray(bound.mean(axis=1) >= level * _ROUNDED)

    def _sided(self, side: Direction) -> Floats:
        """What all share, where it excuses: a fall by the others' fall, a rise by their rise."""
        return np.minimum(self.shift, 0.0) if side is Direction.FALL else np.maximum(self.shift, 0.0)


def _shift(watch: Watch, now: Open) -> Floats:
    usual = watch.means(now)
    known = ~np.isnan(usual)
    usual = np.where(known, usual, 0.0)
    kinds = watch.index.kind
    group = (now.week - now.begin) * (int(kinds.max()) + 1) + kinds[now.stream]
    due = usual * now.due
    return shared_shift(now.answered * known, due, due - usual**2 * now.due_squared, group, fewest=FEWEST_PEERS)


def _careful(waiting: Waiting, side: Direction) -> Floats:
    """The share of answers due, to the careful side."""
    sign = -1.0 if side is Direction.FALL else 1.0
    share = np.clip(waiting.share + sign * _CAREFUL_SIDE * waiting.error, 0.0, 1.0)
    return np.where(waiting.moved, np.maximum(share, 1e-6), share)


def _waits(waiting: Waiting, share: Floats) -> dict[str, Any]:
    return {"of": waiting.of, "still": waiting.still, "share_in": share}
