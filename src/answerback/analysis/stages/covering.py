"""Whether enough of mail and calendar is loaded to say which stages have a buyer's act behind them.

Of the last 90 days it is asked how much of the mailbox and the calendar of each deal's owner was loaded; every open
deal counts once. Below 80 % no value is told: what is not loaded would look as if buyers had done nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from answerback.analysis.stages.standing import LEAST_COVERED, LEAST_SEEN, Standing
from answerback.analysis.trust.cover import SIDES, Cover
from answerback.domain.refusals import CannotTell, Refused


@dataclass(frozen=True, slots=True)
class Owner:
    """How much of an owner's mail and calendar was loaded, 0 to 1 each, and how many open deals they have."""

    rep_key: int
    deals: int
    email: float
    calendar: float

    @property
    def share(self) -> float:
        """Both together."""
        return (self.email + self.calendar) / len(SIDES)


@dataclass(frozen=True, slots=True)
class Covered:
    """How much was loaded of the owners of open deals, and of each of them, by key."""

    share: float
    owners: tuple[Owner, ...]

    @property
    def refused(self) -> CannotTell | None:
        """Why no value is told, where too little was loaded."""
        if not self.owners or self.share >= LEAST_COVERED:
            return None
        return CannotTell(Refused.NOT_LOADED, have=self.share, need=LEAST_COVERED)

    @property
    def missing(self) -> tuple[Owner, ...]:
        """Owners of whom less was loaded than is needed."""
        return tuple(each for each in self.owners if each.share < LEAST_COVERED)


def covered(cover: Cover, found: Iterable[Standing], at: datetime) -> Covered:
    """What was loaded, of the owners of these deals, in the days before an instant."""
    counted = Counter(each.owner_key for each in found)
    since = at - LEAST_SEEN
    owners = tuple(
        Owner(rep, deals, *(cover.share(rep, channel, since, at) for channel in SIDES))
        for rep, deals in sorted(counted.items())
    )
    total = sum(counted.values())
    share = sum(each.share * each.deals for each in owners) / total if total else 0.0
    return Covered(share, owners)
