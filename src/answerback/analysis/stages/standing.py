"""For every deal at some instants: the stage the CRM says, and the highest stage that a buyer's own acts support.

A stage of the playbook may require one of some acts. A deal is buyer-backed where a captured act that its stage, or a
later one, requires had been done by then; a stage that requires nothing is as believable as the last before it that
does. What the company did shortly before the deal was opened supports it, too: it led there. Acts that are typed in,
contested, or a refusal support nothing. And what nobody could have seen is not called typed in: where the mail and
calendar of a deal's owner were not loaded for most of its life, a missing act says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from typing import Any
from zoneinfo import ZoneInfo

from answerback.analysis.disputes import in_view
from answerback.analysis.reader import Reader
from answerback.analysis.trust.cover import Cover, read_cover
from answerback.domain.kinds import Evidence, Stance
from answerback.domain.money import Missing, Rates
from answerback.domain.playbook import Playbook, Stage
from answerback.domain.scope import Scope
from answerback.engine.literals import sql_instant
from answerback.engine.scoped import within

NO_STAGE = -1
LED_TO_DAYS = 90
"""An act of the company before its deal was opened led to it where it is no older."""
LEAST_COVERED = 0.8
"""So much of mail and calendar must have been loaded before a missing act says something."""
LEAST_SEEN, MOST_SEEN = timedelta(days=90), timedelta(days=365)
"""Looked at is a deal's life, of it at most the last year, and at least so many days before."""


class Backing(StrEnum):
    """Whether a buyer's act stands behind a stage."""

    BACKED = auto()
    """Yes: the stage, or a later one, is supported."""
    TYPED_IN = auto()
    """No: the CRM says more than the buyer did."""
    UNCHECKED = auto()
    """Neither this stage nor one before it requires anything, the CRM's stage is not in the playbook, or too little of
    mail and calendar was loaded to see an act."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A deal at an instant while it was open.

    Attributes:
        at: The instant.
        deal_key, account_key: Which; 0 where the company is not known.
        starts_at: From when it lived.
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
    starts_at: datetime
    owner_key: int
    claimed: int
    evidenced: int
    backing: Backing
    gap: int
    worth: int | Missing | None
    outcome: str
    product_line: str


def standings(
    reader: Reader, scope: Scope, instants: Sequence[datetime], *, deal_key: int | None = None
) -> tuple[Standing, ...]:
    """Every deal that was open at each of the instants, of owners within the scope; in order of instant and deal.

    Instants after the reader's are not answered. With `deal_key`: of that deal alone.
    """
    asked = [each for each in instants if each <= reader.as_of]
    if not asked:
        return ()
    rates, cover = Rates.of(reader.playbook), read_cover(reader)
    rows = reader.query(_standing_sql(reader, scope, asked, deal_key)).to_pylist()
    return tuple(_standing(row, asked[row["place"]], reader.playbook, rates, cover) for row in rows)


def _standing(row: Mapping[str, Any], at: datetime, playbook: Playbook, rates: Rates, cover: Cover) -> Standing:
    starts_at = row["starts_at"].replace(tzinfo=UTC)
    claimed = NO_STAGE if row["claimed"] is None else row["claimed"]
    evidenced = NO_STAGE if row["evidenced"] is None else row["evidenced"]
    owner, amount, own = row["owner_key"] or 0, row["amount_minor"], playbook.organisation.currency
    believed = backing(playbook.stage, claimed, evidenced)
    if believed is Backing.TYPED_IN and not _could_be_seen(cover, owner, starts_at, at):
        believed = Backing.UNCHECKED
    day = at.astimezone(ZoneInfo(playbook.organisation.time_zone)).date()
    return Standing(
        at=at,
        deal_key=row["deal_key"],
        account_key=row["account_key"] or 0,
        starts_at=starts_at,
        owner_key=owner,
        claimed=claimed,
        evidenced=evidenced,
        backing=believed,
        gap=gap(playbook.stage, claimed, evidenced) if believed is Backing.TYPED_IN else 0,
        worth=None if amount is None else rates.convert(amount, row["currency"] or own, own, day),
        outcome=row["outcome"] or "",
        product_line=row["product_line"] or "",
    )


def _could_be_seen(cover: Cover, owner: int, starts_at: datetime, at: datetime) -> bool:
    """Whether enough of mail and calendar was loaded for an act to be missed."""
    since = max(min(starts_at, at - LEAST_SEEN), at - MOST_SEEN)
    return cover.of_sides(owner, since, at) >= LEAST_COVERED


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


def _standing_sql(reader: Reader, scope: Scope, instants: Sequence[datetime], deal_key: int | None) -> str:
    """One row per instant and deal that was open then."""
    listed = ", ".join(f"({place}, {sql_instant(each)})" for place, each in enumerate(instants))
    return f"""
        with instant as (select place, at_instant from (values {listed}) as given(place, at_instant)),
        standing as (
            select instant.place, instant.at_instant, life.deal_key, life.account_key, life.starts_at,
                   case when life.ends_at <= {reader.instant} then life.outcome end as outcome
            from instant
            join deal_span as life on life.starts_at <= instant.at_instant and life.ends_at > instant.at_instant
            where {"true" if deal_key is None else f"life.deal_key = {deal_key}"}
        ),
        {_reached_sql(reader, scope, deal_key)},
        amount as (
            select deal_key, occurred_at, true as said, try_cast(value as bigint) as amount_minor
            from deal_said where field = 'amount'
        )
        select standing.place, standing.deal_key, standing.account_key, standing.starts_at, standing.outcome,
               owner.owner_key, known.position as claimed, reached.position as evidenced,
               case when amount.said then amount.amount_minor else deal.amount_minor end as amount_minor,
               deal.currency, deal.product_line
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


