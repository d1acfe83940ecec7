"""What buyers do in answer to efforts: whether, what, when, and what the record of it names.

With probability p (`chances`) an effort moves its buyer forward. Replies that refuse are a stated share of all replies;
the rest stay silent. The time to an answer to a mail is lognormal (or Weibull, with the same median), cut before the
waiting time ends, and then moved into the hours in which that buyer is awake. Invitations are answered sooner, offers
later, calls at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.chances import Touches, mail_or_invitation
from answerback.simulate.facts import SYSTEMS
from answerback.simulate.ledger import Columns, among, joined
from answerback.simulate.parameters import DAY, OBJECTIONS, Kind, Parameters, Step
from answerback.simulate.worktime import Worktime

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ACTS = (
    "inquired", "answered_call", "called", "accepted_meeting", "attended", "requested_offer", "returned_offer",
    "introduced", "viewed_document", "signed", "replied", "asked", "declined", "declined_meeting",
    "no_show", "unsubscribed", "complained", "out_of_office", "bounced",
)  # fmt: skip
"""Buyer actions of the model."""
ACT = {name: place for place, name in enumerate(ACTS)}
MAIL, CALENDAR, DIALLER, ESIGN, CRM, NONE = range(len(SYSTEMS))
_LAG_FACTORS = np.array([1.0, 0.0, 0.6, 4.0, 1.0])
"""By channel, the median time to an answer against a mail's."""
_LONGEST_DAYS = np.array([10.0, 1.0, 10.0, 25.0, 10.0])
"""Answers come before the waiting time ends, weekends and holidays allowed for."""
_SAID = {
    Step.APPROACH: (("replied", 0.72), ("asked", 0.19), ("introduced", 0.09)),
    Step.DISCOVER: (("replied", 0.60), ("asked", 0.20), ("introduced", 0.08), ("requested_offer", 0.12)),
    Step.OFFER: (("replied", 0.65), ("asked", 0.35)),
    Step.CLOSE: (("replied", 0.70), ("asked", 0.30)),
}
"""What a mail that moves the buyer brings, by step."""
_VIEWED = 0.55
"""Share of offers that are looked at before, or without, an answer."""
_HOLIDAY_DAYS = 14
_OUT_OF_OFFICE = 0.7
"""Share of people whose mail program says that they are away."""
_WEIBULL_SHAPE = 0.6


@dataclass(frozen=True, slots=True)
class Made:
    """Efforts that were just made; each of shape (n,)."""

    number: Ints
    pursuit: Ints
    contact: Ints
    zone: Ints
    """Of the buyer."""
    at: Ints
    meets_at: Ints
    system: Ints
    first: Bools
    """Whether it is the first touch of this person."""
    touches: Touches


@dataclass(frozen=True, slots=True)
class Refusals:
    """How efforts are refused besides the usual share, and what is said then; each of shape (n,)."""

    besides: Floats
    """Of those that do not move their buyer, the probability of a refusal."""
    objection: Ints
    """Index into OBJECTIONS; -1: any."""


@dataclass(frozen=True, slots=True)
class _Answers:
    made: Made
    objection: Ints


