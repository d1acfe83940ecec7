"""Search by name or id: companies, buyers' persons and deals whose story somebody may open, and nothing else.

A hit is one whose words all begin with what was typed, word for word. What is looked through is cut to the scope first:
nobody learns from a search that there is something that they may not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from answerback.analysis.directory import Directory, Listed
from answerback.analysis.reader import Reader
from answerback.domain.scope import Scope, naive
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
    texts: dict[str, pa.Array]
    """What is searched in, row by row of the places."""


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


@dataclass(frozen=True, slots=True, eq=False)
class ChainsOfReps:
    """On which chains each rep worked: by rep and chain the first and the last time; in order of the reps."""

    rep_key: IntArray
    chain_key: IntArray
    first: NDArray[np.datetime64]
    last: NDArray[np.datetime64]

    def of(self, scope: Scope) -> IntArray | None:
        """The chains of a scope; None where first and last do not say it: a stretch begins or ends between them."""
        found = [np.empty(0, np.int64)]
        for each in scope.stretches:
            here = self._rows_of(each.rep_key)
            start, end = (naive(at) if at is not None else None for at in (each.start, each.end))
            inside, apart = np.ones(here.stop - here.start, np.bool_), np.zeros(here.stop - here.start, np.bool_)
            if start is not None:
                inside &= self.first[here] >= np.datetime64(start, "us")
                apart |= self.last[here] < np.datetime64(start, "us")
            if end is not None:
                inside &= self.last[here] < np.datetime64(end, "us")
                apart |= self.first[here] >= np.datetime64(end, "us")
            if not (inside | apart).all():
                return None
            found.append(self.chain_key[here][inside])
        return np.unique(np.concatenate(found)) if not scope.everybody else None

    def last_of(self, rep_key: int) -> dict[int, np.datetime64]:
        """By chain that a rep worked on, their last touch."""
        here = self._rows_of(rep_key)
        return dict(zip(self.chain_key[here].tolist(), self.last[here], strict=True))

    def _rows_of(self, rep_key: int) -> slice:
        return slice(*np.searchsorted(self.rep_key, [rep_key, rep_key + 1]).tolist())


def read_chains_of_reps(reader: Reader) -> ChainsOfReps:
    """Of everybody, as of the reader's instant: one pass over what sellers did."""
    found = reader.query(f"""
        select rep_key, chain_key, min(occurred_at) as first, max(occurred_at) as last from chain_event
        where side = 'seller' and occurred_at <= {reader.instant} and rep_key is not null
        group by all order by rep_key, chain_key""")
    rep, chain, first, last = (found[name].to_numpy() for name in ("rep_key", "chain_key", "first", "last"))
    return ChainsOfReps(rep, chain, first, last)


def searchable(reader: Reader, scope: Scope, directory: Directory, every: ChainsOfReps | None = None) -> Searchable:
    """Deals and companies whose chain opens in the scope, companies of such deals, and the persons of these.

    With `every`, what was read of everybody before, nothing but whose deals are whose is looked up.
    """
    looked_up = every is not None and "owned_deal" in reader.snapshot.relations  # an earlier version has none
    worked = every.of(scope) if looked_up and every is not None else None
    chains = _chains(reader, scope) if worked is None else np.union1d(worked, _owned(reader, scope))
    deals = directory.listed["deal"]
    mine = deals.rows_of(chains)
    companies = np.union1d(chains, deals.of[mine])
    places = {
        "deal": mine,
        "account": directory.listed["account"].rows_of(companies),
        "contact": directory.listed["contact"].rows_in(companies),
    }
    texts = {space: directory.listed[space].text_of(rows) for space, rows in places.items()}
    return Searchable(directory, places, texts)


def _owned(reader: Reader, scope: Scope) -> IntArray:
    """The keys of the deals that somebody in the scope came to own within it, looked up."""
    reps = {each.rep_key for each in scope.stretches}
    rows = reader.rows("owned_deal", "owner_key", reps, ("owner_key", "deal_key", "owned_from"))
    held = {row["deal_key"] for row in rows if scope.holds(row["owner_key"], row["owned_from"].replace(tzinfo=UTC))}
    return np.array(sorted(held), np.int64)


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
    found = [hit for space in spaces for hit in _found(of, space, words)]
    found.sort(key=lambda hit: (not _begins(hit, words), hit.name.lower(), hit.id))
    return list({(hit.space, hit.key): hit for hit in reversed(found)}.values())[::-1][:most]


def _found(of: Searchable, space: str, words: tuple[str, ...]) -> list[Hit]:
    listed, places, text = of.directory.listed[space], of.places[space], of.texts[space]
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
