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
    """What one family sees of some weeks at the end of the last of them.

    `shift` is of each pair the log odds by which all others who make such touches moved in the same week; `begun` says
    in which weeks a change of whom may have begun: those with touches, from the first that was watched on.
    """

    watch: Watch
    now: Open
    shift: Floats
    begun: NDArray[np.bool_]

    @classmethod
    def of(cls, watch: Watch, now: Open) -> Look:
        """Of all members."""
        made = watch.summed(now, now.n) > 0.0
        number = (now.begin + np.arange(now.weeks))[:, None]
        begun = made & (watch.first >= 0) & (number >= np.maximum(watch.valid, watch.first))
        return cls(watch, now, _shift(watch, now), begun)

    def only(self, pairs: NDArray[np.int64], *, full: bool = False) -> Look:
        """Of some pairs alone; with `full` as if nobody had made any effort that still waits."""
        now = self.now.only_full(pairs) if full else self.now.only(pairs)
        return Look(self.watch, now, self.shift[pairs], self.begun)

    def ratios(self, side: Direction, members: Members | None = None) -> Floats:
        """The weeks' log likelihood ratios, shape (weeks, members, points, factors); pairs are of these members."""
        odds = self.watch.odds(self.now) + self._sided(side)[:, None]
        of = _Known.of(self.now, odds, _careful(self.now.waiting, side))
        found = log_ratios(of.n, of.answered, of.rates, **of.waits, factors=side.factors)
        return self.watch.summed(self.now, found, of.known, members)

    def unchanged(self, members: Members | None = None) -> Floats:
        """Their log likelihoods if nothing changed but what all share, shape (weeks, members, points)."""
        watch, now = self.watch, self.now
        of = _Known.of(now, watch.odds(now) + self.shift[:, None], np.clip(now.waiting.share, 1e-6, 1.0))
        counted = now.week >= np.maximum(watch.valid, watch.first)[watch.group[now.stream]]
        found = unchanged_likelihood(of.n, of.answered, of.rates, **of.waits) * counted[of.known][:, None]
        return watch.summed(now, found, of.known, members)

    def possible(self, side: Direction, level: Floats) -> NDArray[np.bool_]:
        """Which members' evidence can be at a level: of all others it is known to be below.

        The oldest week has been folded in. With y answers and exposure D of those without, a week of touches at rate p
        has a log ratio of at most y ln f - (y + D) ln(1 - p + f p) for a fall by the factor f: a young touch without an
        answer says at most its share due of what it will say in the end, and the more the higher p is. For a rise
        exposure still waiting says at most D (p - q). So the outermost of the points bounds them all.
        """
        now = self.now
        odds = self.watch.odds(now)[:, :: 2 * MIDDLE] + self._sided(side)[:, None]
        known = np.flatnonzero(~np.isnan(odds[:, 0]) & (now.week > now.begin))
        low, high = logistic(odds[known].astype(np.float32)).T
        waits = np.bincount(now.waiting.of, now.waiting.still * _careful(now.waiting, side), now.n.size)
        each = (now.answered, waits, now.full_n - now.full_answered)
        y, late, full = (column[known].astype(np.float32) for column in each)
        most = np.empty((known.size, len(side.factors)), np.float32)
        for number, factor in enumerate(np.array(side.factors, np.float32)):
            if side is Direction.FALL:
                most[:, number] = y * np.log(factor) - (y + late + full) * np.log1p((factor - 1) * high)
                continue
            gone = np.maximum(*(p - factor * p / (1 + (factor - 1) * p) for p in (low, high)))
            most[:, number] = y * np.log(factor) - (y + full) * np.log1p((factor - 1) * low) + late * gone
        weeks = np.exp(np.minimum(self.watch.summed(now, most, known), _MOST_LOG))
        bound = self.watch.weeks.states[side].max(axis=0).T.astype(np.float64)
        for week, begins in zip(weeks[1:], self.begun[1:], strict=True):
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


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Those pairs of which something counts as unchanged, and who of them still wait."""

    known: NDArray[np.int64]
    n: Floats
    answered: Floats
    rates: Floats
    waits: dict[str, Any]

    @classmethod
    def of(cls, now: Open, odds: Floats, share: Floats) -> _Known:
        known = ~np.isnan(odds[:, MIDDLE])
        number, rows = np.cumsum(known) - 1, known[now.waiting.of]
        waits = {
            "of": number[now.waiting.of[rows]],
            "still": now.waiting.still[rows],
            "share_in": share[rows],
        }
        return cls(np.flatnonzero(known), now.n[known], now.answered[known], logistic(odds[known]), waits)
