"""Evidence of a change where the rate before is not known: averaged over all that it may be.

A rate that is estimated once and taken for known is too high for every second stream, and chance then looks like a
fall. So the log odds of the rate before have a distribution: at first that of the baseline, drawn toward peers; then,
week by week, what is seen since, **as if nothing had changed**. Evidence is worked out at a few points of it (Gauss,
Hermite: three, exact for polynomials up to the fifth degree) and averaged with what each point still weighs:

    R = sum of w(p) R(p),   w(p) proportional to  prior(p) x likelihood of all that was seen, at p unchanged.

That is the Shiryaev-Roberts statistic of the likelihoods averaged over p. So without a change its mean is the number
of weeks watched **on average over the rates of such peers**, and the level keeps its meaning: one false alarm in so
many weeks (Pollak 1987, Annals of Statistics 15, for mixtures over what is not known before a change).

Rates are not made of stone. Every fourth week the points are laid anew around what was learnt, the rate meanwhile may
have drifted by `DRIFT`, and evidence is carried over to the new points by interpolation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts

NODES = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)])
SHARES = np.array([1.0, 4.0, 1.0]) / 6.0
"""Points in standard errors from the middle, and what each weighs at first."""

DRIFT = 0.025
"""Log odds by which a rate drifts in four weeks without being called changed: a tenth of the odds in a year."""

_REACH = 0.5
"""Standard errors beyond the outer points up to which evidence is carried on."""
_LEAST_PRECISION, _MOST_PRECISION = 0.5, 25.0
"""What was learnt between two layings, as a multiple of what was known, is held between these."""
_MOST_LOG = {4: 69.0, 8: 690.0}
"""Logarithms of evidence, by bytes of a number, stop here."""
_State = TypeVar("_State", NDArray[np.float32], NDArray[np.float64])


@dataclass(slots=True, eq=False)
class UsualRate:
    """What the log odds before a change may be: `middle` and `error`, shape (streams,), NaN where there is no past.

    `log_weight` of the points, shape (streams, points), up to a constant of each stream.
    """

    middle: FloatArray
    error: FloatArray
    log_weight: FloatArray

    @classmethod
    def normal(cls, middle: FloatArray, error: FloatArray) -> UsualRate:
        """Points for log odds with a normal distribution."""
        return cls(middle, error, np.tile(np.log(SHARES), (middle.size, 1)))

    @classmethod
    def beta(cls, a: ArrayLike, b: ArrayLike) -> UsualRate:
        """Points for a rate that is Beta(a, b): around the mode of its log odds, weighed by its density.

        >>> known = UsualRate.beta([40.0], [160.0])
        >>> (1 / (1 + np.exp(-known.odds()))).round(3), np.exp(known.log_weight).round(2)
        (array([[0.155, 0.2  , 0.253]]), array([[0.18, 0.67, 0.15]]))
        """
        hits, misses = counts(a, "a"), counts(b, "b")
        found = cls.normal(np.log(hits / misses), np.sqrt(1.0 / hits + 1.0 / misses))
        odds, size = found.odds(), (hits + misses)[:, None]
        density = hits[:, None] * odds - size * np.logaddexp(0.0, odds)
        found.log_weight += NODES**2 / 2.0 + density - density[:, 1:2]
        return found

    def odds(self) -> FloatArray:
        """The log odds of every point, shape (streams, points)."""
        return np.asarray(self.middle[:, None] + self.error[:, None] * NODES)

    def weight(self, seen: ArrayLike = 0.0) -> FloatArray:
        """What each point weighs, given further log likelihoods without a change; adds up to 1 for each stream."""
        log = self.log_weight + np.asarray(seen, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            weight = np.exp(log - log.max(axis=-1, keepdims=True))
            return np.asarray(weight / weight.sum(axis=-1, keepdims=True))

    def learn(self, seen: FloatArray) -> None:
        """Takes in log likelihoods without a change, shape (streams, points)."""
        self.log_weight = self.log_weight + seen
        self.log_weight -= self.log_weight.max(axis=-1, keepdims=True)

    def of(self, which: IntArray) -> UsualRate:
        """The points of some streams alone."""
        return UsualRate(self.middle[which], self.error[which], self.log_weight[which])

    def replace(self, which: BoolArray, by: UsualRate) -> None:
        """Puts some streams' points in the place of these."""
        for name in ("middle", "error", "log_weight"):
            getattr(self, name)[which] = getattr(by, name)[which]


