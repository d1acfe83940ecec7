"""What all who do the same share in the same weeks: a season, a holiday, a tool that broke. It is nobody's own change.

For each member of a group the shift of the log odds is estimated from all the **others** in the same week: answers less
those expected, over their variance, drawn toward 0 by a normal prior with the standard deviation `SPREAD` (one step of
Newton's method for the posterior mode of a logistic model). A member's own answers are not in it, so a change of one's
own cannot excuse itself, and is not copied to the others as long as there are several.
"""

from __future__ import annotations

import numpy as np

from answerback.stats.arrays import FloatArray, IntArray

SPREAD = 0.5
"""Log odds by which a group may well move together."""
MOST = 1.5
"""No shift beyond this is believed: the odds then change to a fifth, or fivefold."""


def shared_shift(
    answered: FloatArray, expected: FloatArray, spread: FloatArray, group: IntArray, *, fewest: int = 5
) -> FloatArray:
    """The shift of log odds that the others of a group show, for every member.

    Args:
        answered: answers of each member, shape (members,).
        expected: those that its usual rate lets expect by now.
        spread: their variance.
        group: which group each belongs to, 0, 1, ….
        fewest: a group in which fewer members have anything to say shares nothing.

    Returns:
        Shape (members,), 0 where nothing is shared.

    >>> others_fell = shared_shift(np.array([9.0, 2, 2, 2, 2, 2]), np.full(6, 10.0), np.full(6, 8.0), np.zeros(6, int))
    >>> others_fell.round(2)
    array([-0.91, -0.75, -0.75, -0.75, -0.75, -0.75])
    """
    groups = int(group.max()) + 1 if group.size else 0
    talks = (expected > 0.0).astype(np.float64)
    beyond, weight, members = (
        np.bincount(group, of, groups)[group] - of for of in (answered - expected, spread, talks)
    )
    shift = beyond / (weight + SPREAD**-2)
    return np.asarray(np.where(members >= fewest - 1, np.clip(shift, -MOST, MOST), 0.0))
