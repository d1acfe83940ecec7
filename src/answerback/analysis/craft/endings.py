"""The same step, the same ending: chains that were lost where one's chains keep being lost, and what stood in the way.

A chain is a deal that ended; it ends at the step that it had reached. Three of the last five alike make it current;
whether that is more than chance is judged by all that ended before within the year, against peers: by the step, and by
the step together with what stood in the way, where that is recorded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.craft.cells import DAYS, FEWEST_PEERS, of_scope, said
from answerback.analysis.reader import Reader
from answerback.domain.refusals import CannotTell, Refused
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.stats.multiplicity import adjusted
from answerback.stats.prior import PeerPrior
from answerback.stats.same_ending import LAST, SAME, by_chance, chance_of_as_many

MOST_WRONG = 0.05
_MANY_PEERS = 100
"""Among so many, one more or less says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Deals that ended, by owner and time; parallel arrays. `ending` is an index into `endings`: outcome and step."""

    owner: NDArray[np.int64]
    deal: NDArray[np.int64]
    day: NDArray[np.datetime64]
    ending: NDArray[np.int64]
    endings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """One rep's chains that ended alike.

    Attributes:
        rep_key: Whose.
        step: Where they were lost.
        of_last: How many of the last five.
        alike, ended: Of all that ended within the year, those and all.
        peers_share: The share of peers' chains that ends so.
        by_chance: How often three of five would be so at the peers' share.
        sure: The false discovery rate at which it is named: by the step, or by the step and what stood in the way.
        named: Whether it is.
        cause: What stood in the way in most of them; or why that is not known.
        cause_in, with_cause: In how many of them, and of how many it is known.
        deals: Their keys, the newest first.
        since: When the first of them was lost.
    """

    rep_key: int
    step: str
    of_last: int
    alike: int
    ended: int
    peers_share: float
    by_chance: float
    sure: float
    named: bool
    cause: str | CannotTell
    cause_in: int
    with_cause: int
    deals: tuple[int, ...]
    since: date


def read_chains(reader: Reader) -> Chains:
    """Everybody's deals that ended within the year, by owner and time."""
    since = sql_instant(reader.as_of - timedelta(days=DAYS))
    rows = reader.query(f"""
        with ended as (
            select deal_key, owner_key, occurred_at, outcome from deal_outcome where occurred_at <= {reader.instant}
            qualify row_number() over (partition by deal_key order by occurred_at desc) = 1
        ),
        reached as (
            select ended.deal_key, coalesce(stage.step, stage.stage) as step
            from ended
            join deal_stage as stage on stage.deal_key = ended.deal_key and stage.occurred_at <= ended.occurred_at
            left join playbook_stage as known on known.stage = stage.stage
            where coalesce(known.outcome, '') = '' and ended.occurred_at > {since}
            qualify row_number() over (partition by ended.deal_key order by stage.occurred_at desc) = 1
        )
        select ended.owner_key, ended.deal_key, cast(ended.occurred_at as date) as day, ended.outcome,
               coalesce(reached.step, '') as step
        from ended left join reached on reached.deal_key = ended.deal_key
        where ended.outcome is not null and ended.owner_key is not null and ended.occurred_at > {since}
        order by ended.owner_key, ended.occurred_at, ended.deal_key""")
    coded = pc.binary_join_element_wise(rows["outcome"], rows["step"], "\n").combine_chunks().dictionary_encode()
    return Chains(
        owner=rows["owner_key"].to_numpy(),
        deal=rows["deal_key"].to_numpy(),
        day=rows["day"].cast(pa.int32()).to_numpy().astype("datetime64[D]"),
        ending=coded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        endings=tuple(
            (outcome, step) for outcome, step in (each.split("\n", 1) for each in coded.dictionary.to_pylist())
        ),
    )


