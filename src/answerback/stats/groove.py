"""Rates that rose and held: one rise in a series of weeks, and whether the weeks after it stayed up.

Method: likelihood-ratio scan for one change in a binomial rate (K. J. Worsley 1983, Biometrika 70(2)), rises only. The
level of the greatest ratio is that of the greatest standardised Brownian bridge between the first and the last admitted
split (B. James, K. L. James, D. Siegmund 1987, Biometrika 74(1)), one side. A rise has held where the later half of the
weeks after it is above what was before, too, and not below the earlier half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import BoolArray, FloatArray, IntArray, counts, frozen

LEAST_WEEKS = 8
"""After a rise, before it can have held."""
LEAST_EXPOSURE = 40.0
"""Before, and after."""
_ONE_SIDED = 1.645


@dataclass(frozen=True, slots=True, eq=False)
class Grooves:
    """Per stream, shape (streams,); `week` is the first after the rise, -1 where none can be looked for.

    `before` and `after` are shares; `low` and `high` the 95 % interval of after less before, `p_value` of the rise.
    """

    week: IntArray
    p_value: FloatArray
    held: BoolArray
    before: FloatArray
    after: FloatArray
    low: FloatArray
    high: FloatArray


def grooves(successes: ArrayLike, exposure: ArrayLike) -> Grooves:
    """The most likely rise of each stream, how likely chance makes one as clear, and whether it held.

    Args:
        successes: per stream and week, shape (streams, weeks).
        exposure: the same; weeks of which all efforts have waited in full.

    Raises:
        ValueError: shapes differ, a count is negative or not finite, or successes exceed exposure.

    >>> s = np.array([[2] * 10 + [7] * 12])
    >>> found = grooves(s, np.full((1, 22), 20))
    >>> found.week, found.held, found.p_value < 0.001
    (array([10]), array([ True]), array([ True]))
    """
    s, m = counts(successes, "successes"), counts(exposure, "exposure")
    if s.shape != m.shape or s.ndim != 2 or np.any(s > m):
        raise ValueError("successes and exposure need one shape (streams, weeks), successes at most exposure")
    gain, week, length = _best(s, m)
    height = np.sqrt(np.maximum(gain, 1e-9))
    density = np.exp(-gain / 2.0) / np.sqrt(2.0 * np.pi)
    p_value = np.clip(density * ((height - 1.0 / height) * length / 2.0 + 2.0 / height), 0.0, 1.0)
    return _told(s, m, week, np.where(gain > 1.0, p_value, 1.0))


def _best(s: FloatArray, m: FloatArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """Twice the greatest gain in log likelihood by a rise, the week it begins in, and how long the bridge is.

    0 and -1 where there is none. The bridge's length is the log of the odds of the last admitted split's share of the
    exposure against the first one's.
    """
    weeks = s.shape[1]
    if weeks < 2:
        return np.zeros(s.shape[0]), np.full(s.shape[0], -1), np.zeros(s.shape[0])
    s_before, m_before = np.cumsum(s, axis=1)[:, :-1], np.cumsum(m, axis=1)[:, :-1]
    s_after, m_after = s.sum(axis=1, keepdims=True) - s_before, m.sum(axis=1, keepdims=True) - m_before
    before, after = s_before / np.maximum(m_before, 1e-9), s_after / np.maximum(m_after, 1e-9)
    all_s, all_m = s.sum(axis=1, keepdims=True), m.sum(axis=1, keepdims=True)
    gain = 2.0 * (_log(s_before, m_before) + _log(s_after, m_after) - _log(all_s, all_m))
    admitted = (m_before >= LEAST_EXPOSURE) & (m_after >= LEAST_EXPOSURE)
    admitted[:, max(weeks - LEAST_WEEKS, 0) :] = False
    odds = np.log(np.maximum(m_before, 1e-9) / np.maximum(m_after, 1e-9))
    length = np.where(admitted, odds, -np.inf).max(axis=1) - np.where(admitted, odds, np.inf).min(axis=1)
    gain = np.where(admitted & (after > before), gain, 0.0)
    place = gain.argmax(axis=1)
    best = gain[np.arange(s.shape[0]), place]
    return best, np.where(best > 0, place + 1, -1), np.maximum(np.where(np.isfinite(length), length, 0.0), 0.0)


def _log(s: FloatArray, m: FloatArray) -> FloatArray:
    rate = np.clip(s / np.maximum(m, 1e-9), 1e-12, 1.0 - 1e-12)
    return np.asarray(s * np.log(rate) + (m - s) * np.log1p(-rate))


def _told(s: FloatArray, m: FloatArray, week: IntArray, p_value: FloatArray) -> Grooves:
    number = np.arange(s.shape[1])
    start = np.where(week < 0, s.shape[1], week)[:, None]
    middle = (start + s.shape[1]) // 2
    parts = [number < start, number >= start, (number >= start) & (number < middle), number >= middle]
    rate, size = [], []
    for part in parts:
        trials = (m * part).sum(axis=1)
        size.append(np.maximum(trials, 1e-9))
        rate.append((s * part).sum(axis=1) / size[-1])
    error = [np.sqrt(np.maximum(r * (1 - r), 1e-9) / n) for r, n in zip(rate, size, strict=True)]
    up = (rate[3] - rate[0]) / np.hypot(error[3], error[0])
    down = (rate[3] - rate[2]) / np.hypot(error[3], error[2])
    held = (week >= 0) & (up > _ONE_SIDED) & (down > -_ONE_SIDED)
    half = 1.96 * np.hypot(error[0], error[1])
    change = rate[1] - rate[0]
    return Grooves(
        week=week.astype(np.int64),
        p_value=frozen(p_value),
        held=held,
        before=frozen(rate[0]),
        after=frozen(rate[1]),
        low=frozen(change - half),
        high=frozen(change + half),
    )
