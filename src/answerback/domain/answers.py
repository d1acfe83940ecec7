"""Answers: a number with what one must know to trust it, or the reason why there is none.

Absence is a type. A function that may not know returns `Rate | NotEnoughData`, and the type checker makes the caller
choose; no zero and no NaN ever stands for "unknown". Each reason has one sentence in `answerback.present.words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto


class Reason(StrEnum):
    """Why there is no answer; a closed list.

    >>> Reason.TOO_WIDE
    <Reason.TOO_WIDE: 'too_wide'>
    """

    NO_EFFORTS_LOADED = auto()
    """Nothing to count. `have` is 0 efforts, `need` 1."""
    NOTHING_SEEN = auto()
    """Efforts there are, but no answer to any of them could have been recorded. `have` is 0 seen efforts, `need` 1."""
    LAG_UNKNOWN = auto()
    """How long answers take rests on too few answers. `have` and `need` are answers to efforts that waited in full."""
    TOO_YOUNG = auto()
    """Most answers are still to come. `have` and `need` are shares of the answers to expect by now, 0 to 1."""
    TOO_FEW_EFFORTS = auto()
    """`have` and `need` are matured exposure: efforts, each weighted by the share of its answers due by now."""
    TOO_WIDE = auto()
    """The interval says too little. `have` is its width, `need` the widest that is published; shares, 0 to 1."""
    MOSTLY_PRIOR = auto()
    """The number would be the peers', not one's own. `have` is the peers' weight, `need` the most allowed; 0 to 1."""


@dataclass(frozen=True, slots=True)
class NotEnoughData:
    """No number, and why: what there is, and what it would take.

    For most reasons `have` is below `need`; for `TOO_WIDE` and `MOSTLY_PRIOR` it is above. The unit of both is given
    with each `Reason`.

    >>> NotEnoughData(Reason.TOO_FEW_EFFORTS, have=1.5, need=3.0)
    NotEnoughData(reason=<Reason.TOO_FEW_EFFORTS: 'too_few_efforts'>, have=1.5, need=3.0)
    """

    reason: Reason
    have: float
    need: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate with its 95 % interval and all that it rests on. Shares run from 0 to 1.

    Raises ValueError unless 0 <= low <= rate <= high <= 1, so that no NaN and no interval beside its rate gets through.

    >>> rate = Rate(
    ...     rate=0.25,
    ...     low=0.125,
    ...     high=0.5,
    ...     raw=0.25,
    ...     exposure=16.0,
    ...     successes=4.0,
    ...     prior_weight=0.5,
    ...     jeffreys_low=0.09,
    ...     jeffreys_high=0.49,
    ... )
    >>> rate.width
    0.375
    """

    rate: float
    """The estimate, drawn toward the peers by `prior_weight`."""
    low: float
    """Lower end of the interval of `rate`."""
    high: float
    """Upper end of the interval of `rate`."""
    raw: float | None
    """Successes per exposure, at most 1, nothing borrowed from peers; absent where there is no exposure."""
    exposure: float
    """Matured exposure: efforts, each weighted by the share of its answers that should have come by now."""
    successes: float
    """Efforts that succeeded so far."""
    prior_weight: float
    """The part of `rate` that comes from the peers."""
    jeffreys_low: float
    """Lower end of the interval of the cell alone."""
    jeffreys_high: float
    """Upper end of the interval of the cell alone."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.rate <= self.high <= 1.0:
            raise ValueError(f"a rate lies inside its interval and in 0..1, not {self.low}, {self.rate}, {self.high}")

    @property
    def width(self) -> float:
        """High less low, as a share."""
        return self.high - self.low
