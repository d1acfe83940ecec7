"""What a diagnosis says: the verdict, what it rests on, what is not known and what would settle it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from answerback.domain.findings import Verdict
from answerback.domain.refusals import CannotTell


@dataclass(frozen=True, slots=True)
class Period:
    """The time in question, `turn` until `end`, and what it is held against, `start` until `turn` (UTC days)."""

    start: date
    turn: date
    end: date


@dataclass(frozen=True, slots=True)
class Place:
    """A level of a dimension, by its name; people by their key."""

    dimension: str
    value: object


@dataclass(frozen=True, slots=True)
class Counts:
    """Matured efforts and those that moved a buyer by proof, before and now."""

    efforts_before: float
    moved_before: float
    efforts_now: float
    moved_now: float

    @property
    def before(self) -> float | None:
        """The rate before, where there were efforts."""
        return min(1.0, self.moved_before / self.efforts_before) if self.efforts_before > 0.0 else None

    @property
    def now(self) -> float | None:
        """The rate now, where there were efforts."""
        return min(1.0, self.moved_now / self.efforts_now) if self.efforts_now > 0.0 else None


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of the log odds, like for like, its 95 % interval, and how sure it is after correction."""

    log_odds: float
    low: float
    high: float
    p_value: float

    @property
    def good_news(self) -> bool:
        """Whether it rose."""
        return self.log_odds > 0.0


@dataclass(frozen=True, slots=True)
class Happening:
    """What is known to have happened: from when to when, whom it touched, and what it was."""

    starts: date
    ends: date
    scope: str
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Where a difference lies, beside everything else; `aliases` are other names for the same efforts."""

    place: Place
    shift: Shift
    counts: Counts
    since: date | None
    aliases: tuple[Place, ...] = ()
    happening: Happening | None = None
    between_people: bool = False
    """Compared between reps (a manager, a cohort), not within them."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """What is common to all, once the causes are taken out."""

    shift: Shift
    changed: bool
    since: date | None = None
    happening: Happening | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A rep who stands apart from what is common to all; `counts` are their own."""

    rep_key: int
    shift: Shift
    counts: Counts
    since: date | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a dimension's change of mix did to the rate; `most` is the level whose share did most."""

    dimension: str
    change: float
    most: str
    share_before: float
    share_now: float
    error: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The change of the rate as a sum: what the mix did, by dimension, and what the rates of equal efforts did.

    `change` is `rate` plus the changes of all `parts`, exactly.
    """

    before: float
    now: float
    rate: float
    parts: tuple[Part, ...]

    @property
    def change(self) -> float:
        """Now less before."""
        return self.now - self.before

    @property
    def mix(self) -> float:
        """What the mix did in all."""
        return sum(part.change for part in self.parts)


@dataclass(frozen=True, slots=True)
class Slowed:
    """Answers take so many times as long as before, with the 95 % interval."""

    times: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer. `mix` is the part of the decomposition that explains the change, where one does.

    `verdict` is about results like for like and about the mix of buyers; `settle` says what is not known.
    """

    verdict: Verdict
    period: Period | None
    counts: Counts
    causes: tuple[Cause, ...] = ()
    everybody: Everybody | None = None
    people: tuple[Person, ...] = ()
    mix: Part | None = None
    decomposition: Decomposition | None = None
    slowed: Slowed | None = None
    settle: tuple[CannotTell, ...] = ()
    alike: tuple[tuple[Place, ...], ...] = ()
    """Dimensions or levels that cannot be told apart in these data."""
    reps: int = 0
    reps_with_enough: int = 0
    looked_at: int = 0
    """Levels and groups that were compared."""
    windows: int = 1
    """Beginnings that were tried; every error rate is divided by it."""
