"""Looks up few rows among very many: those of one account or one chain, say, for a page.

The files of a relation are sorted by a column, and their directories tell the least and the greatest value of each
group of rows. A database asks every group of every file at every query; here the directories are read once, files stay
open, and of the groups that can hold a value first that column alone is read: most files then turn out to have nothing
of it. Files that are not sorted by the column are looked through as a whole, and give the same rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from answerback.domain.errors import WorkspaceError

_LEAST, _GREATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class Lookups:
    """Rows of relations by the whole numbers in one of their columns.

    They may be kept for as long as the snapshot is, and asked from several threads. Whoever asks for rows of a file
    that has gone since is told so, though it be open still: it may have gone for somebody to be forgotten.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "effort.parquet")
    ...     pq.write_table(pa.table({"account_key": [1, 2, 2, 5], "n": [1, 2, 3, 4]}), path, row_group_size=2)
    ...     with Lookups({"effort": [path]}) as lookups:
    ...         lookups.rows("effort", "account_key", [2, 3], ["n"]).to_pydict()
    {'n': [2, 3]}
    """

    def __init__(self, relations: Mapping[str, Sequence[Path]]) -> None:
        self._relations = relations
        self._files: dict[tuple[str, str], list[_File]] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all files."""
        with self._lock:
            for files in self._files.values():
                for file in files:
                    file.close()
            self._files.clear()

    def rows(
        self,
        relation: str,
        column: str,
        values: Iterable[int | None],
        columns: Sequence[str] = (),
        during: During | None = None,
    ) -> pa.Table:
        """The rows of a relation with one of these values (None: without a value), file by file in their order.

        All columns, or those that are named: each one costs, so ask for what is shown. With `during` those of a stretch
        of time alone: what lies in other times is not read. Raises KeyError for a relation that there is not,
        WorkspaceError where a file of it is gone.
        """
        parts = self.parts(relation, column, values, columns, during)
        return _plain(pa.concat_tables(parts) if parts else self._of(relation, column)[0].nothing(list(columns)))

    def parts(
        self,
        relation: str,
        column: str,
        values: Iterable[int | None],
        columns: Sequence[str] = (),
        during: During | None = None,
    ) -> list[pa.Table]:
        """The same file by file, of those that have any; words may be held as a dictionary, which is quicker."""
        asked = _Asked.of(values)
        found = (file.rows(asked, list(columns), during) for file in self._of(relation, column))
        return [part for part in found if part is not None]

    def _of(self, relation: str, column: str) -> list[_File]:
        with self._lock:
            if (relation, column) not in self._files:
                self._files[relation, column] = [_File(path, column) for path in self._relations[relation]]
            return self._files[relation, column]


@dataclass(frozen=True, slots=True)
class During:
    """A stretch of time: from one instant to another, both included; naive and in UTC, as relations hold them."""

    column: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    """Values in order, and whether rows without one are asked for."""

    values: NDArray[np.int64]
    none: bool

    @classmethod
    def of(cls, values: Iterable[int | None]) -> Self:
        wanted = set(values)
        return cls(np.array(sorted(int(each) for each in wanted if each is not None), np.int64), None in wanted)

    def hits(self, found: pa.ChunkedArray) -> NDArray[np.int64]:
        """The places of those that are asked for."""
        if found.null_count:
            wanted = pa.array([*self.values.tolist(), *([None] if self.none else [])], pa.int64())
            return np.flatnonzero(pc.is_in(found, value_set=wanted).to_numpy())
        there = found.to_numpy()
        return np.flatnonzero(there == self.values[0] if len(self.values) == 1 else np.isin(there, self.values))


