"""Every figure opens: to its definition, SQL and counts, to the efforts and acts behind it; a link to why that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.listing import show
from answerback.analysis.on_base import OnBase, counts_sql, on_base, selected_sql
from answerback.analysis.reader import Reader, ids_sql
from answerback.domain.errors import NotFoundError
from answerback.domain.scope import Scope

DEFINITION = (
    "On base ÷ touches whose answer could have been recorded, young ones weighted by the share of their answers that "
    "should have come by now. On base: answered within the play's waiting time by an act in the play's aim that is no "
    "refusal and that the buyer's own system recorded. Made by hand and recorded touches only; opens, clicks, "
    "automatic replies and bounces never count."
)


@dataclass(frozen=True, slots=True)
class FigureExplained:
    """An on-base figure with everything behind it."""

    definition: str
    sql: str
    answer: OnBase
    rows: pa.Table
    """The efforts that it counts, each with its state and the act that answered it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An effort that a buyer action might have answered, and why it does or does not."""

    effort_id: str
    basis: str
    play: str
    occurred_at: object
    lag_seconds: int
    verdict: str


@dataclass(frozen=True, slots=True)
class LinkExplained:
    """A buyer action, the effort it answers if any, and the others it might have answered."""

    action: Mapping[str, object]
    link: Mapping[str, object] | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class EffortExplained:
    """An effort, what came of it, and every act linked to it."""

    effort: Mapping[str, object]
    outcome: Mapping[str, object] | None
    acts: pa.Table


def explain_on_base(reader: Reader, scope: Scope, *, by: tuple[str, ...], where: Mapping[str, str]) -> FigureExplained:
    """The figure of one cell (or of all cells of `by`), opened."""
    names = tuple(dict.fromkeys([*by, *where]))
    answer = on_base(reader, scope, by=names, where=where)
    rows = reader.query(f"""
        select event.id as effort_id, chosen.occurred_at, chosen.play, chosen.state, action.id as action_id,
               buyer_action.kind as act, buyer_action.occurred_at as answered_at, link.basis, link.grade
        from ({selected_sql(reader, scope, names, where)}) as chosen
        left join buyer_action on buyer_action.action_key = chosen.action_key
        left join link on link.action_key = chosen.action_key
        left join {ids_sql("'event'")} as event on event.key = chosen.effort_key
        left join {ids_sql("'event'")} as action on action.key = chosen.action_key
        order by chosen.occurred_at, effort_id""")
    return FigureExplained(DEFINITION, counts_sql(reader, scope, names, where), answer, rows)


def explain_effort(reader: Reader, scope: Scope, effort_id: str) -> EffortExplained:
    """One effort by its source's id. Raises NotFoundError where there is none in the scope."""
    effort = _one(show(reader, scope, "efforts"), "effort_id", effort_id)
    if effort is None:
        raise _no_such("effort", effort_id)
    outcome = _one(show(reader, scope, "outcomes"), "effort_id", effort_id)
    acts = reader.query(f"""
        select action.id as action_id, buyer_action.kind, buyer_action.stance, buyer_action.evidence,
               buyer_action.occurred_at, link.basis, link.grade, link.lag_seconds
        from link join buyer_action using (action_key)
        left join {ids_sql("'event'")} as action on action.key = link.action_key
        where link.effort_key in ({_keys("event", effort_id)}) and buyer_action.occurred_at <= {reader.instant}
        order by buyer_action.occurred_at, action_id""")
    return EffortExplained(effort, outcome, acts)


def explain_link(reader: Reader, scope: Scope, action_id: str) -> LinkExplained:
    """Why a buyer action answers that effort and not another. Raises NotFoundError where there is none in the scope."""
    action = _one(show(reader, scope, "actions"), "action_id", action_id)
    if action is None:
        raise _no_such("buyer action", action_id)
    link = _one(show(reader, scope, "links"), "action_id", action_id)
    rows = reader.query(_candidates_sql(scope, action_id)).to_pylist()
    chosen = link["effort_id"] if link else None
    strength = {"reference": 0, "object": 1, "contact": 2, "deal": 3, "account": 4}
    held = strength[str(link["basis"])] if link else len(strength)
    candidates = tuple(
        Candidate(
            effort_id=row["effort_id"],
            basis=row["basis"],
            play=row["play"],
            occurred_at=row["occurred_at"],
            lag_seconds=row["lag_seconds"],
            verdict=_verdict(row, str(action["kind"]), chosen, held, strength[row["basis"]]),
        )
        for row in rows
    )
    return LinkExplained(action, link, candidates)


