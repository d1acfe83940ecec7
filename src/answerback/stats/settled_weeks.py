"""Evidence week by week where all efforts have waited in full: many streams at once, each rate before not known.

It is the evidence of `answerback.stats.detect`, averaged as `answerback.stats.usual_rate` says. Where nothing waits, a
week of n efforts and y answers multiplies the state of odds times f by

    f^y (1 - p + f p)^-n,

so ln(1 - p + f p) is worked out once for each laying of the points, and a week costs one exponential for each stream,
point and factor. Streams are the last axis in memory: every operation is one pass over neighbours. They are taken in
chunks whose state stays in the processor's cache, on as many threads as are given; the result is the same for any
number of either. States are float32: evidence is off by less than one part in a thousand after two years. The weights
of the points are float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerback.stats.arrays import BoolArray, FloatArray, counts
from answerback.stats.detect import Direction
from answerback.stats.usual_rate import DRIFT, NODES, UsualRate, lay_anew

EVERY = 4
"""Weeks after which the points are laid anew."""
CHUNK = 2048
"""Streams of a chunk: its states take about half a megabyte."""

_LEAST, _MOST, _MOST_LOG = np.float32(1e-30), np.float32(1e30), np.float32(80.0)
"""Evidence stops growing here, and does not vanish altogether: it stays below the true one, or next to 0."""

_Single = NDArray[np.float32]


class SettledWeeks:
    """Streams on their way through the weeks; every one is watched from the first.

    Args:
        usual: what is known of each stream's rate before; none is NaN. What is learnt is kept apart, not here.
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
        self.size, self.weeks, self._directions = usual.middle.size, 0, directions
        places = [slice(start, min(start + chunk, self.size)) for start in range(0, self.size, chunk)]
        self._chunks = [_Chunk.of(each, usual, directions, drift) for each in places]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def week(self, answered: ArrayLike, made: ArrayLike) -> Mapping[Direction, FloatArray]:
        """The evidence of every stream in each direction after one more week.

        Args:
            answered: y of each stream, shape (streams,).
            made: n, the same shape or one number.

        Raises:
            ValueError: a count is negative or not finite.
        """
        y = counts(answered, "answered")
        n = np.broadcast_to(counts(made, "made"), y.shape)
        found = {side: np.empty(self.size) for side in self._directions}
        anew = self.weeks > 0 and self.weeks % EVERY == 0
        self.weeks += 1

        def one(chunk: _Chunk) -> None:
            chunk.week(y[chunk.place], n[chunk.place], found, anew=anew)

        for _ in self._pool.map(one, self._chunks) if self._pool else map(one, self._chunks):
            pass
        return found

    def begin_anew(self, which: BoolArray) -> None:
        """Takes all evidence from some streams, as after an alarm; what was learnt of their rate stays."""
        for chunk in self._chunks:
            own = which[chunk.place]
            if own.any():
                for state in chunk.states.values():
                    state[..., own] = 0.0


@dataclass(slots=True, eq=False)
class _Chunk:
    """Neighbouring streams; the states and what belongs to a factor have the shape (points, factors, streams)."""

    place: slice
    usual: UsualRate
    states: dict[Direction, _Single]
    drift: float
    rest: dict[Direction, _Single]
    """ln(1 - p + f p)."""
    odds: FloatArray
    """Shape (points, streams), as `unmoved`: ln(1 + odds)."""
    unmoved: FloatArray
    room: _Single

    @classmethod
    def of(cls, place: slice, usual: UsualRate, directions: tuple[Direction, ...], drift: float) -> _Chunk:
        own = UsualRate(usual.middle[place], usual.error[place], np.asfortranarray(usual.log_weight[place]))
        size, points = own.middle.size, NODES.size
        states = {side: np.zeros((points, len(side.factors), size), np.float32) for side in directions}
        rest = {side: np.empty_like(state) for side, state in states.items()}
        none = np.empty((points, size))
        found = cls(place, own, states, drift, rest, none, none, np.empty_like(states[directions[0]]))
        found._lay()
        return found

    def _lay(self) -> None:
        """What is of the points alone."""
        self.odds = self.usual.middle + self.usual.error * NODES[:, None]
        self.unmoved = np.logaddexp(0.0, self.odds)
        rate = np.exp(self.odds - self.unmoved).astype(np.float32)
        for side, rest in self.rest.items():
            np.multiply(rate[:, None, :], np.array(side.factors, np.float32)[:, None] - 1.0, out=rest)
            np.add(rest, 1.0, out=rest)
            np.log(rest, out=rest)

    def week(self, y: FloatArray, n: FloatArray, found: Mapping[Direction, FloatArray], *, anew: bool) -> None:
        """Folds in one week and writes the evidence after it."""
        if anew:
            for state in self.states.values():
                np.maximum(state, _LEAST, out=state)
            before = tuple(state.transpose(2, 0, 1) for state in self.states.values())
            after = lay_anew(self.usual, before, self.drift)
            self.states = {side: of.transpose(1, 2, 0) for side, of in zip(self.states, after, strict=True)}
            self._lay()
        self.usual.learn((y * self.odds - n * self.unmoved).T)
        weight = self.usual.weight().T.astype(np.float32)
        moved, efforts = y.astype(np.float32), n.astype(np.float32)
        room, careful = self.room, float(y.max(initial=0.0)) * np.log(max(Direction.RISE.factors)) > _MOST_LOG
        for side, state in self.states.items():
            np.multiply(self.rest[side], efforts, out=room)
            np.subtract(moved * np.log(side.factors).astype(np.float32)[:, None], room, out=room)
            if careful:
                np.minimum(room, _MOST_LOG, out=room)
            np.exp(room, out=room)
            np.add(state, 1.0, out=state)
            with np.errstate(over="ignore"):
                np.multiply(state, room, out=state)
            np.minimum(state, _MOST, out=state)
            mixed = state.sum(axis=1)
            mixed *= weight
            np.divide(mixed.sum(axis=0), state.shape[1], out=found[side][self.place])
