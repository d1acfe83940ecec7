"""Text that a terminal shows as it is: what could move the cursor, colour the screen or turn a line is replaced."""

from __future__ import annotations

from types import MappingProxyType

_REPLACEMENT = "\ufffd"
_CONTROL = (*range(0x20), *range(0x7F, 0xA0))
_DIRECTION = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_LINES = (0x2028, 0x2029)
_HALVES = range(0xD800, 0xE000)
_PLAIN = MappingProxyType(dict.fromkeys((*_CONTROL, *_DIRECTION, *_LINES, *_HALVES), _REPLACEMENT))
_PLAIN_LINES = MappingProxyType({code: sign for code, sign in _PLAIN.items() if code != ord("\n")})


def plain(text: str) -> str:
    r"""One line without control characters.

    >>> plain("a\x1b[31mb\nc")
    'a\ufffd[31mb\ufffdc'
    """
    return text.translate(_PLAIN)


def plain_lines(text: str) -> str:
    r"""The same, its line ends kept.

    >>> plain_lines("a\rb\nc")
    'a\ufffdb\nc'
    """
    return text.translate(_PLAIN_LINES)
