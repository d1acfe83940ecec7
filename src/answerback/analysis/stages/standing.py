"""For every deal at some instants: the stage the CRM says, and the highest stage that a buyer's own acts support.

A stage of the playbook may require one of some acts. A deal is buyer-backed where a captured act that its stage, or a
later one, requires had been done by then; a stage that requires nothing is as believable as the last before it that
does. What the company did shortly before the deal was opened supports it, too: it led there. Acts that are typed in,
contested, or a refusal support nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.domain.kinds import Evidence, Stance
from answerback.domain.money import Missing, Rates
from answerback.domain.playbook import Stage
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

NO_STAGE = -1
LED_TO_DAYS = 90
"""An act of the company before its deal was opened led to it where it is no older."""


class Backing(StrEnum):
    """Whether a buyer's act stands behind a stage."""

    BACKED = auto()
    """Yes: the stage, or a later one, is supported."""
    TYPED_IN = auto()
    """No: the CRM says more than the buyer did."""
    UNCHECKED = auto()
    """Neither this stage nor one before it requires anything, or the CRM's stage is not in the playbook."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A deal at an instant while it was open.

    Attributes:
        at: The instant.
        deal_key, account_key: Which; 0 where the company is not known.
        owner_key: Its owner then, or 0.
        claimed: The place of the CRM's stage in the playbook, or `NO_STAGE`.
        evidenced: The place of the highest stage that an act supports, or `NO_STAGE`.
        backing: What that comes to.
        gap: By how many stages that require something the CRM is ahead of the buyer; 0 where it is not.
        worth: Its amount in the organisation's minor units by the rate of the day; Missing where that is not known,
            None where no amount was stated.
        outcome: How it ended afterwards, as far as is known now: won, lost, or empty.
        product_line: What is sold; empty where that is not stated.
    """

    at: datetime
    deal_key: int
    account_key: int
    owner_key: int
    claimed: int
    evidenced: int
    backing: Backing
    gap: int
    worth: int | Missing | None
    outcome: str
    product_line: str


def standings(reader: Reader, scope: Scope, instants: Sequence[datetime]) -> tuple[Standing, ...]:
    """Every deal that was open at each of the instants, of owners within the scope; in order of instant and deal.

    Instants after the reader's are not answered.
    """
    stages = reader.playbook.stage
    rates, own = Rates.of(reader.playbook), reader.playbook.organisation.currency
    asked = [each for each in instants if each <= reader.as_of]
    if not asked or not stages:
        return ()
    found = []
    for row in reader.query(_standing_sql(reader, scope, asked)).to_pylist():
        at = row["at_instant"].replace(tzinfo=UTC)
        claimed = NO_STAGE if row["claimed"] is None else row["claimed"]
        evidenced = NO_STAGE if row["evidenced"] is None else row["evidenced"]
        amount, currency = row["amount_minor"], row["currency"] or own
        found.append(
            Standing(
                at=at,
                deal_key=row["deal_key"],
                account_key=row["account_key"] or 0,
                owner_key=row["owner_key"] or 0,
                claimed=claimed,
                evidenced=evidenced,
                backing=backing(stages, claimed, evidenced),
                gap=gap(stages, claimed, evidenced),
                worth=None if amount is None else rates.convert(amount, currency, own, at.date()),
                outcome=row["outcome"] or "",
                product_line=row["product_line"] or "",
            )
        )
    return tuple(found)


def backing(stages: Sequence[Stage], claimed: int, evidenced: int) -> Backing:
    """Whether a stage is believed.

    >>> one = [Stage(name="a"), Stage(name="b", requires=("replied",)), Stage(name="c")]
    >>> [str(backing(one, *each)) for each in [(2, 1), (2, NO_STAGE), (0, NO_STAGE), (NO_STAGE, 1)]]
    ['backed', 'typed_in', 'unchecked', 'unchecked']
    """
    needed = _needed(stages, claimed)
    if needed == NO_STAGE:
        return Backing.UNCHECKED
    return Backing.BACKED if evidenced >= needed else Backing.TYPED_IN


