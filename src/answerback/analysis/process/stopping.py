"""Where chains stop: of those that came to a label, how many went on, and how many ended or fell silent right there.

A refusal is how a chain stops, not where: a chain that a buyer refused stops at the event before. Chains that were won
did not drop off. An open chain counts as silent once it has been still for longer than nineteen of twenty pauses after
such an event were that ended; before that it is too early to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.apart import two_shares
from answerback.stats.intervals import jeffreys
from answerback.stats.multiplicity import benjamini_hochberg

FEWEST = 20
"""With fewer chains that came to a label and are decided there is no share."""
LARGEST_OPEN = 0.1
"""Where more of the chains than this are too early to tell, there is none: those that go on are known sooner."""
LARGEST_OPEN_APART = 0.05
"""And beyond this groups are not compared."""
LEAST_PAUSES = 20
"""With fewer pauses nobody knows how long a pause after an event may be."""
RATE = 0.05
"""Of what is said to lie apart, this much is chance."""
LEAST_APART = 0.05
"""And by less than this nobody is helped."""
GROUPS = ("quarter", "segment")
"""By what drop-offs are told apart: the quarter (UTC) in which chains began, and the segment of their company."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where chains stop: of those that came to a label, what became of them.

    Attributes:
        label: What they came to.
        about, group: Which chains: quarter or segment, and which; empty for all.
        came: How many chains came to it.
        went_on: Something else than a refusal came after it.
        won: It was the last, and the deal was won.
        lost: It was the last, and the deal was lost or the buyer refused.
        silent: It was the last, and nothing has come for longer than it usually takes.
        early: It was the last, and something may still come.
        dropped: The share lost or silent there of those that are decided, or why it cannot be told.
        low, high: Its 95 % interval.
        apart: Whether the share lies apart from the rest of the chains that came to the label, by more than chance
            among all that were looked at.
    """

    label: str
    about: str
    group: str
    came: int
    went_on: int
    won: int
    lost: int
    silent: int
    early: int
    dropped: float | CannotTell
    low: float | None = None
    high: float | None = None
    apart: bool = False

    @property
    def stopped(self) -> int:
        """How many stopped there without being won."""
        return self.lost + self.silent


def stops(reader: Reader) -> tuple[Stop, ...]:
    """Where the chains of `_chain` (see `following.laid_out`) stop, where most stop first."""
    rows = reader.query(_stops_sql(reader.instant)).to_pylist()
    whole = {row["label"]: row for row in rows if not row["about"]}
    # A dimension with one group tells nothing that the whole does not.
    groups = {about: {row["grouped"] for row in rows if row["about"] == about} for about in GROUPS}
    told = [row for row in rows if not row["about"] or len(groups[row["about"]]) > 1]
    apart = _apart(told, whole)
    order = {label: (-row["lost"] - row["silent"], label) for label, row in whole.items()}
    found = [_stop(row, apart=each) for row, each in zip(told, apart, strict=True)]
    return tuple(sorted(found, key=lambda each: (each.about, order[each.label], each.group)))


def _stop(row: Mapping[str, Any], *, apart: bool) -> Stop:
    counts = {name: row[name] for name in ("came", "went_on", "won", "lost", "silent", "early")}
    dropped, low, high = _share(row)
    return Stop(row["label"], row["about"], row["grouped"], **counts, dropped=dropped, low=low, high=high, apart=apart)


def _share(row: Mapping[str, Any]) -> tuple[float | CannotTell, float | None, float | None]:
    decided, stopped = row["came"] - row["early"], row["lost"] + row["silent"]
    if _open(row) > LARGEST_OPEN:
        return CannotTell(Refused.CHAINS_OPEN, have=_open(row), need=LARGEST_OPEN), None, None
    if decided < FEWEST:
        return CannotTell(Refused.TOO_FEW_CHAINS, have=decided, need=FEWEST), None, None
    interval = jeffreys(stopped, decided)
    return stopped / decided, float(interval.low), float(interval.high)


def _open(row: Mapping[str, Any]) -> float:
    return float(row["early"] / row["came"]) if row["came"] else 0.0


def _apart(rows: list[dict[str, Any]], whole: Mapping[str, Mapping[str, Any]]) -> list[bool]:
    """Which rows of groups lie apart from the rest of the chains that came to the same label."""
    places, p_values = [], []
    large = np.zeros(len(rows), np.bool_)
    for place, row in enumerate(rows):
        if not row["about"] or isinstance(_share(row)[0], CannotTell):
            continue
        rest = {name: whole[row["label"]][name] - row[name] for name in ("came", "early", "lost", "silent")}
        if isinstance(_share(rest)[0], CannotTell) or max(_open(row), _open(rest)) > LARGEST_OPEN_APART:
            continue
        here, there = ((each["lost"] + each["silent"], each["came"] - each["early"]) for each in (row, rest))
        places.append(place)
        p_values.append(two_shares(here, there))
        large[place] = abs(here[0] / here[1] - there[0] / there[1]) >= LEAST_APART
    named = np.zeros(len(rows), np.bool_)
    if places:
        named[places] = benjamini_hochberg(p_values, rate=RATE)
    return [bool(each) for each in named & large]


def _stops_sql(instant: str) -> str:
    """One row per label, and per label and group, with what became of the chains that came to it."""
    return f"""
        with chain as (
            select chain_key, max(place) filter (not refuses) as last_place, max(place) as places,
                   max(occurred_at) as last_at, min(occurred_at) as began, any_value(outcome) as outcome,
                   min(account_key) as account_key
            from _chain group by chain_key
        ),
        pause as (
            select label, quantile_cont(epoch(next_at) - epoch(occurred_at), 0.95) as longest
            from _chain where next_at is not null and not refuses
            group by label having count(*) >= {LEAST_PAUSES}
        ),
        reached as (
            select chain_key, label, max(place) as place from _chain where not refuses group by chain_key, label
        ),
        came as (
            select reached.label, reached.place = chain.last_place as stopped,
                   chain.places > chain.last_place as refused, chain.outcome,
                   epoch({instant}) - epoch(chain.last_at) as still,
                   coalesce(account.segment, '') as segment,
                   strftime(date_trunc('quarter', chain.began), '%Y-%m-%d') as quarter
            from reached
            join chain on chain.chain_key = reached.chain_key
            left join account on account.account_key = chain.account_key
        ),
        became as (
            select came.label, came.segment, came.quarter,
                   case when not stopped then 'went_on'
                        when outcome = 'won' then 'won'
                        when outcome is not null or refused then 'lost'
                        when still > pause.longest then 'silent'
                        else 'early' end as became
            from came left join pause on pause.label = came.label
        )
        select label, case when grouping(quarter) = 0 then 'quarter' when grouping(segment) = 0 then 'segment'
                           else '' end as about,
               coalesce(case when grouping(quarter) = 0 then quarter when grouping(segment) = 0 then segment end, '')
               as grouped,
               count(*) as came, {", ".join(f"count(*) filter (became = '{each}') as {each}" for each in _BECAME)}
        from became
        group by grouping sets ((label), (label, quarter), (label, segment))
        order by about, grouped, label"""


_BECAME = ("went_on", "won", "lost", "silent", "early")
