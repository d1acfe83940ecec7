"""Looks up few rows among very many: those of one account, say, for a page.

The files of a relation are sorted by the column, and their directories tell the least and the greatest value of each
group of rows. A database asks every group of every file at every query; here the directories are read once, and then
only the groups that can hold the value are opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    metadata: pq.FileMetaData
    groups: NDArray[np.int64]
    """The groups that have values, by their place in the file; shape (g,)."""
    least: NDArray[np.int64]
    greatest: NDArray[np.int64]


class Lookup:
    """Rows of relations by the whole number in one column, by which the files of all of them are sorted.

    It may be kept for as long as the snapshot is, and asked from several threads.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "effort.parquet")
    ...     pq.write_table(pa.table({"account_key": [1, 2, 2, 5], "n": [1, 2, 3, 4]}), path, row_group_size=2)
    ...     with Lookup({"effort": [path]}, "account_key") as of_account:
    ...         of_account.rows(2)["effort"].column("n").to_pylist()
    [2, 3]
    """

    def __init__(self, relations: Mapping[str, Sequence[Path]], column: str) -> None:
        self._column = column
        self._files = {name: [_directory(path, column) for path in paths] for name, paths in relations.items()}
        self._pool = ThreadPoolExecutor(thread_name_prefix="lookup")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def rows(self, value: int, columns: Mapping[str, Sequence[str]] = MappingProxyType({})) -> dict[str, pa.Table]:
        """By relation, all rows with this value, file by file in their order; all columns, or those that are named.

        Every column costs: ask for what is shown.
        """
        asked = {
            name: [self._pool.submit(self._groups_of, file, value, columns.get(name)) for file in files]
            for name, files in self._files.items()
        }
        rows = {}
        for name, found in asked.items():
            # Once for all files: choosing among a few thousand rows takes less time than asking for it.
            table = pa.concat_tables([each.result() for each in found])
            table = table.filter(pc.equal(table[self._column], value))
            rows[name] = table.select(list(columns[name])) if name in columns else table
        return rows

    def _groups_of(self, file: _File, value: int, columns: Sequence[str] | None) -> pa.Table:
        """The rows of the groups that can hold the value."""
        wanted = None if columns is None else list(dict.fromkeys([*columns, self._column]))
        groups = file.groups[(file.least <= value) & (file.greatest >= value)].tolist()
        with pq.ParquetFile(file.path, metadata=file.metadata) as opened:
            return opened.read_row_groups(groups, columns=wanted, use_threads=False)


def _directory(path: Path, column: str) -> _File:
    metadata = pq.read_metadata(path)
    place = metadata.schema.to_arrow_schema().get_field_index(column)
    known = []
    for number in range(metadata.num_row_groups):
        statistics = metadata.row_group(number).column(place).statistics
        if statistics is None or not statistics.has_min_max:
            if statistics is not None and statistics.null_count == metadata.row_group(number).num_rows:
                continue
            known.append((number, np.iinfo(np.int64).min, np.iinfo(np.int64).max))
        else:
            known.append((number, statistics.min, statistics.max))
    groups, least, greatest = np.array(known, np.int64).reshape(-1, 3).T
    return _File(path, metadata, groups, least, greatest)
