"""Chains in the buyer's court that went quiet: by their own step's history the next step will probably not come.

A chain is looked at from the seller's last touch by hand. It is quiet once the chance that the buyer still moves, given
the silence so far, is below the playbook's `quiet_below`: after a mail that takes days, after a call that takes hours.
A thin group takes the curve of a coarser one (`analysis.steps`); where that may not be used either, nothing is said.

What revived such chains: touches that came when a chain had already gone quiet, by kind, and how many of them the buyer
answered within the touch's waiting time. These are counts of what happened, not of what a touch brings about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.court.balls import words_sql
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader, ids_of
from answerback.analysis.steps.curves import OF_OPEN_CHAINS, StepCurves, StepKey, quiet_ages
from answerback.analysis.steps.spells import Asked, End, spells_sql
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_text
from answerback.engine.scoped import within
from answerback.stats.arrays import BoolArray, FloatArray, IntArray
from answerback.stats.intervals import jeffreys

FEWEST = 10
"""Of fewer touches to quiet chains nothing is said."""
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class QuietSort:
    """The open chains whose last touch was of one kind.

    Attributes:
        step: The kind of touch.
        open: Chains in the buyer's court after it.
        quiet: Those of which the buyer will probably not move any more.
        unknown: Those of which that cannot be told.
        from_hours, to_hours: From how much silence on such a chain is quiet: the least and the most of its groups; None
            where no curve may be used, infinite where it never falls that low.
    """

    step: str
    open: int
    quiet: int
    unknown: int
    from_hours: float | None
    to_hours: float | None


@dataclass(frozen=True, slots=True)
class Revival:
    """Touches of one kind to chains that had gone quiet.

    Attributes:
        step: The kind of touch.
        tries: Those that have waited in full, or were answered.
        came: Those that the buyer answered in time, a refusal apart.
        low, high: The 95 % interval of the share; None with fewer than `FEWEST`.
    """

    step: str
    tries: int
    came: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Quiet:
    """Open chains in the buyer's court, one value a row, the longest silent first.

    Attributes:
        below: The chance that counts as quiet.
        event_key: The seller's last touch.
        chain_key, is_deal, rep_key, step: Of which chain, by whom, of what kind.
        since: When it was made; seconds since 1970.
        hours: For how long an answer could have been recorded since then.
        chance: How probable the buyer's next step still is; not a number where that cannot be told.
        sorts: By kind of touch, the most quiet chains first.
        revivals: By kind of touch, the most frequent first.
        closed: Chains that somebody closed, or waits with.
    """

    below: float
    event_key: IntArray
    chain_key: IntArray
    is_deal: BoolArray
    rep_key: IntArray
    step: pa.Array
    since: IntArray
    hours: FloatArray
    chance: FloatArray
    sorts: tuple[QuietSort, ...]
    revivals: tuple[Revival, ...]
    closed: int

    def __len__(self) -> int:
        return len(self.event_key)

    @property
    def quiet(self) -> BoolArray:
        """Which rows have gone quiet; shape (n,)."""
        return np.nan_to_num(self.chance, nan=1.0) < self.below


def quiet_chains(reader: Reader, scope: Scope) -> Quiet:
    """The open chains of whom the scope lets see in which the buyer has the turn, and which of them went quiet."""
    curves = quiet_ages(reader, scope)
    table = reader.query(_open_sql(reader, scope))
    closed = table["closed"].to_numpy(zero_copy_only=False).astype(np.bool_)
    shown = table.filter(pa.array(~closed))
    hours = shown["seconds"].to_numpy() / _HOUR
    place = curves.places_of(shown)
    chance = np.full(len(hours), np.nan)
    known = place >= 0
    if known.any():
        chance[known] = curves.still_comes(place[known], hours[known]).share
    return Quiet(
        below=curves.below,
        event_key=shown["event_key"].to_numpy(),
        chain_key=shown["chain_key"].to_numpy(),
        is_deal=shown["is_deal"].to_numpy(zero_copy_only=False).astype(np.bool_),
        rep_key=pc.fill_null(shown["rep_key"], 0).to_numpy(),
        step=shown["step"].combine_chunks(),
        since=shown["since"].to_numpy(),
        hours=hours,
        chance=chance,
        sorts=_sorts(shown["step"].to_pylist(), chance, curves.quiet_hours(place), curves.below),
        revivals=_revivals(reader, scope, curves),
        closed=int(closed.sum()),
    )


def _sorts(steps: list[str], chance: FloatArray, ages: FloatArray, below: float) -> tuple[QuietSort, ...]:
    names = np.array(steps, dtype=object)
    found = []
    for step in sorted(set(steps)):
        rows = names == step
        known = ages[rows & ~np.isnan(ages)]
        found.append(
            QuietSort(
                step,
                open=int(rows.sum()),
                quiet=int((chance[rows] < below).sum()),
                unknown=int(np.isnan(chance[rows]).sum()),
                from_hours=float(known.min()) if known.size else None,
                to_hours=float(known.max()) if known.size else None,
            )
        )
    return tuple(sorted(found, key=lambda each: (-each.quiet, -each.open, each.step)))


def _open_sql(reader: Reader, scope: Scope) -> str:
    """One row per open chain whose last turn was the seller's: that touch, and how long it was watched in silence."""
    seen = "true" if scope.everybody else within(scope, "last.rep_key", "last.occurred_at")
    return f"""
        with spells as (
        {spells_sql(Asked(reader, scope, OF_OPEN_CHAINS))}
        ),
        {words_sql("event", reader.instant)},
        {words_sql("deal", reader.instant)},
        last as (
            select chain_key, is_deal, account_key, event_key, rep_key, side, kind, step, occurred_at
            from chain_event
            where turns and occurred_at <= {reader.instant} and {in_view(scope, "contested", "rep_key")}
            qualify row_number() over (partition by chain_key order by occurred_at desc, side, event_key desc) = 1
        )
        select last.event_key, last.chain_key, last.is_deal, last.rep_key, last.side, last.kind as channel,
               last.step, account.segment, spells.began as since, spells.seconds,
               coalesce(
                   event_word.none_at >= last.occurred_at or event_word.until > {reader.instant}
                   or deal_word.none_at >= last.occurred_at
                   or deal_word.waited_at >= last.occurred_at and deal_word.until > {reader.instant}, false) as closed
        from last
        join spells on spells.event_key = last.event_key and spells.ours
        left join account on account.account_key = last.account_key
        left join event_word on event_word.subject_key = last.event_key
        left join deal_word on deal_word.subject_key = last.chain_key and last.is_deal
        where last.side = 'seller' and spells.ended = {int(End.OPEN)} and {seen}
        order by since, event_key"""


