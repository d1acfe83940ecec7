"""Columns and picklist words that several of Salesforce's objects share, as data."""

from __future__ import annotations

from typing import Final

from answerback.sources.crm.expressions import Expr, first, flag, instant, own_currency, text
from answerback.sources.crm.rules import Row
from answerback.sources.salesforce.ids import ACCOUNT, CONTACT, DEAL, LEAD, ident, ident_of

KEY: Final = ident("Id")
VERSION: Final = first(
    instant("_fivetran_start"),
    instant("SystemModstamp"),
    instant("LastModifiedDate"),
    instant("_fivetran_synced"),
)
"""A row's modified time. `_fivetran_start` comes first: it tells the versions of a history table apart."""
DELETED: Final = flag("IsDeleted", "_fivetran_deleted")
ROW: Final = Row(key=KEY, version=VERSION, deleted=DELETED)

WHO: Final = ident_of((CONTACT, LEAD), "WhoId")
WHAT_DEAL: Final = ident_of((DEAL,), "WhatId")
WHAT_ACCOUNT: Final = first(ident("AccountId"), ident_of((ACCOUNT,), "WhatId"))
CURRENCY: Final = first(text("CurrencyIsoCode"), own_currency())

SEQUENCE: Final[Expr] = text(
    "SalesLoft1__SalesLoft_Cadence_Name__c",
    "SalesLoft_Cadence_Name__c",
    "Outreach_Sequence_Name__c",
    "Sequence_Name__c",
    "Cadence_Name__c",
    "Apollo_Sequence__c",
    "Groove_Flow_Name__c",
)
"""The name of the sequence that an engagement tool wrote beside the activity."""

TASK_SUBTYPES: Final = {
    "Call": "call",
    "Email": "email",
    "ListEmail": "email",
    "LinkedIn": "message",
    "Linked In": "message",
    "SMS": "message",
}
NO_ACT_WORDS: Final = r"purchas|bought|list|cold|outbound|prospect|import|data\.com|zoominfo|apollo|cognism|lusha|scrap"
"""Lead sources that say that the seller found the buyer, and not the buyer the seller."""
WEB_WORDS: Final = r"web|form|site|landing|chat|inbound|content|download|organic|\bseo\b|google|ads?\b"
"""Lead sources that a web page wrote, after somebody filled in a form."""
