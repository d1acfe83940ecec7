"""Talks in words: what they are called, how often they come, what they were about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from types import MappingProxyType

from answerback.present.plays import play_text

_EVERY = MappingProxyType({"day": "Every working day", "week": "Every {day}", "fortnight": "Every other {day}"})
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def title(kind: str, person: str, coach: str = "") -> str:
    """What a talk is called in a list and in a calendar: who, and nothing of what it is about.

    >>> title("one_to_one", "Ann Reed", "Bo Lind"), title("peer_session", "Ann Reed")
    ('One-to-one: Bo Lind and Ann Reed', 'Among peers, on a case of Ann Reed')
    """
    match kind:
        case "one_to_one":
            return f"One-to-one: {_both(coach, person)}"
        case "ride_along":
            return f"To a buyer together: {_both(coach, person)}"
        case "peer_session":
            return f"Among peers, on a case of {person}"
        case _:
            return f"{person} listens to a buyer"


def _both(coach: str, person: str) -> str:
    return f"{coach} and {person}" if coach else person


def rhythm_text(every: str, first_at: datetime, minutes: int) -> str:
    """How often a rhythm comes, in the time zone of its first talk.

    >>> rhythm_text("fortnight", datetime(2026, 3, 3, 9, 30), 30)
    'Every other Tuesday at 09:30, for 30 minutes'
    """
    often = _EVERY[every].format(day=_DAYS[first_at.weekday()])
    return f"{often} at {first_at:%H:%M}, for {minutes} minutes"


def topic_text(topic: str, steps: Collection[str] = ()) -> str:
    """What a talk was about: a step, or a kind of touch; empty where nothing is said.

    >>> topic_text("offer", {"offer"}), topic_text("call / closing @ close"), topic_text("")
    ('The step: offer', 'Call, to close (at the close step)', '')
    """
    if not topic:
        return ""
    return f"The step: {topic.replace('_', ' ')}" if topic in steps else play_text(topic)


def joined(names: Sequence[str]) -> str:
    """Names as people say them.

    >>> joined(["Ann"]), joined(["Ann", "Bo", "Cy"])
    ('Ann', 'Ann, Bo and Cy')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
