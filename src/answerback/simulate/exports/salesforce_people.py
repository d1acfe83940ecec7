"""The CRM's users, companies, their people, inquiries of web forms, and service cases."""

from __future__ import annotations

from collections.abc import Iterator

from answerback.simulate.exports.directory import Row
from answerback.simulate.exports.places import seat_of
from answerback.simulate.exports.salesforce_org import MACHINE, Org, api_time, two_names
from answerback.simulate.exports.sheets import day, drawn
from answerback.simulate.parameters import DAY

_TITLES = {"rep": "Account Executive", "manager": "Sales Manager", "leader": "VP Sales"}
_ONLINE = {True: "Web", False: "Phone Inquiry"}
_CASE_SUBJECTS = {
    "question": ("How do we add a colleague?", "Where do I find the monthly report?", "What does this alarm mean?"),
    "fault": ("No readings since this morning", "Device does not start", "Two meters show the same values"),
    "delivery": ("Delivery incomplete", "Parcel has not arrived"),
    "invoice": ("Question about an invoice", "Wrong address on the invoice"),
}
_CASE_SUBJECTS_OTHERWISE = ("Please call back",)


def users(org: Org) -> Iterator[Row]:
    """Everybody who sells, as they are today, and the user whom automations write as."""
    facts = org.book.facts
    for number, row in sorted(org.book.sellers.items()):
        first, last = two_names(row["name"])
        began = row["tenure_start"] if row["tenure_start"] is not None else facts.start - 365 * DAY
        left = org.left.get(number)
        yield {
            "Id": org.id("User", number),
            "Username": row["email"],
            "FirstName": first,
            "LastName": last,
            "Name": row["name"],
            "Email": row["email"],
            "Alias": f"{first[:1]}{last[:4]}".lower(),
            "Title": _TITLES.get(row["role"], row["role"]),
            "Department": "Sales" if row["team"] else "",
            "CompanyName": facts.company,
            "UserRoleId": org.id("UserRole", org.teams.index(row["team"]) if row["team"] else None),
            "ManagerId": org.id("User", row["manager"]),
            "UserType": "Standard",
            "IsActive": left is None,
            "TimeZoneSidKey": row["time_zone"],
            "LanguageLocaleKey": "en_US",
            **org.stamps(began, number, changed=row["valid_from"] if left is None else left),
        }
    yield {
        "Id": org.id("User", MACHINE),
        "Username": f"autoproc@{facts.domain}",
        "LastName": "Automated Process",
        "Name": "Automated Process",
        "Alias": "autoproc",
        "CompanyName": facts.company,
        "UserType": "AutomatedProcess",
        "IsActive": True,
        "TimeZoneSidKey": "UTC",
        "LanguageLocaleKey": "en_US",
        **org.stamps(facts.start - 2000 * DAY, MACHINE),
    }


def roles(org: Org) -> Iterator[Row]:
    """Teams, which Salesforce calls roles."""
    for number, team in enumerate(org.teams):
        developer = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in team)
        yield {
            "Id": org.id("UserRole", number),
            "Name": team,
            "DeveloperName": developer,
            "ParentRoleId": "",
            "SystemModstamp": org.stamps(org.book.facts.start - 900 * DAY, MACHINE)["SystemModstamp"],
        }


def accounts(org: Org) -> Iterator[Row]:
    """Buying companies."""
    facts = org.book.facts
    won = {row["deal"] for row in facts.rows("deal_change") if (row["field"], row["new"]) == ("outcome", "won")}
    customers = {org.book.deals[deal]["account"] for deal in won}
    for number, row in sorted(org.book.accounts.items()):
        seat = seat_of(number, row["time_zone"])
        owner = org.owners[number]
        yield {
            "Id": org.id("Account", number),
            "Name": row["name"],
            "Type": "Customer - Direct" if number in customers else "Prospect",
            "Website": f"https://www.{row['domain']}" if row["domain"] else "",
            "Industry": row["industry"],
            "NumberOfEmployees": employees(row["size_band"], number),
            "Phone": seat.telephone(),
            "BillingStreet": seat.street,
            "BillingPostalCode": seat.postcode,
            "BillingCity": seat.town,
            "BillingCountry": seat.country or row["region"],
            "AccountSource": row["lead_source"],
            "OwnerId": org.id("User", owner),
            "MasterRecordId": "",
            **org.stamps(org.made[number], owner, changed=org.book.first_seen(number)),
        }


def employees(band: str | None, number: int) -> int | None:
    """How many people work at a company of a size band.

    >>> employees("50-249", 3) in range(50, 250), employees("501+", 3) >= 501, employees(None, 3)
    (True, True, None)
    """
    low, _, high = (band or "").rstrip("+").partition("-")
    if not low.isdecimal():
        return None
    fewest = int(low)
    most = int(high) if high.isdecimal() else fewest * 8
    # Most companies of a band are among its smaller ones.
    return fewest + min(drawn(most - fewest + 1, "size", number), drawn(most - fewest + 1, "size again", number))


