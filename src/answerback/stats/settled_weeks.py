"""Evidence of weeks whose efforts have all waited in full: many streams at once, each rate before not known.

It is the evidence of `answerback.stats.detect`, averaged as `answerback.stats.usual_rate` says, and the one place where
weeks that say nothing new any more are folded in. A workspace folds in a week when nobody in it waits any longer, with
the ratios that it had then (`fold`). Where nobody waits in the first place, a week of n efforts and y answers
multiplies the state of odds times f by

    f^y (1 - p + f p)^-n,

so ln(1 - p + f p) is worked out once for each laying of the points, and a week costs one exponential for each stream,
point and factor (`week`). Streams are the last axis in memory: every operation is one pass over neighbours. They are
taken in chunks whose state stays in the processor's cache, on as many threads as are given; the result is the same for
any number of either. States are float32: evidence is off by less than one part in a thousand after two years. The
weights of the points are float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts
from answerback.stats.detect import Direction
from answerback.stats.usual_rate import DRIFT, NODES, UsualRate, lay_anew

EVERY = 4
"""Weeks after which `week` lays the points anew."""
CHUNK = 2048
"""Streams of a chunk: its states take about half a megabyte."""

_MOST, _MOST_LOG = np.float32(1e30), np.float32(80.0)
"""Evidence stops growing here: it stays below the true one. A week's ratio stops at this logarithm, either way."""

_Single = NDArray[np.float32]


class SettledWeeks:
    """Streams on their way through the weeks.

    `usual` is what is known of each stream's rate before, of all that was folded in.

    Args:
        usual: what is known at first. What is learnt is kept apart, not here.
        directions: what is watched for.
        drift: by how much a rate may drift between two layings.
        threads: how many chunks are worked on at once.
        chunk: streams of each.

    >>> watch = SettledWeeks(UsualRate.beta([40.0], [360.0]), directions=(Direction.FALL,))
    >>> [float(watch.week([y], 20.0)[Direction.FALL][0].round(2)) for y in (2, 0, 0)]
    [0.65, 4.52, 16.57]
    """

    def __init__(
        self,
        usual: UsualRate,
        *,
        directions: tuple[Direction, ...] = tuple(Direction),
        drift: float = DRIFT,
        threads: int = 1,
        chunk: int = CHUNK,
    ) -> None:
        self.size, self.weeks, self._drift, self._directions = usual.middle.size, 0, drift, directions
        self.usual = UsualRate(usual.middle.copy(), usual.error.copy(), usual.log_weight.copy(order="F"))
        self._chunks = [
            _Chunk(slice(start, min(start + chunk, self.size)), directions) for start in range(0, self.size, chunk)
        ]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def week(self, answered: ArrayLike, made: ArrayLike) -> Mapping[Direction, FloatArray]:
        """One more week whose answers are all in, of streams watched from the first; every fourth lays the points anew.

        Args:
            answered: y of each stream, shape (streams,).
            made: n, the same shape or one number.

        Returns:
            The evidence of every stream in each direction after it.

        Raises:
            ValueError: a count is negative or not finite.
        """
        y = counts(answered, "answered")
        n = np.broadcast_to(counts(made, "made"), y.shape)
        found = {side: np.empty(self.size) for side in self._directions}
        if self.weeks > 0 and self.weeks % EVERY == 0:
            self.lay_anew()
        self.weeks += 1

        def one(chunk: _Chunk) -> None:
            place, usual = chunk.place, _part(self.usual, chunk.place)
            points = chunk.points = chunk.points or _Points.of(usual, self._directions)
            usual.learn((y[place] * points.odds - n[place] * points.unmoved).T)
            self.usual.log_weight[place] = usual.log_weight
            weight = usual.weight().T.astype(np.float32)
            for side, state in chunk.states.items():
                _multiply(state, points.ratio(side, y[place], n[place]), 1.0)
                mixed = state.sum(axis=1)
                mixed *= weight
                np.divide(mixed.sum(axis=0), state.shape[1], out=found[side][place])

        self._each(one)
        return found

    def fold(self, ratios: Mapping[Direction, FloatArray], seen: FloatArray, begins: BoolArray) -> None:
        """One more week with its own ratios, which are final.

        Args:
            ratios: the week's log likelihood ratios in each direction, shape (streams, points, factors).
            seen: its log likelihoods without a change, shape (streams, points).
            begins: whether a change may have begun in it, shape (streams,).
        """
        self.usual.learn(seen)

        def one(chunk: _Chunk) -> None:
            for side, state in chunk.states.items():
                ratio = np.clip(ratios[side][chunk.place].transpose(1, 2, 0), -_MOST_LOG, _MOST_LOG)
                _multiply(state, ratio.astype(np.float32, order="C"), begins[chunk.place].astype(np.float32))

        self._each(one)

    def state(self, side: Direction, which: IntArray | slice = slice(None)) -> _Single:
        """The evidence of every start and size of some streams, shape (points, factors, streams).

        It is 0 where no change can have begun yet.
        """
        if len(self._chunks) == 1:
            return self._chunks[0].states[side][..., which]
        return np.concatenate([chunk.states[side] for chunk in self._chunks], axis=2)[..., which]

    def lay_anew(self) -> None:
        """Lays the points anew around what was learnt (`answerback.stats.usual_rate.lay_anew`)."""

        def one(chunk: _Chunk) -> None:
            place, usual = chunk.place, _part(self.usual, chunk.place)
            after = lay_anew(usual, tuple(of.transpose(2, 0, 1) for of in chunk.states.values()), self._drift)
            chunk.states = {side: of.transpose(1, 2, 0) for side, of in zip(chunk.states, after, strict=True)}
            chunk.points = None
            self.usual.middle[place], self.usual.error[place] = usual.middle, usual.error
            self.usual.log_weight[place] = usual.log_weight

        self._each(one)

    def begin_anew(self, which: BoolArray) -> None:
        """Takes all evidence from some streams, as after an alarm; what was learnt of their rate stays."""
        for chunk in self._chunks:
            own = which[chunk.place]
            if own.any():
                for state in chunk.states.values():
                    state[..., own] = 0.0

    def _each(self, one: Callable[[_Chunk], None]) -> None:
        for _ in self._pool.map(one, self._chunks) if self._pool else map(one, self._chunks):
            pass


