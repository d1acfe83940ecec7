"""The CRM's export: one CSV file an object, with the API's names, ids and times, as Data Loader or a query writes them.

A CRM has people, companies, deals with their history, service cases, and what reps typed in. What other systems
recorded is not in it, but for mails that were copied to it: no call of the dialler. So its word on efforts is a claim.
An act that no field of a CRM can hold is a mistake of the facts, and told as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from answerback.simulate.exports.directory import Directory, Row
from answerback.simulate.exports.salesforce_activities import events, tasks
from answerback.simulate.exports.salesforce_deals import field_history, history, opportunities
from answerback.simulate.exports.salesforce_mail import copies
from answerback.simulate.exports.salesforce_org import Org
from answerback.simulate.exports.salesforce_people import accounts, cases, contacts, leads, roles, users
from answerback.simulate.exports.sheets import stamped, write_sheet
from answerback.simulate.facts import Facts

_OBJECTS: dict[str, Callable[[Org], Iterable[Row]]] = {
    "User": users,
    "UserRole": roles,
    "Account": accounts,
    "Contact": contacts,
    "Lead": leads,
    "Opportunity": opportunities,
    "OpportunityHistory": history,
    "OpportunityFieldHistory": field_history,
    "Task": tasks,
    "Event": events,
    "EmailMessage": copies,
    "Case": cases,
}


def write_salesforce(facts: Facts, folder: Path) -> list[Path]:
    """Writes `salesforce/<Object>.csv` for every object that has a record; the files written.

    Raises ValueError where something was typed in that a CRM has no field for.
    """
    org = Org(Directory.of(facts))
    written = []
    for name, rows_of in _OBJECTS.items():
        rows = list(rows_of(org))
        if rows:
            # Data Loader quotes every cell.
            written.append(write_sheet(folder / "salesforce" / f"{name}.csv", rows[0], rows, quoted=True))
    return stamped(written, facts.end)
