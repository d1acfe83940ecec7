"""The closed lists of the trade: kinds of effort and of buyer action, stances, grades, bases and outcome states.

Sources may keep what they know better in `subkind`; nothing outside these lists enters the log as a kind.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class EffortKind(StrEnum):
    """The channel of an effort: what a rep did toward buyers."""

    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    PROPOSAL = "proposal"
    CONTENT = "content"
    VISIT = "visit"
    MESSAGE = "message"
    TASK = "task"


class Stance(StrEnum):
    """Whether an act moved the buyer forward, neither way, or back."""

    ADVANCE = "advance"
    NEUTRAL = "neutral"
    RETREAT = "retreat"


class ActionKind(StrEnum):
    """What a buyer did. The last five are kept for reference and never count."""

    INQUIRED = "inquired"
    ANSWERED_CALL = "answered_call"
    CALLED = "called"
    ACCEPTED_MEETING = "accepted_meeting"
    ATTENDED = "attended"
    REQUESTED_OFFER = "requested_offer"
    RETURNED_OFFER = "returned_offer"
    INTRODUCED = "introduced"
    VIEWED_DOCUMENT = "viewed_document"
    FINISHED_STEP = "finished_step"
    CONFIRMED_STAGE = "confirmed_stage"
    SIGNED = "signed"
    PAID = "paid"
    REFERRED = "referred"
    REPLIED = "replied"
    ASKED = "asked"
    FORWARDED = "forwarded"
    OPENED_ROOM = "opened_room"
    RESCHEDULED = "rescheduled"
    DELEGATED = "delegated"
    DECLINED = "declined"
    DECLINED_MEETING = "declined_meeting"
    NO_SHOW = "no_show"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"
    AUTO_REPLIED = "auto_replied"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCED = "bounced"


_ADVANCE = "inquired answered_call called accepted_meeting attended requested_offer returned_offer introduced \
viewed_document finished_step confirmed_stage signed paid referred"
_NEUTRAL = "replied asked forwarded opened_room rescheduled delegated"
_RETREAT = "declined declined_meeting no_show unsubscribed complained"

NEVER_COUNTED: frozenset[ActionKind] = frozenset(
    ActionKind(kind) for kind in ("opened", "clicked", "auto_replied", "out_of_office", "bounced")
)
"""Kinds that are kept for reference and are never a buyer's act."""

DEFAULT_STANCE: MappingProxyType[ActionKind, Stance] = MappingProxyType(
    {ActionKind(kind): Stance.ADVANCE for kind in _ADVANCE.split()}
    | {ActionKind(kind): Stance.NEUTRAL for kind in _NEUTRAL.split()}
    | {ActionKind(kind): Stance.RETREAT for kind in _RETREAT.split()}
    | dict.fromkeys(NEVER_COUNTED, Stance.NEUTRAL)
)
"""The stance of a kind where the record states none."""


class Evidence(StrEnum):
    """`captured`: recorded by a system that the person acted in. `claimed`: typed in afterwards."""

    CAPTURED = "captured"
    CLAIMED = "claimed"


class YesNo(StrEnum):
    """Whether something is so."""

    YES = "yes"
    NO = "no"


class Origin(StrEnum):
    """Whether a person made the effort by hand or an automatic sequence did."""

    HAND = "hand"
    SEQUENCE = "sequence"


class Basis(StrEnum):
    """On what a link rests, strongest first."""

    REFERENCE = "reference"
    OBJECT = "object"
    CONTACT = "contact"
    DEAL = "deal"
    ACCOUNT = "account"


GRADE: MappingProxyType[Basis, str] = MappingProxyType(
    {
        Basis.REFERENCE: "E1",
        Basis.OBJECT: "E2",
        Basis.CONTACT: "E3",
        Basis.DEAL: "E4",
        Basis.ACCOUNT: "E4",
    }
)
"""E1 and E2 are proof; E3 and E4 are plausible: a probability, not a fact."""


class ReferenceRole(StrEnum):
    """How an event bears a token: it `is` the thing, it `answers` the thing, or it is `about` the same object."""

    IS = "is"
    ANSWERS = "answers"
    ABOUT = "about"


TOKEN_KINDS = ("message", "meeting", "offer", "call", "room", "document", "thread", "form")
"""Prefixes of a reference token (`meeting:abc@host`) that say what sort of thing it names."""


class SubjectKind(StrEnum):
    """What an attribute or a decision may be about."""

    REP = "rep"
    ACCOUNT = "account"
    CONTACT = "contact"
    DEAL = "deal"
    EVENT = "event"
    LINK = "link"
    FINDING = "finding"
    POLICY = "policy"


class DecisionReason(StrEnum):
    """Why somebody decided so: a closed list, so that no free text about people gathers in the log."""

    SAME_PERSON = "same_person"
    SAME_COMPANY = "same_company"
    DIFFERENT = "different"
    SAID_NO = "said_no"
    MISREAD = "misread"
    DUPLICATE = "duplicate"
    NOT_MINE = "not_mine"
    NEVER_HAPPENED = "never_happened"
    KNOWN = "known"
    EXPLAINED = "explained"
    NOT_USEFUL = "not_useful"
    WRONG = "wrong"
    OTHER = "other"


CHANNELS = ("email", "calendar", "call", "offer", "form", "message", "visit")
"""What `coverage` records speak of: the channels on which an answer of a buyer can be recorded."""


class OutcomeState(StrEnum):
    """What came of an effort, as of a stated instant."""

    ON_BASE = "on_base"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    OPEN = "open"
    UNSEEN = "unseen"
