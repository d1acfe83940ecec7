"""How likely an effort moves a buyer forward, and how much slower an answer comes: the model's planted truth.

For an effort of channel k at step s by seller r, toward a company from lead source q, on day t:

    logit p = logit base(k, s) + skill(r) + skill(r, k) + skill(r, s) + log ramp(r, t) + log odds(q)
            + sum of log odds of the effects

Skills are normal with the stated spreads. Mails of sequences have a third of the odds, an answer to a buyer's own
question twice the odds. An effect with a `rate` stands in for all of it but the effects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from answerback.simulate.ledger import among
from answerback.simulate.parameters import (
    BASE,
    KIND_NAMES,
    LEAD_SOURCES,
    OBJECTIONS,
    SEGMENTS,
    WEEK,
    Effect,
    Kind,
    Parameters,
    Step,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NEVER = -20.0
"""Log odds of what nobody can answer: a visit, which no system of the buyer's records."""
_SEQUENCE_ODDS, _REACTIVE_ODDS = 1 / 3, 2.0


@dataclass(frozen=True, slots=True)
class Touches:
    """Efforts as the buyer meets them; each of shape (n,)."""

    seller: Ints
    kind: Ints
    step: Ints
    segment: Ints
    lead_source: Ints
    sequence: Bools
    reactive: Bools
    objection: Ints
    """What the buyer has named as standing in the way, index into OBJECTIONS; -1: nothing."""


class Chances:
    """The probabilities of one company."""

    def __init__(self, parameters: Parameters, rng: np.random.Generator) -> None:
        self._parameters = parameters
        self._base = np.full((len(KIND_NAMES), len(Step)), _NEVER)
        for (kind, step), p in BASE.items():
            self._base[kind, step] = logit(p)
        spread = parameters.skill_spread
        sellers = parameters.sellers
        self.skill = rng.normal(0, spread, (sellers, 1)) + rng.normal(0, spread / 2, (sellers, len(KIND_NAMES)))
        """Log odds against the average, by seller and channel."""
        self.skill_at = rng.normal(0, spread / 2, (sellers, len(Step)))
        """The same by seller and step, to be added."""
        self._lead = np.log([parameters.lead_odds[each] for each in LEAD_SOURCES])
        self._began = np.array([parameters.joins.get(each, -(10**6)) for each in range(sellers)])

    def of(self, touches: Touches, day: int) -> tuple[Floats, Floats]:
        """Of each effort made on a day: the probability to move the buyer forward, and how much slower answers are."""
        known = self._base[touches.kind, touches.step]
        skill = self.skill[touches.seller, touches.kind] + self.skill_at[touches.seller, touches.step]
        odds = known + skill + self._lead[touches.lead_source] + self._ramp(day)[touches.seller]
        odds += np.where(touches.sequence, np.log(_SEQUENCE_ODDS), 0.0)
        odds += np.where(touches.reactive, np.log(_REACTIVE_ODDS), 0.0)
        rate, slower, planted = np.full(len(odds), np.nan), np.ones(len(odds)), np.zeros(len(odds))
        for effect in self._parameters.effects:
            if effect.first_day <= day < effect.end_day:
                touched = _touched(effect, touches)
                planted += np.where(touched, np.log(effect.odds), 0.0)
                slower *= np.where(touched, effect.slower, 1.0)
                if effect.rate is not None:
                    rate = np.where(touched & (known > _NEVER), logit(effect.rate), rate)
        return expit(np.where(np.isnan(rate), odds, rate) + planted), slower

    def refused(self, touches: Touches, day: int) -> Floats:
        """Of each effort of a day that can be refused and does not move its buyer, how likely it is refused besides."""
        share = np.zeros(len(touches.seller))
        for effect in self._parameters.effects:
            if effect.refused and effect.first_day <= day < effect.end_day:
                share = np.where(_touched(effect, touches), effect.refused, share)
        return share

    def objection(self, touches: Touches, day: int) -> Ints:
        """What most refusals say of efforts of this day, index into OBJECTIONS; -1 where nothing was planted."""
        said = np.full(len(touches.seller), -1, dtype=np.int64)
        for effect in self._parameters.effects:
            if effect.objection and effect.first_day <= day < effect.end_day:
                said[_touched(effect, touches)] = OBJECTIONS.index(effect.objection)
        return said

    def _ramp(self, day: int) -> Floats:
        """Log odds of each seller against their full skill."""
        done = np.clip((day - self._began) / (self._parameters.ramp_weeks * WEEK), 0, 1)
        ramp: Floats = np.log(self._parameters.ramp_odds) * (1 - done)
        return ramp


def _touched(effect: Effect, touches: Touches) -> Bools:
    found = np.ones(len(touches.seller), dtype=np.bool_)
    if effect.sellers:
        found &= among(touches.seller, effect.sellers)
    if effect.segments:
        found &= among(touches.segment, [SEGMENTS.index(each) for each in effect.segments])
    if effect.steps:
        found &= among(touches.step, [int(each) for each in effect.steps])
    if effect.lead_sources:
        found &= among(touches.lead_source, [LEAD_SOURCES.index(each) for each in effect.lead_sources])
    if effect.kinds:
        found &= among(touches.kind, [int(each) for each in effect.kinds])
    if effect.after:
        found &= touches.objection == OBJECTIONS.index(effect.after)
    return found


def mail_or_invitation(kind: Ints) -> Bools:
    """Of which efforts the answer may be a polite refusal."""
    return among(kind, (Kind.EMAIL, Kind.MEETING, Kind.PROPOSAL))