def _revivals(reader: Reader, scope: Scope, curves: StepCurves) -> tuple[Revival, ...]:
    ages = [
        (key, float(curves.quiet.age[place]))
        for key, place in zip(curves.keys[: curves.finest], curves.taken.tolist(), strict=True)
        if place >= 0 and np.isfinite(curves.quiet.age[place])
    ]
    if not ages:
        return ()
    found = []
    for row in reader.query(_revivals_sql(reader, scope, ages)).to_pylist():
        tries, came = row["tries"], row["came"]
        interval = jeffreys(came, tries) if tries >= FEWEST else None
        low, high = (None, None) if interval is None else (float(interval.low), float(interval.high))
        found.append(Revival(row["step"], tries, came, low, high))
    return tuple(found)


def _revivals_sql(reader: Reader, scope: Scope, ages: list[tuple[StepKey, float]]) -> str:
    """By kind of touch, how many were made to chains that had gone quiet, and how many were answered in time."""
    rows = ", ".join(
        f"({', '.join(_literal(key.value(name)) for name in ('side', 'channel', 'step', 'segment'))}, {hours * _HOUR})"
        for key, hours in ages
    )
    waits = ", ".join(f"({number}, {play.waiting_seconds})" for number, play in enumerate(reader.playbook.play))
    return f"""
        with age(side, channel, step, segment, seconds) as (values {rows}),
        waiting(play_id, seconds) as (values {waits}),
        event as (
            select chain_key, account_key, event_key, side, kind, step, stance, epoch(occurred_at) as made,
                   lag(event_key) over chain is not null and lag(side) over chain = 'seller' as silent,
                   lag(kind) over chain as kind_before, lag(step) over chain as step_before,
                   lag(epoch(occurred_at)) over chain as before, lead(side) over chain as next_side,
                   lead(stance) over chain as next_stance, lead(epoch(occurred_at)) over chain as next_at
            from chain_event
            where turns and occurred_at <= {reader.instant} and {in_view(scope, "contested", "rep_key")}
            window chain as (partition by chain_key order by occurred_at, side desc, event_key)
        ),
        tried as (
            select event.step, waiting.seconds, event.made,
                   coalesce(event.next_side = 'buyer' and event.next_stance <> 'retreat'
                            and event.next_at - event.made <= waiting.seconds, false) as came
            from event
            join effort_play as played on played.effort_key = event.event_key
            join waiting on waiting.play_id = played.play_id
            left join account on account.account_key = event.account_key
            join age on age.channel = event.kind_before and age.step = event.step_before and age.side = 'seller'
             and age.segment is not distinct from account.segment
            where event.side = 'seller' and event.silent and event.made - event.before >= age.seconds
        )
        select step, count(*) as tries, count(*) filter (came) as came
        from tried
        where came or made + seconds <= epoch({reader.instant})
        group by step
        order by tries desc, step"""


def _literal(value: str | None) -> str:
    return "null" if value is None else sql_text(value)


def recorded_as(reader: Reader, keys: IntArray) -> list[tuple[str, str]]:
    """The source of each event, and its id there."""
    wanted = ", ".join(str(key) for key in np.unique(keys)) or "null"
    rows = reader.query(f"""
        select min_by(source, (source, id)) as source, min_by(id, (source, id)) as id
        from ids where space = 'event' and key in ({wanted}) group by key order by source, id""").to_pylist()
    return [(row["source"], row["id"]) for row in rows]


def ids_behind(reader: Reader, found: Quiet) -> dict[int, str]:
    """The ids of deals, companies and last touches."""
    return ids_of(reader, np.concatenate([found.chain_key, found.event_key]), "deal", "account", "event")