def _verdict(row: Mapping[str, object], kind: str, chosen: object, held: int, own: int) -> str:
    """Why this candidate was or was not taken, in the order in which linking decides."""
    if row["effort_id"] == chosen and own == held:
        return "this one: the latest that it can answer, on the strongest basis"
    if int(str(row["lag_seconds"])) < 0:
        return "no: it was made after the act"
    if row["registration"]:
        return "no: a work item that registers the act"
    if not row["counts"]:
        return f"no: the play {row['play']} does not count"
    if not row["can_answer"]:
        return f"no: {kind} cannot answer the play {row['play']}"
    if own > 1 and int(str(row["lag_seconds"])) > int(str(row["waiting_seconds"])):
        return "no: it had waited longer than its play may"
    if own > held:
        return "no: a stronger basis ties the act to another"
    if row["effort_id"] == chosen:
        return "this one, also on this basis"
    return "no: a later one fits as well"


def _candidates_sql(scope: Scope, action_id: str) -> str:
    """The efforts that share a token, object, contact, deal or account with an act, nearest in time first."""
    return f"""
        with act as (select * from buyer_action where action_key in ({_keys("event", action_id)})),
        sharing as (
            select token.effort_key, 'reference' as basis from effort_token as token
            where token.role = 'is' and token.token_key in (
                select token_key from action_token join act using (action_key) where role = 'answers')
            union
            select token.effort_key, 'object' from effort_token as token
            where token.role = 'about' and token.token_key in (
                select token_key from action_token join act using (action_key) where role = 'about')
            union
            select effort_key, 'contact' from effort_contact where contact_key in (select contact_key from act)
            union
            select effort_key, 'deal' from effort where deal_key in (select deal_key from act)
            union
            select effort_key, 'account' from effort where account_key in (select account_key from act)
        ),
        nearest as (
            select sharing.basis, effort.*, epoch(act.occurred_at) - epoch(effort.occurred_at) as lag_seconds, act.kind as act_kind,
                   effort.occurred_at > act.occurred_at as is_later,
                   row_number() over (
                       partition by sharing.basis, effort.occurred_at > act.occurred_at
                       order by abs(epoch(act.occurred_at) - epoch(effort.occurred_at)), effort.effort_key
                   ) as place
            from sharing join effort using (effort_key) cross join act
            where {scope.condition("effort.rep_key", "effort.occurred_at")}
        )
        select event.id as effort_id, nearest.basis, effort_play.play, nearest.occurred_at,
               cast(nearest.lag_seconds as bigint) as lag_seconds, play.counts, effort_play.registration, play.waiting_seconds,
               answer.kind is not null as can_answer
        from nearest
        join effort_play using (effort_key)
        join playbook_play as play using (play_id)
        left join playbook_answer as answer on answer.play_id = effort_play.play_id and answer.kind = nearest.act_kind
        left join {ids_sql("'event'")} as event on event.key = nearest.effort_key
        where nearest.place <= case when nearest.is_later then 1 else 8 end
        order by case nearest.basis when 'reference' then 0 when 'object' then 1 when 'contact' then 2 when 'deal' then 3
                 else 4 end, nearest.is_later, nearest.place"""


def _keys(space: str, text: str) -> str:
    quoted = text.replace("'", "''")
    return f"select key from ids where space = '{space}' and id = '{quoted}'"


def _one(table: pa.Table, column: str, value: str) -> dict[str, object] | None:
    rows: list[dict[str, object]] = table.filter(pc.equal(table[column], value)).slice(0, 1).to_pylist()
    return rows[0] if rows else None


def _no_such(what: str, name: str) -> NotFoundError:
    return NotFoundError(
        f"there is no {what} {name!r}", next_step=f"see answerback show {what.rsplit(maxsplit=1)[-1]}s"
    )
