"""Reading a delivery report: which addresses failed, and which mail it was about.

RFC 3464 gives reports a form; older servers write prose around the returned mail. Both name the recipient after a
fixed word and return the header of the mail that failed, whose id ties the report to the effort.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from answerback.sources.addresses import clean_address
from answerback.sources.mailbox.correspondents import correspondents
from answerback.sources.mailbox.headers import Headers, plain
from answerback.sources.mailbox.tokens import ids

_RECIPIENT: Final = re.compile(
    rb"^(?:Final|Original)-Recipient[ \t]*:[ \t]*(?:[\w-]{1,20}[ \t]*;)?[ \t]*<?([^\s<>;]{1,400})",
    re.MULTILINE | re.IGNORECASE,
)
_ACTION: Final = re.compile(rb"^Action[ \t]*:[ \t]*([a-z]{1,20})", re.MULTILINE | re.IGNORECASE)
_RETURNED_ID: Final = re.compile(
    rb"^Message-ID[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\r\n]{1,998}>)", re.MULTILINE | re.IGNORECASE
)
_RETURNED_TO: Final = re.compile(
    rb"^To[ \t]*:([^\r\n]{1,2000}(?:\r?\n[ \t][^\r\n]{1,2000}){0,20})", re.MULTILINE | re.IGNORECASE
)
_MOST_IDS: Final = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says."""

    failed: tuple[str, ...]
    """Addresses that it names, lower-case, in order."""
    about: tuple[str, ...]
    """Ids of the mails that it returns."""
    final: bool
    """False where it only says that a mail is late, or that it arrived."""


def report_of(headers: Headers, body: bytes) -> Report:
    r"""The report in a mail that is one.

    >>> report_of(
    ...     Headers(b""), b"Final-Recipient: rfc822; Bob@x.example\nAction: failed\n\nMessage-ID: <1@a.example>\n"
    ... )
    Report(failed=('bob@x.example',), about=('1@a.example',), final=True)
    """
    named = [who.address for who in correspondents(headers.joined("x-failed-recipients"))]
    named += [clean_address(found.decode("ascii", errors="replace")) for found in _RECIPIENT.findall(body)]
    if not any(named):
        named = [who.address for found in _RETURNED_TO.findall(body)[:1] for who in correspondents(plain(found))]
    about = [each for found in _RETURNED_ID.findall(body)[:_MOST_IDS] for each in ids(plain(found))]
    actions = {action.lower() for action in _ACTION.findall(body)}
    return Report(
        failed=tuple(dict.fromkeys(each for each in named if each)),
        about=tuple(dict.fromkeys(about)),
        final=not actions or b"failed" in actions,
    )
