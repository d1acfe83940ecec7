"""Salesforce's people and companies: users, accounts, contacts, leads, campaign members, cases."""

from __future__ import annotations

from typing import Final

from answerback.sources.addresses import is_free_mail, registrable_domain
from answerback.sources.crm.expressions import (
    Expr,
    always,
    contains,
    first,
    flag,
    found,
    instant,
    lowered,
    name_of,
    one_of,
    over_uniques,
    prefixed,
    text,
    there,
    where,
    worded,
)
from answerback.sources.crm.frame import Frame
from answerback.sources.crm.rules import Object, Rule
from answerback.sources.crm.sizes import size_band
from answerback.sources.salesforce.ids import ident, owner
from answerback.sources.salesforce.words import KEY, NO_ACT_WORDS, ROW, VERSION, WEB_WORDS


def _domain(_: Frame, value: str) -> str:
    host = value.lower().removeprefix("http://").removeprefix("https://").partition("/")[0]
    domain = registrable_domain(host)
    return "" if is_free_mail(domain) else domain


def company_domain(*parts: Expr) -> Expr:
    """The registrable domain of a website or address; none of a free-mail provider."""
    return first(*(over_uniques(part, _domain) for part in parts))


USER: Final = Object(
    name="User",
    signatures=(("Id", "Username"), ("Id", "UserRoleId"), ("Id", "Email", "IsActive"), ("Id", "ManagerId")),
    row=ROW,
    aside=(
        (
            "not_our_person",
            one_of(
                text("UserType"), "Guest", "AutomatedProcess", "CsnOnly", "CspLitePortal", "CustomerSuccess",
                "PowerCustomerSuccess", "PowerPartner", "Partner", "SelfService", "CloudIntegrationUser",
            ),
        ),
    ),
    rules=(
        Rule(
            record="rep",
            fields={
                "name": name_of("Name", "FirstName", "LastName"),
                "email": lowered(text("Email", "SenderEmail")),
                "manager_id": ident("ManagerId"),
                "team": first(found("role_name", ident("UserRoleId")), text("Department", "Division")),
                "role": text("Title"),
            },
        ),
    ),
)  # fmt: skip

USER_ROLE: Final = Object(
    name="UserRole",
    signatures=(("Id", "Name", "DeveloperName"), ("Id", "Name", "ParentRoleId"), ("Id", "Name")),
    row=ROW,
    otherwise="team_name",
)


def _merged(kind: str, into: str, when: Expr, *, own_id: Expr = KEY, moment: Expr | None = None) -> Rule:
    """The CRM itself merged this record into another one."""
    return Rule(
        record="decision",
        when=when & there(ident(into)),
        fields={
            "source_id": prefixed("", own_id, f"-merged-{kind}"),
            "subject_kind": always(kind),
            "subject_id": own_id,
            "kind": always("merge"),
            "other_id": ident(into),
            "occurred_at": first(*([moment] if moment is not None else []), VERSION),
            "reason": always("duplicate"),
            # The merged record is deleted; that it was merged stays true.
            "deleted": ~there(ident(into)),
        },
    )


ACCOUNT: Final = Object(
    name="Account",
    names=("AccountHistory",),
    signatures=(("Id", "Website"), ("Id", "Industry"), ("Id", "Name", "OwnerId"), ("Id", "Name", "Type")),
    row=ROW,
    rules=(
        Rule(
            record="account",
            fields={
                "name": text("Name"),
                "domain": company_domain(text("Website")),
                "industry": text("Industry"),
                "size_band": size_band("NumberOfEmployees"),
                "region": text("BillingCountryCode", "BillingCountry"),
            },
        ),
        _merged("account", "MasterRecordId", flag("IsDeleted")),
    ),
)

CONTACT: Final = Object(
    name="Contact",
    names=("ContactHistory",),
    signatures=(("Id", "AccountId", "LastName"), ("Id", "AccountId", "Email"), ("Id", "LastName", "Email")),
    row=ROW,
    rules=(
        Rule(
            record="contact",
            fields={
                "account_id": ident("AccountId"),
                "name": name_of("Name", "FirstName", "LastName"),
                "email": lowered(text("Email")),
                "title": text("Title"),
            },
        ),
        _merged("contact", "MasterRecordId", flag("IsDeleted")),
    ),
)

