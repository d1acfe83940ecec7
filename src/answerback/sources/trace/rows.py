"""A message trace's rows: usually one for each recipient of a mail, in some reports one for each mail.

Rows are put in order by message, so that a mail to several is one effort with several participants. Only parties that
the playbook lets in become records: the rest is counted. Subjects are looked at to tell an answer from a new mail, and
dropped.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from answerback.sources.crm import values
from answerback.sources.crm.addressees import addressees, rep_of
from answerback.sources.crm.expressions import (
    Expr,
    always,
    before_in_group,
    contains,
    first,
    first_outside,
    instant,
    joined,
    over_uniques,
    prefixed,
    same,
    text,
    there,
    token,
    where,
)
from answerback.sources.crm.frame import Frame, first_of_each, outside, split
from answerback.sources.crm.rules import Object, Row, Rule
from answerback.sources.crm.words import REPLY_SUBJECT


def _without_status(part: Expr) -> Expr:
    """`a@x.example##Receive, Deliver;b@y.example##Receive, Send` as a list of addresses."""
    return Expr(lambda frame: pc.replace_substring_regex(part.of(frame), r"##[^;]*", ""))


def _let_in(frame: Frame, address: str) -> str | None:
    world = frame.world
    party = world.party(address)
    return address if party and world.knows(party) and not world.excludes(address) else None


def _parties(part: Expr) -> Expr:
    """Every outside party in a column that may enter the log, as a list in one cell."""

    def of(frame: Frame) -> Any:
        rows, found = outside(frame, part.of(frame))
        kept = over_uniques(Expr(lambda _: found), _let_in).of(frame)
        wanted = pc.is_valid(kept)
        lists: list[list[str]] = [[] for _ in range(len(frame))]
        for row, address in zip(
            rows[wanted.to_numpy(zero_copy_only=False)], kept.filter(wanted).to_pylist(), strict=True
        ):
            lists[row].append(address)
        return pa.array([";".join(each) or None for each in lists], pa.string())

    return Expr(of)


def _first_of_ours(part: Expr) -> Expr:
    """The first address in a column that is one of ours, as the rep that it belongs to."""

    def of(frame: Frame) -> Any:
        rows, found = split(part.of(frame), r"[;,\s]+")
        reps = rep_of(Expr(lambda _: found)).of(frame)
        kept = pc.is_valid(reps)
        return first_of_each(rows[kept.to_numpy(zero_copy_only=False)], reps.filter(kept), len(frame))

    return Expr(of)


_MESSAGE = Expr(
    lambda frame: values.cleaned(
        pc.replace_substring_regex(text("MessageId", "internet_message_id").of(frame), r"[<>\s]+", "")
    )
)
_SENT_AT = first(instant("Received"), instant("origin_timestamp_utc"), instant("date_time_utc"), instant("date_time"))
_SENDER = text("SenderAddress", "sender", "return_path")
_RECIPIENTS = _without_status(text("RecipientAddress", "recipient_status", "recipients", "recipient"))
_STATUS = text("Status", "delivery_status", "event_id", "recipient_status")
_SUBJECT = text("Subject", "message_subject")

_REP = rep_of(_SENDER)
_OURS = _first_of_ours(_RECIPIENTS)
_WRITER = _parties(_SENDER)
_READERS = _parties(_RECIPIENTS)
_READER = first_outside(_READERS)
_OUTGOING = there(_REP)
_LATER_ROW = there(_MESSAGE) & same(_MESSAGE, before_in_group(_MESSAGE, _MESSAGE))
_FAILED = contains(_STATUS, r"^fail|, ?fail\b")

_PROGRAM = r"^(postmaster|mailer-daemon|microsoftexchange[0-9a-f]*|no-?reply|do-?not-?reply|bounces?)[@+-]"
_AUTOMATIC = (
    r"^\s*(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office|abwesenheits|automatische antwort|"
    r"r[eé]ponse automatique|respuesta autom|risposta automatica|automatisch antwoord|autosvar)"
)
_CALENDAR = (
    r"^\s*(accepted|declined|tentative|tentatively accepted|cancell?ed|invitation|zugesagt|abgelehnt|abgesagt|"
    r"accept[eé]|refus[eé]|aceptad[oa]|rechazad[oa])\s*:"
)

_KIND = where(
    contains(_SUBJECT, _AUTOMATIC),
    always("auto_replied"),
    where(
        ~there(_SUBJECT) | contains(_SUBJECT, REPLY_SUBJECT),
        always("replied"),
        always("inquired"),
    ),
)
_TOKEN = token("message", _MESSAGE)
_PER_ROW = joined(_MESSAGE, first(_READER, _OURS, always("-")))

TRACE: Final = Object(
    name="message_trace",
    names=("trace", "messagetrace", "message_trace_report", "mtsummary", "mtdetails"),
    signatures=(
        ("MessageId", "SenderAddress", "RecipientAddress"),
        ("message_id", "sender_address", "recipient_status"),
        ("internet_message_id", "sender", "recipient"),
    ),
    row=Row(
        key=_MESSAGE,
        version=Expr(lambda frame: pa.nulls(len(frame), values.INSTANT)),
        deleted=~there(always("")),
    ),
    moment=_SENT_AT,
    order=(_MESSAGE, _SENT_AT),
    aside=(
        (
            "not_an_end",
            contains(_STATUS, r"^(expand|pending|getting ?status|resolved|none|receive|submit|transfer|defer)")
            & ~contains(_STATUS, r"##|deliver|, ?send|, ?fail"),
        ),
        ("spam", contains(_STATUS, "spam|quarantin")),
        ("automatic_mail", contains(_SENDER, _PROGRAM)),
        ("calendar_mail", contains(_SUBJECT, _CALENDAR)),
        ("automatic_mail", _OUTGOING & contains(_SUBJECT, _AUTOMATIC)),
        ("internal_mail", _OUTGOING & ~there(first_outside(_RECIPIENTS)) & contains(_RECIPIENTS, "@")),
        ("neither_side_ours", ~_OUTGOING & ~there(_OURS)),
        ("unknown_outside_party", (_OUTGOING & ~there(_READER)) | (~_OUTGOING & ~there(_WRITER))),
    ),
    rules=(
        Rule(
            record="effort",
            when=_OUTGOING & ~_LATER_ROW,
            channel="email",
            fields={
                "rep_id": _REP,
                "contact_id": _READER,
                "occurred_at": _SENT_AT,
                "kind": always("email"),
                "evidence": always("captured"),
                "reference": _TOKEN,
            },
        ),
        Rule(
            record="buyer_action",
            when=~_OUTGOING & ~_LATER_ROW,
            channel="email",
            proves=True,
            fields={
                "contact_id": first_outside(_WRITER),
                "occurred_at": _SENT_AT,
                "kind": _KIND,
                "subkind": where(contains(_KIND, "inquired"), always("new_mail")),
                "evidence": always("captured"),
                "reference": _TOKEN,
            },
        ),
        Rule(
            record="participant",
            fields={
                "source_id": _PER_ROW,
                "event_id": _MESSAGE,
                "contact_id": where(_OUTGOING, _READER),
                "rep_id": where(~_OUTGOING, _OURS),
                "role": always("to"),
            },
        ),
        Rule(
            record="buyer_action",
            when=_OUTGOING & _FAILED,
            fields={
                "source_id": prefixed("", _PER_ROW, "-bounced"),
                "contact_id": _READER,
                "occurred_at": _SENT_AT,
                "kind": always("bounced"),
                "evidence": always("captured"),
                "refers_to": _TOKEN,
            },
        ),
        *addressees(_WRITER, role="from", event=_MESSAGE, when=~_OUTGOING, takes_part=~there(_MESSAGE)),
        *addressees(_READERS, role="to", event=_MESSAGE, when=_OUTGOING, takes_part=contains(_READERS, ";")),
    ),
)
