"""What is there to be told: touches by kind, buyer actions by what they link to, and how well it is recorded.

Counted are captured buyer actions that are no refusals and that nobody contests. Touches are all that a play counts, by
hand or by a sequence; typed-in ones are in nobody's figures, but what they bring is taken out of the others'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from answerback.analysis.counting import Key, _equals
from answerback.analysis.dimensions import grouping
from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.arrays import IntArray

__all__ = ["Counted", "Key", "Moments", "acts_sql", "counted", "days_only", "moments", "reactive_known"]


@dataclass(frozen=True, slots=True)
class Counted:
    """Of a kind of touch: how many touches, how many acts link to it by proof and else.

    `open` are the touches that no proof says were answered: only these can bring an act that nothing ties to them.
    """

    kind: str
    reactive: bool
    touches: int
    open: int
    proof: int
    plausible: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whose touches and which are asked about, as SQL over `outcome`."""

    joins: str
    condition: str
    everything: bool
    """Nothing was left out: acts that link to no touch belong here, too."""


def chosen(reader: Reader, scope: Scope, where: Mapping[str, str]) -> Chosen:
    """The touches that are asked about. Raises UsageError for a dimension that does not exist."""
    names = tuple(sorted(where))
    group = grouping(reader, names)
    columns = dict(zip(names, group.columns, strict=True))
    conditions = [
        "outcome.evidence = 'captured'",
        in_view(scope, "outcome.contested", "outcome.rep_key"),
        "true" if scope.everybody else f"({within(scope, 'outcome.rep_key', 'outcome.occurred_at')})",
        *(_equals(name, columns[name], value) for name, value in sorted(where.items())),
    ]
    return Chosen(group.joins, " and ".join(conditions), scope.everybody and not where)


def acts_sql(reader: Reader) -> str:
    """Buyer actions that count here: captured, no refusal, in nobody's dispute, by the instant that is looked from."""
    return f"""select action_key, account_key, occurred_at from buyer_action
        where counts and evidence = 'captured' and stance <> 'retreat' and not contested
          and occurred_at <= {reader.instant}"""


def counted(reader: Reader, asked: Chosen) -> tuple[dict[str, Counted], int]:
    """By play what is counted, and how many acts link to no touch in time."""
    instant = reader.instant
    touches = reader.query(f"""
        with answered as ({_answered_sql(reader)})
        select outcome.play, bool_or(outcome.reactive) as reactive, min(outcome.kind) as kind, count(*) as n,
               count(*) filter (answered.effort_key is null) as open
        from outcome {asked.joins} left join answered on answered.effort_key = outcome.effort_key
        where outcome.occurred_at <= {instant} and {asked.condition}
        group by outcome.play order by outcome.play""").to_pylist()
    acts = reader.query(f"""
        with act as ({acts_sql(reader)})
        select outcome.play, outcome.effort_key is null as alone, link.grade in ('E1', 'E2') as proof, count(*) as n
        from act
        left join link on link.action_key = act.action_key and (link.in_time or link.grade in ('E1', 'E2'))
        left join outcome on outcome.effort_key = link.effort_key
        {asked.joins}
        where outcome.effort_key is null or ({asked.condition})
        group by all order by all""").to_pylist()
    linked = {(row["play"], row["proof"]): row["n"] for row in acts if not row["alone"]}
    alone = sum(row["n"] for row in acts if row["alone"])
    found = {
        row["play"]: Counted(
            row["kind"],
            row["reactive"],
            row["n"],
            row["open"],
            linked.get((row["play"], True), 0),
            linked.get((row["play"], False), 0),
        )
        for row in touches
    }
    return found, alone


def _answered_sql(reader: Reader) -> str:
    """Touches that proof says were answered."""
    return f"""select distinct effort_key from link
        where grade in ('E1', 'E2') and occurred_at <= {reader.instant}"""


def reactive_known(reader: Reader) -> dict[str, float]:
    """By channel the share of touches whose thread, call, meeting or offer is recorded.

    Of the others nobody can tell whether they answer a buyer.
    """
    rows = reader.query(f"""
        with borne as (select distinct effort_key from effort_token)
        select outcome.kind, count(borne.effort_key) as known, count(*) as n
        from outcome left join borne on borne.effort_key = outcome.effort_key
        where outcome.evidence = 'captured' and outcome.occurred_at <= {reader.instant}
        group by outcome.kind order by outcome.kind""").to_pylist()
    return {row["kind"]: row["known"] / row["n"] for row in rows}