def proof_sql(reader: Reader, scope: Scope, deal_key: int | None = None) -> str:
    """CTEs that end in `proof`: one row per deal and act that supports a stage of it, with the stage's place."""
    chains = (
        "true"
        if deal_key is None
        else f"event.chain_key in (select unnest([deal_key, account_key]) from deal_span where deal_key = {deal_key})"
    )
    return f"""act as (
            select event.chain_key, event.is_deal, event.account_key, event.occurred_at, event.event_key, event.kind,
                   proof.position
            from chain_event as event
            join playbook_proof as proof on proof.kind = event.kind
            where event.side = 'buyer' and event.evidence = '{Evidence.CAPTURED}' and event.stance <> '{Stance.RETREAT}'
              and event.occurred_at <= {reader.instant} and {in_view(scope, "event.contested", "event.rep_key")}
              and {chains}
        ),
        before as (
            select wanted.deal_key, wanted.starts_at as occurred_at, wanted.position, led.event_key, led.kind,
                   led.occurred_at as led_at
            from (
                select life.deal_key, life.account_key, life.starts_at, place.position
                from deal_span as life cross join (select distinct position from playbook_proof) as place
            ) as wanted
            asof join (
                select account_key, position, occurred_at, min(event_key) as event_key, min_by(kind, event_key) as kind
                from act where not is_deal
                group by account_key, position, occurred_at
            ) as led
              on led.account_key = wanted.account_key and led.position = wanted.position
             and led.occurred_at <= wanted.starts_at
            where led.occurred_at >= wanted.starts_at - interval {LED_TO_DAYS} day
        ),
        proof as (
            select chain_key as deal_key, occurred_at, position, event_key, kind, occurred_at as acted_at
            from act where is_deal
            union all
            select deal_key, occurred_at, position, event_key, kind, led_at from before
        )"""


def _reached_sql(reader: Reader, scope: Scope, deal_key: int | None) -> str:
    """CTEs that end in `reached`: the highest stage that is supported, from each instant on."""
    return f"""{proof_sql(reader, scope, deal_key)},
        proved as (select deal_key, occurred_at, max(position) as position from proof group by deal_key, occurred_at),
        reached as (
            select deal_key, occurred_at,
                   max(position) over (
                       partition by deal_key order by occurred_at rows between unbounded preceding and current row
                   ) as position
            from proved
        )"""
