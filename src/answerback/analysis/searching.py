"""Search by name or id: companies, buyers' persons and deals whose story somebody may open, and nothing else.

A hit is one whose words all begin with what was typed, word for word. What is looked through is cut to the scope first:
nobody learns from a search that there is something that they may not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.directory import Directory, Listed
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope
from answerback.engine.scoped import within
from answerback.stats.arrays import IntArray

MOST_HITS = 50
MOST_WORDS = 6
"""Words typed beyond these are left out."""
LONGEST = 100
"""So much of what was typed is read."""
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A company, a person or a deal; the company that a person or a deal belongs to beside it, by key, 0 for none."""

    space: str
    key: int
    id: str
    name: str
    of: int


@dataclass(frozen=True, slots=True)
class Searchable:
    """What one scope may find: by space the places of its rows in the directory."""

    directory: Directory
    places: dict[str, IntArray]


def words_of(typed: str) -> tuple[str, ...]:
    """The words of what was typed, in lower case.

    >>> words_of("  Krill-Logistics  2%"), words_of("%_'")
    (('krill', 'logistics', '2'), ())
    """
    return tuple(_NO_WORD.sub(" ", typed[:LONGEST].lower()).split()[:MOST_WORDS])


def fits(text: str, words: Iterable[str]) -> bool:
    """Whether each of the words begins a word of a text.

    >>> fits("Oskar Ricci, Team West", ["west", "osk"]), fits("Oskar Ricci", ["skar"])
    (True, False)
    """
    own = _NO_WORD.sub(" ", text.lower()).split()
    return all(any(each.startswith(word) for each in own) for word in words)


def searchable(reader: Reader, scope: Scope, directory: Directory) -> Searchable:
    """Deals and companies whose chain opens in the scope, companies of such deals, and the persons of these."""
    chains = _chains(reader, scope)
    deals = directory.listed["deal"]
    mine = deals.rows_of(chains)
    companies = np.union1d(chains, deals.of[mine])
    persons = directory.listed["contact"]
    return Searchable(
        directory,
        {
            "deal": mine,
            "account": directory.listed["account"].rows_of(companies),
            "contact": np.flatnonzero(np.isin(persons.of, companies)),
        },
    )


def _chains(reader: Reader, scope: Scope) -> IntArray:
    """The keys of the chains on which somebody in the scope worked, and of the deals that they owned."""
    found = reader.query(f"""
        select distinct chain_key from chain_event
        where side = 'seller' and occurred_at <= {reader.instant} and {within(scope, "rep_key", "occurred_at")}
        union
        select deal_key from deal_owner
        where owner_key is not null and {within(scope, "owner_key", "occurred_at")}""")
    keys: IntArray = found["chain_key"].to_numpy()
    return keys


def search(of: Searchable, typed: str, spaces: Iterable[str], most: int = MOST_HITS) -> list[Hit]:
    """The hits in some spaces, each once, those first whose name begins with what was typed; at most so many."""
    words = words_of(typed)
    if not words:
        return []
    found = [hit for space in spaces for hit in _found(of.directory.listed[space], space, of.places[space], words)]
    found.sort(key=lambda hit: (not _begins(hit, words), hit.name.lower(), hit.id))
    return list({(hit.space, hit.key): hit for hit in reversed(found)}.values())[::-1][:most]


def _found(listed: Listed, space: str, places: IntArray, words: tuple[str, ...]) -> list[Hit]:
    text = listed.text.take(pa.array(places))
    fits = np.ones(len(places), np.bool_)
    for word in words:
        inside = pc.match_substring(text, f" {word}")
        fits &= pc.or_(inside, pc.starts_with(text, word)).to_numpy(zero_copy_only=False)
    return [_hit(listed, space, place) for place in places[fits][: MOST_HITS * 20].tolist()]


def _hit(listed: Listed, space: str, place: int) -> Hit:
    return Hit(
        space,
        int(listed.keys[place]),
        listed.ids[place].as_py(),
        listed.names[place].as_py() or "",
        int(listed.of[place]),
    )


def _begins(hit: Hit, words: tuple[str, ...]) -> bool:
    typed = " ".join(words)
    return any(" ".join(words_of(each)).startswith(typed) for each in (hit.name, hit.id))
