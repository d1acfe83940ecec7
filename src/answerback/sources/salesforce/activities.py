"""Salesforce's tasks, events and those who took part in them."""

from __future__ import annotations

from typing import Final

from answerback.sources.crm.expressions import (
    always,
    contains,
    earliest,
    first,
    flag,
    folder_has,
    if_subjects_are_kept,
    in_minutes,
    instant,
    known,
    mapped,
    on_the_same_day,
    one_of,
    prefixed,
    private_is_excluded,
    text,
    there,
    token,
    tokens,
    where,
    worded,
)
from answerback.sources.crm.rules import Object, Rule
from answerback.sources.crm.words import ACTIVITY_WORDS, CALL_WORDS
from answerback.sources.salesforce.ids import CONTACT, LEAD, USER, ident, ident_of, owner
from answerback.sources.salesforce.words import (
    KEY,
    ROW,
    SEQUENCE,
    TASK_SUBTYPES,
    VERSION,
    WHAT_ACCOUNT,
    WHAT_DEAL,
    WHO,
)

_DONE = flag("IsClosed") | one_of(text("Status"), "Completed") | there(text("CompletedDateTime"))
_KIND = first(mapped(text("TaskSubtype"), TASK_SUBTYPES), worded(text("Type"), ACTIVITY_WORDS), always("task"))
_IS_CALL = one_of(_KIND, "call")
_IS_EMAIL = one_of(_KIND, "email")
_INBOUND_CALL = _IS_CALL & one_of(text("CallType"), "Inbound")
_INBOUND_MAIL = _IS_EMAIL & contains(text("Subject"), r"\[in\]")
_DIALLED = there(text("CallObject"))
_BY_MACHINE = _DIALLED | there(text("CallDurationInSeconds")) | there(text("EmailMessageId"))
_SAID = worded(text("CallDisposition", "Call_Disposition__c", "SalesLoft1__Call_Disposition__c"), CALL_WORDS)
_DONE_AT = first(
    instant("CompletedDateTime"),
    on_the_same_day(instant("CreatedDate"), instant("ActivityDate")),
    instant("ActivityDate"),
    instant("CreatedDate"),
)
_CALL_TOKENS = tokens(token("call", KEY), token("call", text("CallObject")))
_CAPTURED_IF_DIALLED = where(_DIALLED, always("captured"), always("claimed"))
_PARTIES = {"account_id": WHAT_ACCOUNT, "contact_id": WHO, "deal_id": WHAT_DEAL, "occurred_at": _DONE_AT}

_EFFORT = {
    **_PARTIES,
    "rep_id": owner("OwnerId"),
    "kind": _KIND,
    "subkind": text("Type", "TaskSubtype"),
    "origin": where(there(SEQUENCE) | one_of(text("TaskSubtype"), "ListEmail"), always("sequence"), always("hand")),
    "template": SEQUENCE,
    "evidence": where(_BY_MACHINE, always("captured"), always("claimed")),
    "minutes": in_minutes("CallDurationInSeconds", per_minute=60.0),
    "reference": where(_IS_CALL, _CALL_TOKENS),
}

TASK: Final = Object(
    name="Task",
    signatures=(("Id", "WhoId", "Status"), ("Id", "WhatId", "Status"), ("Id", "TaskSubtype"), ("Id", "CallType")),
    row=ROW,
    moment=_DONE_AT,
    otherwise="open_task_without_deal",
    aside=(("series", flag("IsRecurrence")), ("copy_of_an_email", _IS_EMAIL & known("mail_of_task", KEY))),
    rules=(
        # Calls apart from the rest: they alone show from when on the dialler was there to see an answer.
        Rule(record="effort", when=_DONE & _IS_CALL & ~_INBOUND_CALL, channel="call", fields=_EFFORT),
        Rule(record="effort", when=_DONE & ~_IS_CALL & ~_INBOUND_MAIL, fields=_EFFORT),
        Rule(
            record="buyer_action",
            when=_DONE & _INBOUND_CALL,
            fields={
                **_PARTIES,
                "kind": always("called"),
                "subkind": text("CallDisposition", "Type"),
                "evidence": _CAPTURED_IF_DIALLED,
                "registered_by_id": owner("OwnerId"),
                "reference": _CALL_TOKENS,
            },
        ),
        Rule(
            record="buyer_action",
            when=_DONE & _INBOUND_MAIL,
            fields={
                **_PARTIES,
                "kind": always("replied"),
                "subkind": always("logged mail"),
                "evidence": always("claimed"),
                "registered_by_id": owner("OwnerId"),
            },
        ),
        Rule(
            record="buyer_action",
            when=_DONE & _IS_CALL & ~_INBOUND_CALL & one_of(_SAID, "answered", "declined"),
            channel="call",
            proves=True,
            fields={
                **_PARTIES,
                "source_id": prefixed("", KEY, "-answered"),
                "kind": always("answered_call"),
                "subkind": text("CallDisposition"),
                "evidence": _CAPTURED_IF_DIALLED,
                "registered_by_id": owner("OwnerId"),
                "refers_to": _CALL_TOKENS,
            },
        ),
        Rule(
            record="buyer_action",
            when=_DONE & _IS_CALL & one_of(_SAID, "declined"),
            fields={
                **_PARTIES,
                "source_id": prefixed("", KEY, "-declined"),
                "kind": always("declined"),
                "subkind": text("CallDisposition"),
                "evidence": always("claimed"),
                "registered_by_id": owner("OwnerId"),
                "refers_to": _CALL_TOKENS,
            },
        ),
        Rule(
            record="promise",
            when=~_DONE & there(WHAT_DEAL),
            fields={
                "deal_id": WHAT_DEAL,
                "by": always("seller"),
                "due_at": instant("ActivityDate"),
                "what": if_subjects_are_kept(text("Subject")),
            },
        ),
    ),
)

