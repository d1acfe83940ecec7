"""How soon a fall can be seen at all, for very many streams at once: the limit between the points of a grid.

The limit (`answerback.stats.limit`) is a matter of milliseconds to seconds for one stream; a company has thousands. It
is smooth in the log odds of the rate and the log of the efforts a week, so its logarithm is interpolated by cubic
polynomials between points that were worked out exactly. The error is below 2 % for rates of 2 % to 95 %
(tests/stats/test_quick_limit.py); beyond them the limit itself moves in jumps from one number of efforts to the next,
and the error is up to 6 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from answerback.stats.arrays import FloatArray
from answerback.stats.detect import WATCH, changed_rate

FACTOR = 0.3
"""What the fall multiplies the odds by: from 10 % to 3 %, say."""
FALSE_ALARM_WEEKS = WATCH
LOG_ODDS = np.arange(-5.5, 6.0)
A_WEEK = 4.0 ** np.arange(6)
"""The points: log odds of the rate before, and efforts a week."""
EFFORTS = np.array(
    (
        (91.4, 282.9, 694.0, 1363.7, 2220.4, 3172.7),
        (77.7, 203.9, 425.6, 727.6, 1072.4, 1436.1),
        (58.8, 131.2, 236.9, 363.0, 498.1, 635.8),
        (40.0, 77.0, 123.8, 175.3, 228.6, 282.5),
        (25.3, 43.6, 64.6, 86.7, 109.2, 131.9),
        (16.4, 26.3, 37.1, 48.3, 59.7, 71.1),
        (12.4, 19.5, 27.1, 35.0, 42.9, 50.9),
        (12.3, 19.8, 28.1, 36.7, 45.4, 54.1),
        (15.8, 27.2, 40.5, 54.5, 68.9, 83.4),
        (22.0, 43.5, 70.2, 100.1, 131.1, 162.5),
        (29.9, 70.2, 128.2, 198.4, 274.0, 351.7),
        (31.9, 99.3, 226.1, 390.3, 580.0, 781.0),
    )
)
"""The least mean efforts until the fall is seen at each point, with one false alarm in `FALSE_ALARM_WEEKS`."""
_POINTS = 4


def quick_limit(rate: ArrayLike, per_week: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The least mean number of weeks until a fall to `FACTOR` times the odds is seen, and the rate to which it goes.

    Args:
        rate: the rate before.
        per_week: efforts a week; broadcast against `rate`.

    Returns:
        Weeks, and the rate after. NaN where a rate is below .5 % or above 99.5 %, or where there is less than one
        effort a week. Above 1,024 efforts a week the limit is that of 1,024.

    >>> weeks, after = quick_limit([0.1, 0.1, 0.0], [20, 2, 20])
    >>> weeks.round(1), after.round(3)
    (array([ 5.4, 24.4,  nan]), array([0.032, 0.032,   nan]))
    """
    p, n = np.broadcast_arrays(np.asarray(rate, dtype=np.float64), np.asarray(per_week, dtype=np.float64))
    known = (p >= 0.005) & (p <= 0.995) & (n >= 1.0)
    p, n = np.where(known, p, 0.5), np.minimum(np.where(known, n, 1.0), A_WEEK[-1])
    by_odds, odds = _cubic(np.log(p) - np.log1p(-p), LOG_ODDS)
    by_efforts, efforts = _cubic(np.log(n), np.log(A_WEEK))
    points = np.log(EFFORTS)[odds[..., :, None], efforts[..., None, :]]
    weeks = np.exp(np.einsum("...i,...ij,...j->...", by_odds, points, by_efforts)) / n
    return np.where(known, weeks, np.nan), np.where(known, changed_rate(p, [FACTOR])[..., 0], np.nan)


def _cubic(at: FloatArray, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The weights of the four points around each value, and which they are (Lagrange)."""
    step = points[1] - points[0]
    first = np.clip(np.floor((at - points[0]) / step).astype(np.int64) - 1, 0, points.size - _POINTS)
    place = (at - points[first]) / step
    weights = np.stack(
        [
            np.prod([(place - other) / (own - other) for other in range(_POINTS) if other != own], axis=0)
            for own in range(_POINTS)
        ],
        axis=-1,
    )
    return weights, first[..., None] + np.arange(_POINTS)
