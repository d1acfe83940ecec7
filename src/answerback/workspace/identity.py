"""Which records are of one person or one company.

Decided without guessing: contacts and reps by their address; accounts by their domain, but only where no source has two
accounts with that domain (two in one CRM may well be two offices: then every account with it is listed as doubtful and
left to a person); and by what people decided. What a person separated stays apart, whatever chain of addresses or
merges would join it. Everything is done on keys; nobody's name is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SAME_AS = pa.schema(
    [("space", pa.string()), ("key", pa.int64()), ("canonical_key", pa.int64()), ("decided_by", pa.string())]
)
DOUBTFUL = pa.schema([("space", pa.string()), ("key", pa.int64()), ("other_key", pa.int64()), ("why", pa.string())])

Keys64 = NDArray[np.int64]
Pair = tuple[int, int]
Component = tuple[Keys64, NDArray[np.int64]]
"""Keys, and for each the number of the component it belongs to."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What was merged, and what looks alike but was not."""

    same_as: pa.Table
    doubtful: pa.Table


def identify(people: dict[str, pa.Table], decisions: pa.Table) -> Identity:
    """Merges within each space.

    `people[space]` has columns `key`, `match_key` (address or domain; may be null) and `source`; in any order, repeats
    allowed.
    `decisions` has `subject_kind, subject_key, other_key, kind` (merge or separate), the newest per pair.
    """
    same, doubtful = [], []
    for space, table in sorted(people.items()):
        mine = decisions.filter(pc.equal(decisions["subject_kind"], space))
        merged, unsure = _identify_space(space, table, mine)
        same.append(merged)
        doubtful.append(unsure)
    return Identity(
        pa.concat_tables(same) if same else SAME_AS.empty_table(),
        pa.concat_tables(doubtful) if doubtful else DOUBTFUL.empty_table(),
    )


def _identify_space(space: str, table: pa.Table, decisions: pa.Table) -> tuple[pa.Table, pa.Table]:
    merges, separated = _decided(decisions)
    matched = table.filter(pc.is_valid(table["match_key"]))
    keys, matches, sources = _ordered(matched)
    ends = _Ends(merges)
    if space == "account":
        ambiguous = _several_in_one_source(ends.of(keys), matches, sources)
    else:
        ambiguous = np.zeros(len(keys), bool)
    left, right = keys[~ambiguous], _first_of_group(keys[~ambiguous], matches[~ambiguous])
    by_hand = np.array(merges, np.int64).reshape(-1, 2)
    left, right = np.concatenate([by_hand[:, 0], left]), np.concatenate([by_hand[:, 1], right])
    component = _components(left, right, separated)
    given_up = set(decisions.filter(pc.equal(decisions["kind"], "merge"))["subject_key"].to_pylist())
    same_as = _stand_for_all(space, component, table, {key for pair in merges for key in pair}, given_up)
    doubts = _doubts(ends.of(keys[ambiguous]).tolist(), matches[ambiguous].tolist(), ends, separated)
    unsure = [(space, key, other, "several accounts of one source have this domain") for key, other in doubts]
    return same_as, pa.Table.from_pylist(
        [dict(zip(DOUBTFUL.names, row, strict=True)) for row in unsure], schema=DOUBTFUL
    )


def _decided(decisions: pa.Table) -> tuple[list[Pair], set[frozenset[int]]]:
    """Pairs that a person merged, and pairs that a person separated; in an order that no loading can change."""
    rows = zip(*(decisions[name].to_pylist() for name in ("subject_key", "other_key", "kind")), strict=True)
    pairs = [
        (min(key, other), max(key, other), kind) for key, other, kind in rows if other is not None and key != other
    ]
    merges = sorted({(low, high) for low, high, kind in pairs if kind == "merge"})
    return merges, {frozenset((low, high)) for low, high, kind in pairs if kind == "separate"}


class _Ends:
    """The key that stands for all that people merged with a key, for as far as their decisions go."""

    def __init__(self, merges: list[Pair]) -> None:
        forest = _Forest(())
        for low, high in merges:
            forest.join(low, high)
        self._group = {members[0]: members for members in forest.groups()}
        self._end = {key: end for end, members in self._group.items() for key in members}

    def of(self, keys: Keys64) -> Keys64:
        """For each key the one that stands for it."""
        moved = np.array(sorted(self._end), np.int64)
        if not len(moved):
            return keys
        at = np.clip(np.searchsorted(moved, keys), 0, len(moved) - 1)
        ends = np.array([self._end[int(key)] for key in moved], np.int64)
        return np.where(moved[at] == keys, ends[at], keys)

    def members(self, end: int) -> list[int]:
        """All keys that one stands for."""
        return self._group.get(end, [end])


