"""Numbers of records that somebody sends."""

from __future__ import annotations

_LONGEST = 15


def number_of(text: str) -> int:
    """The number that a text is; 0, which no record has, for any other text.

    >>> number_of("12"), number_of("-1"), number_of("x"), number_of("9" * 40)
    (12, 0, 0, 0)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST else 0
