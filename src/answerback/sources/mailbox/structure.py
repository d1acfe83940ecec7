"""The MIME parts of a mail, as far as anybody needs them: the first readable text, a calendar part, a delivery report.

Only the kept beginning of a mail is looked at, a few levels deep and a bounded number of parts wide. Boundaries that
are missing, nested in themselves or never closed end a part early; nothing here raises.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

from answerback.sources.mailbox.headers import Headers, divided, in_charset

MOST_PARTS: Final = 50
DEEPEST: Final = 8
_PARAMETER: Final = re.compile(r';\s*([\w*-]{1,40})\s*=\s*(?:"([^"]{0,300})"|([^\s;"]{1,300}))')
# The spellings that programs use; a search without regard to case would cost more than all the rest of reading.
_CALENDAR_WORDS: Final = (b"/calendar", b"/Calendar", b"/CALENDAR")

_HIDDEN: Final = re.compile(
    r"<(style|script|head|title)\b.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.DOTALL | re.IGNORECASE
)
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/tr|/h\d|hr|blockquote|/blockquote)\b[^<>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a mail: its type, the parameters of its type, and its content as it was sent."""

    type: str
    parameters: dict[str, str]
    headers: Headers
    content: bytes

    @property
    def attached(self) -> bool:
        """Whether it is a file beside the letter, not the letter."""
        return self.headers.word("content-disposition").startswith("attachment")

    def decoded(self, most: int) -> bytes:
        """At most `most` bytes of the content with its transfer encoding undone."""
        coded = self.content[: 2 * most]
        encoding = self.headers.word("content-transfer-encoding")
        if encoding == "base64":
            clean = re.sub(rb"[^A-Za-z0-9+/]", b"", coded)
            try:
                return binascii.a2b_base64(clean[: len(clean) // 4 * 4])[:most]
            except binascii.Error:
                return b""
        return (quopri.decodestring(coded) if encoding == "quoted-printable" else coded)[:most]

    def text(self, most: int) -> str:
        """At most `most` bytes of the content as text."""
        return in_charset(self.decoded(most), self.parameters.get("charset", "") or "utf-8")


def content_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """The type of a mail or part, lower-case, and its parameters; `text/plain` where none is stated.

    >>> content_type(Headers(b'Content-Type: Multipart/Report; report-type="delivery-status"'))
    ('multipart/report', {'report-type': 'delivery-status'})
    """
    text = headers.text("content-type")
    kind = text.partition(";")[0].strip().lower()
    parameters = {name.lower().rstrip("*"): quoted or bare for name, quoted, bare in _PARAMETER.findall(text)}
    return (kind if "/" in kind else "text/plain"), parameters


def leaves(headers: Headers, body: bytes) -> Iterator[Part]:
    """The parts of a mail that are no containers, in order; an attached mail is one part."""
    waiting = [(0, headers, body)]
    given = 0
    while waiting and given < MOST_PARTS:
        depth, own, content = waiting.pop()
        kind, parameters = content_type(own)
        boundary = parameters.get("boundary", "")
        if kind.startswith("multipart/") and boundary and depth < DEEPEST:
            inner = [divided(part) for part in _between(content, boundary.encode("utf-8", errors="replace"))]
            waiting += [(depth + 1, Headers(head), rest or b"") for head, rest in reversed(inner)]
            continue
        given += 1
        yield Part(kind, parameters, own, content)


def letter(headers: Headers, body: bytes, most: int) -> tuple[str, str]:
    """The letter itself: its first plain text, or else its first HTML; the other is empty."""
    html = ""
    for part in leaves(headers, body):
        if part.attached:
            continue
        if part.type == "text/plain":
            text = part.text(most)
            if text.strip():
                return text, ""
        elif part.type == "text/html" and not html:
            html = part.text(4 * most)
    return "", html


def calendar_part(headers: Headers, body: bytes | None) -> Part | None:
    """The part that makes a mail an invitation, an answer to one or a cancellation: `text/calendar` with a method.

    An attached `.ics` file without a method is a document like any other.
    """
    kind, parameters = content_type(headers)
    if kind == "text/calendar":
        return Part(kind, parameters, headers, body or b"")
    if not kind.startswith("multipart/") or body is None or not any(word in body for word in _CALENDAR_WORDS):
        return None
    for part in leaves(headers, body):
        if part.type == "text/calendar" and "method" in part.parameters:
            return part
    return None


def without_tags(html: str) -> str:
    r"""HTML as text, a line for each block.

    >>> without_tags("<style>p {}</style><p>No, <b>thanks</b>.</p>Ann&nbsp;Day")
    'No, thanks.\nAnn\xa0Day'
    """
    return unescape(_TAG.sub("", _BREAK.sub("\n", _HIDDEN.sub("", html))))


def _between(content: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the boundary's lines; the last part may be open-ended."""
    parts = []
    mark = b"--" + boundary
    start = -1
    at = 0 if content.startswith(mark) else _next(content, mark, 0)
    for _ in range(MOST_PARTS):
        if at < 0:
            break
        if start >= 0:
            parts.append(content[start:at])
        after = at + len(mark)
        line_end = content.find(b"\n", after)
        if content[after : after + 2] == b"--" or line_end < 0:
            return parts
        start = line_end + 1
        at = start if content.startswith(mark, start) else _next(content, mark, start)
    if start >= 0:
        parts.append(content[start:])
    return parts


def _next(content: bytes, mark: bytes, start: int) -> int:
    found = content.find(b"\n" + mark, start)
    return found + 1 if found >= 0 else -1
