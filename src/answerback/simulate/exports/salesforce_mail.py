"""Mails that the CRM has as well, because the mail program copied them to it: `EmailMessage`.

Such a copy bears the mail's own Message-ID, by which it is known again beside the same mail of a mailbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from answerback.simulate.exports.directory import Row
from answerback.simulate.exports.salesforce_org import Org, api_time
from answerback.simulate.exports.sheets import drawn
from answerback.simulate.tokens import message_id

_SENT, _READ = "3", "1"
"""What the API calls the states of a mail."""


def copies(org: Org) -> Iterator[Row]:
    """Every copied mail, in order of time."""
    book = org.book
    known = {"effort": book.efforts, "action": book.actions}
    found = [(known[row["event"]][row["number"]], row["event"]) for row in book.facts.rows("copy")]
    found.sort(key=lambda pair: (pair[0]["at"], pair[1], pair[0][pair[1]]))
    ids = {(event, row[event]): org.id("EmailMessage", place) for place, (row, event) in enumerate(found)}
    for row, event in found:
        yield _ours(org, row, ids) if event == "effort" else _theirs(org, row, ids)


def _ours(org: Org, row: Row, ids: dict[tuple[str, int], str]) -> Row:
    seller, contact = org.book.sellers[row["seller"]], org.book.contacts[row["contact"]]
    number = row["effort"]
    again = row["answers"] is not None
    return {
        "Id": ids["effort", number],
        "Incoming": False,
        "Status": _SENT,
        "FromAddress": org.book.seller_at(row["seller"], row["at"])["email"],
        "FromName": seller["name"],
        "ToAddress": contact["email"],
        "Subject": _subject(org, row, again=again),
        "MessageIdentifier": f"<{message_id('effort', number, org.seed, org.book.facts.domain)}>",
        "ReplyToEmailMessageId": ids.get(("action", row["answers"]), "") if again else "",
        **_filed(org, row, row["seller"], number),
    }


def _theirs(org: Org, row: Row, ids: dict[tuple[str, int], str]) -> Row:
    contact, number = org.book.contacts[row["contact"]], row["action"]
    effort = org.book.efforts.get(row["answers"])
    owner = effort["seller"] if effort else org.owners[row["account"]]
    again = row["kind"] != "inquired"
    return {
        "Id": ids["action", number],
        "Incoming": True,
        "Status": _READ,
        "FromAddress": contact["email"],
        "FromName": contact["name"],
        "ToAddress": org.book.seller_at(owner, row["at"])["email"],
        "Subject": _subject(org, row, again=again),
        "MessageIdentifier": f"<{message_id('action', number, org.seed, contact['email'].rpartition('@')[2])}>",
        "ReplyToEmailMessageId": ids.get(("effort", row["answers"]), "") if effort else "",
        **_filed(org, row, owner, -1 - number),
    }


def _subject(org: Org, row: Row, *, again: bool) -> str:
    subject = f"{org.book.facts.company} and {org.book.accounts[row['account']]['name']}"
    return f"Re: {subject}" if again else subject


def _filed(org: Org, row: Row, owner: int, number: int) -> Row:
    about = org.id("Opportunity", row["deal"]) or org.id("Account", row["account"])
    filed = row["at"] + 5 + drawn(90, "filed", number, org.seed)
    return {
        "RelatedToId": about,
        "MessageDate": api_time(row["at"]),
        "HasAttachment": False,
        "IsBounced": False,
        **org.stamps(filed, owner),
    }