@dataclass(frozen=True, slots=True)
class _Directory:
    """What the directory of a file says of its groups of rows; shape (g,) each."""

    rows: NDArray[np.int64]
    without: NDArray[np.bool_]
    """Whether rows of it may be without a value."""
    reached: NDArray[np.int64]
    """The greatest value in this or an earlier group."""
    left: NDArray[np.int64]
    """The least value in this or a later group."""

    def groups(self, asked: _Asked) -> NDArray[np.int64]:
        """The groups that can hold what is asked for."""
        first = np.searchsorted(self.reached, asked.values)
        last = np.searchsorted(self.left, asked.values, side="right")
        found = [np.arange(start, end) for start, end in zip(first.tolist(), last.tolist(), strict=True) if start < end]
        if asked.none:
            found.append(np.flatnonzero(self.without))
        if len(found) == 1:
            return found[0]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def narrowed(
        self, groups: NDArray[np.int64], hits: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of some groups those that have a hit, and the places of the hits among the rows of these alone."""
        if len(groups) == 1:
            return groups, hits
        ends = np.cumsum(self.rows[groups])
        of = np.searchsorted(ends, hits, side="right")
        having, place = np.unique(of, return_inverse=True)
        sizes = self.rows[groups[having]]
        return groups[having], hits - (ends - self.rows[groups])[of] + (np.cumsum(sizes) - sizes)[place]


class _File:
    """One file, opened when it is first asked and kept open; one thread at a time reads it."""

    def __init__(self, path: Path, column: str) -> None:
        self._path = str(path)
        self._column = column
        self._lock = Lock()
        self._opened: tuple[pq.ParquetFile, _Directory] | None = None

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()
                self._opened = None

    def nothing(self, columns: list[str]) -> pa.Table:
        """No row of it."""
        with self._lock:
            return self._ready()[0].read_row_groups([], columns=columns or None)

    def rows(self, asked: _Asked, columns: list[str], during: During | None) -> pa.Table | None:
        """Its rows that are asked for; None where it has none."""
        if not os.path.exists(self._path):  # noqa: PTH110 - a page asks some dozens of them
            raise WorkspaceError(
                "a file is gone or damaged",
                where=self._path,
                next_step="restore the file from a backup, or build again",
            )
        with self._lock:
            file, directory = self._ready()
            groups = directory.groups(asked)
            if during is not None:
                groups = groups[[_overlaps(file.metadata.row_group(each), during) for each in groups.tolist()]]
            if not groups.size:
                return None
            found = file.read_row_groups(groups.tolist(), columns=[self._column], use_threads=False)[self._column]
            hits = asked.hits(found)
            if not hits.size:
                return None
            having, at = directory.narrowed(groups, hits)
            wanted = list(dict.fromkeys([*columns, *([during.column] if during else [])])) if columns else None
            table = file.read_row_groups(having.tolist(), columns=wanted, use_threads=False)
        together = at[-1] - at[0] + 1 == at.size
        table = table.slice(int(at[0]), at.size) if together else table.take(pa.array(at))
        if during is None:
            return table
        told = table[during.column]
        table = table.filter(pc.and_(pc.greater_equal(told, during.first), pc.less_equal(told, during.last)))
        return table.select(columns) if columns else table

    def _ready(self) -> tuple[pq.ParquetFile, _Directory]:
        if self._opened is None:
            self._opened = _open(self._path, self._column)
        return self._opened


def _overlaps(group: pq.RowGroupMetaData, during: During) -> bool:
    """Whether a group may have rows of a stretch of time."""
    for place in range(group.num_columns):
        column = group.column(place)
        if column.path_in_schema == during.column:
            said = column.statistics
            return said is None or not said.has_min_max or bool(said.min <= during.last and said.max >= during.first)
    return True


def _open(path: str, column: str) -> tuple[pq.ParquetFile, _Directory]:
    schema = pq.read_schema(path)
    file = pq.ParquetFile(path, read_dictionary=[each.name for each in schema if pa.types.is_string(each.type)])
    place = schema.get_field_index(column)
    known = []
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        said = group.column(place).statistics
        nulls = group.num_rows if said is None or not said.has_null_count else said.null_count
        if said is not None and said.has_min_max:
            known.append((group.num_rows, nulls, said.min, said.max))
        elif said is not None and nulls == group.num_rows:
            known.append((group.num_rows, nulls, _GREATEST, _LEAST))
        else:
            known.append((group.num_rows, nulls, _LEAST, _GREATEST))
    rows, without, least, greatest = np.array(known, np.int64).reshape(-1, 4).T
    left = np.minimum.accumulate(least[::-1])[::-1]
    return file, _Directory(rows, without > 0, np.maximum.accumulate(greatest), left)


def _plain(table: pa.Table) -> pa.Table:
    """Words as words: to read them as a dictionary is quicker, to work with them is not."""
    for place, each in enumerate(table.schema):
        if pa.types.is_dictionary(each.type):
            table = table.set_column(place, each.name, table[place].cast(each.type.value_type))
    return table
