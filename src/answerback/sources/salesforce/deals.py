"""Salesforce's opportunities and what changed in them."""

from __future__ import annotations

from typing import Final

from answerback.sources.crm.expressions import (
    Expr,
    always,
    amount,
    as_text,
    before_in_group,
    day_of,
    first,
    flag,
    folder_has,
    instant,
    joined,
    mapped,
    one_of,
    prefixed,
    same,
    text,
    there,
    where,
)
from answerback.sources.crm.rules import Object, Rule
from answerback.sources.salesforce.ids import USER, ident, ident_of, owner
from answerback.sources.salesforce.words import CURRENCY, KEY, ROW, VERSION

_HISTORY = folder_has("OpportunityHistory", "OpportunityFieldHistory")
_CLOSED = flag("IsClosed")
_STAGE_SINCE = first(
    instant("LastStageChangeDate"), where(_CLOSED, instant("CloseDate")), instant("LastModifiedDate"), VERSION
)
_DEAL = {
    "account_id": ident("AccountId"),
    "owner_id": owner("OwnerId"),
    "name": text("Name"),
    "amount_minor": amount("Amount", currency=CURRENCY),
    "currency": CURRENCY,
    "created_at": instant("CreatedDate"),
}


def _end(field: str, new: Expr, when: Expr) -> Rule:
    """How a closed deal ended, as the opportunity itself says."""
    return Rule(
        record="deal_change",
        when=when & there(new) & there(_STAGE_SINCE),
        fields={
            "source_id": prefixed("", KEY, f"-{field}"),
            "deal_id": KEY,
            "occurred_at": _STAGE_SINCE,
            "field": always(field),
            "new": new,
        },
    )


OPPORTUNITY: Final = Object(
    name="Opportunity",
    signatures=(("Id", "StageName"), ("Id", "AccountId", "CloseDate")),
    row=ROW,
    rules=(
        Rule(record="deal", fields=_DEAL),
        _end("stage", text("StageName"), ~_HISTORY),
        _end("outcome", where(flag("IsWon"), always("won"), always("lost")), _CLOSED),
        _end(
            "loss_reason", text("Loss_Reason__c", "Closed_Lost_Reason__c", "Lost_Reason__c"), _CLOSED & ~flag("IsWon")
        ),
    ),
)


def _changed(field: str, value: Expr, *, deal: Expr, at: Expr, actor: Expr, key: Expr) -> Rule:
    """A value that differs from the one in the deal's row before."""
    before = before_in_group(deal, value)
    return Rule(
        record="deal_change",
        when=(there(value) | there(before)) & ~same(value, before),
        fields={
            "source_id": prefixed("", key, f"-{field}"),
            "deal_id": deal,
            "occurred_at": at,
            "field": always(field),
            "old": before,
            "new": value,
            "actor_id": actor,
        },
    )


def _changes(*, deal: Expr, at: Expr, actor: Expr, key: Expr) -> tuple[Rule, ...]:
    values = {
        "stage": text("StageName"),
        "amount": as_text(amount("Amount", currency=CURRENCY)),
        "close_date": day_of("CloseDate"),
    }
    return tuple(_changed(field, value, deal=deal, at=at, actor=actor, key=key) for field, value in values.items())


_OF_DEAL = ident("OpportunityId")
OPPORTUNITY_HISTORY: Final = Object(
    name="OpportunityHistory",
    signatures=(("OpportunityId", "StageName"),),
    row=ROW,
    otherwise="nothing_changed",
    order=(_OF_DEAL, instant("CreatedDate")),
    rules=_changes(deal=_OF_DEAL, at=instant("CreatedDate"), actor=owner("CreatedById"), key=KEY),
)

_SINCE = instant("_fivetran_start")

OPPORTUNITY_VERSIONS: Final = Object(
    name="OpportunityVersions",
    names=("OpportunityHistory",),
    signatures=(("Id", "StageName", "_fivetran_start"),),
    row=ROW,
    order=(KEY, _SINCE),
    rules=(
        Rule(record="deal", fields=_DEAL),
        *_changes(deal=KEY, at=_SINCE, actor=owner("LastModifiedById"), key=joined(KEY, as_text(_SINCE))),
    ),
)

_FIELD = mapped(
    text("Field"),
    {
        "StageName": "stage",
        "Amount": "amount",
        "CloseDate": "close_date",
        "Owner": "owner",
        "Loss_Reason__c": "loss_reason",
        "Competitor__c": "competitor",
    },
)
_OWNER = one_of(_FIELD, "owner")
_AMOUNT = one_of(_FIELD, "amount")


def _value(column: str) -> Expr:
    return where(_AMOUNT, as_text(amount(column, currency=CURRENCY, only=_AMOUNT)), where(~_OWNER, text(column)))


OPPORTUNITY_FIELD_HISTORY: Final = Object(
    name="OpportunityFieldHistory",
    signatures=(("OpportunityId", "Field", "NewValue"),),
    row=ROW,
    otherwise="other_field",
    aside=(
        (
            "told_by_opportunity_history",
            one_of(_FIELD, "stage", "amount", "close_date") & folder_has("OpportunityHistory"),
        ),
        # A change of owner comes in two rows, one with ids and one with names.
        ("owner_by_name", _OWNER & ~there(ident_of((USER,), "NewValue"))),
    ),
    rules=(
        Rule(
            record="deal_change",
            when=there(_FIELD),
            fields={
                "deal_id": _OF_DEAL,
                "occurred_at": instant("CreatedDate"),
                "field": _FIELD,
                "old": _value("OldValue"),
                "new": _value("NewValue"),
                "old_rep_id": where(_OWNER, ident_of((USER,), "OldValue")),
                "new_rep_id": where(_OWNER, ident_of((USER,), "NewValue")),
                "actor_id": owner("CreatedById"),
            },
        ),
    ),
)
