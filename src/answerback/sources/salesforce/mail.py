"""Salesforce's e-mails: `EmailMessage` and who stood in which of its headers."""

from __future__ import annotations

from typing import Final

from answerback.sources.crm.addressees import addressees, rep_of
from answerback.sources.crm.expressions import (
    Expr,
    always,
    contains,
    first,
    first_outside,
    flag,
    folder_has,
    instant,
    lowered,
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
from answerback.sources.salesforce.ids import ACCOUNT, CONTACT, DEAL, LEAD, USER, ident, ident_of, owner
from answerback.sources.salesforce.words import KEY, ROW, SEQUENCE

_INCOMING = flag("Incoming")
_SENT_AT = first(instant("MessageDate"), instant("CreatedDate"))
_FROM = text("FromAddress")
_SENDER = rep_of(_FROM)
_RECIPIENTS = (text("ToAddress"), text("CcAddress"), text("BccAddress"))
_OWN = tokens(token("message", text("MessageIdentifier")), token("message", prefixed("sf-", KEY)))
_ANSWERED = token("message", prefixed("sf-", ident("ReplyToEmailMessageId")))
_THREAD = token("thread", text("ThreadIdentifier", "ThreadId"))
_ABOUT = {
    "account_id": ident_of((ACCOUNT,), "RelatedToId"),
    "deal_id": ident_of((DEAL,), "RelatedToId"),
    "occurred_at": _SENT_AT,
}


_ANY_ADDRESS = contains(first(*_RECIPIENTS), "@")
_ONLY_OURS = ~_INCOMING & _ANY_ADDRESS & ~there(first_outside(*_RECIPIENTS))
_FROM_US = _INCOMING & there(_SENDER)


_KIND = where(
    contains(text("Headers"), AUTO_HEADERS),
    always("auto_replied"),
    where(
        there(_ANSWERED)
        | contains(text("Headers"), r"(?m)^(in-reply-to|references):")
        | contains(text("Subject"), REPLY_SUBJECT),
        always("replied"),
        always("inquired"),
    ),
)


def _listed_in(header: Expr, role: str, when: Expr) -> tuple[Rule, ...]:
    return addressees(header, role=role, event=KEY, when=when, takes_part=~folder_has("EmailMessageRelation"))


EMAIL_MESSAGE: Final = Object(
    name="EmailMessage",
    signatures=(("Id", "Incoming"), ("Id", "FromAddress", "MessageDate"), ("Id", "MessageIdentifier")),
    row=ROW,
    moment=_SENT_AT,
    aside=(
        # The codes of the picklist, as the API gives them, or its words.
        ("draft", one_of(text("Status"), "5", "Draft")),
        ("internal_mail", _ONLY_OURS | _FROM_US),
    ),
    rules=(
        Rule(
            record="effort",
            when=~_INCOMING,
            channel="email",
            fields={
                **_ABOUT,
                "rep_id": first(_SENDER, owner("CreatedById")),
                "contact_id": first_outside(*_RECIPIENTS),
                "kind": always("email"),
                "origin": where(there(SEQUENCE), always("sequence"), always("hand")),
                "template": first(SEQUENCE, ident("EmailTemplateId")),
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
                **_ABOUT,
                "contact_id": first_outside(_FROM),
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
            when=~_INCOMING & flag("IsBounced"),
            fields={
                **_ABOUT,
                "source_id": prefixed("", KEY, "-bounced"),
                "contact_id": first_outside(*_RECIPIENTS),
                "kind": always("bounced"),
                "evidence": always("captured"),
                "refers_to": _OWN,
            },
        ),
        *_listed_in(_FROM, "from", _INCOMING),
        *_listed_in(text("ToAddress"), "to", ~_INCOMING),
        *_listed_in(text("CcAddress"), "cc", ~_INCOMING),
    ),
)

_BUYER = first(ident_of((CONTACT, LEAD), "RelationId"), first_outside(text("RelationAddress")))
_OURS = first(ident_of((USER,), "RelationId"), rep_of(lowered(text("RelationAddress"))))

EMAIL_MESSAGE_RELATION: Final = Object(
    name="EmailMessageRelation",
    signatures=(("EmailMessageId", "RelationType"), ("EmailMessageId", "RelationAddress")),
    row=ROW,
    otherwise="related_record",
    rules=(
        Rule(
            record="participant",
            when=there(_BUYER) | there(_OURS),
            fields={
                "event_id": ident("EmailMessageId"),
                "contact_id": where(~there(_OURS), _BUYER),
                "rep_id": _OURS,
                "role": mapped(
                    text("RelationType"),
                    {"FromAddress": "from", "ToAddress": "to", "CcAddress": "cc", "BccAddress": "bcc"},
                ),
            },
        ),
    ),
)
