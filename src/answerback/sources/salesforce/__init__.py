"""Salesforce: a folder of exported objects, with the API's names or with those of a Fivetran warehouse.

`SOURCE` is the connector. What an object becomes is in `people`, `deals`, `activities` and `mail`, as data.
"""

from __future__ import annotations

from typing import Final

from answerback.domain.reading import Source
from answerback.sources.crm.expressions import always, flag, lowered, one_of, text
from answerback.sources.crm.rules import Dialect, LookupOf
from answerback.sources.crm.source import CrmSource
from answerback.sources.salesforce import activities, deals, mail, people
from answerback.sources.salesforce.ids import ident
from answerback.sources.salesforce.words import KEY

DIALECT: Final = Dialect(
    name="salesforce",
    objects=(
        people.USER,
        people.USER_ROLE,
        people.ACCOUNT,
        people.CONTACT,
        people.LEAD,
        people.CAMPAIGN,
        people.CAMPAIGN_MEMBER,
        people.CASE,
        deals.OPPORTUNITY,
        deals.OPPORTUNITY_HISTORY,
        deals.OPPORTUNITY_VERSIONS,
        deals.OPPORTUNITY_FIELD_HISTORY,
        activities.TASK,
        activities.EVENT,
        activities.EVENT_RELATION,
        activities.WHO_RELATION,
        mail.EMAIL_MESSAGE,
        mail.EMAIL_MESSAGE_RELATION,
    ),
    lookups={
        "role_name": LookupOf(object="UserRole", key=KEY, value=text("Name")),
        "mail_of_task": LookupOf(object="EmailMessage", key=ident("ActivityId"), value=always("")),
        "answered_event": LookupOf(
            object="EventRelation",
            key=ident("EventId"),
            value=always(""),
            when=one_of(text("Status", "Response"), "Accepted", "Declined"),
        ),
    },
    companies=LookupOf(
        object="Account", key=people.company_domain(text("Website")), value=KEY, when=~flag("IsDeleted")
    ),
    sellers=("User", lowered(text("Email")), KEY),
    dropped_prefix="sf(?=[a-z])|salesforce",
    dropped_suffix=r"(?:data)?(?:databricks|postgres|snowflake)?\d*",
    next_step="name each file after its object, such as Task.csv, with the API's field names as headers",
)


class Salesforce(CrmSource):
    """The connector."""

    name = "salesforce"
    meaning = "a folder of Salesforce exports named after their objects (Task.csv, EmailMessage.csv, …)"
    dialect = DIALECT


SOURCE: Final[Source] = Salesforce()
