"""Columns and words that several of HubSpot's objects share, as data.

HubSpot names a property `hs_timestamp`, Fivetran `property_hs_timestamp`, and a screen "Activity date". Columns are
written here as they are after `property_` and `hs_` are taken off; a screen's labels are mapped onto the same names.
"""

from __future__ import annotations

from typing import Final

from answerback.sources.crm.addressees import rep_of
from answerback.sources.crm.expressions import (
    Expr,
    first,
    first_listed,
    flag,
    found,
    instant,
    lowered,
    own_currency,
    text,
)
from answerback.sources.crm.rules import Row

KEY: Final = text("id", "engagement_id", "object_id")
VERSION: Final = first(
    instant("lastmodifieddate"), instant("updated_at"), instant("_fivetran_synced"), instant("last_updated")
)
DELETED: Final = flag("_fivetran_deleted", "is_deleted", "archived")
ROW: Final = Row(key=KEY, version=VERSION, deleted=DELETED)
CURRENCY: Final = first(text("deal_currency_code", "currency"), own_currency())


def person(*names: str) -> Expr:
    """The id of an owner, who stands in screens by name or address; what is neither is an id already."""
    said = text(*names)
    return first(found("owner_by_name", lowered(said)), rep_of(said), said)


CONTACTS: Final = text("associated_contact_ids", "associated_contacts_ids")
CONTACT: Final = first(first_listed(CONTACTS), found("contact_of_engagement", KEY))
COMPANY: Final = first(
    text("primary_associated_company_id"),
    first_listed(text("associated_company_ids")),
    found("company_of_engagement", KEY),
)
DEAL: Final = first(first_listed(text("associated_deal_ids")), found("deal_of_engagement", KEY))
PARTIES: Final = {"account_id": COMPANY, "contact_id": CONTACT, "deal_id": DEAL}

SEQUENCE: Final = text("sequence_name", "sequence_id", "sales_sequence_id")

DISPOSITIONS: Final = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "no",  # busy
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "answered",  # connected
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "no",  # left a message with somebody: the buyer's person was not reached
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "no",  # left voicemail
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no",  # no answer
    "17b47fee-58de-441e-a44c-c6300d46f273": "no",  # wrong number
}
"""The call outcomes that every account has, by the ids that the API documents for them."""

DISPOSITION_NAMES: Final = {
    "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
    "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
    "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left live message",
    "b2cf5968-551e-4856-9783-52b3da59a7d0": "left voicemail",
    "73a0d17f-1163-4015-bdd5-ec830791da20": "no answer",
    "17b47fee-58de-441e-a44c-c6300d46f273": "wrong number",
}

LABELS: Final = {
    "recordid": "id",
    "activitydate": "timestamp",
    "activityassignedto": "hubspotownerid",
    "assignedto": "hubspotownerid",
    "associatedcontactid": "associatedcontactids",
    "associatedcompanyid": "associatedcompanyids",
    "associateddealid": "associateddealids",
    "lastmodifieddatetime": "lastmodifieddate",
    "lastmodifiedtime": "lastmodifieddate",
    "lastactivitydate": "notelastupdated",
}
"""What the screens call the columns of every object, by plain label."""