_START = first(instant("StartDateTime"), instant("ActivityDateTime"), instant("ActivityDate"))
_MEETING = token("meeting", KEY)

EVENT: Final = Object(
    name="Event",
    signatures=(
        ("Id", "StartDateTime"),
        ("Id", "ActivityDateTime"),
        ("Id", "EventSubtype"),
        ("Id", "DurationInMinutes"),
    ),
    row=ROW,
    moment=_START,
    aside=(
        ("copy_for_an_invitee", flag("IsChild")),
        ("series", flag("IsRecurrence")),
        ("private", flag("IsPrivate") & private_is_excluded()),
    ),
    rules=(
        Rule(
            record="effort",
            channel="calendar",
            fields={
                "rep_id": owner("OwnerId"),
                "account_id": WHAT_ACCOUNT,
                "contact_id": WHO,
                "deal_id": WHAT_DEAL,
                # Asking for a meeting is the effort: it precedes the answer, which precedes the meeting.
                "occurred_at": earliest(_START, instant("CreatedDate")),
                "kind": first(worded(text("Type"), {r"visit|on-?site": "visit"}), always("meeting")),
                "subkind": text("Type", "EventSubtype"),
                "evidence": where(known("answered_event", KEY), always("captured"), always("claimed")),
                "minutes": in_minutes("DurationInMinutes", per_minute=1.0),
                "reference": _MEETING,
            },
        ),
        Rule(
            record="buyer_action",
            when=flag("No_Show__c"),
            fields={
                "source_id": prefixed("", KEY, "-no-show"),
                "account_id": WHAT_ACCOUNT,
                "contact_id": WHO,
                "deal_id": WHAT_DEAL,
                "occurred_at": _START,
                "kind": always("no_show"),
                "evidence": always("claimed"),
                "registered_by_id": owner("OwnerId"),
                "refers_to": _MEETING,
            },
        ),
    ),
)

_ANSWER = mapped(text("Status", "Response"), {"Accepted": "accepted_meeting", "Declined": "declined_meeting"})
_BUYER = ident_of((CONTACT, LEAD), "RelationId")
_OURS = ident_of((USER,), "RelationId")
_TAKES_PART = there(_BUYER) | there(_OURS)

EVENT_RELATION: Final = Object(
    name="EventRelation",
    signatures=(
        ("EventId", "RelationId", "Status"),
        ("EventId", "RelationId", "RespondedDate"),
        ("EventId", "IsInvitee"),
    ),
    row=ROW,
    otherwise="related_record",
    aside=(("uninvited", one_of(text("Status"), "Uninvited")),),
    rules=(
        Rule(
            record="participant",
            when=_TAKES_PART,
            fields={
                "event_id": ident("EventId"),
                "event_type": always("effort"),
                "contact_id": _BUYER,
                "rep_id": _OURS,
                "role": always("attendee"),
            },
        ),
        Rule(
            record="buyer_action",
            when=there(_BUYER) & there(_ANSWER),
            channel="calendar",
            proves=True,
            fields={
                "source_id": prefixed("", KEY, "-answer"),
                "account_id": ident("AccountId"),
                "contact_id": _BUYER,
                "occurred_at": first(instant("RespondedDate"), instant("LastModifiedDate"), VERSION),
                "kind": _ANSWER,
                "evidence": always("captured"),
                "refers_to": token("meeting", ident("EventId")),
            },
        ),
    ),
)

WHO_RELATION: Final = Object(
    name="EventWhoRelation",
    names=("TaskWhoRelation",),
    signatures=(("EventId", "RelationId", "Type"), ("TaskId", "RelationId", "Type")),
    row=ROW,
    otherwise="related_record",
    # EventRelation says the same and more.
    aside=(("told_by_event_relation", there(text("EventId")) & folder_has("EventRelation")),),
    rules=(
        Rule(
            record="participant",
            when=there(_BUYER),
            fields={
                "event_id": ident("EventId", "TaskId"),
                "contact_id": _BUYER,
                "role": always("attendee"),
            },
        ),
    ),
)