def _ordered(matched: pa.Table) -> tuple[Keys64, Keys64, NDArray[np.int64]]:
    """Key, match and source of each row: by match, then source, then key, each once."""
    names = pa.array(sorted(set(matched["source"].unique().to_pylist())), pa.string())
    sources = pc.index_in(matched["source"].combine_chunks(), names).to_numpy(zero_copy_only=False).astype(np.int64)
    keys, matches = (matched[name].to_numpy(zero_copy_only=False).astype(np.int64) for name in ("key", "match_key"))
    order = np.lexsort((keys, sources, matches))
    keys, matches, sources = keys[order], matches[order], sources[order]
    fresh = np.ones(len(keys), bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (matches[1:] != matches[:-1])
    return keys[fresh], matches[fresh], sources[fresh]


def _several_in_one_source(keys: Keys64, matches: Keys64, sources: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which rows have a match that some source has twice: nobody can tell which of the two another source means."""
    order = np.lexsort((keys, sources, matches))
    one, two, three = keys[order], matches[order], sources[order]
    twice = np.zeros(len(order), bool)
    twice[1:] = (two[1:] == two[:-1]) & (three[1:] == three[:-1]) & (one[1:] != one[:-1])
    return np.isin(matches, np.unique(two[twice]))


def _first_of_group(keys: Keys64, matches: Keys64) -> Keys64:
    if not len(keys):
        return keys
    fresh = np.r_[True, matches[1:] != matches[:-1]]
    first: Keys64 = keys[np.flatnonzero(fresh)][np.cumsum(fresh) - 1]
    return first


def _doubts(keys: list[int], matches: list[int], ends: _Ends, separated: set[frozenset[int]]) -> list[Pair]:
    """Pairs for a person to settle: each account of a doubtful domain with the one before it that it may be."""
    groups: dict[int, dict[int, None]] = {}
    for key, match in zip(keys, matches, strict=True):
        groups.setdefault(match, {}).setdefault(key)
    found: dict[Pair, None] = {}
    for group in groups.values():
        before: list[int] = []
        for key in group:
            open_with = next((other for other in reversed(before) if not _apart(ends, separated, other, key)), None)
            if open_with is not None:
                found.setdefault((open_with, key))
            before.append(key)
    return list(found)


def _apart(ends: _Ends, separated: set[frozenset[int]], one: int, other: int) -> bool:
    return bool(separated) and any(
        frozenset((a, b)) in separated for a in ends.members(one) for b in ends.members(other)
    )


def _components(left: Keys64, right: Keys64, separated: set[frozenset[int]]) -> list[Component]:
    """Keys with the number of their component. Pairs that must stay apart do, whatever chain would join them."""
    different = left != right
    left, right = left[different], right[different]
    nodes, index = np.unique(np.concatenate([left, right]), return_inverse=True)
    a, b = index[: len(left)], index[len(left) :]
    graph = coo_array((np.ones(len(a), np.int64), (a, b)), shape=(len(nodes), len(nodes)))
    _, component = connected_components(graph, directed=False)
    broken = {
        int(component[one])
        for one, other in (np.searchsorted(nodes, sorted(pair)) for pair in separated if _both_in(pair, nodes))
        if component[one] == component[other]
    }
    whole = ~np.isin(component, sorted(broken))
    parts = [(nodes[whole], component[whole].astype(np.int64))]
    inside = np.isin(component[a], sorted(broken))
    forest = _Forest(separated)
    for one, other in zip(left[inside].tolist(), right[inside].tolist(), strict=True):
        forest.join(one, other)
    for number, members in enumerate(forest.groups(), int(component.max(initial=0)) + 1):
        parts.append((np.array(members, np.int64), np.full(len(members), number, np.int64)))
    return parts


def _both_in(pair: frozenset[int], nodes: Keys64) -> bool:
    found = sorted(pair)
    at = np.clip(np.searchsorted(nodes, found), 0, max(len(nodes) - 1, 0))
    return len(nodes) > 0 and nodes[at].tolist() == found


def _stand_for_all(
    space: str, parts: list[Component], table: pa.Table, by_hand: set[int], given_up: set[int]
) -> pa.Table:
    """Every key that is not its component's own: the first by source and then by key stands for all.

    Whoever was merged into another never does: a decision names who is given up, and then who stays.
    """
    nodes, component = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    order = np.lexsort((nodes, _first_source(table, nodes), np.isin(nodes, sorted(given_up)), component))
    nodes, component = nodes[order], component[order]
    canonical = _first_of_group(nodes, component)
    moved = nodes != canonical
    by_rule = pa.scalar("domain" if space == "account" else "address")
    decided_by = pc.if_else(pa.array(np.isin(nodes[moved], sorted(by_hand))), pa.scalar("decision"), by_rule)
    rows = [pa.repeat(pa.scalar(space), len(decided_by)), nodes[moved], canonical[moved], decided_by]
    return pa.table(rows, schema=SAME_AS).sort_by("key")


def _first_source(table: pa.Table, nodes: Keys64) -> NDArray[np.int64]:
    """For each key the place, by name, of the first source that has it; before all where none does."""
    mine = table.filter(pc.is_in(table["key"], pa.array(nodes))).group_by("key").aggregate([("source", "min")])
    names = pa.array(sorted(mine["source_min"].unique().to_pylist()), pa.string())
    place = pc.index_in(mine["source_min"].combine_chunks(), names).to_numpy(zero_copy_only=False).astype(np.int64)
    keys = mine["key"].to_numpy().astype(np.int64)
    order = np.argsort(keys)
    keys, place = keys[order], place[order]
    if not len(keys):
        return np.full(len(nodes), -1, np.int64)
    at = np.clip(np.searchsorted(keys, nodes), 0, len(keys) - 1)
    return np.where(keys[at] == nodes, place[at], -1)


class _Forest:
    """Joins keys into groups, but never two groups of which one member must stay apart from one of the other."""

    def __init__(self, separated: Iterable[frozenset[int]]) -> None:
        self._group: dict[int, list[int]] = {}
        """Each key's group: one list, shared by its members."""
        self._apart: dict[int, list[int]] = {}
        for one, other in map(sorted, separated):
            self._apart.setdefault(one, []).append(other)
            self._apart.setdefault(other, []).append(one)

    def join(self, one: int, other: int) -> None:
        """Puts two keys into one group, unless that would bring together what must stay apart."""
        small, large = sorted((self._group.setdefault(key, [key]) for key in (one, other)), key=len)
        if small is large or any(
            self._group.get(key) is large for member in small for key in self._apart.get(member, ())
        ):
            return
        large.extend(small)
        for member in small:
            self._group[member] = large

    def groups(self) -> list[list[int]]:
        """All groups, members and groups in order."""
        return sorted(sorted(each) for each in {id(group): group for group in self._group.values()}.values())
