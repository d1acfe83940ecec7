"""Dividing an mbox into its mails, whatever wrote it, without ever holding more than the start of one.

An mbox has no grammar: a mail begins at a line that starts with `From `, and so may a sentence in a letter. What tells
them apart is written in `docs/decisions` ("How an mbox is divided"): the line itself and the lines after it, never a
length that the file claims. Every line that starts with `From ` is either the start of a mail or counted in
`stray_lines`, so the two together can be checked against any other tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from answerback.sources.files import Truncated

MOST_BYTES: Final = 256 * 1024
"""Bytes of one mail that are kept: its header and the beginning of its body. The rest is passed over."""
CHUNK: Final = 1 << 20
_LOOK_AHEAD: Final = 4096
_LONGEST_SEPARATOR: Final = 1000
_CANDIDATE: Final = b"\nFrom "

_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATED: Final = re.compile(
    rb"From .*(?:" + _MONTH + rb",?[ ]+\d{1,2},?[ ]+(?:\d{2,4}[ ]+)?\d{1,2}:\d\d"  # Thu Nov  1 11:19:12 2001
    rb"|\d{1,2}[ -]" + _MONTH + rb"[ -]\d{2,4}[ ]+\d{1,2}:\d\d"  # 1 Nov 2001 11:19
    rb"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d)"  # 2001-11-01T11:19
)
_ONE_WORD: Final = re.compile(rb"From \S+[ \t]*\r?$")
_PATCH: Final = re.compile(rb"From [0-9a-f]{40} Mon Sep 17 00:00:00 2001")
_FIELD_LINE: Final = re.compile(rb"[!-9;-~]{1,76}[ \t]?:|>From ")
_USUAL_FIELD: Final = re.compile(
    rb"(?:from|to|cc|date|subject|received|return-path|message-id|mime-version|content-[a-z-]+|delivered-to|sender"
    rb"|reply-to|status|x-[a-z0-9-]+|references|in-reply-to|dkim-signature|authentication-results)[ \t]?:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One mail of an mbox, without its separator line."""

    content: bytes
    """At most MOST_BYTES from its beginning."""
    size: int
    """Bytes that it takes in the file."""

    @property
    def cut(self) -> bool:
        """Whether there was more than is kept."""
        return self.size > len(self.content)


class Mbox:
    r"""The mails of an mbox, read through `read(count)`, which gives `b""` at the end.

    After the iteration, `stray_lines` counts the lines that start with `From ` and begin no mail, and `truncated` says
    that the file ended in the middle: the mail that was cut is not among the pieces.

    >>> import io
    >>> text = b"From ann@x.example Thu Nov  1 11:19:12 2001\nTo: b@x.example\n\nHello\nFrom here on\n"
    >>> mbox = Mbox(io.BytesIO(text).read)
    >>> [piece.content for piece in mbox], mbox.stray_lines
    ([b'To: b@x.example\n\nHello\nFrom here on\n'], 1)
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._ended = False
        self._of_patches: bool | None = None
        self.stray_lines = 0
        self.truncated = False

    def __iter__(self) -> Iterator[Piece]:
        # Two line ends in front make the file's first line like any other.
        window = b"\n\n" + self._more()
        start = scan = 0
        mail = _Beginning()
        in_mail = False
        while True:
            at = window.find(_CANDIDATE, scan)
            if at >= 0 and (self._ended or len(window) - at >= _LOOK_AHEAD):
                end = self._separator_end(window, at + 1)
                if not end:
                    self.stray_lines += 1
                    scan = at + 1
                    continue
                mail.add(window, start, at + 1)
                if in_mail or not mail.blank:
                    yield mail.piece()
                mail, in_mail = _Beginning(), True
                start, scan = end, end - 1
                continue
            if self._ended:
                mail.add(window, start, len(window))
                if not self.truncated and (in_mail or not mail.blank):
                    yield mail.piece()
                return
            edge = max(start, at if at >= 0 else len(window) - len(_CANDIDATE) + 1)
            mail.add(window, start, edge)
            # Where a candidate waits for what follows it, it is found again; all before it was looked through.
            window = window[edge:] + self._more()
            start = scan = 0

    def _more(self) -> bytes:
        try:
            chunk = self._read(CHUNK)
        except Truncated:
            self.truncated = self._ended = True
            return b""
        self._ended = not chunk
        return chunk

    def _separator_end(self, window: bytes, at: int) -> int:
        """Where the line after the separator at `at` begins; 0 where the line begins no mail."""
        line_end = window.find(b"\n", at, at + _LONGEST_SEPARATOR)
        if line_end < 0:
            return 0
        line = window[at:line_end]
        first, _, rest = window[line_end + 1 : line_end + 1 + _LOOK_AHEAD].partition(b"\n")
        if _PATCH.match(line):
            # A patch pasted into a letter looks like a mail in all but this; in a file of patches it is one.
            if self._of_patches is None:
                self._of_patches = True
            return line_end + 1 if self._of_patches else 0
        if _DATED.match(line):
            begins = bool(_FIELD_LINE.match(first))
        else:
            begins = bool(_ONE_WORD.match(line) and _USUAL_FIELD.match(first) and _USUAL_FIELD.match(rest))
        if begins and self._of_patches is None:
            self._of_patches = False
        return line_end + 1 if begins else 0


class _Beginning:
    """The first MOST_BYTES of a mail, gathered from as many windows as it lies in."""

    __slots__ = ("_parts", "_room", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._room = MOST_BYTES
        self._size = 0

    def add(self, window: bytes, start: int, end: int) -> None:
        self._size += end - start
        if self._room > 0 and end > start:
            part = window[start : min(end, start + self._room)]
            self._room -= len(part)
            self._parts.append(part)

    @property
    def blank(self) -> bool:
        return not any(part.strip() for part in self._parts)

    def piece(self) -> Piece:
        return Piece(b"".join(self._parts), self._size)
