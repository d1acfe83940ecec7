"""Mails that the CRM has as well, because the mail program copied them to it: `EmailMessage`.

Such a copy is the mail as the mailbox has it, with its Message-ID: by that it is known again.
"""

from __future__ import annotations

from collections.abc import Iterator

from answerback.simulate.exports.addressbook import AddressBook
from answerback.simulate.exports.correspondence import Correspondence
from answerback.simulate.exports.directory import Row
from answerback.simulate.exports.letter import Mail
from answerback.simulate.exports.salesforce_org import Org, api_time
from answerback.simulate.exports.sheets import drawn
from answerback.simulate.tokens import message_id

_SENT, _READ = "3", "1"
"""What the API calls the states of a mail."""


def copies(org: Org) -> Iterator[Row]:
    """Every copied mail, in order of time. Raises ValueError where it lies in nobody's mailbox."""
    book = org.book
    copied = book.facts.rows("copy")
    if not copied:
        return
    known = {"effort": book.efforts, "action": book.actions}
    found = [(known[row["event"]][row["number"]], row["event"]) for row in copied]
    found.sort(key=lambda pair: (pair[0]["at"], pair[1], pair[0][pair[1]]))
    mails = {each.mail.id: each.mail for each in Correspondence(book.facts, AddressBook(book.facts)).recorded()}
    names = [_name(org, row, event) for row, event in found]
    if lost := next((name for name in names if name not in mails), None):
        raise ValueError(f"the mail {lost} lies in no mailbox, so nobody copied it to the CRM")
    ids = {name: org.id("EmailMessage", place) for place, name in enumerate(names)}
    for (row, event), name in zip(found, names, strict=True):
        yield _copy(org, row, mails[name], ids, ours=event == "effort")


def _name(org: Org, row: Row, event: str) -> str:
    ours = event == "effort"
    domain = org.book.facts.domain if ours else org.book.contacts[row["contact"]]["email"].rpartition("@")[2]
    return message_id(event, row[event], org.seed, domain)


def _copy(org: Org, row: Row, mail: Mail, ids: dict[str, str], *, ours: bool) -> Row:
    effort = row if ours else org.book.efforts.get(row["answers"])
    owner = effort["seller"] if effort else org.owners[row["account"]]
    answered = next((each for each in reversed(mail.references) if each in ids), "")
    filed = row["at"] + 5 + drawn(90, "filed", mail.id, org.seed)
    return {
        "Id": ids[mail.id],
        "RelatedToId": org.id("Opportunity", row["deal"]) or org.id("Account", row["account"]),
        "Incoming": not ours,
        "Status": _SENT if ours else _READ,
        "FromAddress": mail.sender.address,
        "FromName": mail.sender.name,
        "ToAddress": "; ".join(each.address for each in mail.to),
        "CcAddress": "; ".join(each.address for each in mail.cc),
        "Subject": mail.subject,
        "TextBody": mail.text,
        "MessageDate": api_time(row["at"]),
        "MessageIdentifier": f"<{mail.id}>",
        # Its parent, if that was copied too and is the one right before it.
        "ReplyToEmailMessageId": ids[answered] if mail.references[-1:] == (answered,) else "",
        "HasAttachment": False,
        "IsBounced": False,
        **org.stamps(filed, owner),
    }
