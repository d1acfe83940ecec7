"""What is at stake where a ball was dropped: how deals ended where the policy was kept and where it was missed.

Of all deals that have ended: the share won of those where every ball of a policy was answered in time, and of those
where one was missed. The difference times the amount is what a dropped ball may cost. Nobody drew lots which deals were
answered late, so it is what such deals differed by, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from answerback.analysis.court.balls import HELD, MISSED, Balls, State
from answerback.analysis.court.beside import SERVICE
from answerback.analysis.reader import Reader
from answerback.domain.money import Missing, Rates
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.arrays import BoolArray, IntArray
from answerback.stats.intervals import wilson

FEWEST = 10
"""Ended deals on either side."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much smaller the share won is where it was missed, 0 to 1, with its 95 % interval (Newcombe 1998)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake with the balls of a policy.

    Attributes:
        policy: Its name.
        kept, kept_won, missed, missed_won: Ended deals where it was always kept, or missed once or more; those won.
        difference: Between the two, or why there is none.
        open_deals: Deals with a ball of it that is dropped now.
        worth_minor: What those deals are worth together, in the organisation's currency; None where a rate is missing.
        without_amount: Those of them without an amount.
        missing: The currencies without a rate.
        worths: By key of those deals with an amount, what each is worth.
    """

    policy: str
    kept: int
    kept_won: int
    missed: int
    missed_won: int
    difference: Difference | CannotTell
    open_deals: int
    worth_minor: int | None
    without_amount: int
    missing: tuple[str, ...]
    worths: Mapping[int, int]

    @property
    def loss_minor(self) -> tuple[float, float, float] | CannotTell:
        """What the dropped balls may cost, and its 95 % interval, in minor units; or why that is not known."""
        if isinstance(self.difference, CannotTell):
            return self.difference
        if self.worth_minor is None:
            return CannotTell(Refused.NO_EXCHANGE_RATE, names=self.missing)
        return (
            self.worth_minor * self.difference.value,
            self.worth_minor * self.difference.low,
            self.worth_minor * self.difference.high,
        )


def stakes(reader: Reader, found: Balls) -> tuple[Stake, ...]:
    """By policy that has balls on deals, in the playbook's order."""
    outcome, worth = _deals(reader, found)
    rows = []
    for place, name in enumerate(found.names):
        own = found.is_deal & (found.policy == place)
        if name != SERVICE and own.any():
            rows.append(_stake(found, name, own, outcome, worth))
    return tuple(rows)


def _stake(
    found: Balls, name: str, own: BoolArray, outcome: Mapping[int, bool], worth: Mapping[int, int | Missing | None]
) -> Stake:
    decided = own & found.where(*HELD)
    missed = set(found.chain_key[decided & found.where(*MISSED)].tolist())
    kept = set(found.chain_key[decided].tolist()) - missed
    ended = [[outcome[deal] for deal in deals if deal in outcome] for deals in (kept, missed)]
    (n1, k1), (n0, k0) = ((len(each), sum(each)) for each in ended)
    dropped = sorted(set(found.chain_key[own & found.where(State.DROPPED)].tolist()))
    worths = [worth.get(deal) for deal in dropped]
    missing = tuple(sorted({each.currency for each in worths if isinstance(each, Missing)}))
    return Stake(
        policy=name,
        kept=n1,
        kept_won=k1,
        missed=n0,
        missed_won=k0,
        difference=difference(k1, n1, k0, n0),
        open_deals=len(dropped),
        worth_minor=None if missing else sum(each for each in worths if isinstance(each, int)),
        without_amount=sum(each is None for each in worths),
        missing=missing,
        worths={deal: each for deal, each in zip(dropped, worths, strict=True) if isinstance(each, int)},
    )


def difference(kept_won: int, kept: int, missed_won: int, missed: int) -> Difference | CannotTell:
    """The share won of the first less that of the second, from ended deals.

    Method: Newcombe (1998), Statistics in Medicine 17, method 10: from the Wilson intervals of both.

    >>> found = difference(56, 70, 48, 80)
    >>> round(found.value, 2), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    if min(kept, missed) < FEWEST:
        return CannotTell(Refused.TOO_FEW_DEALS, have=min(kept, missed), need=FEWEST)
    one, other = kept_won / kept, missed_won / missed
    first, second = wilson(kept_won, kept), wilson(missed_won, missed)
    value = one - other
    low = value - np.hypot(one - float(first.low), float(second.high) - other)
    high = value + np.hypot(float(first.high) - one, other - float(second.low))
    return Difference(value, float(low), float(high))


def _deals(reader: Reader, found: Balls) -> tuple[dict[int, bool], dict[int, int | Missing | None]]:
    """How deals with balls ended by now; what those with a dropped ball are worth in the organisation's currency."""
    wanted = _listed(found.chain_key[found.is_deal])
    ended = reader.query(f"""
        select deal_key, outcome = 'won' as won from deal_span
        where outcome is not null and ends_at <= {reader.instant} and deal_key in ({wanted})""").to_pylist()
    dropped = _listed(found.chain_key[found.is_deal & found.where(State.DROPPED)])
    rows = reader.query(f"""
        select deal.deal_key, deal.currency, coalesce(said.amount_minor, deal.amount_minor) as amount_minor
        from deal
        left join (
            select deal_key, max_by(try_cast(value as bigint), occurred_at) as amount_minor
            from deal_said where field = 'amount' and occurred_at <= {reader.instant} group by deal_key
        ) as said on said.deal_key = deal.deal_key
        where deal.deal_key in ({dropped})""").to_pylist()
    rates = Rates.of(reader.playbook)
    day = reader.as_of.astimezone(ZoneInfo(reader.playbook.organisation.time_zone)).date()
    worth: dict[int, int | Missing | None] = {}
    for row in rows:
        amount = row["amount_minor"]
        given = row["currency"] or rates.own
        worth[row["deal_key"]] = None if amount is None else rates.convert(amount, given, rates.own, day)
    return {row["deal_key"]: row["won"] for row in ended}, worth


def _listed(keys: IntArray) -> str:
    return ", ".join(str(key) for key in np.unique(keys)) or "null"
