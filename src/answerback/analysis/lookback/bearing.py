"""Was it right? A finding is judged by touches that it has not seen: those of the twelve weeks after it was raised.

The weeks on which something was raised were noticed because they were low (or high), so they cannot bear it out. What
came after can. Three answers are possible, and the last is the usual one where touches are few:

* **borne out**: with probability .9 the rate afterwards lay on the same side of the rate before;
* **not borne out**: with probability .9 at most half of the difference was left. It was an error, or it was over;
* **cannot tell yet**: neither.

Only touches that have waited in full are counted, so nothing is young. Kinds of touch are compared like for like: the
rate before is that which each kind had before, put together as the kinds are mixed afterwards (direct standardisation;
its error is that of the parts). Else more offers and fewer first mails would pass for a rise. Rates have Jeffreys'
prior, Beta(1/2, 1/2).
"""

from __future__ import annotations

from collections.abc import Mapping
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

    touches: float
    moved: float

    @property
    def rate(self) -> float | None:
        """The share that moved a buyer; None without touches."""
        return self.moved / self.touches if self.touches else None


ByPlay = Mapping[str, Moved]
"""Counts by kind of touch."""


def together(counts: ByPlay) -> Moved:
    """All kinds of touch together.

    >>> together({"email": Moved(10, 2), "call": Moved(5, 3)})
    Moved(touches=15, moved=5)
    """
    return Moved(sum(each.touches for each in counts.values()), sum(each.moved for each in counts.values()))


def like_for_like(before: ByPlay, other: ByPlay) -> tuple[Moved, Moved]:
    """The time before, mixed as the other time is, and the other time; of the kinds of touch that both have.

    The first has as many touches as would give a rate with the same error.

    >>> before = {"email": Moved(100, 10), "offer": Moved(100, 50)}
    >>> said, other = like_for_like(before, {"offer": Moved(20, 10)})
    >>> round(said.rate, 2), round(said.touches), other
    (0.5, 100, Moved(touches=20, moved=10))
    """
    shared = [play for play, each in other.items() if each.touches and before.get(play, Moved(0, 0)).touches]
    now = together({play: other[play] for play in shared})
    if not shared:
        return Moved(0.0, 0.0), Moved(0.0, 0.0)
    weight = np.array([other[play].touches for play in shared]) / now.touches
    touches = np.array([before[play].touches for play in shared])
    moved = np.array([before[play].moved for play in shared])
    smoothed = (moved + 0.5) / (touches + 1.0)
    rate = float(weight @ (moved / touches))
    middle = float(weight @ smoothed)
    error = float((weight**2) @ (smoothed * (1.0 - smoothed) / touches))
    worth = middle * (1.0 - middle) / error
    return Moved(worth, worth * rate), now


def probability_below(one: Moved, other: Moved) -> float:
    """How probable it is that the first rate lies below the second; .5 where nothing is known.

    >>> round(probability_below(Moved(100, 10), Moved(100, 30)), 3), probability_below(Moved(0, 0), Moved(0, 0))
    (1.0, 0.5)
    """
    share = (np.arange(_POINTS) + 0.5) / _POINTS
    values = beta_quantile(other.moved + 0.5, other.touches - other.moved + 0.5, share)
    return round(float(beta_share(one.moved + 0.5, one.touches - one.moved + 0.5, values).mean()), 6)


def bearing(direction: str, before: ByPlay, then: ByPlay, after: ByPlay) -> Bearing:
    """What the touches after say of a fall or a rise.

    Args:
        direction: fall or rise.
        before: Touches before it began, by kind.
        then: Touches since it began until it was raised.
        after: Touches since it was raised.

    >>> def mails(*counts):
    ...     return {"email": Moved(*counts)}
    >>> before, then = mails(400, 120), mails(60, 6)
    >>> [str(bearing("fall", before, then, mails(*after))) for after in ((150, 18), (150, 45), (10, 2))]
    ['borne_out', 'not_borne_out', 'cannot_tell']
    """
    usual, now = like_for_like(before, after)
    usual_then, seen = like_for_like(before, then)
    if not now.touches or usual.rate is None or usual_then.rate is None or seen.rate is None:
        return Bearing.CANNOT_TELL
    below = probability_below(now, usual)
    if (below if direction == "fall" else 1.0 - below) >= SURE:
        return Bearing.BORNE_OUT
    half = (usual.rate + seen.rate) / 2.0
    if usual_then.rate:  # as many times the usual rate, whatever the mix
        half = min(usual.rate * (1.0 + seen.rate / usual_then.rate) / 2.0, 1.0)
    less = float(beta_share(now.moved + 0.5, now.touches - now.moved + 0.5, half))
    if (1.0 - less if direction == "fall" else less) >= SURE:
        return Bearing.NOT_BORNE_OUT
    return Bearing.CANNOT_TELL