def null_likelihood(answered: ArrayLike, unanswered: ArrayLike, log_odds: ArrayLike) -> FloatArray:
    """The log likelihood of efforts that have all waited in full, if nothing changed; all arguments broadcast.

    >>> float(null_likelihood(4, 16, np.log(0.25)).round(3))
    -10.008
    """
    s, u = counts(answered, "answered"), counts(unanswered, "unanswered")
    odds = np.asarray(log_odds, dtype=np.float64)
    return np.asarray(s * odds - (s + u) * np.logaddexp(0.0, odds))


def lay_anew(usual: UsualRate, states: tuple[_State, ...], drift: float = DRIFT) -> tuple[_State, ...]:
    """Lays the points anew around what was learnt, a rate that may have drifted; `usual` is changed.

    What was learnt is read off the parabola through the points' log likelihoods: exact where it is one.

    A rate now at a point was before, on average, nearer to the middle by the square of the share of the old error in
    the new one; evidence there is interpolated (its logarithm, by the parabola through the three points).

    Args:
        usual: what was learnt.
        states: of each direction, shape (streams, points, factors).
        drift: standard deviation of the drift since they were laid.

    Returns:
        The states at the new points.

    >>> usual = UsualRate.beta([40.0], [160.0])
    >>> usual.learn(null_likelihood(40, 160, usual.odds()))
    >>> (state,) = lay_anew(usual, (np.exp(usual.odds())[..., None],), 0.0)
    >>> np.allclose(np.log(state[..., 0]), usual.odds()), usual.error.round(3)
    (True, array([0.125]))
    """
    seen = usual.log_weight - np.log(SHARES)
    bend = (2.0 * seen[:, 1] - seen[:, 0] - seen[:, 2]) / NODES[2] ** 2
    precision = np.clip(1.0 + bend, _LEAST_PRECISION, _MOST_PRECISION)
    away = np.clip((seen[:, 2] - seen[:, 0]) / (2.0 * NODES[2] * precision), NODES[0], NODES[2])
    spread = 1.0 / np.sqrt(precision)
    learnt = spread * usual.error
    error = np.sqrt(learnt**2 + drift**2)
    place = away + (spread * learnt / error) * NODES[:, None]
    place = np.clip(np.nan_to_num(place), NODES[0] - _REACH, NODES[2] + _REACH).T
    left, middle, right = (
        (place * (place + NODES[0]) / 6.0)[..., None],
        (1.0 - place**2 / 3.0)[..., None],
        (place * (place - NODES[0]) / 6.0)[..., None],
    )
    usual.middle = usual.middle + away * usual.error
    usual.error = error
    usual.log_weight = np.repeat(np.log(SHARES), error.size).reshape(SHARES.size, -1).T
    return tuple(_carried(state, left, middle, right) for state in states)


def _carried(state: _State, left: FloatArray, middle: FloatArray, right: FloatArray) -> _State:
    begun = state > 0.0
    log = np.log(np.where(begun, state, 1.0))
    low, mid, high = (each.astype(state.dtype) for each in (left, middle, right))
    at = low * log[:, 0:1]
    at += mid * log[:, 1:2]
    at += high * log[:, 2:3]
    most = _MOST_LOG[state.dtype.itemsize]
    np.exp(np.clip(at, -most, most, out=at), out=at)
    at *= begun
    return at
