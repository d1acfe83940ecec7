"""HubSpot's e-mails: those that people wrote, and what its own mailing reports of those that it sent."""

from __future__ import annotations

from typing import Final

from answerback.sources.crm.addressees import addressees, rep_of
from answerback.sources.crm.expressions import (
    always,
    contains,
    first,
    first_outside,
    flag,
    instant,
    known,
    mapped,
    one_of,
    prefixed,
    text,
    there,
    token,
    tokens,
    where,
)
from answerback.sources.crm.rules import Object, Rule
from answerback.sources.crm.words import AUTO_HEADERS, REPLY_SUBJECT
from answerback.sources.hubspot.engagements import MOMENT, OWNER, takes_part
from answerback.sources.hubspot.words import CONTACT, CONTACTS, KEY, LABELS, PARTIES, ROW, SEQUENCE

_DIRECTION = text("email_direction", "direction")
_FROM = text("email_from_email", "email_sender_email", "from_email")
_SENDER = rep_of(_FROM)
_TO, _CC, _BCC = text("email_to_email", "to_email"), text("email_cc_email"), text("email_bcc_email")
_OUTSIDE_SENDER = there(first_outside(_FROM))
_INCOMING = contains(_DIRECTION, "incoming") | (contains(_DIRECTION, "forwarded") & _OUTSIDE_SENDER)
_STATUS = text("email_status", "status", "email_post_send_status")
_SUBJECT = text("email_subject", "subject")
_OWN = tokens(token("message", text("email_message_id")), token("message", prefixed("hs-", KEY)))
_ANSWERED = token("message", prefixed("hs-", text("in_reply_to_engagement_id", "email_in_reply_to_engagement_id")))
_THREAD = token("thread", text("email_thread_id"))
_ONLY_OURS = ~_INCOMING & contains(_TO, "@") & ~there(first_outside(_TO, _CC, _BCC)) & ~there(CONTACT)
_FROM_US = contains(_DIRECTION, "incoming") & there(_SENDER)

_KIND = where(
    flag("incoming_email_is_out_of_office"),
    always("out_of_office"),
    where(
        contains(text("email_headers"), AUTO_HEADERS),
        always("auto_replied"),
        where(
            there(_ANSWERED) | contains(_SUBJECT, REPLY_SUBJECT) | contains(text("email_headers"), "in-reply-to"),
            always("replied"),
            always("inquired"),
        ),
    ),
)

EMAIL: Final = Object(
    name="email",
    names=("emails", "engagement_email"),
    signatures=(
        ("engagement_id", "timestamp"),
        ("id", "timestamp", "email_direction"),
        ("id", "email_direction"),
        ("id", "email_direction", "email_from_email"),
        ("object_id", "email_direction"),
        ("id", "timestamp", "email_subject"),
    ),
    row=ROW,
    moment=MOMENT,
    labels={
        "emailsendstatus": "emailstatus",
        "sendstatus": "emailstatus",
        "emailfromaddress": "emailfromemail",
        "fromemailaddress": "emailfromemail",
        "emailtoaddress": "emailtoemail",
        "toemailaddress": "emailtoemail",
        "emailccaddress": "emailccemail",
        "emailbccaddress": "emailbccemail",
        "emailsubjectline": "emailsubject",
        **LABELS,
    },
    aside=(
        ("not_sent", ~_INCOMING & one_of(_STATUS, "scheduled", "failed", "pending", "draft", "cancelled", "canceled")),
        ("internal_mail", _ONLY_OURS | _FROM_US),
    ),
    rules=(
        Rule(
            record="effort",
            when=~_INCOMING,
            channel="email",
            fields={
                **PARTIES,
                "contact_id": first(CONTACT, first_outside(_TO, _CC, _BCC)),
                "rep_id": first(_SENDER, OWNER),
                "occurred_at": MOMENT,
                "kind": always("email"),
                "origin": where(there(SEQUENCE), always("sequence"), always("hand")),
                "template": first(SEQUENCE, text("template_id", "email_template_id")),
                "evidence": always("captured"),
                "reference": _OWN,
                "refers_to": _ANSWERED,
                "about": _THREAD,
            },
        ),
        Rule(
            record="buyer_action",
            when=_INCOMING,
            channel="email",
            proves=True,
            fields={
                **PARTIES,
                "contact_id": first(first_outside(_FROM), CONTACT),
                "occurred_at": MOMENT,
                "kind": _KIND,
                "subkind": where(one_of(_KIND, "inquired"), always("new_mail")),
                "evidence": always("captured"),
                "reference": _OWN,
                "refers_to": _ANSWERED,
                "about": _THREAD,
            },
        ),
        Rule(
            record="buyer_action",
            when=~_INCOMING & one_of(_STATUS, "bounced"),
            fields={
                **PARTIES,
                "source_id": prefixed("", KEY, "-bounced"),
                "contact_id": first(CONTACT, first_outside(_TO, _CC, _BCC)),
                "occurred_at": MOMENT,
                "kind": always("bounced"),
                "evidence": always("captured"),
                "refers_to": _OWN,
            },
        ),
        takes_part(),
        *addressees(_FROM, role="from", event=KEY, when=_INCOMING, takes_part=~there(CONTACTS)),
        *addressees(_TO, role="to", event=KEY, when=~_INCOMING, takes_part=~there(CONTACTS)),
        *addressees(_CC, role="cc", event=KEY, when=~_INCOMING, takes_part=~there(CONTACTS)),
    ),
)

_EVENT_KIND = mapped(
    text("type"),
    {
        "OPEN": "opened",
        "CLICK": "clicked",
        "BOUNCE": "bounced",
        "SPAMREPORT": "complained",
        "SPAM_REPORT": "complained",
    },
)
_UNSUBSCRIBED = one_of(text("type"), "STATUSCHANGE", "UNSUBSCRIBED") & known("unsubscribed_event", KEY)

EMAIL_EVENT: Final = Object(
    name="email_event",
    names=("email_events",),
    signatures=(("id", "type", "recipient"),),
    row=ROW,
    # Sent, delivered, deferred, dropped, processed: what the mailing did, not what a buyer did.
    otherwise="mailing_event",
    aside=(("filtered_event", flag("filtered_event")),),
    rules=(
        Rule(
            record="buyer_action",
            when=there(_EVENT_KIND) | _UNSUBSCRIBED,
            fields={
                "contact_id": first_outside(text("recipient")),
                "occurred_at": first(instant("created"), instant("created_at"), instant("timestamp")),
                "kind": where(_UNSUBSCRIBED, always("unsubscribed"), _EVENT_KIND),
                "subkind": always("mailing"),
                "evidence": always("captured"),
            },
        ),
        *addressees(
            text("recipient"),
            role="to",
            event=KEY,
            when=there(_EVENT_KIND) | _UNSUBSCRIBED,
            takes_part=~there(KEY),
        ),
    ),
)

EMAIL_STATUS_CHANGE: Final = Object(
    name="email_event_status_change",
    signatures=(("id", "portal_subscription_status"),),
    row=ROW,
    otherwise="detail_of_a_mailing_event",
)

EMAIL_DETAILS: Final = tuple(
    Object(
        name=f"email_event_{each}",
        signatures=(("id",),),
        row=ROW,
        otherwise="detail_of_a_mailing_event",
    )
    for each in (
        "bounce", "click", "deferred", "delivered", "dropped", "forward", "open", "print", "sent", "spam_report",
    )
)  # fmt: skip
