"""What the CRM says of deals, and which stages a buyer's acts support: the queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.kinds import Evidence, Stance
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant, sql_text
from answerback.engine.scoped import within

LED_TO_DAYS = 90
"""An act of the company before its deal was opened led to it where it is no older."""


def standing_sql(
    reader: Reader, scope: Scope, instants: Sequence[datetime], *, deal_key: int | None = None, whole: bool = True
) -> str:
    """One row per instant (`place` among those asked) and deal that was open then.

    The `whole` of it is in order of instant and deal, and says what the deal is about; else how it stood, in no order.
    """
    listed = ", ".join(f"({place}, {sql_instant(each)})" for place, each in enumerate(instants))
    about = """, standing.account_key, standing.outcome,
               case when amount.said then amount.amount_minor else deal.amount_minor end as amount_minor,
               deal.currency, deal.product_line"""
    said = """
        asof left join amount on amount.deal_key = standing.deal_key and amount.occurred_at <= standing.at_instant
        left join deal on deal.deal_key = standing.deal_key"""
    return f"""
        with instant as (select place, at_instant from (values {listed}) as given(place, at_instant)),
        life as (
            select deal_key, account_key, starts_at, ends_at, outcome from deal_span
            where starts_at <= {sql_instant(max(instants))} and ends_at > {sql_instant(min(instants))}
              and {"true" if deal_key is None else f"deal_key = {deal_key}"}
        ),
        standing as (
            select instant.place, instant.at_instant, life.deal_key, life.account_key, life.starts_at,
                   case when life.ends_at <= {reader.instant} then life.outcome end as outcome
            from instant join life on life.starts_at <= instant.at_instant and life.ends_at > instant.at_instant
        ),
        {_supported_sql(reader, scope, deal_key)},
        amount as (
            select deal_key, occurred_at, true as said, try_cast(value as bigint) as amount_minor
            from deal_said where field = 'amount'
        )
        select standing.place, standing.deal_key, standing.starts_at, owner.owner_key, known.position as claimed,
               {_evidenced_sql(reader)} as evidenced {about if whole else ""}
        from standing
        asof left join deal_stage as stage
          on stage.deal_key = standing.deal_key and stage.occurred_at <= standing.at_instant
        asof left join deal_owner as owner
          on owner.deal_key = standing.deal_key and owner.occurred_at <= standing.at_instant {said if whole else ""}
        left join supported on supported.deal_key = standing.deal_key
        left join playbook_stage as known on known.stage = stage.stage
        where {within(scope, "owner.owner_key", "standing.at_instant")}
        {"order by standing.at_instant, standing.deal_key" if whole else ""}"""


def proof_sql(reader: Reader, scope: Scope, deal_key: int) -> str:
    """CTEs that end in `proof`: one row per act that supports a stage of a deal, with the stage's place."""
    return f"""{_act_sql(reader, scope, deal_key)},
        proof as (
            select act.chain_key as deal_key, act.occurred_at, proof.position, act.event_key, act.kind,
                   act.occurred_at as acted_at
            from act join playbook_proof as proof on proof.kind = act.kind
            where act.is_deal
            union all
            select deal_key, starts_at, position, event_key, kind, acted_at from (
                select life.deal_key, life.starts_at, proof.position, act.event_key, act.kind,
                       act.occurred_at as acted_at
                from deal_span as life
                join act on act.account_key = life.account_key and act.occurred_at <= life.starts_at
                join playbook_proof as proof on proof.kind = act.kind
                where life.deal_key = {deal_key} and not act.is_deal
                  and act.occurred_at >= life.starts_at - interval {LED_TO_DAYS} day
                qualify row_number() over (
                    partition by proof.position order by act.occurred_at desc, act.event_key
                ) = 1
            ) as led
        )"""


def _act_sql(reader: Reader, scope: Scope, deal_key: int | None) -> str:
    """A CTE `act`: one row per act of a buyer that supports a stage, whichever."""
    chains = (
        "true"
        if deal_key is None
        else f"event.chain_key in (select unnest([deal_key, account_key]) from deal_span where deal_key = {deal_key})"
    )
    return f"""act as (
            select event.chain_key, event.is_deal, event.account_key, event.occurred_at, event.event_key, event.kind
            from chain_event as event
            where event.side = 'buyer' and event.kind in ({", ".join(_required(reader).values()) or "null"})
              and event.evidence = '{Evidence.CAPTURED}' and event.stance <> '{Stance.RETREAT}'
              and event.occurred_at <= {reader.instant} and {in_view(scope, "event.contested", "event.rep_key")}
              and {chains}
        )"""


def _required(reader: Reader) -> dict[int, str]:
    """By the place of each stage that requires an act: the acts, as a list in SQL."""
    stages = enumerate(reader.playbook.stage)
    return {place: ", ".join(sql_text(act) for act in stage.requires) for place, stage in stages if stage.requires}


def _supported_sql(reader: Reader, scope: Scope, deal_key: int | None) -> str:
    """CTEs that end in `supported`: per deal, from when an act supports each stage that requires one.

    What led to a deal is found in one pass over the acts outside of deals and the beginnings of deals, by account.
    """
    places = _required(reader)

    def each(form: str) -> str:
        return "".join(f", {form.format(place=place, acts=acts)}" for place, acts in places.items())

    supports = each("min(occurred_at) filter (where kind in ({acts})) as from_{place}")
    latest = each("max(occurred_at) filter (where kind in ({acts})) over so_far as led_{place}")
    led = each(
        f"case when led_{{place}} >= occurred_at - interval {LED_TO_DAYS} day then occurred_at end as from_{{place}}"
    )
    either = each("least(own.from_{place}, led.from_{place}) as from_{place}")
    return f"""{_act_sql(reader, scope, deal_key)},
        own as (select chain_key as deal_key {supports} from act where is_deal group by chain_key),
        history as (
            select deal_key, occurred_at {latest}
            from (
                select account_key, occurred_at, kind, 0 as begins, cast(null as bigint) as deal_key
                from act where not is_deal
                union all
                select account_key, starts_at, '', 1, deal_key from life
            )
            window so_far as (
                partition by account_key order by occurred_at, begins, deal_key
                rows between unbounded preceding and current row
            )
        ),
        led as (select deal_key {led} from history where deal_key is not null),
        supported as (
            select led.deal_key {either} from led left join own on own.deal_key = led.deal_key
        )"""


def _evidenced_sql(reader: Reader) -> str:
    """The highest stage that is supported at an instant."""
    cases = [
        f"when supported.from_{place} <= standing.at_instant then {place}"
        for place in sorted(_required(reader), reverse=True)
    ]
    return f"case {' '.join(cases)} end" if cases else "cast(null as bigint)"
