"""Cutting the bytes of a delimited file into whole rows, exactly as the parser behind it will see them.

A quote opens a quoted text only at the start of a field; inside, a doubled quote stands for one; what follows the
closing quote up to the next delimiter is taken as it stands. Where all quotes of a block are regular (nearly always),
whole columns of positions decide. Elsewhere rows are walked one by one, and a quoted text that runs over a line's end
without being closed before a delimiter is taken for what it is: a quote that nobody closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

QUOTE = ord('"')
NEWLINE = ord("\n")


@dataclass(frozen=True, slots=True)
class Frame:
    """The whole rows at the start of a buffer."""

    used: int
    """Bytes that are dealt with; what lies behind them is the beginning of a row."""
    data: bytes
    """The rows to parse."""
    ordinals: tuple[int, ...] | None = None
    """The place of each row of `data` among the frame's rows, from 1; None: one after the other."""
    unclosed: tuple[int, ...] = ()
    """The places of rows whose first line opens a quote that is never closed."""


class Framer:
    """Finds where rows end, for one delimiter."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        mark = delimiter.encode()
        ends = b"[" + re.escape(mark) + b"\\r\\n]"
        inner = b"[^" + re.escape(mark) + b"\\r\\n]"
        plain = b'[^"' + re.escape(mark) + b"\\r\\n]" + inner + b"*+"
        quoted = b'"[^"]*+(?:""[^"]*+)*+"'
        self._strict = self._rows(quoted + b"(?=" + ends + b")", plain, mark)
        self._loose = self._rows(quoted + inner + b"*+", plain, mark)
        self._separates = np.zeros(256, dtype=bool)
        self._separates[[ord(delimiter), NEWLINE, ord("\r"), QUOTE]] = True

    @staticmethod
    def _rows(quoted: bytes, plain: bytes, mark: bytes) -> re.Pattern[bytes]:
        field = b"(?:" + quoted + b"|" + plain + b"|)"
        return re.compile(b"(?:" + field + re.escape(mark) + b")*+" + field + b"(?:\\r\\n|\\n|\\r)")

    def frame(self, buffer: bytes) -> Frame:
        r"""All whole rows at the start of a buffer that begins with a row.

        >>> Framer(",").frame(b'1,a\n2,"b\nb"\n3,"c\n')
        Frame(used=12, data=b'1,a\n2,"b\nb"\n', ordinals=None, unclosed=())
        >>> Framer(",").frame(b'1,"a\n2,"b"\n3,c\n')
        Frame(used=15, data=b'2,"b"\n3,c\n', ordinals=(2, 3), unclosed=(1,))
        """
        end = buffer.rfind(b"\n") + 1 or buffer.rfind(b"\r") + 1
        if buffer.find(b'"', 0, end) < 0:
            return Frame(end, buffer[:end])
        raw = np.frombuffer(buffer, dtype=np.uint8, count=end)
        quotes = np.flatnonzero(raw == QUOTE)
        if not self._regular(raw, quotes):
            return self._walk(buffer)
        breaks = np.flatnonzero((raw == NEWLINE) | (raw == ord("\r")))
        outside = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
        whole = int(outside[-1]) + 1 if outside.size else 0
        return Frame(whole, buffer[:whole])

    def first_row(self, buffer: bytes) -> int:
        """The length of the first row with its line end, or 0 where it is not whole."""
        match = self._strict.match(buffer) or self._loose.match(buffer)
        return match.end() if match else 0

    def _regular(self, raw: np.ndarray[tuple[int], np.dtype[np.uint8]], quotes: np.ndarray) -> bool:
        """Whether each opening quote follows, and each closing one precedes, a delimiter, a line's end or a quote."""
        opening, closing = quotes[0::2], quotes[1::2]
        if opening[0] == 0:
            opening = opening[1:]
        # The last byte is a line's end, so that every quote has a successor.
        return bool(self._separates[raw[opening - 1]].all() and self._separates[raw[closing + 1]].all())

    def _walk(self, buffer: bytes) -> Frame:
        at, ordinal, kept_from = 0, 0, 0
        pieces: list[bytes] = []
        ordinals: list[int] = []
        unclosed: list[int] = []
        while at < len(buffer):
            match = self._strict.match(buffer, at)
            whole = match or self._loose.match(buffer, at)
            if whole is None:
                break
            row = whole.group()
            line = row.find(b"\n") + 1
            end = whole.end()
            blank = not row.strip(b"\r\n")
            ordinal += not blank
            if match is None and 0 < line < len(row):
                pieces.append(buffer[kept_from:at])
                unclosed.append(ordinal)
                end = kept_from = at + line
            elif not blank:
                ordinals.append(ordinal)
            at = end
        pieces.append(buffer[kept_from:at])
        return Frame(at, b"".join(pieces), tuple(ordinals), tuple(unclosed))
