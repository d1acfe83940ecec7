"""Was it right? A finding is judged by touches that it has not seen: those of the twelve weeks after it was raised.

The weeks on which something was raised were noticed because they were low (or high), so they cannot bear it out. What
came after can. Three answers are possible, and the last is the usual one where touches are few:

* **borne out**: with probability .9 the rate afterwards lay on the same side of the rate before;
* **not borne out**: with probability .9 at most half of the difference was left. It was an error, or it was over;
* **cannot tell yet**: neither.

Only touches that have waited in full are counted, so nothing is young. Rates have Jeffreys' prior, Beta(1/2, 1/2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np

from answerback.stats.special import beta_quantile, beta_share

SURE = 0.9
_POINTS = 400


class Bearing(StrEnum):
    """What the time after says of a finding."""

    BORNE_OUT = auto()
    NOT_BORNE_OUT = auto()
    CANNOT_TELL = auto()


@dataclass(frozen=True, slots=True)
class Moved:
    """Touches that have waited in full, and those of them that moved a buyer, by proof."""

    touches: int
    moved: int

    @property
    def rate(self) -> float | None:
        """The share that moved a buyer; None without touches."""
        return self.moved / self.touches if self.touches else None


def probability_below(one: Moved, other: Moved) -> float:
    """How probable it is that the first rate lies below the second; .5 where nothing is known.

    >>> round(probability_below(Moved(100, 10), Moved(100, 30)), 3), probability_below(Moved(0, 0), Moved(0, 0))
    (1.0, 0.5)
    """
    share = (np.arange(_POINTS) + 0.5) / _POINTS
    values = beta_quantile(other.moved + 0.5, other.touches - other.moved + 0.5, share)
    return round(float(beta_share(one.moved + 0.5, one.touches - one.moved + 0.5, values).mean()), 6)


def bearing(direction: str, before: Moved, then: Moved, after: Moved) -> Bearing:
    """What the touches after say of a fall or a rise.

    Args:
        direction: fall or rise.
        before: Touches before it began.
        then: Touches since it began until it was raised.
        after: Touches since it was raised.

    >>> before, then = Moved(400, 120), Moved(60, 6)
    >>> [str(bearing("fall", before, then, after)) for after in (Moved(150, 18), Moved(150, 45), Moved(10, 2))]
    ['borne_out', 'not_borne_out', 'cannot_tell']
    """
    if before.rate is None or then.rate is None or not after.touches:
        return Bearing.CANNOT_TELL
    below = probability_below(after, before)
    if (below if direction == "fall" else 1.0 - below) >= SURE:
        return Bearing.BORNE_OUT
    half = (before.rate + then.rate) / 2.0
    less = float(beta_share(after.moved + 0.5, after.touches - after.moved + 0.5, half))
    if (1.0 - less if direction == "fall" else less) >= SURE:
        return Bearing.NOT_BORNE_OUT
    return Bearing.CANNOT_TELL
