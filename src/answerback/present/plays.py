"""Kinds of touch in plain words: `call / proposal_follow_up @ offer` is a call, following up an offer, at one step.

The name of a kind of touch holds all that sets it apart, in the order of the relation `play_variant`: what the playbook
calls it, for what, at which step, and how it came about. Names that a playbook gives are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

_CALLED = MappingProxyType(
    {
        "call": ("call", "calls"),
        "content": ("content", "content"),
        "email": ("mail", "mails"),
        "meeting": ("meeting", "meetings"),
        "message": ("message", "messages"),
        "proposal": ("offer", "offers"),
        "task": ("task", "tasks"),
        "visit": ("visit", "visits"),
    }
)
"""One and many of each channel."""
_FOR = MappingProxyType(
    {
        "closing": "to close",
        "discovery": "to find out what is needed",
        "first_touch": "a first touch",
        "follow_up": "following up",
        "proposal": "with an offer",
        "proposal_follow_up": "following up an offer",
    }
)
_SAME = frozenset({("proposal", "proposal"), ("meeting", "meeting")})
"""Channel and purpose that say one thing."""
_REACTIVE, _SEQUENCE = " (reactive)", " (sequence)"


@dataclass(frozen=True, slots=True)
class _Parts:
    name: str
    purpose: str
    step: str
    reactive: bool
    sequence: bool


def play_text(play: str) -> str:
    """A kind of touch as people say it.

    >>> play_text("call / proposal_follow_up @ offer")
    'Call, following up an offer (at the offer step)'
    >>> play_text("email (reactive)"), play_text("proposal / proposal @ close"), play_text("")
    ('Mail that answers a buyer', 'Offer (at the close step)', 'All touches')
    >>> play_text("call for missing papers @ contract")
    'Call for missing papers (at the contract step)'
    """
    if not play:
        return "All touches"
    parts = _parts(play)
    step = f" (at the {_spaced(parts.step)} step)" if parts.step else ""
    return _capital(_said(parts, _CALLED.get(parts.name, (parts.name, parts.name))[0]) + step)


def plays_text(play: str) -> str:
    """The coarser kind of touch that several of them were put together to.

    >>> plays_text("call"), plays_text("email (reactive)")
    ('Calls, all together', 'Mails that answer a buyer, all together')
    """
    parts = _parts(play)
    said = _said(parts, _CALLED.get(parts.name, (parts.name, parts.name))[1])
    return _capital(said.replace("that answers", "that answer")) + ", all together"


def _parts(play: str) -> _Parts:
    sequence = play.endswith(_SEQUENCE)
    rest = play.removesuffix(_SEQUENCE)
    reactive = rest.endswith(_REACTIVE)
    rest, _, step = rest.removesuffix(_REACTIVE).partition(" @ ")
    name, _, purpose = rest.partition(" / ")
    return _Parts(name, purpose, step, reactive, sequence)


def _said(parts: _Parts, called: str) -> str:
    said = called
    if parts.purpose and (parts.name, parts.purpose) not in _SAME:
        said += f", {_FOR.get(parts.purpose, 'for ' + _spaced(parts.purpose))}"
    if parts.reactive:
        said += " that answers a buyer" if not parts.purpose else ", in answer to a buyer"
    return f"{said}, sent by a sequence" if parts.sequence else said


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
