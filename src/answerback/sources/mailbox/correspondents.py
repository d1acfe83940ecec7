"""Names and addresses in the fields of a mail, as people and programs really write them.

Lists with commas in quoted names, comments, groups, routes, `user at host` of public archives, names without quotes,
lists cut off in the middle. The usual forms take a short way; the rest is cut into tokens once, in time that grows
with the length alone. What holds no address is left out, never guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from answerback.sources.addresses import clean_address
from answerback.sources.mailbox.headers import decoded

LONGEST_NAME: Final = 200


class Correspondent(NamedTuple):
    """Somebody in a header: lower-case address, and the name beside it (decoded, may be empty)."""

    address: str
    name: str


# Possessive and bounded throughout: no list, however made, costs more than its length.
_USUAL: Final = re.compile(
    r'\s*+(?:"([^"\\<>]*+)"\s*+|([^"<>,;:()@\\]*+))<([^<>\s:@]{1,64}@[^<>\s:@]{1,255})>\s*+(?:,|$)'
)
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|\([^()]*+\)?|<[^<>]*+>?|[,;:]|[^",;:<>()]+|.', re.DOTALL)
_PART: Final = r"[^\s<>,;:()\"'\[\]@]"
_BARE: Final = re.compile(rf"(?<!{_PART}){_PART}{{1,64}}@{_PART}{{1,255}}")
_OBFUSCATED: Final = re.compile(
    r"(?<![A-Za-z0-9._+-])([A-Za-z0-9._+-]{1,64}) {1,3}(?:at|AT) {1,3}([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,9})"
)
_SPACES: Final = re.compile(r"\s+")
_CACHED: Final = 400


def correspondents(value: str) -> tuple[Correspondent, ...]:
    """Everybody in an address field, in order, each address once.

    >>> [who.address for who in correspondents('"Day, Ann" <ann@x.example>, bob@y.example (Bob), Team: c@z.example;')]
    ['ann@x.example', 'bob@y.example', 'c@z.example']
    >>> correspondents("ann at x.example (Ann Day)")
    (Correspondent(address='ann@x.example', name='Ann Day'),)
    >>> correspondents("undisclosed-recipients:;")
    ()
    """
    # Most mails of a mailbox share their lists with others.
    return _remembered(value) if len(value) <= _CACHED else _read(value)


def _read(value: str) -> tuple[Correspondent, ...]:
    if "@" not in value:
        if " at " not in value and " AT " not in value:
            return ()
        value = _OBFUSCATED.sub(r"\1@\2", value)
    found = _usual(value)
    if found is None:
        found = _any(value)
    people: dict[str, Correspondent] = {}
    for address, name in found:
        clean = clean_address(address)
        if clean:
            people.setdefault(clean, Correspondent(clean, _name(name)))
    return tuple(people.values())


_remembered = lru_cache(maxsize=1 << 13)(_read)


def _usual(value: str) -> list[tuple[str, str]] | None:
    """Addresses and names where all of the list is `Name <address>` or one bare address; None where it is not."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(value):
        match = _USUAL.match(value, at)
        if match is None:
            bare = value[at:].strip()
            if found or not _BARE.fullmatch(bare):
                return None
            return [(bare, "")]
        quoted, unquoted, address = match.groups()
        found.append((address, quoted or unquoted or ""))
        at = match.end()
    return found


def _any(value: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    words: list[str] = []
    angle = comment = ""
    for piece in (*_TOKEN.findall(value), ","):
        if piece[0] == '"':
            words.append(piece)
        elif piece[0] == "(":
            comment = piece.strip("()")
        elif piece[0] == "<":
            angle = angle or piece.strip("<>").rpartition(":")[2]
        elif piece in ",;":
            found += _entry(words, angle, comment)
            words, angle, comment = [], "", ""
        elif piece == ":":
            words = []
        else:
            words.append(piece)
    return found


def _entry(words: list[str], angle: str, comment: str) -> list[tuple[str, str]]:
    text = "".join(words)
    if "@" in angle:
        return [(angle, _unquoted(text) or comment)]
    outside_quotes = "".join(word for word in words if word[0] != '"')
    bare = _BARE.findall(outside_quotes)
    if bare:
        return [(bare[0], comment)]
    # A quotation mark that is never closed has swallowed what follows it; an address in quotes stands for itself.
    return [(each, "") for each in _BARE.findall(text)]


def _unquoted(text: str) -> str:
    return text.strip().replace('\\"', '"').strip('"')


def _name(text: str) -> str:
    name = _SPACES.sub(" ", decoded(text[:1000])).strip().strip("'\"").strip()
    return "" if "@" in name else name[:LONGEST_NAME]
