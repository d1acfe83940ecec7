"""HubSpot's deals, their stages and the history of their properties."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from answerback.sources.crm.expressions import (
    Expr,
    always,
    amount,
    as_text,
    before_in_group,
    day_of,
    first,
    first_listed,
    flag,
    folder_has,
    found,
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
from answerback.sources.crm.rules import Object, Row, Rule
from answerback.sources.hubspot.words import CURRENCY, DELETED, LABELS, ROW, VERSION, person

_DEAL_KEY = text("id", "deal_id", "object_id")
_STAGE_ID = text("dealstage", "deal_pipeline_stage_id")
_STAGE = first(found("stage_name", _STAGE_ID), _STAGE_ID)
_OUTCOME = found("stage_outcome", _STAGE_ID)
_WON = flag("is_closed_won") | one_of(_OUTCOME, "won") | one_of(_STAGE, "closed won")
_LOST = ~_WON & (flag("is_closed_lost") | flag("is_closed") | one_of(_OUTCOME, "lost") | one_of(_STAGE, "closed lost"))
_STAGE_SINCE = first(
    instant("v2_date_entered_current_stage"),
    where(_WON | _LOST, instant("closedate")),
    instant("lastmodifieddate"),
    VERSION,
)
_OWNER = person("hubspot_owner_id", "owner_id")


def _now(field: str, new: Expr, when: Expr) -> Rule:
    """What the deal itself says of how it stands."""
    return Rule(
        record="deal_change",
        when=when & there(new) & there(_STAGE_SINCE),
        fields={
            "source_id": prefixed("", _DEAL_KEY, f"-{field}"),
            "deal_id": _DEAL_KEY,
            "occurred_at": _STAGE_SINCE,
            "field": always(field),
            "new": new,
        },
    )


DEAL: Final = Object(
    name="deal",
    names=("deals",),
    signatures=(
        ("deal_id", "dealname"),
        ("id", "dealname"),
        ("id", "dealname", "dealstage"),
        ("object_id", "dealname"),
    ),
    row=Row(key=_DEAL_KEY, version=VERSION, deleted=DELETED),
    labels={
        "dealowner": "hubspotownerid",
        "currency": "dealcurrencycode",
        "dealcurrency": "dealcurrencycode",
        "dateenteredcurrentstage": "v2dateenteredcurrentstage",
        **LABELS,
    },
    rules=(
        Rule(
            record="deal",
            fields={
                "account_id": first(
                    text("primary_associated_company_id"),
                    first_listed(text("associated_company_ids")),
                    found("company_of_deal", _DEAL_KEY),
                ),
                "owner_id": _OWNER,
                "name": text("dealname"),
                "amount_minor": amount("amount", currency=CURRENCY),
                "currency": CURRENCY,
                "created_at": instant("createdate"),
            },
        ),
        _now("stage", _STAGE, ~folder_has("deal_property_history", "deal_stage")),
        _now("outcome", where(_WON, always("won"), always("lost")), _WON | _LOST),
        _now("loss_reason", text("closed_lost_reason"), _LOST),
    ),
)

_FIELD = mapped(
    text("name", "property"),
    {
        "dealstage": "stage",
        "amount": "amount",
        "closedate": "close_date",
        "hubspot_owner_id": "owner",
        "closed_lost_reason": "loss_reason",
    },
)
_OF_DEAL = text("deal_id", "object_id")
_CHANGED_AT = instant("timestamp")
_HISTORY_GROUP = joined(_OF_DEAL, _FIELD)


def _only(field: str) -> Expr:
    return one_of(_FIELD, field)


_VALUE = first(
    where(_only("stage"), first(found("stage_name", text("value")), text("value"))),
    where(_only("amount"), as_text(amount("value", currency=CURRENCY, only=_only("amount")))),
    where(_only("loss_reason"), text("value")),
    where(_only("close_date"), day_of("value", only=_only("close_date"))),
)
_NEW_OWNER = where(_only("owner"), person("value"))
_BEFORE = before_in_group(_HISTORY_GROUP, text("value"))

DEAL_HISTORY: Final = Object(
    name="deal_property_history",
    names=("deals_property_history",),
    signatures=(("deal_id", "timestamp", "name", "value"), ("object_id", "timestamp", "property", "value")),
    row=Row(
        key=joined(_OF_DEAL, _FIELD, text("timestamp")),
        version=first(instant("_fivetran_synced"), _CHANGED_AT),
        deleted=flag("_fivetran_deleted"),
    ),
    otherwise="nothing_changed",
    aside=(
        ("other_property", ~there(_FIELD)),
        ("told_by_deal_stage", _only("stage") & folder_has("deal_stage")),
    ),
    order=(_HISTORY_GROUP, _CHANGED_AT),
    rules=(
        Rule(
            record="deal_change",
            when=~same(text("value"), _BEFORE),
            fields={
                "deal_id": _OF_DEAL,
                "occurred_at": _CHANGED_AT,
                "field": _FIELD,
                "old": before_in_group(_HISTORY_GROUP, _VALUE),
                "new": _VALUE,
                "old_rep_id": before_in_group(_HISTORY_GROUP, _NEW_OWNER),
                "new_rep_id": _NEW_OWNER,
            },
        ),
    ),
)

_ENTERED = first(instant("date_entered"), instant("_fivetran_start"))
_NEW_STAGE = first(found("stage_name", text("value")), text("value"))

DEAL_STAGE: Final = Object(
    name="deal_stage",
    names=("deal_stage_history",),
    signatures=(("deal_id", "value", "date_entered"),),
    row=Row(
        key=prefixed("stage-", joined(text("deal_id"), text("date_entered"))),
        version=first(instant("_fivetran_synced"), _ENTERED),
        deleted=flag("_fivetran_deleted"),
    ),
    otherwise="nothing_changed",
    order=(text("deal_id"), _ENTERED),
    rules=(
        Rule(
            record="deal_change",
            when=~same(text("value"), before_in_group(text("deal_id"), text("value"))),
            fields={
                "deal_id": text("deal_id"),
                "occurred_at": _ENTERED,
                "field": always("stage"),
                "old": before_in_group(text("deal_id"), _NEW_STAGE),
                "new": _NEW_STAGE,
            },
        ),
    ),
)

PIPELINE_STAGE: Final = Object(
    name="deal_pipeline_stage",
    names=("deal_pipeline_stages", "pipeline_stages"),
    signatures=(("stage_id", "label"),),
    row=replace(ROW, key=text("stage_id")),
    otherwise="stage_name",
)
STAGE_OUTCOME: Final = where(flag("closed_won"), always("won"), where(flag("is_closed"), always("lost")))
