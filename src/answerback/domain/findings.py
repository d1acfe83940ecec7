"""A finding: something that a person should look at, with all that one must know to trust it.

Analyses make findings; `analysis.findings` gathers them, folds in what people decided and keeps to the attention that
people have. A finding's identity is the same from build to build as long as it is about the same thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, auto
from types import MappingProxyType

from answerback.domain.refusals import CannotTell


class FindingKind(StrEnum):
    """What sort of thing was found."""

    CHANGE = auto()
    """One stream (a rep's efforts of one kind) changed."""
    VERDICT = auto()
    """Whether a change is one person's, the system's, a segment's, or cannot be told."""
    SEAT = auto()
    """A territory in which each next rep fails, or succeeds, as the last did."""
    QUOTA = auto()
    """Targets out of reach."""
    POTENTIAL = auto()
    """What is lost, number hit or not."""
    LIFT = auto()
    """What a conversation, practice, training or tool changed."""
    INCREMENT = auto()
    """Buyer actions that would not have come anyway."""
    FRICTION = auto()
    """Buyers who are asked too often."""
    POLICY = auto()
    """A policy that makes reps pester, for its owner."""
    RUT = auto()
    """The same play, to buyers like these, without an answer, while another works."""
    GROOVE = auto()
    """A play whose rate rose and held."""
    REPEAT = auto()
    """The same step, the same ending, again and again."""
    STRENGTH = auto()
    """Where somebody is strongest."""
    COVERAGE = auto()
    """Answers that could not be seen."""
    STAGE = auto()
    """Stages in the CRM that are ahead of what buyers did."""
    TRUST = auto()
    """Data that an answer should not rest on."""
    RISK = auto()
    """Something tried that one usually does not try."""
    BALLS = auto()
    """Buyers who were not answered in time."""
    PATH = auto()
    """What buying from us asks of buyers."""
    PROCESS = auto()
    """Where the stories of some buyers stop."""
    MUTED = auto()
    """A kind of finding that people mostly dismiss."""


class Level(StrEnum):
    """How much weight it has."""

    FINDING = auto()
    """It passed the alarm level, or its equal."""
    ASK = auto()
    """A question to the rep alone, never a verdict."""


class Measure(StrEnum):
    """What changed or is compared."""

    ON_BASE = auto()
    """Efforts that moved a buyer, by proof (E1, E2), per effort whose answer could have been recorded."""
    EFFORTS = auto()
    """Efforts a working day."""
    LAG = auto()
    """How long answers take: the share that comes within the usual median."""
    UNSEEN = auto()
    """The share of efforts whose answer could not have been recorded."""
    SILENCE = auto()
    """Answers of one channel that seem not to arrive, of several reps at once."""
    CLAIMED = auto()
    """The share of efforts that were typed in."""
    WIN_RATE = auto()
    DEAL_VALUE = auto()
    EFFORTS_PER_WIN = auto()
    SILENT_EFFORT = auto()
    """The share of efforts on plays and buyers where hardly anything answers."""
    EXPENSE_PER_WIN = auto()
    MARGIN = auto()
    TARGET = auto()
    HARM = auto()
    """Refusals and opt-outs per touch."""
    INCREMENT = auto()
    """Buyer actions per effort that would not have come anyway."""
    STAGE_AHEAD = auto()
    """Deals whose stage was ahead of what their buyer did, per deal that could be checked."""
    LOSS_REASON = auto()
    """Lost deals of which rep and buyer name the same reason, per deal of which both name one."""
    FRESHNESS = auto()
    """Days since the newest record of a source."""
    CHANNEL = auto()
    """The share of a channel: of what buyers say, and of touches."""
    ASKED_AGAIN = auto()
    """The share of deals in which buyers asked for something, and had to ask for it again."""
    STOPPED = auto()
    """Stories that stopped at a thing without being won, per story that came to it and is decided."""
    MISSED = auto()
    """Balls that the policy's time went by for, per ball."""
    RISK_TAKEN = auto()
    """Deals larger than nine in ten of everybody's in the year before, per deal."""


class Verdict(StrEnum):
    """Whose it is."""

    INDIVIDUAL = auto()
    SYSTEMIC = auto()
    SEGMENT = auto()
    MIXED = auto()
    CANNOT_TELL = auto()


class Role(StrEnum):
    """Who is shown a finding."""

    REP = auto()
    MANAGER = auto()
    LEADER = auto()
    OPERATIONS = auto()


class SureBy(StrEnum):
    """What says how sure it is."""

    POSTERIOR = auto()
    """The probability that something changed, 0 to 1."""
    P_VALUE = auto()
    """After correction for all that was looked at."""
    INTERVAL = auto()
    """The 95 % interval of the size leaves out no change."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what it is about.

    `kind` is such as rep, team, segment, play, policy, organisation. People and companies go by `key`, all else by
    `name`: ids are looked up last, so that findings are pseudonymous until they are shown.
    """

    kind: str
    name: str = ""
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How large, before and after, and the 95 % interval of `change` (after less before, or what `unit` says)."""

    before: float | None
    after: float | None
    change: float
    low: float
    high: float
    unit: str = "share"
    """share (0 to 1), per_day, days, money_minor, count; or ratio: `change` is how many times as much, 1 for none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What it rests on: counts, and how to open the rows."""

    efforts: int = 0
    answers: int = 0
    where: Mapping[str, str] = field(default_factory=dict)
    """What `explain on-base` takes to open the figure: dimension and value; people by key."""
    effort_keys: tuple[int, ...] = ()
    """Some of the efforts, the newest first; `where` opens all."""
    action_keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a person should look at.

    >>> fall = Finding(
    ...     kind=FindingKind.CHANGE,
    ...     subject=Subject("rep", key=7),
    ...     measure=Measure.ON_BASE,
    ...     play="email",
    ...     direction="fall",
    ...     since=date(2026, 3, 2),
    ...     raised_on=date(2026, 4, 6),
    ...     next_step="look_at_unanswered",
    ... )
    >>> fall.finding_id == fall.finding_id.lower(), len(fall.finding_id)
    (True, 12)
    """

    kind: FindingKind
    subject: Subject
    measure: Measure
    level: Level = Level.FINDING
    play: str = ""
    """The kind of touch; empty where it is about all."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Where it lies: dimension and value, such as segment and middle."""
    direction: str = ""
    """fall, rise, or empty."""
    good_news: bool = False
    since: date | None = None
    """The most probable day on which it began (UTC)."""
    raised_on: date
    """The day on which there was enough to raise it: the end of that week."""
    size: Size | None = None
    sure_by: SureBy | None = None
    sure: float | None = None
    verdict: Verdict | None = None
    settle: tuple[CannotTell, ...] = ()
    """What is not known, and what would settle it."""
    evidence: Evidence = Evidence()
    first_for: Role = Role.REP
    """Who sees it first."""
    others_from: date | None = None
    """From when others may see it; None: it stays with the first until they share it."""
    next_step: str
    """What to do next: a name that `present.findings` has a sentence for."""
    expires: date | None = None
    """After twelve months at most a finding on a person is forgotten."""
    episode: int = 1
    """The first, second, ... time that this was found of this subject."""
    details: Mapping[str, object] = field(default_factory=dict)
    """Further figures by name, for words and machines: plain numbers, dates and text."""

    @property
    def finding_id(self) -> str:
        """The same from build to build: what it is about, and the how-manieth time."""
        place = sorted(self.where.items())
        about = (self.kind, self.level, self.subject.kind, self.subject.name, self.subject.key, self.measure, self.play)
        text = repr((*map(str, about), place, self.direction, self.episode))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


EXPIRES_DAYS = 365
"""A finding on a person holds no longer."""
FIRST_LOOK_WORKING_DAYS = 2
"""The rep has a finding so many working days before others, by default."""
ATTENTION: Mapping[Role, int] = MappingProxyType({Role.REP: 3, Role.MANAGER: 5, Role.LEADER: 3, Role.OPERATIONS: 5})
"""How many findings somebody is shown in a week."""
TURNS = 7
"""How many buyers who wait a rep is shown at a time, beside the findings."""
