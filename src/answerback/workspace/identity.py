"""Which records are of one person or one company.

Decided without guessing: contacts and reps by their address; accounts by their domain, but only where no source has two
accounts with that domain (two in one CRM may well be two offices: such a pair is listed as doubtful and left to a person);
and by what people decided. Everything is done on keys; nobody's name is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

SAME_AS = pa.schema([("space", pa.string()), ("key", pa.int64()), ("canonical_key", pa.int64()), ("decided_by", pa.string())])
DOUBTFUL = pa.schema([("space", pa.string()), ("key", pa.int64()), ("other_key", pa.int64()), ("why", pa.string())])

Keys64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Identity:
    """What was merged, and what looks alike but was not."""

    same_as: pa.Table
    doubtful: pa.Table


def identify(people: dict[str, pa.Table], decisions: pa.Table) -> Identity:
    """Merges within each space.

    `people[space]` has columns `key`, `match_key` (address or domain; may be null) and `source`, any order, repeats allowed.
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
    decided = {
        (subject, other): kind
        for subject, other, kind in zip(
            *(decisions[name].to_pylist() for name in ("subject_key", "other_key", "kind")), strict=True
        )
    }
    separated = {frozenset(pair) for pair, kind in decided.items() if kind == "separate"}
    merges = [pair for pair, kind in decided.items() if kind == "merge" and None not in pair]
    matched = table.filter(pc.is_valid(table["match_key"]))
    keys, matches, sources = (matched[name].to_numpy(zero_copy_only=False) for name in ("key", "match_key", "source"))
    left, right, doubts = _pairs(space, keys, matches, sources)
    stand = [frozenset(pair) not in separated for pair in zip(left.tolist(), right.tolist(), strict=True)]
    left, right = left[stand], right[stand]
    by_hand = np.array(merges, np.int64).reshape(-1, 2)
    left, right = np.concatenate([left, by_hand[:, 0]]), np.concatenate([right, by_hand[:, 1]])
    names = _first_sources(table)
    settled = separated | {frozenset(pair) for pair in merges}
    open_doubts = [pair for pair in doubts if frozenset(pair) not in settled]
    unsure = pa.table(
        [
            [space] * len(open_doubts),
            [each[0] for each in open_doubts],
            [each[1] for each in open_doubts],
            ["one source has both, with one domain"] * len(open_doubts),
        ],
        schema=DOUBTFUL,
    )
    hands = {key for pair in merges for key in pair}
    return _components(space, left, right, names, hands), unsure


def _pairs(
    space: str, keys: Keys64, matches: Keys64, sources: NDArray[np.object_]
) -> tuple[Keys64, Keys64, list[tuple[int, int]]]:
    """Pairs to merge (each key with the first of its group), and pairs that look alike within one source."""
    if not len(keys):
        return np.array([], np.int64), np.array([], np.int64), []
    order = np.lexsort((keys, sources.astype(str), matches))
    keys, matches, sources = keys[order], matches[order], sources[order]
    fresh = np.ones(len(keys), bool)
    fresh[1:] = (keys[1:] != keys[:-1]) | (matches[1:] != matches[:-1])
    keys, matches, sources = keys[fresh], matches[fresh], sources[fresh]
    starts = np.flatnonzero(np.r_[True, matches[1:] != matches[:-1]])
    group = np.cumsum(np.r_[True, matches[1:] != matches[:-1]]) - 1
    first = keys[starts][group]
    if space != "account":
        return keys, first, []
    repeated = np.zeros(len(starts), bool)
    twice = np.flatnonzero((matches[1:] == matches[:-1]) & (sources[1:] == sources[:-1])) + 1
    repeated[group[twice]] = True
    doubts = [(int(keys[row - 1]), int(keys[row])) for row in twice]
    sure = ~repeated[group]
    return keys[sure], first[sure], doubts


def _first_sources(table: pa.Table) -> dict[int, str]:
    names: dict[int, str] = {}
    for key, source in zip(table["key"].to_pylist(), table["source"].to_pylist(), strict=True):
        names[key] = min(names.get(key, source), source)
    return names


def _components(space: str, left: Keys64, right: Keys64, names: dict[int, str], by_hand: set[int]) -> pa.Table:
    """Every key that is not its component's own: the first by source and then by key stands for all."""
    different = left != right
    if not different.any():
        return SAME_AS.empty_table()
    nodes, index = np.unique(np.concatenate([left, right]), return_inverse=True)
    a, b = index[: len(left)], index[len(left) :]
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(len(nodes), len(nodes)))
    _, component = connected_components(graph, directed=False)
    rank = sorted(range(len(nodes)), key=lambda node: (names.get(int(nodes[node]), ""), int(nodes[node])))
    canonical: dict[int, int] = {}
    for node in rank:
        canonical.setdefault(int(component[node]), int(nodes[node]))
    rows = [(int(nodes[node]), canonical[int(component[node])]) for node in range(len(nodes))]
    moved = [(key, stands) for key, stands in rows if key != stands]
    return pa.table(
        [
            [space] * len(moved),
            [key for key, _ in moved],
            [stands for _, stands in moved],
            ["decision" if key in by_hand else "domain" if space == "account" else "address" for key, _ in moved],
        ],
        schema=SAME_AS,
    )