def gap(stages: Sequence[Stage], claimed: int, evidenced: int) -> int:
    """How many stages that require something lie above what is supported, up to the claimed one.

    >>> one = [Stage(name=name, requires=acts) for name, acts in [("a", ("replied",)), ("b", ()), ("c", ("signed",))]]
    >>> gap(one, 2, NO_STAGE), gap(one, 2, 0), gap(one, 1, 0)
    (2, 1, 0)
    """
    return sum(bool(stage.requires) and place > evidenced for place, stage in enumerate(stages[: claimed + 1]))


def _needed(stages: Sequence[Stage], claimed: int) -> int:
    """The last stage up to the claimed one that requires an act."""
    places = [place for place, stage in enumerate(stages[: claimed + 1]) if stage.requires]
    return max(places, default=NO_STAGE)


def _standing_sql(reader: Reader, scope: Scope, instants: Sequence[datetime]) -> str:
    """One row per instant and deal that was open then."""
    listed = ", ".join(f"({sql_instant(each)})" for each in instants)
    return f"""
        with instant as (select at_instant from (values {listed}) as given(at_instant)),
        standing as (
            select instant.at_instant, life.deal_key, life.account_key,
                   case when life.ends_at <= {reader.instant} then life.outcome end as outcome
            from instant
            join deal_span as life on life.starts_at <= instant.at_instant and life.ends_at > instant.at_instant
        ),
        act as (
            select event.chain_key, event.is_deal, event.account_key, event.occurred_at, proof.position
            from chain_event as event
            join playbook_proof as proof on proof.kind = event.kind
            where event.side = 'buyer' and event.evidence = '{Evidence.CAPTURED}' and event.stance <> '{Stance.RETREAT}'
              and event.occurred_at <= {reader.instant} and {in_view(scope, "event.contested", "event.rep_key")}
        ),
        before as (
            select wanted.deal_key, wanted.starts_at as occurred_at, wanted.position
            from (
                select life.deal_key, life.account_key, life.starts_at, place.position
                from deal_span as life cross join (select distinct position from playbook_proof) as place
            ) as wanted
            asof join (select account_key, position, occurred_at from act where not is_deal) as led
              on led.account_key = wanted.account_key and led.position = wanted.position
             and led.occurred_at <= wanted.starts_at
            where led.occurred_at >= wanted.starts_at - interval {LED_TO_DAYS} day
        ),
        proof as (
            select deal_key, occurred_at, max(position) as position
            from (
                select chain_key as deal_key, occurred_at, position from act where is_deal
                union all
                select deal_key, occurred_at, position from before
            )
            group by deal_key, occurred_at
        ),
        reached as (
            select deal_key, occurred_at,
                   max(position) over (
                       partition by deal_key order by occurred_at rows between unbounded preceding and current row
                   ) as position
            from proof
        ),
        amount as (
            select deal_key, occurred_at, try_cast(value as bigint) as amount_minor
            from deal_said where field = 'amount'
        )
        select standing.at_instant, standing.deal_key, standing.account_key, owner.owner_key, standing.outcome,
               known.position as claimed, reached.position as evidenced,
               coalesce(amount.amount_minor, deal.amount_minor) as amount_minor, deal.currency, deal.product_line
        from standing
        asof left join deal_stage as stage
          on stage.deal_key = standing.deal_key and stage.occurred_at <= standing.at_instant
        asof left join reached
          on reached.deal_key = standing.deal_key and reached.occurred_at <= standing.at_instant
        asof left join amount on amount.deal_key = standing.deal_key and amount.occurred_at <= standing.at_instant
        asof left join deal_owner as owner
          on owner.deal_key = standing.deal_key and owner.occurred_at <= standing.at_instant
        left join playbook_stage as known on known.stage = stage.stage
        left join deal on deal.deal_key = standing.deal_key
        where {within(scope, "owner.owner_key", "standing.at_instant")}
        order by standing.at_instant, standing.deal_key"""