def days_only(reader: Reader) -> float:
    """The share of touches at the two most frequent times of day to the second: near 1 where only days are known.

    Two, because midnight somewhere is another hour in summer than in winter.
    """
    rows = reader.query(f"""
        select cast(epoch(occurred_at) as bigint) % 86400 as second, count(*) as n from outcome
        where evidence = 'captured' and occurred_at <= {reader.instant}
        group by all order by n desc, second limit 2""").to_pylist()
    whole = reader.query(f"""
        select count(*) as n from outcome where evidence = 'captured' and occurred_at <= {reader.instant}
    """).to_pylist()[0]["n"]
    return sum(row["n"] for row in rows) / whole if whole >= _LEAST_TO_JUDGE else 0.0


_LEAST_TO_JUDGE = 20
LEAST_DELAYS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """When touches and acts happened, by account; whole columns.

    Attributes:
        account, at, kind: Of touches that no proof says were answered; `kind` is the place in the plays asked for, or
            their number for all others.
        act_account, act_at: Of acts that no proof links to a touch.
        begins, ends: The first and last instant of all that was recorded, in seconds.
        one_in: One in so many accounts was read.
    """

    account: IntArray
    at: IntArray
    kind: IntArray
    act_account: IntArray
    act_at: IntArray
    begins: int
    ends: int
    one_in: int


def moments(reader: Reader, asked: Chosen, plays: list[str], *, most: int) -> Moments:
    """The instants of touches and acts of accounts; of one account in so many where touches are more than `most`.

    A touch that was answered brings no second act, as far as is known. Left in, it would be credited with acts to come,
    and what the seller does next, once answered, would be credited with too few.
    """
    import pyarrow as pa

    reader.duck.put(
        "_increment_play",
        pa.table({"play": pa.array(plays, pa.string()), "place": pa.array(range(len(plays)), pa.int64())}),
    )
    instant = reader.instant
    span = reader.query(f"""
        select count(*) as n, cast(epoch(min(occurred_at)) as bigint) as first,
               cast(epoch(max(occurred_at)) as bigint) as last
        from outcome where occurred_at <= {instant}""").to_pylist()[0]
    one_in = max(1, -(-span["n"] // most))
    some = f"and account_key % {one_in} = 0" if one_in > 1 else "and account_key is not null"
    touches = reader.query(f"""
        with answered as ({_answered_sql(reader)})
        select outcome.account_key, cast(epoch(outcome.occurred_at) as bigint) as at,
               case when {asked.condition} then coalesce(asked.place, {len(plays)}) else {len(plays)} end as kind
        from outcome left join _increment_play as asked on asked.play = outcome.play {asked.joins}
        left join answered on answered.effort_key = outcome.effort_key
        where answered.effort_key is null and outcome.occurred_at <= {instant}
              {some.replace("account_key", "outcome.account_key")}
        order by outcome.account_key, outcome.occurred_at, outcome.effort_key""")
    acts = reader.query(f"""
        with act as ({acts_sql(reader)})
        select act.account_key, cast(epoch(act.occurred_at) as bigint) as at
        from act left join link on link.action_key = act.action_key and link.grade in ('E1', 'E2')
        where link.action_key is null {some.replace("account_key", "act.account_key")}
        order by act.account_key, act.occurred_at""")
    own, acted = touches["account_key"].to_numpy(), acts["account_key"].to_numpy()
    accounts = np.union1d(own, acted)
    last_act = int(acts["at"].to_numpy().max()) if acts.num_rows else span["last"]
    return Moments(
        np.searchsorted(accounts, own),
        touches["at"].to_numpy(),
        touches["kind"].to_numpy().astype(np.int64),
        np.searchsorted(accounts, acted),
        acts["at"].to_numpy(),
        min(span["first"], int(acts["at"].to_numpy().min()) if acts.num_rows else span["first"]),
        max(span["last"], last_act),
        one_in,
    )


def proven_delays(reader: Reader) -> IntArray:
    """Seconds that answers by reference took, or by reference and object where the former are few.

    Of at most some hundred thousand, whichever have the least keys.
    """
    rows = reader.query(f"""
        select lag_seconds, grade = 'E1' as named from link
        where grade in ('E1', 'E2') and in_time and occurred_at <= {reader.instant}
        order by action_key limit 200000""")
    seconds = np.asarray(rows["lag_seconds"].to_numpy(), np.int64)
    named = np.array(rows["named"].to_pylist(), np.bool_)
    return seconds[named] if int(named.sum()) >= LEAST_DELAYS else seconds