class Replies:
    """The buyers of one company, answering."""

    def __init__(self, parameters: Parameters, worktime: Worktime, rng: np.random.Generator) -> None:
        self._parameters, self._worktime, self._rng = parameters, worktime, rng

    def to(self, made: Made, p: Floats, slower: Floats, refusals: Refusals) -> Columns:
        """All acts that these efforts trigger, in no order."""
        rng, parameters, kind = self._rng, self._parameters, made.touches.kind
        dice = rng.random(len(p))
        share = parameters.refusal_share
        moved = dice < p
        besides = (dice - p) / np.maximum(1 - p, 1e-9) < refusals.besides
        refused = ~moved & ((dice < p / (1 - share)) | besides) & mail_or_invitation(kind)
        at = self._answered_at(made, slower)
        act = np.where(moved, self._positive(kind, made.touches.step), self._negative(kind))
        of = _Answers(made, refusals.objection)
        found = [self._acts(of, moved | refused, act, at, refused)]
        viewed = (kind == Kind.PROPOSAL) & (rng.random(len(p)) < _VIEWED)
        looked = np.minimum(made.at + (0.4 * (at - made.at)).astype(np.int64), at - 60)
        found.append(self._acts(of, viewed, np.full(len(p), ACT["viewed_document"]), looked))
        mail = kind == Kind.EMAIL
        away = mail & (self._back(made.contact, made.at) > made.at) & (made.contact % 10 < _OUT_OF_OFFICE * 10)
        found.append(self._acts(of, away, np.full(len(p), ACT["out_of_office"]), made.at + 40))
        lost = mail & made.first & ~moved & ~refused & ~away & (rng.random(len(p)) < parameters.bounce_rate)
        found.append(self._acts(of, lost, np.full(len(p), ACT["bounced"]), made.at + 9))
        return joined(found)

    def _acts(self, of: _Answers, which: Bools, act: Ints, at: Ints, refused: Bools | None = None) -> Columns:
        rng, chosen, made, objection = self._rng, np.flatnonzero(which), of.made, of.objection
        kind, system = act[chosen], made.system[chosen]
        by_mail = among(kind, _BY_MAIL) & (made.touches.kind[chosen] == Kind.EMAIL)
        named = ~by_mail | (kind == ACT["bounced"]) | (rng.random(len(chosen)) >= self._stripped)
        no = np.zeros(len(chosen), dtype=np.bool_) if refused is None else refused[chosen]
        said = rng.integers(0, len(OBJECTIONS), len(chosen))
        planted = objection[chosen]
        said = np.where((planted >= 0) & (rng.random(len(chosen)) < 0.8), planted, said)
        return {
            "pursuit": made.pursuit[chosen],
            "contact": made.contact[chosen],
            "at": at[chosen],
            "kind": kind,
            "refuses": no,
            "cause": made.number[chosen],
            "answers": np.where(named, made.number[chosen], -1),
            "system": system,
            "objection": np.where(no, said, -1),
            "meets_at": made.meets_at[chosen],
        }

    def _back(self, contact: Ints, at: Ints) -> Ints:
        """When people are at work again: at once, or on the morning after their two weeks of holiday."""
        period = max(int(_HOLIDAY_DAYS / max(self._parameters.away_share, 1e-6)), _HOLIDAY_DAYS + 1)
        day = (at - self._worktime.start) // DAY
        into = (day - contact * 7919 - self._parameters.seed) % period
        return np.where(into < _HOLIDAY_DAYS, at + (_HOLIDAY_DAYS - into) * DAY, at)

    @property
    def _stripped(self) -> float:
        return self._parameters.missing_references

    def _answered_at(self, made: Made, slower: Floats) -> Ints:
        rng, parameters, kind = self._rng, self._parameters, made.touches.kind
        size, median = len(kind), parameters.lag_days * _LAG_FACTORS[kind] * slower
        if parameters.lag_family == "weibull":
            days = median * (-np.log1p(-rng.random(size)) / np.log(2)) ** (1 / _WEIBULL_SHAPE)
        else:
            days = median * np.exp(rng.normal(0, parameters.lag_spread, size))
        lag = (np.minimum(days, _LONGEST_DAYS[kind]) * DAY).astype(np.int64) + 120
        awake = self._worktime.waking(self._back(made.contact, made.at + lag), made.zone, rng)
        # Who comes to a meeting has accepted before it begins.
        awake = np.where(kind == Kind.MEETING, np.minimum(awake, made.meets_at - 3600), awake)
        # Who types a call in gives one time for it and its answer.
        rung = np.where(made.system == CRM, 0, rng.integers(8, 40, size))
        return np.where(kind == Kind.CALL, made.at + rung, np.maximum(awake, made.at + 60))

    def _positive(self, kind: Ints, step: Ints) -> Ints:
        dice, said = self._rng.random(len(kind)), np.full(len(kind), ACT["replied"])
        for at_step, shares in _SAID.items():
            bounds = np.cumsum([share for _, share in shares])
            names = np.array([ACT[name] for name, _ in shares])
            place = np.minimum(np.searchsorted(bounds, dice, side="right"), len(names) - 1)
            said = np.where(step == int(at_step), names[place], said)
        offer = np.where((step == int(Step.CLOSE)) | (dice < 0.4), ACT["signed"], ACT["returned_offer"])
        answered = [said, np.full_like(said, ACT["answered_call"]), np.full_like(said, ACT["accepted_meeting"]), offer]
        return np.select([kind == each for each in range(4)], answered, said)

    def _negative(self, kind: Ints) -> Ints:
        gone = self._rng.random(len(kind)) < self._parameters.unsubscribe_share
        mail = np.where(gone, ACT["unsubscribed"], ACT["replied"])
        return np.select(
            [kind == Kind.MEETING, kind == Kind.PROPOSAL], [ACT["declined_meeting"], ACT["declined"]], mail
        ).astype(np.int64)


_BY_MAIL = tuple(ACT[name] for name in ("replied", "asked", "introduced", "requested_offer", "unsubscribed"))
