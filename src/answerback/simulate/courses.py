"""The course of a pursuit: what follows from each act and each touch, for the pursuit and for the seller.

A buyer who moves may take the pursuit a step on (approach, discover, offer, close), or end it. Meetings are held or
missed after they were accepted. Who is asked answers in a few working hours, or lets the ball drop. A silent buyer is
touched again after a while and given up in the end; one who is touched too often forbids it. What of this reaches the
CRM is in `deals`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.deals import LOST, WON, Deals
from answerback.simulate.ledger import Columns, among
from answerback.simulate.parameters import OBJECTIONS, Parameters, Step
from answerback.simulate.people import Buyers
from answerback.simulate.pursuits import Pursuits
from answerback.simulate.replies import ACT, DIALLER, MAIL
from answerback.simulate.worktime import Worktime

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ASKING = tuple(ACT[name] for name in ("replied", "asked", "introduced", "inquired"))
"""Acts that a seller answers with a mail."""
_INTEREST = tuple(ACT[name] for name in ("replied", "asked", "introduced", "answered_call", "inquired", "called"))
"""Acts that may take an approach a step on."""
_UNASKED = (("inquired", 0.45, MAIL), ("asked", 0.2, MAIL), ("called", 0.2, DIALLER), ("requested_offer", 0.15, MAIL))
_INTERESTED = 0.45
"""Share of buyers who, once they answered an approach, are really interested."""
_ENDS = 0.5
"""Share of polite refusals that are meant."""
_PATIENCE_DAYS = 25
_LAST_WAITS_DAYS = 21
_REPLY_HOURS = 3.0
_HARM = 0.12
_VOICED = (0.6, 0.1, 0.1, 0.1, 0.1)
"""What buyers name who name something early, in the order of OBJECTIONS: mostly the price."""
_FADING_DAYS = 10.0


@dataclass(frozen=True, slots=True)
class Following:
    """What follows from the acts of a day."""

    later: Columns
    """Acts that these bring: who accepted a meeting comes to it, or does not."""
    answering: Ints
    """Pursuits in which the seller answers by mail; each of the next of this shape."""
    sellers: Ints
    acts: Ints
    asked_at: Ints
    delays: Ints
    introduced: Ints
    """Pursuits in which the buyer brought a colleague in."""
    dropped: Ints
    """Acts that call for an answer and that the seller lets lie."""


class Courses:
    """How the pursuits of one company go on."""

    def __init__(
        self, parameters: Parameters, worktime: Worktime, buyers: Buyers, pursuits: Pursuits, rng: np.random.Generator
    ) -> None:  # fmt: skip
        self._parameters, self._worktime, self._rng, self._pursuits = parameters, worktime, rng, pursuits
        self.deals = Deals(parameters, worktime, buyers, pursuits, rng)
        habits = [parameters.habits_of(seller) for seller in range(parameters.sellers)]
        self._drop = np.array([each.drop_rate for each in habits])
        self._gap = np.array([each.gap_days for each in habits])
        self._most = np.array([each.most_touches for each in habits])
        self._claim = np.array([each.claim_rate for each in habits])
        self._voices = np.random.default_rng((parameters.seed, 3))
        """Its own, so that companies whose buyers name nothing early are told as ever."""

    def unasked(self, pursuit: Ints, day: int) -> Columns:
        """What these buyers do by themselves on a day."""
        size, rng = len(pursuit), self._rng
        which = rng.choice(len(_UNASKED), size, p=[share for _, share, _ in _UNASKED])
        seat = self._pursuits.seat[pursuit]
        zones = self.deals.zone_of(pursuit)
        acts = self._acts(
            pursuit,
            self._worktime.instants(np.full(len(seat), day), zones, rng),
            np.array([ACT[name] for name, _, _ in _UNASKED])[which],
            np.array([system for _, _, system in _UNASKED])[which],
        )
        return acts | {"cause": np.full(size, -1), "answers": np.full(size, -1)}

    def follow(self, acts: Columns, numbers: Ints, holders: Ints, day: int) -> Following:
        """Takes the pursuits on by what was done today."""
        pursuit, kind, refuses = acts["pursuit"], acts["kind"], acts["refuses"]
        open_ = ~self._pursuits.ended[pursuit]
        self._end(acts, open_, day)
        moved = open_ & ~refuses
        later = self._meetings(acts, moved & (kind == ACT["accepted_meeting"]))
        self._advance(acts, moved & ~self._pursuits.ended[pursuit], day)
        sellers = holders[self._pursuits.seat[pursuit]]
        asked = moved & among(kind, _ASKING) & (sellers >= 0) & ~self._pursuits.ended[pursuit]
        dropped = asked & (self._rng.random(len(kind)) < self._drop[np.maximum(sellers, 0)])
        wait = self._rng.integers(12, _PATIENCE_DAYS, len(kind))
        self._pursuits.due[pursuit[dropped]] = day + wait[dropped]
        answering = asked & ~dropped
        hours = self._rng.lognormal(np.log(_REPLY_HOURS), 0.8, len(kind))
        return Following(
            later,
            pursuit[answering],
            sellers[answering],
            numbers[answering],
            acts["at"][answering],
            (hours[answering] * 3600).astype(np.int64) + 240,
            pursuit[answering & (kind == ACT["introduced"])],
            numbers[dropped],
        )

    def give_up(self, day: int) -> None:
        """Ends the pursuits whose last touch was not answered in time."""
        state = self._pursuits
        over = np.flatnonzero(~state.ended & state.last & (state.due <= day))
        self.deals.close(over, np.full(len(over), LOST), np.full(len(over), -1), day)
        state.ended[over] = True

    def touched(self, made: Ints, pursuit: Ints, seller: Ints, heat: NDArray[np.float64], day: int) -> Columns:
        """Notes the touches of a day (their numbers first); the harm that too many do comes back as acts to come."""
        state, rng = self._pursuits, self._rng
        fading = np.exp(-(day - state.touched[pursuit]) / _FADING_DAYS)
        state.recent[pursuit] = state.recent[pursuit] * fading + 1
        state.touched[pursuit] = day
        state.touches[pursuit] += 1
        wait = self._gap[seller] * 1.4 * rng.uniform(0.7, 1.3, len(pursuit))
        if self._parameters.chase_heat:
            wait /= heat[state.account[pursuit]] ** self._parameters.chase_heat
        state.due[pursuit] = day + np.maximum(1, np.rint(wait)).astype(np.int32)
        self.deals.claim(pursuit[rng.random(len(pursuit)) < self._claim[seller]], day)
        final = pursuit[state.touches[pursuit] >= self._most[seller]]
        state.last[final], state.due[final] = True, day + _LAST_WAITS_DAYS
        many = state.recent[pursuit] - self._parameters.harm_after
        hurt = rng.random(len(pursuit)) < -np.expm1(-_HARM * np.maximum(many, 0))
        harmed = pursuit[hurt]
        kind = np.where(rng.random(len(harmed)) < 0.7, ACT["unsubscribed"], ACT["complained"])
        zones = self.deals.zone_of(harmed)
        at = self._worktime.instants(np.full(len(harmed), day + 1), zones, rng)
        acts = self._acts(harmed, at, kind, np.full(len(harmed), MAIL))
        return acts | {"refuses": np.ones(len(harmed), dtype=np.bool_), "cause": made[hurt]}

    def open_deals(self, pursuit: Ints, at: Ints) -> None:
        """Deals for pursuits that have become serious, where there is none yet."""
        without = self._pursuits.deal[pursuit] < 0
        self.deals.open(pursuit[without], at[without])

    def _end(self, acts: Columns, open_: Bools, day: int) -> None:
        """Pursuits that a refusal ends, or that are won."""
        pursuit, kind = acts["pursuit"], acts["kind"]
        final = among(kind, (ACT["unsubscribed"], ACT["complained"], ACT["bounced"]))
        meant = acts["refuses"] & (self._rng.random(len(kind)) < _ENDS)
        lost, won = open_ & (final | meant), open_ & (kind == ACT["signed"])
        for which, how in ((won, WON), (lost & ~won, LOST)):
            still = which & ~self._pursuits.ended[pursuit]  # won and refused on one day: won
            chosen, first = np.unique(pursuit[still], return_index=True)
            self.deals.close(chosen, np.full(len(chosen), how), acts["objection"][still][first], day)
            self._pursuits.ended[chosen] = True
        later = open_ & acts["refuses"] & ~lost
        self._pursuits.due[pursuit[later]] = day + _PATIENCE_DAYS

    def _meetings(self, acts: Columns, accepted: Bools) -> Columns:
        """Who comes to the meetings that were accepted, and who does not."""
        chosen = np.flatnonzero(accepted)
        pursuit, at = acts["pursuit"][chosen], acts["meets_at"][chosen]
        missed = self._rng.random(len(chosen)) < self._parameters.no_show_rate
        kind = np.where(missed, ACT["no_show"], ACT["attended"])
        self._pursuits.due[pursuit] = self._worktime.day_of(at) + 1
        met = at + self._rng.integers(-120, 240, len(chosen))
        return self._acts(pursuit, np.where(missed, at + 900, met), kind, np.full(len(chosen), DIALLER)) | {
            "cause": acts["cause"][chosen],
            "answers": acts["cause"][chosen],
            "refuses": missed,
        }

    def _advance(self, acts: Columns, moved: Bools, day: int) -> None:
        """Takes pursuits a step on."""
        pursuit, kind = acts["pursuit"], acts["kind"]
        step = self._pursuits.step[pursuit]
        interested = self._rng.random(len(kind)) < _INTERESTED
        to = np.select(
            [
                moved & (kind == ACT["requested_offer"]) & (step < int(Step.OFFER)),
                moved & (kind == ACT["attended"]) & (step <= int(Step.DISCOVER)),
                moved & (kind == ACT["returned_offer"]) & (step <= int(Step.OFFER)),
                moved & among(kind, _INTEREST) & (step == int(Step.APPROACH)) & interested,
            ],
            [int(Step.OFFER), int(Step.OFFER), int(Step.CLOSE), int(Step.DISCOVER)],
            -1,
        )
        still = moved & among(kind, (*_INTEREST, ACT["returned_offer"], ACT["requested_offer"], ACT["attended"]))
        self._pursuits.due[pursuit[still]] = day + self._rng.integers(1, 4, still.sum())
        self._pursuits.last[pursuit[still]] = False
        self._pursuits.touches[pursuit[still]] = np.minimum(self._pursuits.touches[pursuit[still]], 1)
        on = to > step
        chosen, first = np.unique(pursuit[on], return_index=True)
        self._pursuits.step[chosen], self._pursuits.touches[chosen] = to[on][first], 0
        self.open_deals(chosen, acts["at"][on][first])
        self.deals.move(chosen, acts["at"][on][first])
        if self._parameters.voiced:
            self._voice(chosen, acts["at"][on][first])

    def _voice(self, pursuit: Ints, at: Ints) -> None:
        """Some buyers name what stands in the way as soon as there is an offer, and go on."""
        names = (self._pursuits.step[pursuit] == int(Step.OFFER)) & (
            self._voices.random(len(pursuit)) < self._parameters.voiced
        )
        what = self._voices.choice(len(OBJECTIONS), len(pursuit), p=_VOICED)
        self._pursuits.objection[pursuit[names]] = what[names]
        self.deals.said.add({"deal": self._pursuits.deal[pursuit[names]], "at": at[names], "kind": what[names]})

    def _acts(self, pursuit: Ints, at: Ints, kind: Ints, system: Ints) -> Columns:
        size = len(pursuit)
        return {
            "pursuit": pursuit,
            "contact": self._pursuits.contact[pursuit],
            "at": at,
            "kind": kind,
            "refuses": np.zeros(size, dtype=np.bool_),
            "cause": np.full(size, -1),
            "answers": np.full(size, -1),
            "system": system,
            "objection": np.full(size, -1),
            "meets_at": np.full(size, -1),
        }
