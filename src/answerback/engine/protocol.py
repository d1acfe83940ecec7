"""What a build asks of an engine, whichever it is; and what one may use.

An engine holds relations by name. It reads Parquet, makes new relations from SQL, writes Parquet, and answers queries
as Arrow tables. SQL is written in DuckDB's dialect (`allow_list` says which part of it); an engine that speaks another
translates. Whoever reads what was written cannot tell which engine wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from answerback.domain.errors import AnswerbackError, Exit
from answerback.domain.log import ColumnType


class QueryError(AnswerbackError):
    """A query cannot be run as written."""

    code = "query"
    exit_code = Exit.USAGE


class EngineError(AnswerbackError):
    """The engine cannot be started, or was lost on the way."""

    code = "engine"
    exit_code = Exit.USAGE


@dataclass(frozen=True, slots=True)
class Limits:
    """What an engine may use; zero means its own default."""

    threads: int = 0
    memory: str = ""
    """Such as `2GB`."""


class Engine(Protocol):
    """Relations by name, made by SQL.

    Every method raises QueryError for SQL that cannot be run, WorkspaceError for a file that is gone or damaged, and
    NoRoomError without memory or room on a disk.
    """

    def over_files(self, name: str, paths: Sequence[Path], columns: Mapping[str, ColumnType] | None = None) -> None:
        """A relation over Parquet files, with these columns; typed and empty where there are no files.

        Without `columns` it has those of the files, of which there is at least one.
        """
        ...

    def put(self, name: str, table: pa.Table) -> None:
        """A small relation from an Arrow table."""
        ...

    def view(self, name: str, sql: str) -> None:
        """A relation that is computed when it is read."""
        ...

    def make(self, name: str, sql: str) -> int:
        """A relation computed now and held until it is dropped; its number of rows."""
        ...

    def drop(self, name: str) -> None:
        """Forgets a relation, and frees what it held. One that is not there is no error."""
        ...

    def write(self, name: str, stem: Path, order: Sequence[str], rows_in_group: int = 0) -> list[Path]:
        """A relation into Parquet files whose names begin with the stem's, sorted by `order` within and across them.

        `rows_in_group` is for who will look up few rows: so many must be read to have one of them; 0: as is usual.

        There is at least one file, and it states the columns, though the relation be empty.
        """
        ...

    def scatter(self, name: str, by: str, folder: Path) -> dict[int, list[Path]]:
        """A relation into Parquet files in a folder of their own, apart by an integer column that the files leave out.

        In no order: such files are for the engine itself, to read again in the same build.
        """
        ...

    def query(self, sql: str) -> pa.Table:
        """The answer to a query."""
        ...

    def close(self) -> None:
        """Frees the memory and the scratch files."""
        ...