def repeats(reader: Reader, scope: Scope, chains: Chains | None = None) -> tuple[Repeat, ...] | CannotTell:
    """Reps of whose last five chains three were lost at one step; named where peers make that unlikely.

    The bound on wrong names is kept over all reps and ways to end. `CannotTell` where fewer than five people have five
    chains that ended.
    """
    known = chains or read_chains(reader)
    owners, who = np.unique(known.owner, return_inverse=True)
    table = np.zeros((len(owners), len(known.endings)))
    np.add.at(table, (who, known.ending), 1.0)
    ended = table.sum(axis=1)
    enough = np.flatnonzero(ended >= LAST)
    if len(enough) < FEWEST_PEERS:
        return CannotTell(Refused.TOO_FEW_CHAINS, have=float(ended.max(initial=0.0)), need=float(LAST))
    lost = np.array([n for n, (outcome, _) in enumerate(known.endings) if outcome == "lost"], np.int64)
    late = _among_last(who, len(owners))
    last = np.zeros(table.shape, np.int64)
    np.add.at(last, (who[late], known.ending[late]), 1)
    asked = bool((last[:, lost] >= SAME).any())
    causes = _obstacles(reader, known) if asked else {}
    caused = tuple(_by_cause(known, who, causes, table.shape, some) for some in (late, np.ones_like(late)))
    sure, share = how_sure(table, last, lost, *caused)
    seen = of_scope(scope, owners)
    found = [(n, each) for n in enough.tolist() for each in lost.tolist() if seen[n] and last[n, each] >= SAME]
    recorded = bool(causes) or (asked and _any_obstacle(reader))
    return tuple(
        _told(known, who == n, each, {
            "rep_key": int(owners[n]), "of_last": int(last[n, each]), "alike": int(table[n, each]),
            "ended": int(ended[n]),
            "peers_share": float(share[each]), "by_chance": by_chance(float(share[each])), "sure": float(sure[n, each]),
        }, causes, recorded=recorded)
        for n, each in found
    )  # fmt: skip


