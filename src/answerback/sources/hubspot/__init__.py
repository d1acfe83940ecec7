"""HubSpot: a folder of exports, with the names of its API, the labels of its screens, or those of a Fivetran warehouse.

`SOURCE` is the connector. What an object becomes is in `people`, `deals`, `engagements` and `mail`, as data.
"""

from __future__ import annotations

from typing import Final

from answerback.domain.reading import Source
from answerback.sources.crm.expressions import always, one_of, text
from answerback.sources.crm.rules import Dialect, LookupOf
from answerback.sources.crm.source import CrmSource
from answerback.sources.hubspot import deals, engagements, mail, people

_OWNER = text("owner_id", "id")


def _association(one: str, other: str) -> LookupOf:
    return LookupOf(object=f"{one}_{other}", key=text(f"{one}_id"), value=text(f"{other}_id"))


DIALECT: Final = Dialect(
    name="hubspot",
    objects=(
        people.OWNER,
        people.USER,
        people.TEAM,
        people.OWNER_TEAM,
        people.COMPANY,
        people.CONTACT,
        people.CONTACT_MERGE,
        people.DEAL_MERGE,
        people.FORM,
        people.FORM_SUBMISSION,
        people.TICKET,
        deals.PIPELINE_STAGE,
        deals.DEAL,
        deals.DEAL_HISTORY,
        deals.DEAL_STAGE,
        engagements.ENGAGEMENT,
        engagements.ENGAGEMENT_CONTACT,
        *engagements.ASSOCIATIONS,
        engagements.CALL,
        mail.EMAIL,
        engagements.MEETING,
        engagements.COMMUNICATION,
        engagements.TASK,
        engagements.NOTE,
        mail.EMAIL_EVENT,
        mail.EMAIL_STATUS_CHANGE,
        *mail.EMAIL_DETAILS,
    ),
    lookups={
        "owner_by_name": LookupOf(object="owner", key=people.OWNER_NAME, value=_OWNER),
        "team_of_owner": _association("owner", "team"),
        "team_name": LookupOf(object="team", key=text("id"), value=text("name")),
        "form_name": LookupOf(object="form", key=text("guid"), value=text("name")),
        "stage_name": LookupOf(object="deal_pipeline_stage", key=text("stage_id"), value=text("label")),
        "stage_outcome": LookupOf(object="deal_pipeline_stage", key=text("stage_id"), value=deals.STAGE_OUTCOME),
        "contact_of_engagement": _association("engagement", "contact"),
        "company_of_engagement": _association("engagement", "company"),
        "deal_of_engagement": _association("engagement", "deal"),
        "company_of_deal": _association("deal", "company"),
        "company_of_contact": _association("contact", "company"),
        "company_of_ticket": _association("ticket", "company"),
        "deal_of_ticket": _association("ticket", "deal"),
        "unsubscribed_event": LookupOf(
            object="email_event_status_change",
            key=text("id"),
            value=always(""),
            when=one_of(text("portal_subscription_status"), "UNSUBSCRIBED")
            & one_of(text("source"), "SOURCE_RECIPIENT"),
        ),
    },
    companies=LookupOf(object="company", key=people.COMPANY_DOMAIN, value=people.COMPANY_KEY),
    sellers=("owner", people.OWNER_EMAIL, _OWNER),
    dropped_prefix="hubspot(?:crmexports)?(?:all)?|all(?=[a-z])",
    dropped_suffix=r"(?:data)?(?:databricks|postgres|snowflake)?\d*",
    column_prefix=r"property(?:hs)?(?=[a-z0-9])|hs(?=[a-z0-9])",
    by_columns=True,
    labelled_in_own_zone=True,
    next_step="name each file after its object, such as calls.csv or deals.csv",
)


class HubSpot(CrmSource):
    """The connector."""

    name = "hubspot"
    meaning = "a folder of HubSpot exports (contacts, deals, calls, emails, …), from screens or the API"
    dialect = DIALECT


SOURCE: Final[Source] = HubSpot()
