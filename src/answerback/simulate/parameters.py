"""What a practice company is made of: every probability, rate and habit that the model uses, each with its default.

`docs/understand/practice-company.md` has the equations. A scenario changes some of these, or plants `Effect`s; what it
planted is in the truth that is written beside the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any

WEEK = 7
DAY = 86_400


class Step(IntEnum):
    """Where a pursuit of a buyer stands."""

    APPROACH = 0
    DISCOVER = 1
    OFFER = 2
    CLOSE = 3


class Kind(IntEnum):
    """The channels of the model's efforts, by their place in `KIND_NAMES`."""

    EMAIL = 0
    CALL = 1
    MEETING = 2
    PROPOSAL = 3
    VISIT = 4


KIND_NAMES = ("email", "call", "meeting", "proposal", "visit")
STEP_NAMES = ("approach", "discover", "offer", "close")
STAGES = ("Qualification", "Discovery", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
"""The CRM's stages; the first four stand for the steps."""
SEGMENTS = ("small", "middle", "large")
LEAD_SOURCES = ("research", "trade fair", "bought list")
OBJECTIONS = ("price", "timing", "competitor", "integration", "no need")

BASE = MappingProxyType(
    {
        (Kind.EMAIL, Step.APPROACH): 0.13,
        (Kind.CALL, Step.APPROACH): 0.18,
        (Kind.EMAIL, Step.DISCOVER): 0.30,
        (Kind.CALL, Step.DISCOVER): 0.36,
        (Kind.MEETING, Step.DISCOVER): 0.45,
        (Kind.PROPOSAL, Step.OFFER): 0.40,
        (Kind.EMAIL, Step.OFFER): 0.28,
        (Kind.CALL, Step.OFFER): 0.36,
        (Kind.PROPOSAL, Step.CLOSE): 0.45,
        (Kind.EMAIL, Step.CLOSE): 0.33,
        (Kind.CALL, Step.CLOSE): 0.40,
    }
)
"""The probability that an effort moves an average buyer forward, by channel and step."""

KIND_SHARES = MappingProxyType(
    {
        Step.APPROACH: (0.62, 0.38, 0.0, 0.0),
        Step.DISCOVER: (0.32, 0.33, 0.35, 0.0),
        Step.OFFER: (0.45, 0.40, 0.0, 0.15),
        Step.CLOSE: (0.30, 0.30, 0.0, 0.40),
    }
)
"""Which channels reps choose at each step: email, call, meeting, proposal. The first touch of OFFER is the proposal."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something planted: from one day to another, the odds of an answer change for whom it touches.

    Attributes:
        first_day: The first day, 0 is the start.
        end_day: The day after the last.
        odds: What the odds of moving a buyer forward are multiplied with.
        rate: Or the very probability, whatever skill and channel; other effects change its odds. Visits have none.
        sellers, segments, steps, lead_sources, kinds: Whom and which touches it concerns; empty means all.
        after: Only once the buyer has named this as standing in the way; empty: always.
        slower: What the time to an answer is multiplied with.
        refused: Of mails, invitations and offers that do not move their buyer, the share that is refused in words.
        objection: What most refusals then say; empty: as always.
    """

    first_day: int
    end_day: int
    odds: float = 1.0
    rate: float | None = None
    sellers: frozenset[int] = frozenset()
    segments: frozenset[str] = frozenset()
    steps: frozenset[Step] = frozenset()
    lead_sources: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    after: str = ""
    slower: float = 1.0
    refused: float = 0.0
    objection: str = ""


@dataclass(frozen=True, slots=True)
class Practised:
    """A way of doing a thing that lots deal to companies, from one day to another.

    Attributes:
        first_day: The first day, 0 is the start.
        end_day: The day after the last.
        draw: Its name.
        seed: Of the lots: a company is dealt the new way if the number made of its id and the seed says so.
        step, after: Where it applies: at this step, once the buyer has named this as standing in the way.
        new, usual: The channel of the one way and of the other.
    """

    first_day: int
    end_day: int
    draw: str
    seed: int
    step: Step
    after: str
    new: Kind
    usual: Kind


@dataclass(frozen=True, slots=True)
class Habits:
    """How one seller works."""

    efforts_per_week: float = 40.0
    drop_rate: float = 0.03
    """Share of buyers' questions that nobody answers."""
    claim_rate: float = 0.02
    """Probability a touch that the CRM's stage is moved on without a buyer's act."""
    private_share: float = 0.05
    """Share of calls from a private phone, which no system sees."""
    gap_days: float = 4.0
    """Working days between two touches of a buyer who keeps silent."""
    most_touches: int = 6
    """Touches at one step before a silent buyer is given up."""
    mail_share: float = 1.0
    """How much the seller likes mails: the weight of mails against what others choose, times a taste of their own."""
    bold: float = 1.0
    """What the amounts of this seller's deals are multiplied with."""


def _given(default: Mapping[Any, Any]) -> Any:
    return field(default_factory=lambda: dict(default))


@dataclass(frozen=True)
class Parameters:
    """One practice company."""

    reps: int = 12
    managers: int = 2
    weeks: int = 40
    seed: int = 1
    efforts_per_week: float = 40.0
    start: str = "2026-01-05"
    """A Monday."""
    warm_up_weeks: int = 16
    """Weeks before the start that are lived and not told, so that pursuits of every age are there on the first day."""
    company: str = "Halden Instruments"
    domain: str = "halden.example"
    spontaneous_per_week: float = 0.015
    """Acts a week of a buyer's company that nothing triggered, at average heat, while somebody works on it."""
    heat_spread: float = 0.6
    """Standard deviation of the logarithm of an account's heat."""
    heat_memory: float = 0.8
    """How much of an account's heat stays from one week to the next."""
    skill_spread: float = 0.25
    """Standard deviation of a seller's log odds against the average; half of it for each channel's and step's own."""
    refusal_share: float = 0.2
    """Share of replies to mails and invitations that refuse politely."""
    unsubscribe_share: float = 0.1
    """Share of refusals that forbid further mail."""
    lag_days: float = 1.0
    """Median days until a mail is answered."""
    lag_spread: float = 0.9
    """Standard deviation of the logarithm of that time."""
    lag_family: str = "lognormal"
    """`lognormal`, or `weibull` with the same median and a longer head."""
    missing_references: float = 0.05
    """Share of replies whose program stripped the ids of what they answer."""
    away_share: float = 0.04
    """Share of the time that buyers are on holiday: two weeks at a time, each person by their own calendar."""
    sequence_share: float = 0.12
    """Share of new pursuits that a sequence opens."""
    no_show_rate: float = 0.1
    bounce_rate: float = 0.01
    ramp_weeks: float = 12.0
    """Weeks in which a new seller reaches full skill; only of those who begin inside the time told."""
    ramp_odds: float = 0.5
    """The odds of a seller's first day against full skill."""
    case_rate: float = 0.4
    """Service cases a sale."""
    hub_share: float = 0.0
    """Share of all pursuits that are with one huge company."""
    target_ease: float = 1.0
    """Targets against what a seller of average skill reaches: 1 is fair, 3 out of reach."""
    chase_heat: float = 0.0
    """How much more often reps touch companies that are hot anyway: 0 not, 1 in proportion to heat."""
    pounce: bool = False
    """Whether reps touch a company at once when its heat rises."""
    coaching_every_weeks: int = 1
    """Weeks between a coach's one-to-ones with a rep."""
    coaching_managers: frozenset[int] = frozenset()
    """The managers (by number) who coach and talk with buyers; empty: all."""
    talks: tuple[tuple[int, int, int, str], ...] = ()
    """Conversations that take place besides: day, seller, coach, kind."""
    worst_coached: bool = False
    """Whether, every eight weeks, the reps with the worst last four weeks are coached (without effect)."""
    habits: Mapping[int, Habits] = _given({})
    """By seller, where they differ from the rest."""
    joins: Mapping[int, int] = _given({})
    """By seller, the day they began, where that is inside the time told."""
    leaves: Mapping[int, int] = _given({})
    """By seller, the day after their last."""
    seats: Mapping[int, int] = _given({})
    """By seller, whose buyers they took over when that one left."""
    lead_shares: Mapping[int, tuple[float, float, float]] = _given({0: (0.6, 0.25, 0.15)})
    """From a day on, the shares of lead sources among new buyers, in the order of LEAD_SOURCES."""
    lead_odds: Mapping[str, float] = _given({"research": 1.0, "trade fair": 1.0, "bought list": 1.0})
    """The odds of an answer by lead source."""
    blind: tuple[tuple[int, int, int], ...] = ()
    """Seller, first day and day after the last on which mails to them did not arrive; nobody was told."""
    harm_after: int = 4
    """From so many touches in two weeks on, buyers begin to forbid further ones."""
    voiced: float = 0.0
    """Share of buyers who name what stands in the way when they get an offer, and go on."""
    practised: Practised | None = None
    effects: tuple[Effect, ...] = ()
    spontaneous_from: Mapping[int, float] = _given({})
    """From a day on, what the rate of spontaneous acts is multiplied with."""
    happenings: tuple[tuple[int, int, str, str], ...] = field(default=())
    """First day, day after the last, whom it touches, what it is."""

    @property
    def days(self) -> int:
        """How long it is told."""
        return self.weeks * WEEK

    @property
    def days_before(self) -> int:
        """Days before the start that are lived and not told: they have negative numbers."""
        return self.warm_up_weeks * WEEK

    def habits_of(self, seller: int) -> Habits:
        """How a seller works."""
        return self.habits.get(seller) or Habits(efforts_per_week=self.efforts_per_week)

    @property
    def sellers(self) -> int:
        """Reps, then managers, then the leader."""
        return self.reps + self.managers + 1
