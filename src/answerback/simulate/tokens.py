"""The ids by which systems know events again: message ids of mails, UIDs of meetings, offers and calls.

Every export of the same facts names an event alike, so that what was loaded from one can be held against another.
"""

from __future__ import annotations

import hashlib


def message_id(event: str, number: int, seed: int, domain: str) -> str:
    """The id of a mail, without angle brackets; `event` is effort or action, `domain` the sender's.

    >>> message_id("effort", 12, 7, "halden.example")
    'f919c6cd.e12@halden.example'
    """
    return f"{_mark(event, number, seed)}.{event[0]}{number}@{domain}"


def meeting_uid(effort: int, seed: int, domain: str) -> str:
    """The UID of the meeting to which an effort invites."""
    return f"{_mark('meeting', effort, seed)}-{effort}@{domain}"


def offer_id(effort: int, seed: int) -> str:
    """The number of the envelope in which the signing service sent an offer."""
    return f"ENV-{_mark('offer', effort, seed).upper()}-{effort}"


def call_id(effort: int, seed: int) -> str:
    """The dialler's number of a call."""
    return f"{_mark('call', effort, seed)}{effort:07d}"


def _mark(kind: str, number: int, seed: int) -> str:
    return hashlib.blake2b(f"{kind} {number} {seed}".encode(), digest_size=4).hexdigest()
