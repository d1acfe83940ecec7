"""The answer's form: buyer actions in four parts that add up to all of them, by kind of touch and in total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from answerback.domain.refusals import CannotTell


class Way(StrEnum):
    """How the plausible part was found."""

    EARLY_AND_LATE = auto()
    """Acts right after touches against acts one and two weeks on."""
    BEFORE_AND_AFTER = auto()
    """Acts after touches against acts before them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A number of acts and its 95 % interval."""

    value: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Parts:
    """Acts in four parts: `acts = proof + plausible + anyway + unknown`, to the last one.

    Attributes:
        acts: All that are counted.
        proof: Those that name the touch they answer, or its offer, meeting, thread or document (E1, E2).
        plausible: Further ones that came because of touches, by when they came. An estimate.
        anyway: Those that would have come anyway. The rest, so an estimate as well.
        unknown: Those of which nobody can tell.
    """

    acts: int
    proof: int
    plausible: Span
    anyway: Span
    unknown: int


def parts(acts: int, proof: int, unknown: int, extra: tuple[float, float, float] | None) -> Parts:
    """The four parts. `extra` are acts beyond proof (value, low, high); without it all beyond proof is unknown.

    The plausible part is never below 0 nor above what is left.

    >>> said = parts(100, 40, 10, (12.4, -3.0, 30.0))
    >>> said.plausible, said.anyway
    (Span(value=12, low=0, high=30), Span(value=38, low=20, high=50))
    >>> parts(100, 40, 10, None).unknown
    60
    """
    if extra is None:
        return Parts(acts, proof, Span(0, 0, 0), Span(0, 0, 0), acts - proof)
    left = acts - proof - unknown
    value, low, high = (round(min(max(each, 0.0), float(left))) for each in extra)
    return Parts(acts, proof, Span(value, low, high), Span(left - value, left - high, left - low), unknown)


@dataclass(frozen=True, slots=True)
class Told:
    """Acts beyond proof a touch, and its 95 % interval; below 0 by chance."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PlayIncrement:
    """One kind of touch: how many there were, the acts that link to it, and what it brings beyond proof."""

    play: str
    touches: int
    parts: Parts
    a_touch: Told | CannotTell


@dataclass(frozen=True, slots=True)
class Checks:
    """What the estimate had to pass, and what it rests on.

    Attributes:
        way: Which way the figures were found; None: neither could be trusted.
        placebo: z of acts well after touches less those well before them.
        drift: z of acts one week after touches less those two weeks after.
        pre_gain: z of a rise of acts just before touches: reps touch when buyers stir.
        differ: z of the difference between the two ways; None where only one could be used.
        overlap: The share of account time that lies in the window after some touch.
        window_days: How long a touch is felt: the 95 % point of proven answers, else 7.
        reactive_known: By channel, the share of touches whose thread or reference is recorded.
        second_opinion: Acts beyond proof by rates within 28 days of each account (Mantel-Haenszel).
        used: Touches that the estimate rests on.
        accounts_in: One in so many accounts was looked at for the estimate.
    """

    way: Way | None
    placebo: float
    drift: float | None
    pre_gain: float
    differ: float | None
    overlap: float
    window_days: float
    reactive_known: Mapping[str, float]
    second_opinion: float | None
    used: int
    accounts_in: int = 1


@dataclass(frozen=True, slots=True)
class Increment:
    """The answer.

    Attributes:
        total: All acts.
        reason: Why nothing beyond proof is told, where it is not.
        eligible: Acts that link to kinds of touch that can be told, and those that link to nothing.
        plays: By kind of touch, those with the most acts first.
        untouched: Acts that no touch went before in time.
        checks: What the estimate had to pass; None where there was nothing to estimate.
        as_of: Seen from when.
        snapshot: Of which snapshot.
    """

    total: Parts
    reason: CannotTell | None
    eligible: Parts
    plays: tuple[PlayIncrement, ...]
    untouched: Parts
    checks: Checks | None
    as_of: datetime
    snapshot: str
