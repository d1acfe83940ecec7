"""What the CRM gets to know: deals, their stages as typed in, amounts, and how they ended.

A deal is opened when a buyer has become serious. Its stage follows the buyer's acts some hours or days later; now and
then a seller moves it on without any (`claim`). A lost deal bears the reason that its seller tells, which is "price"
more often than buyers say it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from answerback.simulate.ledger import Ledger
from answerback.simulate.names import PRODUCTS
from answerback.simulate.parameters import DAY, OBJECTIONS, SEGMENTS, Parameters
from answerback.simulate.people import Buyers
from answerback.simulate.pursuits import Pursuits
from answerback.simulate.worktime import Worktime

Ints = NDArray[np.int64]

LOST, WON = 0, 1
NO_DECISION = len(OBJECTIONS)
"""What a deal was lost to where no buyer said no."""
REASONS = (*OBJECTIONS, "no decision")
FIELDS = ("stage", "outcome", "loss_reason")
STAGE, OUTCOME, REASON = range(3)
OUTCOMES = ("lost", "won")
_AMOUNT, _AMOUNT_SPREAD = 14_000.0, 0.6
_SEGMENT_AMOUNTS = dict(zip(SEGMENTS, (1.0, 2.2, 5.0), strict=True))
_HONEST = 0.5
"""Share of lost deals of which the seller tells the buyer's reason; the others were lost to the price, they say."""
_OPENED = ("at", "pursuit", "account", "contact", "seat", "amount_minor", "zone", "product")
_CHANGED = ("deal", "at", "field", "old", "new", "seat", "claimed")
_TYPED_DAYS = 1.2
_BETWEEN_SECONDS = 90


class Deals:
    """The deals of one company, as its CRM has them."""

    def __init__(
        self, parameters: Parameters, worktime: Worktime, buyers: Buyers, pursuits: Pursuits, rng: np.random.Generator
    ) -> None:  # fmt: skip
        self._worktime, self._buyers, self._pursuits, self._rng = worktime, buyers, pursuits, rng
        self._bold = np.array([parameters.habits_of(each).bold for each in range(parameters.sellers)])
        self.opened = Ledger(**dict.fromkeys(_OPENED, np.int64))
        self.changes = Ledger(**dict.fromkeys(_CHANGED, np.int64))
        self._last: Ints = np.zeros(0, dtype=np.int64)
        """By deal, when something was typed in last: a seller types in what happened in its order."""
        self.said = Ledger(**dict.fromkeys(("deal", "at", "kind"), np.int64))
        """What buyers said stood in the way of deals that were lost."""

    def zone_of(self, pursuit: Ints) -> Ints:
        """Where the buyers of pursuits sit."""
        return self._buyers.zone[self._pursuits.account[pursuit]]

    def open(self, pursuit: Ints, at: Ints) -> None:
        """Opens deals at an instant each."""
        if not len(pursuit):
            return
        account, seat = self._pursuits.account[pursuit], self._pursuits.seat[pursuit]
        factor = np.array(list(_SEGMENT_AMOUNTS.values()))[self._buyers.segment[account]] * self._bold[seat]
        euros = _AMOUNT * factor * np.exp(self._rng.normal(0, _AMOUNT_SPREAD, len(pursuit)))
        at = self._typed(at, self.zone_of(pursuit))
        numbers = self.opened.add({
            "at": at, "pursuit": pursuit, "account": account, "contact": self._pursuits.contact[pursuit], "seat": seat,
            "amount_minor": (np.rint(euros / 100) * 10_000).astype(np.int64), "zone": self.zone_of(pursuit),
            "product": self._rng.choice(len(PRODUCTS), len(pursuit), p=(0.5, 0.3, 0.2)),
        })  # fmt: skip
        self._pursuits.deal[pursuit] = numbers
        self._last = np.concatenate([self._last, at])
        self._pursuits.stage[pursuit] = 0
        self._write(pursuit, at, STAGE, np.full(len(pursuit), -1), np.zeros(len(pursuit), dtype=np.int64))

    def move(self, pursuit: Ints, at: Ints) -> None:
        """Types in the stages that pursuits have reached by what their buyers did."""
        reached = self._pursuits.step[pursuit] > self._pursuits.stage[pursuit]
        pursuit, at = pursuit[reached], at[reached]
        self._stage(pursuit, self._next(pursuit, self._typed(at, self.zone_of(pursuit))))

    def claim(self, pursuit: Ints, day: int) -> None:
        """Moves deals a stage on without any act of a buyer."""
        with_deal = pursuit[(self._pursuits.deal[pursuit] >= 0) & (self._pursuits.stage[pursuit] < 3)]
        with_deal = np.unique(with_deal)
        zone = self.zone_of(with_deal)
        at = self._next(with_deal, self._worktime.instants(np.full(len(with_deal), day), zone, self._rng))
        old = self._pursuits.stage[with_deal].astype(np.int64)
        self._pursuits.stage[with_deal] += 1
        self._write(with_deal, at, STAGE, old, old + 1, claimed=True)

    def close(self, pursuit: Ints, how: Ints, objection: Ints, day: int) -> None:
        """Ends deals, won or lost; `objection` is what the buyer said, -1 for nothing."""
        known = self._pursuits.deal[pursuit] >= 0
        pursuit, how, objection = pursuit[known], how[known], objection[known]
        if not len(pursuit):
            return
        zone = self.zone_of(pursuit)
        at = self._typed(self._worktime.instants(np.full(len(pursuit), day), zone, self._rng), zone)
        at = self._next(pursuit, at)
        old, new = self._pursuits.stage[pursuit].astype(np.int64), np.where(how == WON, 4, 5)
        self._write(pursuit, at, STAGE, old, new)
        self._write(pursuit, at, OUTCOME, np.full(len(pursuit), -1), how)
        lost = how == LOST
        true = np.where(objection[lost] >= 0, objection[lost], NO_DECISION)
        told = np.where(self._rng.random(len(true)) < _HONEST, true, OBJECTIONS.index("price"))
        self._write(pursuit[lost], at[lost], REASON, np.full(len(true), -1), told)
        said = objection[lost] >= 0
        self.said.add({"deal": self._pursuits.deal[pursuit[lost]][said], "at": at[lost][said], "kind": true[said]})

    def _stage(self, pursuit: Ints, at: Ints) -> None:
        old, new = self._pursuits.stage[pursuit].astype(np.int64), self._pursuits.step[pursuit].astype(np.int64)
        self._pursuits.stage[pursuit] = new
        self._write(pursuit, at, STAGE, old, new)

    def _write(self, pursuit: Ints, at: Ints, field: int, old: Ints, new: Ints, *, claimed: bool = False) -> None:
        self.changes.add({
            "deal": self._pursuits.deal[pursuit].copy(), "at": at, "field": np.full(len(pursuit), field), "old": old,
            "new": new, "seat": self._pursuits.seat[pursuit].copy(), "claimed": np.full(len(pursuit), int(claimed)),
        })  # fmt: skip

    def _next(self, pursuit: Ints, at: Ints) -> Ints:
        """These instants, or a little after what was typed in before of the same deal."""
        deal = self._pursuits.deal[pursuit]
        self._last[deal] = np.maximum(at, self._last[deal] + _BETWEEN_SECONDS)
        return self._last[deal]

    def _typed(self, at: Ints, zone: Ints) -> Ints:
        """When sellers get round to typing in what happened."""
        late = self._rng.exponential(_TYPED_DAYS * DAY / 2, len(at)).astype(np.int64) + 300
        return self._worktime.working(at + late, zone, self._rng)
