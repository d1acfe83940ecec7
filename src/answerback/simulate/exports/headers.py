"""Header fields of mails as mail programs write them: encoded words, quoted names, folded lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from answerback.simulate.exports.addressbook import Person, one_line

_LONGEST_LINE = 76
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


def field(name: str, text: str) -> str:
    r"""A field of free text, with its line end: encoded where it is not ASCII, folded where it is long.

    >>> field("Subject", "Grüße"), field("Subject", "Offer")
    ('Subject: =?utf-8?b?R3LDvMOfZQ==?=\n', 'Subject: Offer\n')
    """
    return f"{name}: {_encoded(name, text)}\n"


def addressed(name: str, people: Sequence[Person]) -> str:
    """A field of addresses, one a line; nothing where there are none."""
    return f"{name}: " + ",\n\t".join(map(mailbox, people)) + "\n" if people else ""


def ids(name: str, message_ids: Sequence[str]) -> str:
    """A field of message ids, one a line; nothing where there are none."""
    return f"{name}: " + "\n ".join(f"<{each}>" for each in message_ids) + "\n" if message_ids else ""


def date(person: Person, at: int) -> str:
    """An instant at the clock of whoever writes, with its distance from UTC."""
    return format_datetime(person.local(at))


def mailbox(person: Person) -> str:
    """Name and address."""
    return _mailbox(person.name, person.address)


@lru_cache(maxsize=1 << 14)
def _mailbox(name: str, address: str) -> str:
    name = one_line(name)
    if not name:
        return address
    if not name.isascii():
        shown = Header(name, "utf-8", maxlinelen=_LONGEST_LINE, continuation_ws=" ").encode(linesep="\n")
    elif _PLAIN_NAME.fullmatch(name):
        shown = name
    else:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{shown} <{address}>"


@lru_cache(maxsize=1 << 14)
def _encoded(name: str, text: str) -> str:
    text = one_line(text)
    if not text.isascii():
        return Header(text, "utf-8", maxlinelen=_LONGEST_LINE, header_name=name).encode(linesep="\n")
    if len(name) + 2 + len(text) <= _LONGEST_LINE:
        return text
    lines, room = [""], _LONGEST_LINE - len(name) - 2
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = _LONGEST_LINE - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\n ".join(lines)