_CONVERTED = flag("IsConverted")
_LEAD_CREATED = first(instant("CreatedDate"), instant("SystemModstamp"))

LEAD: Final = Object(
    name="Lead",
    signatures=(("Id", "Company"), ("Id", "LeadSource", "Status"), ("Id", "IsConverted")),
    row=ROW,
    rules=(
        Rule(
            record="contact",
            fields={
                "account_id": first(ident("ConvertedAccountId"), KEY),
                "name": name_of("Name", "FirstName", "LastName"),
                "email": lowered(text("Email")),
                "title": text("Title"),
            },
        ),
        Rule(
            record="account",
            when=~there(ident("ConvertedAccountId")),
            fields={
                "name": text("Company"),
                "domain": company_domain(text("Website"), text("Email")),
                "industry": text("Industry"),
                "size_band": size_band("NumberOfEmployees"),
                "region": text("CountryCode", "Country"),
            },
        ),
        Rule(
            record="buyer_action",
            when=there(_LEAD_CREATED) & ~contains(text("LeadSource"), NO_ACT_WORDS),
            channel="form",
            proves=True,
            fields={
                "source_id": prefixed("", KEY, "-inquired"),
                "account_id": first(ident("ConvertedAccountId"), KEY),
                "contact_id": KEY,
                "deal_id": ident("ConvertedOpportunityId"),
                "occurred_at": _LEAD_CREATED,
                "kind": always("inquired"),
                "subkind": text("LeadSource"),
                "evidence": where(contains(text("LeadSource"), WEB_WORDS), always("captured"), always("claimed")),
            },
        ),
        Rule(
            record="assignment",
            when=there(owner("OwnerId")),
            fields={
                "source_id": prefixed("", KEY, "-owner"),
                "account_id": first(ident("ConvertedAccountId"), KEY),
                "rep_id": owner("OwnerId"),
                "from": _LEAD_CREATED,
            },
        ),
        _merged("contact", "ConvertedContactId", _CONVERTED, moment=instant("ConvertedDate")),
        _merged("account", "ConvertedAccountId", _CONVERTED, moment=instant("ConvertedDate")),
    ),
)

_STATUS_KIND = worded(
    text("Status"),
    {
        r"unsubscrib|opt(ed)?[ -]?out": "unsubscribed",
        r"bounc": "bounced",
        r"no[ -]show|did not attend": "no_show",
        r"attended": "attended",
        r"click": "clicked",
        r"open": "opened",
    },
)

CAMPAIGN_MEMBER: Final = Object(
    name="CampaignMember",
    signatures=(("CampaignId", "ContactId"), ("CampaignId", "LeadId"), ("CampaignId", "HasResponded")),
    row=ROW,
    otherwise="campaign_member_without_response",
    rules=(
        Rule(
            record="buyer_action",
            when=there(_STATUS_KIND) | flag("HasResponded"),
            channel="form",
            proves=True,
            fields={
                "account_id": ident("AccountId"),
                "contact_id": ident("ContactId", "LeadId"),
                "occurred_at": first(
                    instant("FirstRespondedDate"), instant("LastModifiedDate"), instant("CreatedDate"), VERSION
                ),
                "kind": first(_STATUS_KIND, always("inquired")),
                "subkind": always("campaign"),
                "evidence": where(
                    contains(text("Status"), r"form|submi|download|registered"), always("captured"), always("claimed")
                ),
            },
        ),
    ),
)

CAMPAIGN: Final = Object(
    name="Campaign",
    signatures=(("Id", "Name", "Type"), ("Id", "Name", "StartDate"), ("Id", "Name", "ParentId")),
    row=ROW,
    otherwise="campaign",
)

CASE: Final = Object(
    name="Case",
    signatures=(("Id", "CaseNumber"), ("Id", "Status", "Origin"), ("Id", "ClosedDate", "ContactId")),
    row=ROW,
    rules=(
        Rule(
            record="case",
            fields={
                "account_id": ident("AccountId"),
                "opened_at": instant("CreatedDate"),
                "closed_at": instant("ClosedDate"),
                "kind": text("Type", "Reason"),
            },
        ),
    ),
)