def contacts(org: Org) -> Iterator[Row]:
    """People at buying companies whom the CRM knows by the time of the export."""
    facts = org.book.facts
    refused = {row["contact"]: row["at"] for row in facts.rows("action") if row["kind"] == "unsubscribed"}
    for number, row in sorted(org.book.contacts.items()):
        account = org.book.accounts.get(row["account"], {})
        if row["known_from"] is not None and row["known_from"] > facts.end:
            continue
        first, last = two_names(row["name"])
        owner = org.owners.get(row["account"], min(org.book.sellers))
        made = row["known_from"] if row["known_from"] is not None else org.made.get(row["account"], facts.start)
        yield {
            "Id": org.id("Contact", number),
            "AccountId": org.id("Account", row["account"]),
            "FirstName": first,
            "LastName": last,
            "Name": row["name"],
            "Title": row["title"],
            "Email": row["email"],
            "Phone": seat_of(row["account"], account.get("time_zone")).telephone(number),
            "LeadSource": account.get("lead_source"),
            "HasOptedOutOfEmail": number in refused,
            "DoNotCall": False,
            "OwnerId": org.id("User", owner),
            "MasterRecordId": "",
            **org.stamps(made, owner, changed=refused.get(number)),
        }


def leads(org: Org) -> Iterator[Row]:
    """Inquiries that came through a web form (or that a rep typed in as such), converted within a day."""
    facts = org.book.facts
    asked = [row for row in facts.rows("action") if (row["system"], row["kind"]) == ("crm", "inquired")]
    for row in asked:
        contact = org.book.contacts.get(row["contact"], {})
        account = org.book.accounts.get(row["account"], {})
        owner = org.owners[row["account"]]
        # Who asked is known by the time of the export, so an open lead would be the same company a second time.
        converted = min(row["at"] + 1800 + drawn(DAY, "converted", row["action"], org.seed), facts.end)
        first, last = two_names(contact.get("name"))
        by_form = row["evidence"] == "captured"
        yield {
            "Id": org.id("Lead", row["action"]),
            "FirstName": first,
            "LastName": last or "[not provided]",
            "Name": contact.get("name"),
            "Company": account.get("name"),
            "Title": contact.get("title"),
            "Email": contact.get("email"),
            "Phone": seat_of(row["account"], account.get("time_zone")).telephone(row["contact"]),
            "Website": account.get("domain"),
            "Country": seat_of(row["account"], account.get("time_zone")).country,
            "Industry": account.get("industry"),
            "NumberOfEmployees": employees(account.get("size_band"), row["account"]),
            "LeadSource": _ONLINE[by_form],
            "Status": "Closed - Converted",
            "OwnerId": org.id("User", owner),
            "IsConverted": True,
            "ConvertedDate": day(converted),
            "ConvertedAccountId": org.id("Account", row["account"]),
            "ConvertedContactId": org.id("Contact", row["contact"]),
            "ConvertedOpportunityId": org.id("Opportunity", row["deal"]),
            **org.stamps(row["at"], MACHINE if by_form else owner, changed=converted),
        }


def cases(org: Org) -> Iterator[Row]:
    """What customers asked service for."""
    facts = org.book.facts
    for place, row in enumerate(sorted(facts.rows("case"), key=lambda row: (row["opened_at"], row["case"]))):
        closed = row["closed_at"] is not None and row["closed_at"] <= facts.end
        owner = org.owners[row["account"]]
        deal = org.book.deals.get(row["deal"], {})
        subjects = _CASE_SUBJECTS.get(row["kind"], _CASE_SUBJECTS_OTHERWISE)
        yield {
            "Id": org.id("Case", row["case"]),
            "CaseNumber": f"{1001 + place:08d}",
            "AccountId": org.id("Account", row["account"]),
            "ContactId": org.id("Contact", deal.get("contact")),
            "Type": row["kind"],
            "Subject": subjects[drawn(len(subjects), "case", row["case"], org.seed)],
            "Status": "Closed" if closed else "Working",
            "Origin": ("Email", "Phone", "Web")[drawn(3, "origin", row["case"], org.seed)],
            "Priority": ("Low", "Medium", "Medium", "High")[drawn(4, "priority", row["case"], org.seed)],
            "IsClosed": closed,
            "ClosedDate": api_time(row["closed_at"] if closed else None),
            "OwnerId": org.id("User", owner),
            **org.stamps(row["opened_at"], owner, changed=row["closed_at"] if closed else None),
        }
