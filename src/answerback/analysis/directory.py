"""What buyers' companies, persons and deals are called, kept in memory: for search, and for names beside keys on pages.

It is read once for a snapshot and then asked without the engine. Whoever shows a name has asked the one door first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from answerback.analysis.reader import Reader
from answerback.stats.arrays import IntArray

_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
SPACES = ("account", "contact", "deal")


@dataclass(frozen=True, eq=False)
class Listed:
    """Everything of one space that has an id, by key; several ids of one key are several rows.

    Attributes:
        keys: Of each row, in ascending order; shape (n,).
        ids, names: As the sources have them; a name is empty where none was given.
        of: The key of the company that a person or a deal belongs to, a company's own; 0 for none.
    """

    keys: IntArray
    ids: pa.Array
    names: pa.Array
    of: IntArray

    @cached_property
    def _by_owner(self) -> IntArray:
        """The places of rows in order of the company that they belong to."""
        return np.argsort(self.of, kind="stable")

    def text_of(self, places: IntArray) -> pa.Array:
        """What is searched in, of some rows: names and ids in lower case, each word after a space."""
        rows = pa.array(places, pa.int64())
        joined = pc.binary_join_element_wise("", self.names.take(rows), self.ids.take(rows), " ")
        return pc.utf8_lower(pc.replace_substring_regex(joined, pattern=r"[^\pL\pN]+", replacement=" "))

    def rows_of(self, keys: IntArray) -> IntArray:
        """The places of rows with one of these keys, in order."""
        return _between(np.searchsorted(self.keys, keys), np.searchsorted(self.keys, keys, side="right"))

    def rows_in(self, companies: IntArray) -> IntArray:
        """The places of rows that belong to one of these companies, in order."""
        order = self._by_owner
        ends = (np.searchsorted(self.of, companies, side=side, sorter=order) for side in _SIDES)
        return np.sort(order[_between(*ends)])

    def name_of(self, key: int) -> str:
        """What a key is called; empty where that is not known."""
        return self._of(self.names, key)

    def id_of(self, key: int) -> str:
        """The first of a key's ids; empty where it has none."""
        return self._of(self.ids, key)

    def _of(self, column: pa.Array, key: int) -> str:
        place = int(np.searchsorted(self.keys, key))
        if place == len(self.keys) or self.keys[place] != key:
            return ""
        return column[place].as_py() or ""


@dataclass(frozen=True, slots=True)
class Directory:
    """All spaces."""

    listed: Mapping[str, Listed]

    def called(self, space: str, keys: Iterable[int]) -> dict[int, str]:
        """The names of some keys, for those that have one."""
        names = ((key, self.listed[space].name_of(key)) for key in keys)
        return {key: name for key, name in names if name}

    def id_of(self, space: str, key: int) -> str:
        """An id of a key; empty where that is not known."""
        return self.listed[space].id_of(key)

    def ids_of_company(self, account_key: int) -> frozenset[str]:
        """The ids of the persons of a company."""
        persons = self.listed["contact"]
        places = persons.rows_in(np.array([account_key], np.int64))
        return frozenset(persons.ids.take(pa.array(places)).to_pylist())


def _between(first: IntArray, after: IntArray) -> IntArray:
    """All numbers from each first to the one before each end, in order; shape (n,)."""
    size = after - first
    starts = np.repeat(first - (np.cumsum(size) - size), size)
    found: IntArray = np.sort(starts + np.arange(len(starts)))
    return found


def read_directory(reader: Reader) -> Directory:
    """All companies, persons and deals of the snapshot, by the keys that stand for them."""
    return Directory({space: _listed(reader, space) for space in SPACES})


def _listed(reader: Reader, space: str) -> Listed:
    owner = "coalesce(told.account_key, 0)" if space != "account" else f"told.{space}_key"
    found = reader.query(f"""
        with named as (
            select coalesce(same.canonical_key, names.{space}_key) as key, min(names.name) as name
            from names_{space} as names left join same_as as same on same.key = names.{space}_key
            group by all
        ),
        known as (
            select distinct coalesce(same.canonical_key, ids.key) as key, ids.id
            from ids left join same_as as same on same.key = ids.key where ids.space = '{space}'
        )
        select known.key, known.id, coalesce(named.name, '') as name, {owner} as owner
        from known
        join {space} as told on told.{space}_key = known.key
        left join named on named.key = known.key
        order by known.key, known.id""")
    columns = {name: found[name].combine_chunks() for name in found.column_names}
    return Listed(columns["key"].to_numpy(), columns["id"], columns["name"], columns["owner"].to_numpy())
