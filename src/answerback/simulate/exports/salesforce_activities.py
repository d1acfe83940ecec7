"""What reps typed into the CRM: calls they say they made, replies they say they got, visits.

A typed-in act of a buyer has only those places in a CRM that Salesforce has for it. A reply is a mail logged as
incoming, a call of the buyer is an inbound call. That somebody picked up or refused is the disposition of the call it
came of; that somebody did not come is a mark on the meeting.
"""

from __future__ import annotations

from collections.abc import Iterator

from answerback.simulate.exports.directory import Row
from answerback.simulate.exports.salesforce_org import Org, api_time
from answerback.simulate.exports.sheets import day, drawn

_OUTGOING = {
    "call": ("Call", "Call", "Call"),
    "email": ("Email", "Email", "Email"),
    "proposal": ("Proposal", "Task", "Proposal sent"),
    "message": ("LinkedIn", "Task", "LinkedIn message"),
    "task": ("Other", "Task", "To do"),
}
"""By kind of effort: the task's type, its subtype, and what its subject begins with."""
_HELD = {"meeting": ("Meeting", "Meeting"), "visit": ("On-site visit", "Visit")}
"""By kind of effort: the event's type, and what its subject begins with."""
_INCOMING = {"replied": "Email", "asked": "Email", "called": "Call"}
"""By kind of act: the subtype of a task of its own."""
_MARKED = {"answered_call": "Connected", "declined": "Not interested"}
"""By kind of act: the disposition of the call that it came of."""
_NOBODY = ("Left voicemail", "No answer", "No answer", "Busy")


def typed(org: Org) -> Iterator[Row]:
    """What was typed in as an effort, in order of time."""
    for row in org.book.facts.rows("effort"):
        if row["system"] == "crm":
            if row["kind"] not in _OUTGOING | _HELD:
                raise ValueError(f"effort {row['effort']}: a CRM has no field for {row['kind']}")
            yield row


def marks(org: Org) -> dict[int, list[Row]]:
    """By effort, the acts that are told by a mark on it."""
    found: dict[int, list[Row]] = {}
    for row in org.book.facts.rows("action"):
        if row["system"] != "crm" or row["kind"] in _INCOMING or row["kind"] == "inquired":
            continue
        effort = org.book.efforts.get(row["answers"], {})
        wanted = "meeting" if row["kind"] == "no_show" else "call"
        fits = (effort.get("system"), effort.get("kind")) == ("crm", wanted)
        if row["kind"] not in {*_MARKED, "no_show"} or not fits:
            raise ValueError(f"action {row['action']}: a CRM has no field for this {row['kind']}")
        found.setdefault(row["answers"], []).append(row)
    return found


def tasks(org: Org) -> Iterator[Row]:
    """`Task`: what is done by mail or telephone, each way."""
    marked = marks(org)
    rows = [(row["at"], 0, row) for row in typed(org) if row["kind"] in _OUTGOING]
    rows += [
        (row["at"], 1, row)
        for row in org.book.facts.rows("action")
        if row["system"] == "crm" and row["kind"] in _INCOMING
    ]
    rows.sort(key=lambda each: each[:2])
    for place, (_, theirs, row) in enumerate(rows):
        said = _theirs(org, row) if theirs else _ours(org, row, marked.get(row["effort"], []))
        yield {"Id": org.id("Task", place), **said}


def _ours(org: Org, row: Row, acts: list[Row]) -> Row:
    kind, subtype, begins = _OUTGOING[row["kind"]]
    kinds = {act["kind"] for act in acts}
    said = next((word for act, word in reversed(_MARKED.items()) if act in kinds), "")
    if row["kind"] == "call" and not said:
        said = _NOBODY[drawn(len(_NOBODY), "disposition", row["effort"], org.seed)]
    return _task(
        org,
        row,
        row["seller"],
        number=row["effort"],
        Subject=f"{begins}: {_topic(org, row)}",
        Type=kind,
        TaskSubtype=subtype,
        CallType="Outbound" if row["kind"] == "call" else "",
        CallDisposition=said,
        Sequence_Name__c=row["template"] if row["origin"] == "sequence" else "",
    )


def _theirs(org: Org, row: Row) -> Row:
    effort = org.book.efforts.get(row["answers"])
    owner = effort["seller"] if effort else _owner(org, row)
    subtype = _INCOMING[row["kind"]]
    subject = f"[Email] [In] Re: {_topic(org, row)}" if subtype == "Email" else f"Call: {_topic(org, row)}"
    return _task(
        org,
        row,
        owner,
        number=-1 - row["action"],
        Subject=subject,
        Type=subtype,
        TaskSubtype=subtype,
        CallType="Inbound" if subtype == "Call" else "",
        CallDisposition="",
        Sequence_Name__c="",
    )


def _owner(org: Org, row: Row) -> int:
    known = org.book.who_knows(row["account"], row["at"], row["deal"])
    return int(known["seller"]) if known else org.owners[row["account"]]


def _topic(org: Org, row: Row) -> str:
    if row["deal"] is not None:
        return str(org.book.deals[row["deal"]]["name"])
    return str(org.book.accounts[row["account"]]["name"]) if row["account"] is not None else "Introduction"


def _links(org: Org, row: Row) -> Row:
    """Whom and what an activity is about."""
    what = org.id("Opportunity", row["deal"]) or org.id("Account", row["account"])
    return {"WhoId": org.id("Contact", row["contact"]), "WhatId": what, "AccountId": org.id("Account", row["account"])}


def _task(org: Org, row: Row, owner: int, *, number: int, **cells: str | None) -> Row:
    zone = org.book.sellers[owner]["time_zone"]
    return {
        **_links(org, row),
        "OwnerId": org.id("User", owner),
        **cells,
        "CallDurationInSeconds": "",
        "CallObject": "",
        "Status": "Completed",
        "Priority": "Normal",
        "IsClosed": True,
        "IsRecurrence": False,
        "ActivityDate": day(row["at"], zone),
        "CompletedDateTime": api_time(row["at"]),
        **org.stamps(row["at"] + org.after("task", number), owner),
    }


def events(org: Org) -> Iterator[Row]:
    """`Event`: meetings and visits that a rep entered by hand."""
    marked = marks(org)
    for row in typed(org):
        if row["kind"] not in _HELD:
            continue
        kind, begins = _HELD[row["kind"]]
        owner, minutes = row["seller"], row["minutes"] or 60
        starts = row["at"] if row["meets_at"] is None else row["meets_at"]
        entered = row["at"] if row["meets_at"] is not None else row["at"] + org.after("event", row["effort"])
        yield {
            "Id": org.id("Event", row["effort"]),
            **_links(org, row),
            "OwnerId": org.id("User", owner),
            "Subject": f"{begins}: {_topic(org, row)}",
            "Type": kind,
            "EventSubtype": "Event",
            "Location": org.book.accounts[row["account"]]["name"] if row["kind"] == "visit" else "",
            "StartDateTime": api_time(starts),
            "EndDateTime": api_time(starts + minutes * 60),
            "DurationInMinutes": row["minutes"],
            "IsAllDayEvent": False,
            "IsPrivate": False,
            "IsChild": False,
            "IsRecurrence": False,
            "ShowAs": "Busy",
            "No_Show__c": any(act["kind"] == "no_show" for act in marked.get(row["effort"], [])),
            **org.stamps(entered, owner),
        }
