"""What a mail is for us: an effort, a buyer's act or a known non-event, told from its envelope and its signs.

The rules are those of `docs/lookup/sources/mailbox.md`, in the same order. Each mail gets exactly one judgement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from answerback.domain.kinds import ActionKind, Origin, Stance
from answerback.sources.mailbox.envelope import Envelope
from answerback.sources.mailbox.headers import Headers
from answerback.sources.mailbox.replies import Label, label_of
from answerback.sources.mailbox.settings import Settings
from answerback.sources.mailbox.signs import Sign, is_robot, is_sequence, list_addresses, sign_of
from answerback.sources.mailbox.structure import Part, calendar_part


@dataclass(frozen=True, slots=True)
class Effort:
    """One of our own people wrote to somebody outside."""

    subkind: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Action:
    """Somebody outside did something."""

    kind: ActionKind
    subkind: str = ""
    stance: Stance | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation, an answer to one or a cancellation: what it says stands in its calendar part."""

    part: Part


@dataclass(frozen=True, slots=True)
class Known:
    """Understood, and no record: the kind under which it is counted."""

    kind: str


Judgement = Effort | Action | Invitation | Known

_NOTICES: Final = {Sign.READ_RECEIPT: "read_receipt", Sign.ABUSE_REPORT: "abuse_report"}
_AUTOMATIC: Final[dict[Sign, Judgement]] = {
    Sign.OUT_OF_OFFICE: Action(ActionKind.OUT_OF_OFFICE),
    Sign.AUTO_REPLY: Action(ActionKind.AUTO_REPLIED),
    Sign.MACHINE: Known("machine"),
}
_UNSUBSCRIBE: Final = re.compile(
    r"\s*(?:unsubscribe|abmelden|uitschrijven|opt[ -]?out)\b[\s:.!-]*\S{0,80}\s*$", re.IGNORECASE
)


def judged(headers: Headers, body: bytes | None, envelope: Envelope, settings: Settings) -> Judgement:
    """What the mail is. A bounce is an act here; whether of a known party is for whoever reads the report."""
    sign = sign_of(headers, envelope.sender.address, envelope.subject, answers=bool(envelope.answers))
    if sign in _NOTICES:
        return Known(_NOTICES[sign])
    if sign is Sign.BOUNCE:
        ours = envelope.inside or envelope.sender_rep is not None
        return Action(ActionKind.BOUNCED) if ours else Known("not_ours")
    part = calendar_part(headers, body)
    if part is not None:
        return Invitation(part) if envelope.inside or envelope.sender_rep is not None else Known("not_ours")
    if sign is Sign.LIST and (settings.keep_lists or _is_own_list(headers, settings)):
        sign = Sign.ORDINARY
    if envelope.sender_rep is not None:
        return _outgoing(headers, envelope, sign, settings)
    return _incoming(headers, body, envelope, sign, settings)


def _outgoing(headers: Headers, envelope: Envelope, sign: Sign, settings: Settings) -> Judgement:
    if sign in (Sign.OUT_OF_OFFICE, Sign.AUTO_REPLY):
        return Known("own_auto_reply")
    if sign is Sign.MACHINE and is_robot(envelope.sender.address):
        return Known("machine")
    if not envelope.outside and not (settings.keep_lists and not envelope.inside):
        return Known("internal" if envelope.inside else "no_recipient")
    if sign is Sign.LIST and list_addresses(headers):
        return Known("list")
    subkind = "reply" if envelope.is_reply else "forward" if envelope.is_forward else "new_mail"
    by_tool = is_sequence(headers) and not (settings.keep_lists and list_addresses(headers))
    return Effort(subkind, Origin.SEQUENCE if by_tool else Origin.HAND)


def _incoming(headers: Headers, body: bytes | None, envelope: Envelope, sign: Sign, settings: Settings) -> Judgement:
    if sign is Sign.LIST:
        return Known("list")
    if not envelope.inside and not settings.keep_lists:
        return Known("not_ours")
    if sign in _AUTOMATIC:
        return _AUTOMATIC[sign]
    return _written(headers, body, envelope, settings)


def _written(headers: Headers, body: bytes | None, envelope: Envelope, settings: Settings) -> Action:
    """What somebody outside did by writing this mail to us."""
    if _UNSUBSCRIBE.match(envelope.subject):
        return Action(ActionKind.UNSUBSCRIBED, "by_mail")
    if envelope.outside and (envelope.is_forward or "x-forwarded-message-id" in headers):
        return Action(ActionKind.FORWARDED, "to_outside_party")
    if not envelope.is_reply:
        return Action(ActionKind.INQUIRED, "forward" if envelope.is_forward else "new_mail")
    subkind = "reply" if envelope.answers else "reply_by_subject"
    if settings.read_replies:
        return _read(Action(ActionKind.REPLIED, subkind), headers, body)
    return Action(ActionKind.REPLIED, subkind)


def _read(reply: Action, headers: Headers, body: bytes | None) -> Action:
    label = label_of(headers, body or b"")
    if label is Label.REFUSAL:
        return Action(ActionKind.REPLIED, "refusal", Stance.RETREAT)
    return Action(ActionKind.ASKED, "question") if label is Label.QUESTION else reply


def _is_own_list(headers: Headers, settings: Settings) -> bool:
    """Whether the list is ours, such as a group address of the sales team: what comes through it comes to us."""
    rep_of = settings.sellers.rep_of
    return any(rep_of(each if "@" in each else f"list@{each}") is not None for each in list_addresses(headers))