class _Chunk:
    """The states of neighbouring streams, and what is of their points alone as long as these are not laid anew."""

    def __init__(self, place: slice, directions: tuple[Direction, ...]) -> None:
        size = place.stop - place.start
        self.place = place
        self.states = {side: np.zeros((NODES.size, len(side.factors), size), np.float32) for side in directions}
        self.points: _Points | None = None


def _part(usual: UsualRate, place: slice) -> UsualRate:
    return UsualRate(usual.middle[place], usual.error[place], usual.log_weight[place])


def _multiply(state: _Single, ratio: _Single, begins: ArrayLike) -> None:
    """(begins + state) x ratio, in place; `ratio`, a logarithm, is used up."""
    np.exp(ratio, out=ratio)
    np.add(state, begins, out=state, casting="same_kind")
    with np.errstate(over="ignore"):
        np.multiply(state, ratio, out=state)
    np.minimum(state, _MOST, out=state)


class _Points:
    """What is of points alone."""

    def __init__(self, odds: FloatArray, directions: tuple[Direction, ...]) -> None:
        self.odds, self.unmoved = odds, np.logaddexp(0.0, odds)
        rate = np.exp(odds - self.unmoved).astype(np.float32)
        self._rest = {side: _rest(rate, side) for side in directions}
        self._room = np.empty_like(next(iter(self._rest.values())))

    @classmethod
    def of(cls, usual: UsualRate, directions: tuple[Direction, ...]) -> _Points:
        return cls(usual.middle + usual.error * NODES[:, None], directions)

    def ratio(self, side: Direction, y: FloatArray, n: FloatArray) -> _Single:
        """The log likelihood ratios of y answers to n efforts, in a room that the next call takes again."""
        np.multiply(self._rest[side], n.astype(np.float32), out=self._room)
        moved = y.astype(np.float32) * np.log(side.factors).astype(np.float32)[:, None]
        np.subtract(moved, self._room, out=self._room)
        if float(n.max(initial=0.0)) * np.log(max(Direction.RISE.factors)) > _MOST_LOG:
            np.clip(self._room, -_MOST_LOG, _MOST_LOG, out=self._room)
        return self._room


def _rest(rate: _Single, side: Direction) -> _Single:
    """ln(1 - p + f p), shape (points, factors, streams)."""
    rest: _Single = rate[:, None, :] * (np.array(side.factors, np.float32)[:, None] - np.float32(1.0))
    rest += 1.0
    np.log(rest, out=rest)
    return rest
