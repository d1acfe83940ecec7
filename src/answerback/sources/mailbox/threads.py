"""Who was on which mail, so that a reply that brings somebody new into a conversation can be told.

Mails of a folder come in any order, so a reply that might bring in somebody is kept back until all mails of the load
have been seen. Both memories are bounded; people and ids are kept as hashes, for as long as the load lasts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from answerback.domain.kinds import ActionKind
from answerback.domain.reading import Kept, Record

MOST_MAILS: Final = 500_000
"""Mails whose people are remembered; of a larger load the first are forgotten, and replies to them stay replies."""
MOST_WAITING: Final = 20_000
NEW_PERSON: Final = "new_person"
"""The subkind of a reply that brings in somebody."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    kept: Kept
    parents: tuple[int, ...]
    others: frozenset[int]


class Threads:
    """The people of each mail of a load, and the replies that wait until all are known."""

    def __init__(self) -> None:
        self._people: dict[int, frozenset[int]] = {}
        self._waiting: list[_Waiting] = []

    def saw(self, message_id: str, addresses: Collection[str]) -> None:
        """Remember who was on a mail."""
        if not message_id:
            return
        key = hash(message_id)
        people = frozenset(map(hash, addresses))
        known = self._people.get(key)
        self._people[key] = people if known is None else people | known
        if len(self._people) > MOST_MAILS:
            del self._people[next(iter(self._people))]

    def hold(self, kept: Kept, parents: Sequence[str], others: Collection[str]) -> Iterator[Kept]:
        """Keep a reply back. `others` are the outside people it goes to; gives replies that must wait no longer."""
        self._waiting.append(_Waiting(kept, tuple(map(hash, parents)), frozenset(map(hash, others))))
        if len(self._waiting) > MOST_WAITING:
            yield from self.release()

    def release(self) -> Iterator[Kept]:
        """The replies that were kept back, each as what it turned out to be."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            yield _introducing(each.kept) if self._brings_in(each) else each.kept

    def _brings_in(self, each: _Waiting) -> bool:
        """Whether the mail it answers is known, and somebody is on neither that mail nor any known one before it."""
        if not each.parents or each.parents[-1] not in self._people:
            return False
        before = frozenset[int]().union(*(self._people.get(parent, frozenset()) for parent in each.parents))
        return not each.others <= before


def _introducing(kept: Kept) -> Kept:
    event, *rest = kept.records
    fields = {**event.fields, "kind": ActionKind.INTRODUCED.value, "subkind": NEW_PERSON}
    return replace(kept, records=(Record(event.type, fields), *rest))
