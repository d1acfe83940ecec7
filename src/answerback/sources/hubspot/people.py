"""HubSpot's people and companies: owners, users, companies, contacts, their merges, forms, tickets."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from answerback.sources.addresses import is_free_mail, registrable_domain
from answerback.sources.crm.expressions import (
    ITEM,
    Expr,
    always,
    each_listed,
    first,
    first_listed,
    folder_has,
    found,
    instant,
    joined,
    lowered,
    name_of,
    over_uniques,
    prefixed,
    text,
    there,
    token,
)
from answerback.sources.crm.frame import Frame
from answerback.sources.crm.rules import Object, Row, Rule
from answerback.sources.crm.sizes import size_band
from answerback.sources.hubspot.words import DELETED, KEY, LABELS, ROW, VERSION

_OWNER_KEY = text("owner_id", "id")
OWNER_NAME: Final = lowered(name_of("name", "firstname", "lastname"))
OWNER_EMAIL: Final = lowered(text("email"))


def _rep(team: Expr) -> Rule:
    return Rule(
        record="rep",
        fields={
            "name": name_of("name", "firstname", "lastname"),
            "email": OWNER_EMAIL,
            "team": team,
        },
    )


OWNER: Final = Object(
    name="owner",
    names=("owners",),
    signatures=(("owner_id", "email"), ("id", "email", "user_id"), ("id", "email", "firstname", "lastname")),
    row=Row(key=_OWNER_KEY, version=VERSION, deleted=DELETED),
    rules=(_rep(first(found("team_name", found("team_of_owner", _OWNER_KEY)), text("team", "teams"))),),
)

USER: Final = Object(
    name="users",
    names=("user",),
    signatures=(("id", "email", "primary_team_id"), ("id", "email", "role_id"), ("id", "email", "firstname")),
    row=ROW,
    labels={"userid": "id", **LABELS},
    aside=(("told_by_owner", folder_has("owner")),),
    rules=(_rep(first(found("team_name", text("primary_team_id")), text("primary_team", "main_team", "team"))),),
)

TEAM: Final = Object(name="team", names=("teams",), signatures=(("id", "name"),), row=ROW, otherwise="team_name")
OWNER_TEAM: Final = Object(name="owner_team", signatures=(("owner_id", "team_id"),), row=ROW, otherwise="association")


def _domain(_: Frame, value: str) -> str:
    domain = registrable_domain(value.lower().removeprefix("http://").removeprefix("https://").partition("/")[0])
    return "" if is_free_mail(domain) else domain


def _merge(kind: str, winner: Expr, loser: Expr, moment: Expr, *, each: Expr | None = None) -> Rule:
    """Two records were made one in the CRM."""
    return Rule(
        record="decision",
        each=each,
        when=there(winner),
        fields={
            "source_id": prefixed("merged-", joined(always(kind), winner, loser)),
            "subject_kind": always(kind),
            "subject_id": loser,
            "kind": always("merge"),
            "other_id": winner,
            "occurred_at": moment,
            "reason": always("duplicate"),
            # Whatever became of the record: that it was merged stays true.
            "deleted": ~there(winner),
        },
    )


_MERGED_INTO_THIS = each_listed(text("merged_object_ids"))

COMPANY_KEY: Final = text("id", "company_id", "object_id")
COMPANY_DOMAIN: Final = over_uniques(text("domain", "website"), _domain)
COMPANY: Final = Object(
    name="company",
    names=("companies",),
    signatures=(
        ("id", "name", "industry"),
        ("id", "name", "domain"),
        ("object_id", "name"),
        ("company_id", "name", "domain"),
    ),
    row=Row(key=COMPANY_KEY, version=VERSION, deleted=DELETED),
    labels={
        "companyname": "name",
        "companydomainname": "domain",
        "countryregion": "country",
        "websiteurl": "website",
        "mergedcompanyids": "mergedobjectids",
        **LABELS,
    },
    rules=(
        Rule(
            record="account",
            fields={
                "name": text("name"),
                "domain": COMPANY_DOMAIN,
                "industry": text("industry"),
                "size_band": size_band("numberofemployees"),
                "region": text("country"),
            },
        ),
        _merge("account", text("id", "company_id", "object_id"), ITEM, VERSION, each=_MERGED_INTO_THIS),
    ),
)

_CONTACT_KEY = text("id", "vid", "contact_id", "object_id")
_FIRST_FORM = instant("first_conversion_date")

CONTACT: Final = Object(
    name="contact",
    names=("contacts",),
    signatures=(
        ("id", "email", "firstname"),
        ("id", "email", "lastname"),
        ("object_id", "email"),
        ("vid", "email"),
        ("contact_id", "email", "lastname"),
    ),
    row=Row(key=_CONTACT_KEY, version=VERSION, deleted=DELETED),
    labels={
        "firstconversion": "firstconversioneventname",
        "mergedcontactids": "mergedobjectids",
        "emailaddress": "email",
        **LABELS,
    },
    rules=(
        Rule(
            record="contact",
            fields={
                "account_id": first(
                    text("primary_associated_company_id"),
                    first_listed(text("associated_company_ids", "associatedcompanyid")),
                    found("company_of_contact", _CONTACT_KEY),
                ),
                "name": name_of("fullname", "firstname", "lastname"),
                "email": lowered(text("email")),
                "title": text("jobtitle"),
            },
        ),
        Rule(
            record="buyer_action",
            when=there(_FIRST_FORM) & ~folder_has("contact_form_submission"),
            channel="form",
            proves=True,
            fields={
                "source_id": prefixed("", _CONTACT_KEY, "-first-conversion"),
                "contact_id": _CONTACT_KEY,
                "occurred_at": _FIRST_FORM,
                "kind": always("inquired"),
                "subkind": text("first_conversion_event_name"),
                "evidence": always("captured"),
            },
        ),
        _merge("contact", _CONTACT_KEY, ITEM, VERSION, each=_MERGED_INTO_THIS),
    ),
)

CONTACT_MERGE: Final = Object(
    name="contact_merge_audit",
    signatures=(("canonical_vid", "vid_to_merge"),),
    row=replace(ROW, key=joined(text("canonical_vid"), text("vid_to_merge"))),
    rules=(_merge("contact", text("canonical_vid"), text("vid_to_merge"), first(instant("timestamp"), VERSION)),),
)

DEAL_MERGE: Final = Object(
    name="merged_deal",
    signatures=(("deal_id", "merged_deal_id"),),
    row=replace(ROW, key=joined(text("deal_id"), text("merged_deal_id"))),
    rules=(_merge("deal", text("deal_id"), text("merged_deal_id"), VERSION),),
)

_FORM = first(text("conversion_title", "form_name", "title"), found("form_name", text("form_id", "form_guid")))
_SUBMITTED = first(instant("timestamp"), instant("submitted_at"), instant("conversion_date"))
_SUBMITTER = first(text("contact_id", "vid"), lowered(text("email")))

_FORM_KEY = first(text("conversion_id"), joined(_SUBMITTER, text("timestamp", "submitted_at", "conversion_date")))

FORM_SUBMISSION: Final = Object(
    name="contact_form_submission",
    names=("form_submissions", "form_submission", "contact_form_submissions"),
    signatures=(("contact_id", "form_id"), ("conversion_title", "conversion_date"), ("email", "submitted_at")),
    row=replace(ROW, key=_FORM_KEY),
    labels={"conversiondatetime": "conversiondate", **LABELS},
    rules=(
        Rule(
            record="buyer_action",
            channel="form",
            proves=True,
            fields={
                "source_id": prefixed("form-", _FORM_KEY),
                "contact_id": _SUBMITTER,
                "occurred_at": _SUBMITTED,
                "kind": always("inquired"),
                "subkind": _FORM,
                "evidence": always("captured"),
                "reference": token("form", text("conversion_id")),
            },
        ),
        Rule(
            record="contact",
            when=~there(text("contact_id", "vid")) & there(text("email")),
            fields={"source_id": lowered(text("email")), "email": lowered(text("email"))},
        ),
    ),
)  # fmt: skip

FORM: Final = Object(
    name="form", names=("forms",), signatures=(("guid", "name"),), row=replace(ROW, key=text("guid")), otherwise="form"
)

TICKET: Final = Object(
    name="ticket",
    names=("tickets",),
    signatures=(
        ("id", "pipeline_stage"),
        ("id", "ticket_category"),
        ("object_id", "ticket_category"),
        ("id", "subject", "createdate"),
    ),
    row=ROW,
    labels={
        "ticketid": "id",
        "ticketstatus": "pipelinestage",
        "category": "ticketcategory",
        "closedate": "closeddate",
        **LABELS,
    },
    rules=(
        Rule(
            record="case",
            fields={
                "account_id": first(
                    text("primary_associated_company_id"),
                    first_listed(text("associated_company_ids")),
                    found("company_of_ticket", KEY),
                ),
                "deal_id": first(first_listed(text("associated_deal_ids")), found("deal_of_ticket", KEY)),
                "opened_at": instant("createdate"),
                "closed_at": instant("closed_date"),
                "kind": text("ticket_category"),
            },
        ),
    ),
)
