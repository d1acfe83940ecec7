"""HubSpot's activities: calls, meetings, messages, tasks, notes, and what they are associated with."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from answerback.sources.crm.expressions import (
    ITEM,
    always,
    contains,
    each_listed,
    earliest,
    first,
    if_subjects_are_kept,
    in_minutes,
    instant,
    joined,
    mapped,
    minutes_between,
    one_of,
    prefixed,
    text,
    there,
    token,
    tokens,
    where,
    worded,
)
from answerback.sources.crm.rules import Object, Rule
from answerback.sources.crm.words import CALL_WORDS
from answerback.sources.hubspot.words import (
    CONTACTS,
    DEAL,
    DISPOSITION_NAMES,
    DISPOSITIONS,
    KEY,
    LABELS,
    PARTIES,
    ROW,
    SEQUENCE,
    person,
)

OWNER: Final = person("hubspot_owner_id", "owner_id")
MOMENT: Final = first(instant("timestamp"), instant("createdate"), instant("created_at"))


_EACH_CONTACT = each_listed(CONTACTS)


def takes_part() -> Rule:
    """Everybody whom the screen's export lists beside the activity."""
    return Rule(
        record="participant",
        when=there(CONTACTS),
        each=_EACH_CONTACT,
        fields={
            "source_id": joined(KEY, ITEM),
            "event_id": KEY,
            "contact_id": ITEM,
            "role": always("attendee"),
        },
    )


_DISPOSITION = text("call_disposition", "disposition")
_SAID = first(mapped(_DISPOSITION, DISPOSITIONS), worded(_DISPOSITION, CALL_WORDS))
_SAID_SO = first(mapped(_DISPOSITION, DISPOSITION_NAMES), _DISPOSITION)
_INBOUND = contains(text("call_direction"), "inbound")
_BY_MACHINE = there(
    text("call_external_id", "external_id", "call_recording_url", "recording_url", "call_app_id", "call_source")
)
_EVIDENCE = where(_BY_MACHINE, always("captured"), always("claimed"))
_CALL = tokens(token("call", prefixed("hs-", KEY)), token("call", text("call_external_id", "external_id")))

CALL: Final = Object(
    name="call",
    names=("calls", "engagement_call"),
    signatures=(
        ("engagement_id", "timestamp"),
        ("id", "timestamp", "call_direction"),
        ("id", "timestamp", "call_disposition"),
        ("id", "timestamp", "call_duration"),
        ("object_id", "timestamp"),
    ),
    row=ROW,
    moment=MOMENT,
    labels={
        "calloutcome": "calldisposition",
        "calloutcomes": "calldisposition",
        "recordingurl": "callrecordingurl",
        **LABELS,
    },
    rules=(
        Rule(
            record="effort",
            when=~_INBOUND,
            channel="call",
            fields={
                **PARTIES,
                "rep_id": OWNER,
                "occurred_at": MOMENT,
                "kind": always("call"),
                "subkind": _SAID_SO,
                "origin": where(there(SEQUENCE), always("sequence"), always("hand")),
                "template": SEQUENCE,
                "evidence": _EVIDENCE,
                "minutes": in_minutes("call_duration", "duration_milliseconds", per_minute=60_000.0),
                "reference": _CALL,
            },
        ),
        Rule(
            record="buyer_action",
            when=_INBOUND,
            fields={
                **PARTIES,
                "occurred_at": MOMENT,
                "kind": always("called"),
                "subkind": _SAID_SO,
                "evidence": _EVIDENCE,
                "registered_by_id": OWNER,
                "reference": _CALL,
            },
        ),
        Rule(
            record="buyer_action",
            when=~_INBOUND & one_of(_SAID, "answered", "declined"),
            channel="call",
            proves=True,
            fields={
                **PARTIES,
                "source_id": prefixed("", KEY, "-answered"),
                "occurred_at": MOMENT,
                "kind": always("answered_call"),
                "subkind": _SAID_SO,
                "evidence": _EVIDENCE,
                "registered_by_id": OWNER,
                "refers_to": _CALL,
            },
        ),
        Rule(
            record="buyer_action",
            when=~_INBOUND & one_of(_SAID, "declined"),
            fields={
                **PARTIES,
                "source_id": prefixed("", KEY, "-declined"),
                "occurred_at": MOMENT,
                "kind": always("declined"),
                "subkind": _SAID_SO,
                "evidence": always("claimed"),
                "registered_by_id": OWNER,
                "refers_to": _CALL,
            },
        ),
        takes_part(),
    ),
)

_START = first(instant("meeting_start_time"), instant("start_time"), instant("timestamp"))
_END = first(instant("meeting_end_time"), instant("end_time"))
_ASKED = earliest(_START, first(instant("createdate"), instant("created_at"), _START))
_OUTCOME = text("meeting_outcome")
_BOOKED_BY_BUYER = there(text("created_from_link_id", "meeting_created_from_link_id"))
_MEETING = tokens(token("meeting", prefixed("hs-", KEY)), token("meeting", text("i_cal_uid", "meeting_ical_uid")))

