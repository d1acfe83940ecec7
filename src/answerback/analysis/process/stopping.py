"""Where chains stop: of those that came to a label, how many went on, and how many ended or fell silent right there.

A refusal is how a chain stops, not where: a chain that a buyer refused stops at the event before. Chains that were won
did not drop off. An open chain counts as silent once it has been still for longer than nineteen of twenty pauses after
such an event were that ended; before that it is too early to tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.stats.apart import two_shares
from answerback.stats.intervals import jeffreys
from answerback.stats.multiplicity import adjusted

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
class Beside:
    """The other chains that came to the same label.

    Attributes:
        stopped, decided: How many of them stopped there without being won, and of how many that is known.
        apart: By how much the share here is greater than theirs.
        chance: The p-value of the difference, adjusted for all that were looked at.
    """

    stopped: int
    decided: int
    apart: float
    chance: float


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
        beside: The rest of the chains that came to the label, where the two can be compared.
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
    beside: Beside | None = None

    @property
    def apart(self) -> bool:
        """Whether the share lies apart from that of the rest, by more than chance among all that were looked at."""
        return self.beside is not None and self.beside.chance <= RATE and abs(self.beside.apart) >= LEAST_APART

    @property
    def decided(self) -> int:
        """How many are not too early to tell."""
        return self.came - self.early

    @property
    def stopped(self) -> int:
        """How many stopped there without being won."""
        return self.lost + self.silent


def stops(reader: Reader, *, about: Sequence[str] = GROUPS) -> tuple[Stop, ...]:
    """Where the chains of `_chain` (see `following.laid_out`) stop, where most stop first; all, and by groups."""
    rows = reader.query(_stops_sql(reader.instant, about)).to_pylist()
    whole = {row["label"]: row for row in rows if not row["about"]}
    # A dimension with one group tells nothing that the whole does not.
    groups = {each: {row["grouped"] for row in rows if row["about"] == each} for each in about}
    told = [row for row in rows if not row["about"] or len(groups[row["about"]]) > 1]
    beside = _beside(told, whole)
    order = {label: (-row["lost"] - row["silent"], label) for label, row in whole.items()}
    found = [_stop(row, each) for row, each in zip(told, beside, strict=True)]
    return tuple(sorted(found, key=lambda each: (each.about, order[each.label], each.group)))


def _stop(row: Mapping[str, Any], beside: Beside | None) -> Stop:
    counts = {name: row[name] for name in ("came", "went_on", "won", "lost", "silent", "early")}
    dropped, low, high = _share(row)
    return Stop(
        row["label"], row["about"], row["grouped"], **counts, dropped=dropped, low=low, high=high, beside=beside
    )


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


def _beside(rows: list[dict[str, Any]], whole: Mapping[str, Mapping[str, Any]]) -> list[Beside | None]:
    """By row of a group, the rest of the chains that came to the same label, where the two can be compared."""
    pairs: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}
    for place, row in enumerate(rows):
        if not row["about"] or isinstance(_share(row)[0], CannotTell):
            continue
        rest = {name: whole[row["label"]][name] - row[name] for name in ("came", "early", "lost", "silent")}
        if isinstance(_share(rest)[0], CannotTell) or max(_open(row), _open(rest)) > LARGEST_OPEN_APART:
            continue
        here, there = ((each["lost"] + each["silent"], each["came"] - each["early"]) for each in (row, rest))
        pairs[place] = here, there
    found: list[Beside | None] = [None] * len(rows)
    chances = adjusted([two_shares(here, there) for here, there in pairs.values()]) if pairs else ()
    for (place, (here, there)), chance in zip(pairs.items(), chances, strict=True):
        found[place] = Beside(*there, apart=here[0] / here[1] - there[0] / there[1], chance=float(chance))
    return found


def _stops_sql(instant: str, about: Sequence[str]) -> str:
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
        select label, case {"".join(f"when grouping({each}) = 0 then '{each}' " for each in about)}else '' end as about,
               coalesce(case {"".join(f"when grouping({each}) = 0 then {each} " for each in about)}end, '') as grouped,
               count(*) as came, {", ".join(f"count(*) filter (became = '{each}') as {each}" for each in _BECAME)}
        from became
        group by grouping sets ((label){"".join(f", (label, {each})" for each in about)})
        order by about, grouped, label"""


_BECAME = ("went_on", "won", "lost", "silent", "early")
