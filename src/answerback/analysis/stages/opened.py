"""A deal's stage opened: the acts that support it, those that are missing, and those that do not count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader, ids_sql, keys_sql
from answerback.analysis.stages.standing import NO_STAGE, Standing, standings
from answerback.analysis.stages.supported import proof_sql
from answerback.domain.errors import NotFoundError
from answerback.domain.kinds import Evidence, Stance
from answerback.domain.scope import Scope
from answerback.engine.scoped import within


@dataclass(frozen=True, slots=True)
class Act:
    """An act of the buyer: when, which, and its id; `before_deal` where it led to the deal."""

    occurred_at: datetime
    kind: str
    event_id: str
    before_deal: bool = False
    why_not: str = ""
    """Why it supports nothing: claimed, contested or retreat."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the playbook: what it requires, the first and the last act that support it, and how many there are."""

    place: int
    name: str
    requires: tuple[str, ...]
    first: Act | None
    last: Act | None
    acts: int


@dataclass(frozen=True, slots=True)
class StageExplained:
    """A deal, how it stands, the stages up to what the CRM says or acts support, and acts that do not count.

    `standing` is None where the deal is not open; `said` and `said_at` are the CRM's stage, empty where it says none.
    """

    deal_id: str
    standing: Standing | None
    said: str
    said_at: datetime | None
    steps: tuple[Step, ...]
    not_counted: tuple[Act, ...]


def explain_stage(reader: Reader, scope: Scope, deal_id: str) -> StageExplained:
    """One deal by its id. Raises NotFoundError where there is none in the scope."""
    rows = reader.query(f"""
        with asked as (
            select deal_key, {reader.instant} as seen_at
            from deal_span where deal_key in ({keys_sql("deal", deal_id)}) and starts_at <= {reader.instant}
        )
        select asked.deal_key
        from asked
        asof left join deal_owner as owner
          on owner.deal_key = asked.deal_key and owner.occurred_at <= asked.seen_at
        where {within(scope, "owner.owner_key", "asked.seen_at")}
        order by asked.deal_key""").to_pylist()
    if not rows:
        raise NotFoundError(f"there is no deal {deal_id!r}", next_step="take the id from answerback stages --by deal")
    key = rows[0]["deal_key"]
    found = standings(reader, scope, [reader.as_of], deal_key=key)
    said = reader.query(f"""
        select stage, occurred_at from deal_stage where deal_key = {key} and occurred_at <= {reader.instant}
        order by occurred_at desc limit 1""").to_pylist()
    standing = found[0] if found else None
    return StageExplained(
        deal_id=deal_id,
        standing=standing,
        said=(said[0]["stage"] or "") if said else "",
        said_at=said[0]["occurred_at"].replace(tzinfo=UTC) if said else None,
        steps=_steps(reader, scope, key, standing),
        not_counted=_not_counted(reader, scope, key),
    )


def _steps(reader: Reader, scope: Scope, key: int, standing: Standing | None) -> tuple[Step, ...]:
    rows = reader.query(f"""
        with {proof_sql(reader, scope, key)}
        select proof.position, proof.acted_at, proof.occurred_at, proof.kind, named.id
        from proof left join {ids_sql("'event'")} as named on named.key = proof.event_key
        where proof.deal_key = {key}
        order by proof.acted_at, proof.event_key""").to_pylist()
    acts: dict[int, list[Act]] = {}
    for row in rows:
        at = row["acted_at"].replace(tzinfo=UTC)
        act = Act(at, row["kind"], row["id"] or "", row["acted_at"] < row["occurred_at"])
        acts.setdefault(row["position"], []).append(act)
    highest = max([*acts, NO_STAGE if standing is None else standing.claimed])
    return tuple(
        Step(
            place=place,
            name=stage.name,
            requires=tuple(str(each) for each in stage.requires),
            first=acts[place][0] if place in acts else None,
            last=acts[place][-1] if place in acts else None,
            acts=len(acts.get(place, ())),
        )
        for place, stage in enumerate(reader.playbook.stage[: highest + 1])
    )


def _not_counted(reader: Reader, scope: Scope, key: int) -> tuple[Act, ...]:
    """Acts in the deal's chain of a kind that a stage requires, and that support nothing."""
    view = in_view(scope, "event.contested", "event.rep_key")
    rows = reader.query(f"""
        select event.occurred_at, event.kind, named.id,
               case when event.stance = '{Stance.RETREAT}' then 'retreat'
                    when event.evidence <> '{Evidence.CAPTURED}' then 'claimed' else 'contested' end as why_not
        from chain_event as event
        left join {ids_sql("'event'")} as named on named.key = event.event_key
        where event.chain_key = {key} and event.side = 'buyer' and event.occurred_at <= {reader.instant}
          and event.kind in (select kind from playbook_proof)
          and (event.stance = '{Stance.RETREAT}' or event.evidence <> '{Evidence.CAPTURED}' or not {view})
        order by event.occurred_at, event.event_key""").to_pylist()
    return tuple(
        Act(row["occurred_at"].replace(tzinfo=UTC), row["kind"], row["id"] or "", why_not=row["why_not"])
        for row in rows
    )