MEETING: Final = Object(
    name="meeting",
    names=("meetings", "engagement_meeting"),
    signatures=(
        ("engagement_id", "start_time"),
        ("engagement_id", "meeting_start_time"),
        ("engagement_id", "meeting_outcome"),
        ("id", "meeting_outcome"),
        ("id", "meeting_start_time", "meeting_outcome"),
        ("id", "meeting_start_time"),
        ("object_id", "meeting_start_time"),
    ),
    row=ROW,
    moment=_START,
    labels=LABELS,
    rules=(
        Rule(
            record="effort",
            when=~_BOOKED_BY_BUYER,
            channel="calendar",
            fields={
                **PARTIES,
                "rep_id": OWNER,
                "occurred_at": _ASKED,
                "kind": always("meeting"),
                "subkind": text("activity_type", "meeting_type"),
                "evidence": always("claimed"),
                "minutes": minutes_between(_START, _END),
                "reference": _MEETING,
            },
        ),
        Rule(
            # The buyer chose a time on the rep's booking page: their own act, and the rep's invitation is the link.
            record="buyer_action",
            when=_BOOKED_BY_BUYER,
            fields={
                **PARTIES,
                "occurred_at": _ASKED,
                "kind": always("accepted_meeting"),
                "subkind": always("booked through a link"),
                "evidence": always("captured"),
                "reference": _MEETING,
            },
        ),
        Rule(
            record="buyer_action",
            when=one_of(_OUTCOME, "completed", "no_show", "no show"),
            fields={
                **PARTIES,
                "source_id": prefixed("", KEY, "-outcome"),
                "occurred_at": _START,
                "kind": where(one_of(_OUTCOME, "completed"), always("attended"), always("no_show")),
                # The rep types the outcome in.
                "evidence": always("claimed"),
                "registered_by_id": OWNER,
                "refers_to": _MEETING,
            },
        ),
        takes_part(),
    ),
)

COMMUNICATION: Final = Object(
    name="communication",
    names=("communications", "engagement_communication"),
    signatures=(
        ("engagement_id", "timestamp"),
        ("id", "communication_channel_type"),
        ("object_id", "communication_channel_type"),
    ),
    row=ROW,
    moment=MOMENT,
    labels={"channeltype": "communicationchanneltype", **LABELS},
    rules=(
        Rule(
            record="effort",
            fields={
                **PARTIES,
                "rep_id": OWNER,
                "occurred_at": MOMENT,
                "kind": always("message"),
                "subkind": text("communication_channel_type"),
                "evidence": always("claimed"),
            },
        ),
        takes_part(),
    ),
)

_TASK_DONE = contains(text("task_status"), "completed")
_DONE_AT = first(instant("task_completion_date"), instant("timestamp"), instant("createdate"))

TASK: Final = Object(
    name="task",
    names=("tasks", "engagement_task"),
    signatures=(
        ("engagement_id", "timestamp"),
        ("id", "task_status"),
        ("object_id", "task_status"),
        ("id", "task_type"),
    ),
    row=ROW,
    moment=_DONE_AT,
    otherwise="open_task_without_deal",
    labels={"duedate": "timestamp", "completedat": "taskcompletiondate", "tasktitle": "tasksubject", **LABELS},
    rules=(
        Rule(
            # A call or mail that a task asked for is logged as one of its own: the task stays a task.
            record="effort",
            when=_TASK_DONE,
            fields={
                **PARTIES,
                "rep_id": OWNER,
                "occurred_at": _DONE_AT,
                "kind": always("task"),
                "subkind": text("task_type"),
                "origin": where(there(SEQUENCE), always("sequence"), always("hand")),
                "template": SEQUENCE,
                "evidence": always("claimed"),
            },
        ),
        Rule(
            record="promise",
            when=~_TASK_DONE & there(DEAL),
            fields={
                "deal_id": DEAL,
                "by": always("seller"),
                "due_at": instant("timestamp"),
                "what": if_subjects_are_kept(text("task_subject")),
            },
        ),
    ),
)

NOTE: Final = Object(
    name="note",
    names=("notes", "engagement_note"),
    signatures=(("engagement_id", "timestamp"), ("id", "note_body"), ("object_id", "note_body"), ("id", "timestamp")),
    row=ROW,
    labels=LABELS,
    otherwise="note",
)

ENGAGEMENT: Final = Object(
    name="engagement",
    names=("engagements",),
    signatures=(("id", "type", "portal_id"), ("id", "type")),
    row=ROW,
    otherwise="told_by_its_kind",
)

_WITH_CONTACT = text("engagement_id")
ENGAGEMENT_CONTACT: Final = Object(
    name="engagement_contact",
    signatures=(("engagement_id", "contact_id"),),
    row=replace(ROW, key=joined(_WITH_CONTACT, text("contact_id"))),
    aside=(("association_of_no_event", one_of(text("engagement_type"), "note", "task")),),
    rules=(
        Rule(
            record="participant",
            fields={
                "event_id": _WITH_CONTACT,
                "contact_id": text("contact_id"),
                "role": always("attendee"),
            },
        ),
    ),
)


def _association(one: str, other: str) -> Object:
    """Which belongs to which, where that is read before everything else and makes no record of its own."""
    return Object(
        name=f"{one}_{other}",
        signatures=((f"{one}_id", f"{other}_id"),),
        row=replace(ROW, key=joined(text(f"{one}_id"), text(f"{other}_id"))),
        otherwise="association",
    )


ASSOCIATIONS: Final = tuple(
    _association(one, other)
    for one, other in (
        ("engagement", "company"),
        ("engagement", "deal"),
        ("deal", "company"),
        ("deal", "contact"),
        ("contact", "company"),
        ("ticket", "company"),
        ("ticket", "contact"),
        ("ticket", "deal"),
        ("ticket", "engagement"),
    )
)
