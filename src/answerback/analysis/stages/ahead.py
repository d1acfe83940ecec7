"""Where stages are ahead of buyers clearly more often than usual: with one rep's deals, or with all of them.

Looked at are the deals of the last half year, every second week. Of one owner a deal counts once: as ahead, where the
CRM said more than the buyer had done at any of these looks. Deals of which too little could be seen do not count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow.compute as pc

from answerback.analysis.reader import Reader
from answerback.analysis.stages.standing import TYPED_IN, UNCHECKED, judged
from answerback.analysis.stages.supported import standing_sql
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.stats.arrays import IntArray, weighted_count
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
        ahead_now: How many of them are ahead now.
    """

    rep_key: int
    deals: int
    ahead: int
    low: float
    high: float
    usual: float
    p_value: float
    named: bool
    ahead_now: int


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Deals as they stood at some instants, in columns: which instant, deal, owner (0: nobody), and kind of `Backing`.

    Instants are places in order of time: `now` is that of the reader, `reps` are those of the last half year, `past` is
    each quarter before.
    """

    place: IntArray
    deal_key: IntArray
    owner_key: IntArray
    backing: IntArray
    now: int
    reps: tuple[int, ...]
    past: tuple[int, ...]

    def only(self, *places: int) -> Looks:
        """Those at some of the instants that could be checked."""
        kept = np.isin(self.place, places) & (self.backing != UNCHECKED)
        return replace(
            self,
            place=self.place[kept],
            deal_key=self.deal_key[kept],
            owner_key=self.owner_key[kept],
            backing=self.backing[kept],
        )


def read_looks(reader: Reader, scope: Scope) -> Looks:
    """Deals as they stood at each look of the last half year, and at each of the quarters before."""
    instants = [reader.as_of - EVERY * number for number in range(LOOKS)]
    quarters = [reader.as_of - QUARTER * number for number in range(1, QUARTERS + 1)]
    asked = sorted({*instants, *quarters})
    table = reader.query(standing_sql(reader, scope, asked, whole=False))
    return Looks(
        place=table["place"].to_numpy(),
        deal_key=table["deal_key"].to_numpy(),
        owner_key=pc.fill_null(table["owner_key"], 0).to_numpy(),
        backing=judged(reader, table, asked),
        now=asked.index(reader.as_of),
        reps=tuple(asked.index(each) for each in instants),
        past=tuple(asked.index(each) for each in quarters),
    )


def reps_ahead(found: Looks) -> tuple[Ahead, ...] | CannotTell:
    """Each owner who has deals enough, by key."""
    checked = found.only(*found.reps)
    owned = checked.owner_key != 0
    owners, owner = np.unique(checked.owner_key[owned], return_inverse=True)
    order = np.lexsort((checked.deal_key[owned], owner))
    owner, deal_key = owner[order], checked.deal_key[owned][order]
    is_ahead = (checked.backing[owned] == TYPED_IN)[order]
    first = np.ones(len(owner), np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (deal_key[1:] != deal_key[:-1])
    of_deal = np.cumsum(first) - 1
    deals = weighted_count(owner[first], np.ones(int(first.sum())), len(owners))
    ever = weighted_count(of_deal, is_ahead.astype(np.float64), int(first.sum())) > 0.0
    ahead = weighted_count(owner[first], ever.astype(np.float64), len(owners))
    enough = deals >= LEAST_DEALS
    if enough.sum() <= LEAST_OTHERS:
        return CannotTell(Refused.TOO_FEW_REPS, have=float(enough.sum()), need=LEAST_OTHERS + 1.0)
    compared = more_than_usual(ahead, deals, may_be_named=enough)
    interval = jeffreys(ahead, deals)
    ahead_now = Counter(found.owner_key[(found.place == found.now) & (found.backing == TYPED_IN)].tolist())
    return tuple(
        Ahead(
            rep_key=int(key),
            deals=int(deals[place]),
            ahead=int(ahead[place]),
            low=float(interval.low[place]),
            high=float(interval.high[place]),
            usual=float(compared.usual[place]),
            p_value=float(compared.p_value[place]),
            named=bool(compared.named[place] and ahead[place] >= LEAST_AHEAD),
            ahead_now=ahead_now[int(key)],
        )
        for place, key in enumerate(owners)
        if enough[place]
    )


def all_ahead(found: Looks) -> Ahead | CannotTell:
    """All open deals together, held against the first look at each other one in the quarters before."""
    now, before = found.only(found.now), found.only(*found.past)
    others = ~np.isin(before.deal_key, now.deal_key)
    order = np.lexsort((before.place[others], before.deal_key[others]))
    _, first = np.unique(before.deal_key[others][order], return_index=True)
    past = before.backing[others][order][first] == TYPED_IN
    trials, have = [len(now.deal_key), len(past)], min(len(now.deal_key), len(past))
    if have < LEAST_DEALS * LEAST_OTHERS:
        return CannotTell(Refused.TOO_FEW_DEALS, have=have, need=LEAST_DEALS * LEAST_OTHERS)
    counts = [int((now.backing == TYPED_IN).sum()), int(past.sum())]
    compared = more_than_usual(counts, trials, rate=POOLED_LEVEL, spread=POOLED_SPREAD, may_be_named=[True, False])
    interval = jeffreys(counts[0], trials[0])
    usual = float(compared.usual[0])
    return Ahead(
        rep_key=0,
        deals=trials[0],
        ahead=counts[0],
        low=float(interval.low),
        high=float(interval.high),
        usual=usual,
        p_value=float(compared.p_value[0]),
        named=bool(compared.named[0]) and counts[0] / trials[0] - usual >= LEAST_MORE,
        ahead_now=counts[0],
    )
