"""A chain as a page draws it: who did what in plain words, the silence between, what was late, what is just noted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from answerback.analysis.story import Line, Sort
from answerback.present.explain import duration

_DAY = 86_400
_TOUCHES: Mapping[str, str] = MappingProxyType(
    {
        "email": "wrote a mail",
        "call": "called",
        "meeting": "invited to a meeting",
        "proposal": "sent an offer",
        "content": "shared a document",
        "visit": "visited",
        "message": "sent a message",
        "task": "noted a task",
    }
)
_ANSWERS: Mapping[str, str] = MappingProxyType({"email": "answered by mail", "call": "called back"})
_ACTS: Mapping[str, str] = MappingProxyType(
    {
        "inquired": "inquired",
        "answered_call": "answered the call",
        "called": "called",
        "accepted_meeting": "accepted to meet",
        "attended": "came to the meeting",
        "requested_offer": "asked for an offer",
        "returned_offer": "sent the offer back",
        "introduced": "brought in somebody",
        "viewed_document": "looked at the document",
        "finished_step": "finished a step",
        "confirmed_stage": "confirmed the stage",
        "signed": "signed",
        "paid": "paid",
        "referred": "recommended us",
        "replied": "replied",
        "asked": "asked something",
        "forwarded": "passed it on",
        "opened_room": "opened the room",
        "rescheduled": "asked for another time",
        "delegated": "handed it to somebody",
        "declined": "said no",
        "declined_meeting": "declined to meet",
        "no_show": "did not come",
        "unsubscribed": "wants no more mail",
        "complained": "complained",
    }
)
_BESIDE: Mapping[Sort, str] = MappingProxyType(
    {
        Sort.STAGE: "The CRM says: {what}",
        Sort.CASE_OPENED: "Service case opened{colon}{what}",
        Sort.CASE_CLOSED: "Service case closed{colon}{what}",
        Sort.PROMISED: "What the {what} promised falls due",
        Sort.OBSTACLE: "Objection: {what}, said by the {detail}",
    }
)


def act_words(kind: str, stance: str = "") -> str:
    """What a buyer did, after their name.

    >>> act_words("viewed_document"), act_words("sent_samples"), act_words("replied", "retreat")
    ('looked at the document', 'sent samples', 'said no')
    """
    if kind == "replied" and stance == "retreat":
        return _ACTS["declined"]
    return _ACTS.get(kind, kind.replace("_", " "))


def touch_words(step: str) -> str:
    """What a seller did, after their name, from a kind of touch.

    >>> touch_words("email (reactive)"), touch_words("call / proposal_follow_up"), touch_words("proposal / proposal")
    ('answered by mail', 'called (proposal follow-up)', 'sent an offer')
    >>> touch_words("site_tour / demo")
    'site tour (demo)'
    """
    answering = step.endswith(" (reactive)")
    kind, _, purpose = step.removesuffix(" (reactive)").partition(" / ")
    named = _TOUCHES.get(kind, kind.replace("_", " "))
    said = _ANSWERS.get(kind, f"{named} in answer") if answering else named
    return said if purpose in ("", kind) else f"{said} ({purpose_words(purpose)})"


def purpose_words(purpose: str) -> str:
    """What a touch was for.

    >>> purpose_words("follow_up"), purpose_words("first_touch")
    ('follow-up', 'first touch')
    """
    return purpose.replace("follow_up", "follow-up").replace("_", " ")


def plain_name(name: str) -> str:
    """A name of a system as people write: a stage of the CRM, say.

    >>> plain_name("A_ACTIVATED"), plain_name("proposal_sent"), plain_name("POC")
    ('A activated', 'proposal sent', 'POC')
    """
    spaced = name.replace("_", " ")
    return spaced.capitalize() if " " in spaced and name.isupper() else spaced


def beside_words(line: Line) -> str:
    """What the records say beside the events."""
    what = plain_name(line.what)
    return _BESIDE[line.sort].format(what=what, detail=line.detail or "records", colon=": " if what else "")


def silence_words(seconds: int | None) -> str:
    """The silence before an event, where it was longer than a day.

    >>> silence_words(3 * 86_400), silence_words(7200), silence_words(None)
    ('3 d of silence', '', '')
    """
    return "" if seconds is None or seconds < _DAY else f"{duration(seconds)} of silence"


def silence_size(seconds: int | None) -> int:
    """How tall the silence is drawn, in five sizes: from a day, three, a week, three weeks, two months.

    >>> [silence_size(days * 86_400) for days in (0, 1, 4, 10, 30, 90)]
    [0, 1, 2, 3, 4, 5]
    """
    days = (seconds or 0) / _DAY
    return sum(days >= limit for limit in (1, 3, 7, 21, 60))
