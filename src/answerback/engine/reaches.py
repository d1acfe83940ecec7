"""What the header of a relation says about where changes show.

A relation by month is made again for a block of months when an input changed

- in that block (every input that is cut by month and not named otherwise);
- up to a duration earlier (`look-back`) or later (`look-forward`): `linkable_effort (the longest waiting time)`;
- at any earlier time, for rows that share a key: `effort_bearer (any, by token_key of action_token)`;
- elsewhere, for an input that is not cut by month (`follows`): where rows of another relation have a key of a changed
  row, `contact (account_key by contact_key = effort.contact_key)`, perhaps only `since` an instant of the changed row;
  or in the stretch of time for which something else holds now: `rep (during valid_from to valid_to)`.

A relation that is not cut by month is made again as a whole. If it reads events, it says which of them matter to it
(`narrows`): `current_effort (effort_key in same_event.event_key)`.

Durations are named, and take their lengths from the playbook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ITEM = re.compile(r"(\w+) \(([^()]+)\)(?:, |$)")
_ANY = re.compile(r"^any, by (\w+) of (\w+)$")
_BY = re.compile(r"^([\w ]+) by ([\w ]+) = (\w+)\.([\w ]+?)(?: since (\w+))?$")
_DURING = re.compile(r"^during (\w+) to (\w+)(?:, reaching (.+))?$")
_IN = re.compile(r"^(\w+) in (\w+)\.(\w+)$")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far beyond its own block a relation reads an input: for a named duration, or for good by a key."""

    duration: str = ""
    key: str = ""
    """With this key: a changed row shows in later rows of `of` that have the same."""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """Where a changed row of an input that is not cut by month shows."""

    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    of: str = ""
    matches: tuple[str, ...] = ()
    """Where a row of `of` has one of the changed rows' `keys` in one of these columns, its block shows the change."""
    since: str = ""
    """A column of the input: rows of `of` that occurred earlier show nothing."""
    starts: str = ""
    ends: str = ""
    """Or else: between these instants of the changed rows."""
    reaching: str = ""
    """And for this duration before: rows that look ahead."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which rows of an input matter: those whose `column` is among the values of another relation's."""

    column: str
    relation: str
    values: str


def reaches_from(text: str) -> dict[str, Reach]:
    """By input, how far it is read.

    >>> reaches_from("link (the longest waiting time), act (any, by token_key of effort_token)")["act"]
    Reach(duration='', key='token_key', of='effort_token')
    """
    return {name: _reach(said) for name, said in _items(text)}


def follows_from(text: str) -> dict[str, Follow]:
    """By input, where its changes show.

    >>> follows_from("rep (during valid_from to valid_to)")["rep"].starts
    'valid_from'
    """
    return {name: _follow(said) for name, said in _items(text)}


def narrows_from(text: str) -> dict[str, Narrow]:
    """By input, the rows that matter, in the order in which they are said: a later one may speak of an earlier.

    >>> narrows_from("current_effort (effort_key in same_event.event_key)")
    {'current_effort': Narrow(column='effort_key', relation='same_event', values='event_key')}
    """
    found = {}
    for name, said in _items(text):
        if (match := _IN.match(said)) is None:
            raise ValueError(f"what does {said!r} narrow?")
        found[name] = Narrow(*match.groups())
    return found


def _items(text: str) -> list[tuple[str, str]]:
    if text == "none":
        return []
    found = _ITEM.findall(text)
    if ", ".join(f"{name} ({said})" for name, said in found) != text:
        raise ValueError(f"{text!r} is not a list of: input (how)")
    return found


def _reach(said: str) -> Reach:
    match = _ANY.match(said)
    return Reach(key=match[1], of=match[2]) if match else Reach(duration=said)


def _follow(said: str) -> Follow:
    if match := _DURING.match(said):
        return Follow(starts=match[1], ends=match[2], reaching=match[3] or "")
    if match := _BY.match(said):
        columns, keys, of, matches, since = match.groups()
        return Follow(tuple(columns.split()), tuple(keys.split()), of, tuple(matches.split()), since or "")
    raise ValueError(f"what does {said!r} follow?")
