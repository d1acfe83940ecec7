"""Where stages are ahead of buyers clearly more often than usual: with one rep's deals, or with all of them.

Looked at are the deals of the last half year, every second week. Of one owner a deal counts once: as ahead, where the
CRM said more than the buyer had done at any of these looks. Deals of which too little could be seen do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from answerback.analysis.reader import Reader
from answerback.analysis.stages.standing import Backing, Standing, standings
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.intervals import jeffreys
from answerback.stats.more_than_usual import more_than_usual

LOOKS, EVERY = 13, timedelta(days=14)
"""How often, and how far apart."""
LEAST_DEALS, LEAST_AHEAD, LEAST_OTHERS = 10, 3, 5
"""Nobody is asked about fewer deals, about fewer of them that are ahead, or beside fewer others."""
QUARTER, QUARTERS = timedelta(days=91), 4
"""All deals together are held against how they stood at each of the quarters before."""
POOLED_LEVEL, POOLED_SPREAD = 0.01, 0.05
LEAST_MORE = 0.05
"""All deals together: less than so much more is no finding, however sure it is."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The deals of one rep (or of all: key 0), how many of them are ahead, and what is usual.

    Attributes:
        rep_key: Whose.
        deals: Those that could be checked.
        ahead: Those of them whose stage was ahead of the buyer.
        low, high: The 95 % interval of the share that is ahead.
        usual: The share of all others (or of the quarters before).
        p_value: The chance of so many.
        named: Whether it is clearly more than usual.
        deal_keys: Those that are ahead now.
    """

    rep_key: int
    deals: int
    ahead: int
    low: float
    high: float
    usual: float
    p_value: float
    named: bool
    deal_keys: tuple[int, ...]


def reps_ahead(reader: Reader, scope: Scope) -> tuple[Ahead, ...] | CannotTell:
    """Each owner within the scope who has deals enough, by key."""
    looks = [reader.as_of - EVERY * number for number in range(LOOKS)]
    return of_reps(standings(reader, scope, looks), reader.as_of)


def of_reps(found: Sequence[Standing], at: datetime) -> tuple[Ahead, ...] | CannotTell:
    """The same of deals as they stood at some instants, `at` the last of them."""
    told: dict[tuple[int, int], bool] = {}
    for each in _checked(found):
        if each.owner_key:
            pair = each.owner_key, each.deal_key
            told[pair] = told.get(pair, False) or each.backing is Backing.TYPED_IN
    owners = sorted({owner for owner, _ in told})
    place_of = {owner: place for place, owner in enumerate(owners)}
    deals, ahead = np.zeros(len(owners)), np.zeros(len(owners))
    for (owner, _), is_ahead in told.items():
        deals[place_of[owner]] += 1
        ahead[place_of[owner]] += is_ahead
    enough = deals >= LEAST_DEALS
    if enough.sum() <= LEAST_OTHERS:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(enough.sum()), need=LEAST_OTHERS + 1.0)
    compared = more_than_usual(ahead, deals, may_be_named=enough)
    interval = jeffreys(ahead, deals)
    now = _ahead_now(found, at)
    return tuple(
        Ahead(
            rep_key=owner,
            deals=int(deals[place]),
            ahead=int(ahead[place]),
            low=float(interval.low[place]),
            high=float(interval.high[place]),
            usual=float(compared.usual[place]),
            p_value=float(compared.p_value[place]),
            named=bool(compared.named[place] and ahead[place] >= LEAST_AHEAD),
            deal_keys=tuple(key for whose, key in now if whose == owner),
        )
        for place, owner in enumerate(owners)
        if enough[place]
    )


def all_ahead(reader: Reader, scope: Scope) -> Ahead | CannotTell:
    """All open deals together, held against how deals stood at the quarters before."""
    before = [reader.as_of - QUARTER * number for number in range(1, QUARTERS + 1)]
    return of_all(standings(reader, scope, [*before, reader.as_of]), reader.as_of)


def of_all(found: Sequence[Standing], at: datetime) -> Ahead | CannotTell:
    """The same of deals as they stood at some instants: at the last, `at`, against the first look at each other one."""
    now = {each.deal_key: each for each in _checked(found) if each.at == at}
    past: dict[int, bool] = {}
    for each in _checked(found):
        if each.deal_key not in now:
            past.setdefault(each.deal_key, each.backing is Backing.TYPED_IN)
    have = min(len(now), len(past))
    if have < LEAST_DEALS * LEAST_OTHERS:
        return CannotTell(Refused.TOO_FEW_DEALS, have=have, need=LEAST_DEALS * LEAST_OTHERS)
    ahead = [key for key, each in now.items() if each.backing is Backing.TYPED_IN]
    counts, trials = [len(ahead), sum(past.values())], [len(now), len(past)]
    compared = more_than_usual(counts, trials, rate=POOLED_LEVEL, spread=POOLED_SPREAD, may_be_named=[True, False])
    interval = jeffreys(len(ahead), len(now))
    usual = float(compared.usual[0])
    return Ahead(
        rep_key=0,
        deals=len(now),
        ahead=len(ahead),
        low=float(interval.low),
        high=float(interval.high),
        usual=usual,
        p_value=float(compared.p_value[0]),
        named=bool(compared.named[0]) and len(ahead) / len(now) - usual >= LEAST_MORE,
        deal_keys=tuple(sorted(ahead)),
    )


def _checked(found: Sequence[Standing]) -> Iterable[Standing]:
    return (each for each in found if each.backing is not Backing.UNCHECKED)


def _ahead_now(found: Sequence[Standing], at: datetime) -> list[tuple[int, int]]:
    """Owners and deals that are ahead at an instant."""
    return [(each.owner_key, each.deal_key) for each in found if each.at == at and each.backing is Backing.TYPED_IN]