def how_sure(
    table: NDArray[np.float64],
    last: NDArray[np.int64],
    lost: NDArray[np.int64],
    caused_last: NDArray[np.float64] | None = None,
    caused: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The false discovery rate at which each rep's repeated ending stands out, and the peers' share of each ending.

    The last five chains say what is asked; the earlier ones, which had no part in that, answer it. Where it is recorded
    what stood in the way, each cause at that step is asked as well: twice the smaller probability counts, of causes
    times their number. Where peers are few, the others alone say what is usual: one who stands out makes peers look
    more different than they are.

    Args:
        table: ended chains of the year per rep and ending.
        last: of the last five, the same.
        lost: the endings that are looked at.
        caused_last: `last` by what stood in the way, shape (reps, endings, causes).
        caused: `table`, the same.
    """
    ended = table.sum(axis=1)
    enough = ended >= LAST
    sure, share = np.ones(table.shape), np.zeros(table.shape[1])
    chance: dict[tuple[int, int], float] = {}
    usual: dict[tuple[int, int], list[PeerPrior]] = {}
    for each in lost.tolist():
        share[each] = said(table[enough, each], ended[enough]).mean
        for rep in np.flatnonzero(enough & (last[:, each] >= SAME)).tolist():
            found = _chance(rep, table[:, each], last[rep, each], ended, usual.setdefault((each, -1), []))
            if caused is not None and caused_last is not None and caused[rep, each].any():
                by_cause = [
                    _chance(rep, caused[:, each, cause], caused_last[rep, each, cause], ended, kept)
                    for cause in np.flatnonzero(caused[rep, each]).tolist()
                    for kept in (usual.setdefault((each, cause), []),)
                ]
                found = min(1.0, 2.0 * min(found, min(by_cause) * caused.shape[2]))
            chance[rep, each] = found
    if chance:
        sure[tuple(np.array(list(chance)).T)] = adjusted(list(chance.values()))
    return sure, share


def _chance(
    rep: int, alike: NDArray[np.float64], last: float, ended: NDArray[np.float64], kept: list[PeerPrior]
) -> float:
    """How likely so many of a rep's earlier chains would end in this way, were the rep like the others.

    Of many peers, what they say is `kept` for the next one who is asked about.
    """
    others = ended >= LAST
    if others.sum() < _MANY_PEERS:
        others[rep] = False
        usual = said(alike[others], ended[others])
    else:
        kept += [] if kept else [said(alike[others], ended[others])]
        usual = kept[0]
    return float(chance_of_as_many([alike[rep] - last], [ended[rep] - LAST], usual)[0])


def _among_last(who: NDArray[np.int64], owners: int) -> NDArray[np.bool_]:
    """Which chains are among their owner's last five."""
    end = np.cumsum(np.bincount(who, minlength=owners))
    return np.asarray(np.arange(len(who)) >= end[who] - LAST)


def _by_cause(
    chains: Chains, who: NDArray[np.int64], causes: dict[int, str], shape: tuple[int, ...], some: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Chains among `some` by owner, ending and what stood in the way, as far as that is recorded."""
    names = sorted(set(causes.values()))
    place = {deal: names.index(cause) for deal, cause in causes.items()}
    code = np.array([place.get(deal, -1) for deal in chains.deal.tolist()], np.int64)
    table = np.zeros((*shape, len(names)))
    known = some & (code >= 0)
    np.add.at(table, (who[known], chains.ending[known], code[known]), 1.0)
    return table


def _told(
    chains: Chains,
    own: NDArray[np.bool_],
    ending: int,
    row: dict[str, float],
    causes: dict[int, str],
    *,
    recorded: bool,
) -> Repeat:
    alike = np.flatnonzero(own & (chains.ending == ending))
    deals = tuple(chains.deal[alike[::-1]].tolist())
    known = Counter(causes[deal] for deal in deals if deal in causes)
    cause: str | CannotTell = CannotTell(Refused.NO_RECORDS, names=("obstacle",))
    cause_in, with_cause = 0, known.total()
    if known:
        top, cause_in = min(known.items(), key=lambda each: (-each[1], each[0]))
        cause = top if cause_in >= 2 and 2 * cause_in > with_cause else ""
    elif recorded:
        cause = CannotTell(Refused.NO_RECORDS, have=0, need=float(len(deals)), names=("obstacle",))
    return Repeat(
        **row,  # type: ignore[arg-type] # whole numbers where they are meant
        step=chains.endings[ending][1],
        named=row["sure"] <= MOST_WRONG,
        cause=cause,
        cause_in=cause_in if cause else 0,
        with_cause=with_cause,
        deals=deals,
        since=chains.day[int(alike[0])].item(),
    )


def _any_obstacle(reader: Reader) -> bool:
    return bool(reader.snapshot.relations["obstacle"].rows)


def _obstacles(reader: Reader, chains: Chains) -> dict[int, str]:
    """By deal, the last thing that stood in its way; what buyers said goes before what others wrote."""
    if not _any_obstacle(reader):
        return {}
    rows = reader.query(f"""
        with told as (
            select obstacle.deal_key, obstacle.kind, obstacle.said_by, obstacle.occurred_at as said_at,
                   obstacle.obstacle_key
            from obstacle where obstacle.deal_key is not null
            union all
            select coalesce(effort.deal_key, act.deal_key), obstacle.kind, obstacle.said_by,
                   coalesce(obstacle.occurred_at, effort.occurred_at, act.occurred_at), obstacle.obstacle_key
            from obstacle
            left join effort on effort.effort_key = obstacle.event_key
            left join buyer_action as act on act.action_key = obstacle.event_key
            where obstacle.deal_key is null
        )
        select deal_key, kind from told
        where deal_key is not null and coalesce(said_at <= {reader.instant}, true)
        qualify row_number() over (
            partition by deal_key
            order by case when said_by = 'buyer' then 0 else 1 end, said_at desc nulls last, obstacle_key
        ) = 1""")
    ended = set(chains.deal.tolist())
    pairs = zip(rows["deal_key"].to_pylist(), rows["kind"].to_pylist(), strict=True)
    return {deal: kind for deal, kind in pairs if deal in ended}
