"""Every figure opens: to its definition, SQL, counts, and the efforts and acts behind it; a link to why that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from answerback.analysis.counting import Question, counts_sql, selected_sql
from answerback.analysis.listing import actions, efforts, links, outcomes
from answerback.analysis.on_base import OnBase, on_base
from answerback.analysis.reader import Reader, ids_sql, keys_sql
from answerback.domain.errors import NotFoundError, UsageError
from answerback.domain.kinds import Basis
from answerback.domain.scope import Scope
from answerback.engine.scoped import within

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
    asked = Question(reader, scope, names, where)
    rows = reader.query(f"""
        select event.id as effort_id, chosen.occurred_at, chosen.play, chosen.state, action.id as action_id,
               buyer_action.kind as act, buyer_action.occurred_at as answered_at, link.basis, link.grade
        from ({selected_sql(asked)}) as chosen
        left join buyer_action on buyer_action.action_key = chosen.action_key
        left join link on link.action_key = chosen.action_key
        left join {ids_sql("'event'")} as event on event.key = chosen.effort_key
        left join {ids_sql("'event'")} as action on action.key = chosen.action_key
        order by chosen.occurred_at, effort_id, chosen.effort_key""")
    return FigureExplained(DEFINITION, counts_sql(asked), answer, rows)


def explain_effort(reader: Reader, scope: Scope, effort_id: str, source: str = "") -> EffortExplained:
    """One effort by its source's id. Raises NotFoundError where there is none in the scope."""
    key = _key(reader, scope, "effort", keys_sql("event", effort_id, source), effort_id)
    (effort,) = efforts(reader, scope, f"effort.effort_key = {key}", contested=True).to_pylist()
    found = outcomes(reader, scope, f"outcome.effort_key = {key}", contested=True).to_pylist()
    acts = reader.query(f"""
        select action.id as action_id, buyer_action.kind, buyer_action.stance, buyer_action.evidence,
               buyer_action.occurred_at, link.basis, link.grade, link.lag_seconds
        from link join buyer_action using (action_key)
        left join {ids_sql("'event'")} as action on action.key = link.action_key
        where link.effort_key = {key} and buyer_action.occurred_at <= {reader.instant}
        order by buyer_action.occurred_at, action_id, link.action_key""")
    return EffortExplained(effort, found[0] if found else None, acts)


def explain_link(reader: Reader, scope: Scope, action_id: str, source: str = "") -> LinkExplained:
    """Why a buyer action answers that effort and not another. Raises NotFoundError where there is none in the scope."""
    key = _key(reader, scope, "buyer action", keys_sql("event", action_id, source), action_id)
    (action,) = actions(reader, scope, f"action.action_key = {key}", contested=True).to_pylist()
    linked = links(reader, scope, f"link.action_key = {key}", contested=True).to_pylist()
    held = STRENGTH[linked[0]["basis"]] if linked else len(STRENGTH)
    candidates = tuple(
        Candidate(
            effort_id=row["effort_id"],
            basis=row["basis"],
            play=row["play"],
            occurred_at=row["occurred_at"],
            lag_seconds=row["lag_seconds"],
            verdict=_verdict(row, str(action["kind"]), held),
        )
        for row in reader.query(_candidates_sql(reader, scope, key)).to_pylist()
    )
    return LinkExplained(action, linked[0] if linked else None, candidates)


STRENGTH: Mapping[str, int] = MappingProxyType({str(basis): place for place, basis in enumerate(Basis)})
"""The bases in order, the strongest first."""
_LAST_PROOF = STRENGTH[Basis.OBJECT]


def _verdict(row: Mapping[str, Any], kind: str, held: int) -> str:
    """Why this candidate was or was not taken, in the order in which linking decides."""
    own = STRENGTH[row["basis"]]
    reasons = (
        (row["is_answered"] and own == held, "this one: the latest that it can answer, on the strongest basis"),
        (row["lag_seconds"] < 0, "no: it was made after the act"),
        (row["registration"], "no: a work item that registers the act"),
        (not row["counts"], f"no: the play {row['play']} does not count"),
        (not row["can_answer"], f"no: {kind} cannot answer the play {row['play']}"),
        (
            own > _LAST_PROOF and row["lag_seconds"] > row["waiting_seconds"],
            "no: it had waited longer than its play may",
        ),
        (row["is_answered"], "this one, also on this basis"),
        (own > held, "no: a stronger basis ties the act to another"),
    )
    return next((said for holds, said in reasons if holds), "no: a later one fits as well")


def _candidates_sql(reader: Reader, scope: Scope, key: int) -> str:
    """The efforts that share anything with an act: the answered one, the nearest before it, and the next after it."""
    return f"""
        with act as (select * from buyer_action where action_key = {key}),
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
            select sharing.basis, effort.*, act.kind as act_kind, link.effort_key is not null as is_answered,
                   epoch(act.occurred_at) - epoch(effort.occurred_at) as lag_seconds,
                   effort.occurred_at > act.occurred_at as is_later,
                   row_number() over (
                       partition by sharing.basis, effort.occurred_at > act.occurred_at
                       order by abs(epoch(act.occurred_at) - epoch(effort.occurred_at)), effort.effort_key desc
                   ) as place
            from sharing join effort using (effort_key) cross join act
            left join link on link.action_key = act.action_key and link.effort_key = effort.effort_key
            where effort.occurred_at <= {reader.instant} and {within(scope, "effort.rep_key", "effort.occurred_at")}
        )
        select event.id as effort_id, nearest.basis, effort_play.play, nearest.occurred_at, nearest.is_answered,
               cast(nearest.lag_seconds as bigint) as lag_seconds, play.counts, effort_play.registration,
               play.waiting_seconds, answer.kind is not null as can_answer
        from nearest
        join effort_play using (effort_key)
        join playbook_play as play using (play_id)
        left join playbook_answer as answer on answer.play_id = effort_play.play_id and answer.kind = nearest.act_kind
        left join {ids_sql("'event'")} as event on event.key = nearest.effort_key
        where nearest.is_answered or nearest.place <= case when nearest.is_later then 1 else {MOST_BEFORE} end
        order by case nearest.basis when 'reference' then 0 when 'object' then 1 when 'contact' then 2
                                    when 'deal' then 3 else 4 end, nearest.is_later, nearest.place"""


MOST_BEFORE = 8
"""So many efforts before an act are shown on each basis."""


def _key(reader: Reader, scope: Scope, what: str, keys: str, name: str) -> int:
    """The key of the one effort or buyer action that an id stands for, within the scope."""
    condition = within(scope, "effort.rep_key", "effort.occurred_at")
    if what == "effort":
        sql = f"select effort_key as key, source from effort where effort_key in ({keys}) and {condition}"
    else:
        seen = "" if scope.everybody else f" and {condition}"
        sql = f"""select action_key as key, buyer_action.source
            from buyer_action left join link using (action_key) left join effort using (effort_key)
            where action_key in ({keys}){seen}"""
    at = "effort.occurred_at" if what == "effort" else "buyer_action.occurred_at"
    found = reader.query(f"{sql} and {at} <= {reader.instant} order by source").to_pylist()
    if not found:
        raise NotFoundError(
            f"there is no {what} {name!r}", next_step=f"see answerback show {what.rsplit(maxsplit=1)[-1]}s"
        )
    if len(found) > 1:
        known = ", ".join(row["source"] for row in found)
        raise UsageError(f"several sources have {what} {name!r}", where="--source", next_step=f"name one of {known}")
    return int(found[0]["key"])
