"""One file's column looked up in another: associations, labels, who has answered. Sorted bytes, not a dictionary.

A lookup costs the length of its keys and values and nothing more, so that ten million associations fit in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

LONGEST_KEY: Final = 64
"""Bytes. What is longer is no id of a CRM and is not looked up."""


class Lookup:
    """Keys with a value each; of several values of one key the smallest, so that the order of rows cannot matter.

    >>> owners = Lookup([(pa.array(["7", "5", "7"]), pa.array(["b", "a", "c"]))])
    >>> owners.find(pa.array(["7", "6", None])).to_pylist(), owners.has(pa.array(["5", None])).to_pylist()
    (['b', None, None], [True, False])
    """

    def __init__(self, pairs: Iterable[tuple[pa.Array, pa.Array]] = ()) -> None:
        keys: list[NDArray[np.bytes_]] = []
        values: list[pa.Array] = []
        for key, value in pairs:
            usable = pc.and_(_usable(key), pc.is_valid(value))
            keys.append(_bytes(key.filter(usable)))
            values.append(value.filter(usable).cast(pa.string()))
        if not keys:
            self._keys, self._values = np.empty(0, dtype="S1"), pa.array([], pa.string())
            return
        together = pa.chunked_array(values, type=pa.string())
        key_bytes = np.concatenate(keys)
        order = np.lexsort((_rank(together), key_bytes))
        in_order = key_bytes[order]
        first = np.ones(len(in_order), dtype=bool)
        first[1:] = in_order[1:] != in_order[:-1]
        self._keys = in_order[first]
        self._values = together.take(pa.array(order[first])).combine_chunks()

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, column: pa.Array) -> pa.Array:
        """The value of each key; empty where there is none."""
        if not len(self._keys):
            return pa.nulls(len(column), pa.string())
        place, known = self._places(column)
        return self._values.take(pa.array(place, mask=~known))

    def has(self, column: pa.Array) -> pa.Array:
        """Whether each key is there."""
        if not len(self._keys):
            return pa.array(np.zeros(len(column), dtype=bool))
        return pa.array(self._places(column)[1])

    def _places(self, column: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        usable = _usable(column)
        wanted = _bytes(pc.if_else(usable, column, ""))
        place = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1).astype(np.int64)
        known = (self._keys[place] == wanted) & usable.to_numpy(zero_copy_only=False)
        return place, cast("NDArray[np.bool_]", known)


def _usable(column: pa.Array) -> pa.Array:
    short = pc.less_equal(pc.binary_length(column), LONGEST_KEY)
    return pc.fill_null(pc.and_(short, pc.invert(pc.match_substring(column, "\x00"))), False)


def _bytes(column: pa.Array) -> NDArray[np.bytes_]:
    if not len(column):
        return np.empty(0, dtype="S1")
    width = max(1, pc.max(pc.binary_length(column)).as_py())
    return np.asarray(column.cast(pa.binary()).to_numpy(zero_copy_only=False), dtype=f"S{width}")


def _rank(values: pa.ChunkedArray) -> NDArray[np.int64]:
    return cast("NDArray[np.int64]", pc.rank(values, sort_keys="ascending", tiebreaker="min").to_numpy())
