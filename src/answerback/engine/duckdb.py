"""DuckDB in the process: the default engine, and the only module that knows it.

An engine holds relations by name, makes new ones from SQL, writes them as Parquet and answers queries as Arrow tables.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa

from answerback.domain.errors import AnswerbackError, NoRoomError, UsageError, WorkspaceError
from answerback.domain.log import ColumnType
from answerback.engine.literals import sql_text
from answerback.engine.protocol import Limits, QueryError
from answerback.engine.scratch import scattered_files, scratch_folder

__all__ = ["DuckDB", "Limits", "QueryError", "engine"]

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM)
_PARQUET = re.compile(r"parquet file|footer length|magic bytes", re.IGNORECASE)
_SMALL = "format parquet, compression zstd, dictionary_size_limit 1000"
"""Most columns are keys, which no dictionary makes smaller: looking for one costs a tenth of the writing."""
_QUICK = "format parquet, compression snappy, dictionary_size_limit 1000"
"""A tenth larger: for what is read in small pieces, or soon thrown away."""
_PATH = re.compile(r"""["']([^"'\\]*/[^"'\\]*)\\?["']""")


class DuckDB:
    """One connection, in memory, spilling to a folder of its own that goes with it."""

    def __init__(self, limits: Limits, scratch: Path) -> None:
        config: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(scratch),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if limits.threads:
            config["threads"] = limits.threads
        if limits.memory:
            config["memory_limit"] = limits.memory
        try:
            self._connection = duckdb.connect(config=config)
        except (duckdb.Error, OverflowError) as error:
            raise UsageError(
                f"the engine cannot run with threads {limits.threads} and memory {limits.memory!r}",
                where="--threads, --memory",
                next_step="name a small number of threads, and memory such as 2GB",
            ) from error
        self._scratch = scratch
        self._connection.execute("set TimeZone = 'UTC'")
        # A relation has many files, and a page asks for few rows of each: their directories are read once.
        self._connection.execute("set parquet_metadata_cache = true")
        # A name is a relation's or nothing's, never a variable's of this program.
        self._connection.execute("set python_enable_replacements = false")
        self._files: list[Path] = []
        self._held: dict[str, str] = {}

    def close(self) -> None:
        """Frees the memory and the scratch files."""
        self._connection.close()

    def over_files(self, name: str, paths: Sequence[Path], columns: Mapping[str, ColumnType] | None = None) -> None:
        """A relation over Parquet files, with these columns or those that they have; typed and empty without files."""
        if not paths:
            if not columns:
                raise ValueError(f"{name}: no file, and no columns")
            typed = ", ".join(f'cast(null as {kind}) as "{column}"' for column, kind in columns.items())
            self.view(name, f"select {typed} where false")
            return
        self._files += paths
        listed = ", ".join(sql_text(str(path)) for path in paths)
        wanted = ", ".join(f'"{column}"' for column in columns) if columns else "*"
        self.view(name, f"select {wanted} from read_parquet([{listed}])")

    def put(self, name: str, table: pa.Table) -> None:
        """A relation from an Arrow table, copied into the engine."""
        self._connection.register("_put", table)
        self._hold(name, "table", "select * from _put")
        self._connection.unregister("_put")

    @contextmanager
    def beside(self, name: str, table: pa.Table) -> Iterator[None]:
        """A relation over an Arrow table, which is not copied; gone after."""
        self._connection.register(name, table)
        try:
            yield
        finally:
            self._connection.unregister(name)

    def view(self, name: str, sql: str) -> None:
        """A relation that is computed when it is read."""
        self._hold(name, "view", sql)

    def make(self, name: str, sql: str) -> int:
        """A relation from SQL, computed now; its number of rows."""
        self._hold(name, "table", sql)
        return cast(int, self._rows(f"select count(*) from {name}")[0][0])

    def drop(self, name: str) -> None:
        """Forgets a relation, computed or not."""
        if name in self._held:
            self._run(f"drop {self._held.pop(name)} if exists {name}")

    def write(self, name: str, stem: Path, order: Sequence[str], rows_in_group: int = 0) -> list[Path]:
        """A relation into one Parquet file, `<stem>.parquet`, sorted in the way it is read."""
        path = stem.with_name(f"{stem.name}.parquet")
        form = f"{_QUICK}, row_group_size {rows_in_group}" if rows_in_group else _SMALL
        by = f" order by {', '.join(order)}" if order else ""
        self._run(f"copy (select * from {name}{by}) to {sql_text(str(path))} ({form})")
        return [path]

    def scatter(self, name: str, by: str, folder: Path) -> dict[int, list[Path]]:
        """A relation into Parquet files, apart by an integer column, for this engine to read again."""
        into = sql_text(str(folder))
        self._run(f"copy (select * from {name}) to {into} ({_QUICK}, partition_by ({by}))")
        return scattered_files(folder, by)

    def query(self, sql: str) -> pa.Table:
        """The answer to a query."""
        with _told(self._scratch):
            return self._connection.sql(sql).to_arrow_table()

    def confine(self) -> None:
        """From here on: no files but those of the relations, no settings, no extensions."""
        listed = ", ".join(sql_text(str(path)) for path in self._files)
        self._run(f"set allowed_paths = [{listed}]")
        self._run("set enable_external_access = false")
        self._run("set lock_configuration = true")

    def select_only(self, sql: str) -> pa.Table:
        """The answer to a query that a user wrote: exactly one SELECT, else QueryError.

        The engine calls some statements a SELECT that write (`with x as (copy …) select …`); a view refuses these.
        """
        with _told(self._scratch):
            statements = self._connection.extract_statements(sql)
        if [each.type for each in statements] != [duckdb.StatementType.SELECT]:
            raise QueryError("only one SELECT is allowed", where="sql", next_step="ask one question at a time")
        self._run(f"create or replace temp view what_was_asked as {statements[0].query}")
        return self.query("select * from what_was_asked")

    def _hold(self, name: str, kind: str, sql: str) -> None:
        if self._held.get(name, kind) != kind:
            self.drop(name)
        self._run(f"create or replace {kind} {name} as {sql}")
        self._held[name] = kind

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        return self._run(sql).fetchall()

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        with _told(self._scratch):
            return self._connection.execute(sql)


@contextmanager
def _told(scratch: Path) -> Iterator[None]:
    """Turns the engine's own errors into ones that say what to do."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise NoRoomError(
            "the build needs more memory or scratch space than it may use",
            where=str(scratch.parent),
            next_step="raise --memory, or free space on the disk of the workspace",
        ) from error
    except duckdb.IOException as error:
        raise _told_of_files(error, scratch) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.Error as error:
        if _PARQUET.search(str(error).split("\n", 1)[0]):
            raise _told_of_files(error, scratch) from error
        raise QueryError(str(error).split("\n", 1)[0], next_step="correct the query") from error


def _told_of_files(error: duckdb.Error, scratch: Path) -> AnswerbackError:
    """A disk that is full, or else a file that is not there or not whole."""
    said = str(error).split("\n", 1)[0]
    reason = next((each for each in map(os.strerror, _FULL) if each.lower() in said.lower()), "")
    if reason:
        return NoRoomError(
            f"nothing can be written here: {reason.lower()}",
            where=_place(said, scratch.parent),
            next_step="free some space or mend the rights, then run the same command again; nothing was half-written",
        )
    return WorkspaceError(
        "a file is gone or damaged",
        where=_first_path(said) or said,
        next_step="restore the file from a backup, or build again",
    )


def _place(said: str, workspace: Path) -> str:
    """The file that an error names; the folder that spilled and half-written files lie in rather than one of these."""
    named = _first_path(said)
    return named if named and workspace not in Path(named).parents else str(workspace)


def _first_path(said: str) -> str:
    found = _PATH.search(said)
    return found[1] if found else ""


@contextmanager
def engine(limits: Limits = Limits(), scratch_on: Path | None = None) -> Iterator[DuckDB]:  # noqa: B008 - frozen
    """An engine for a while. It spills into a folder of its own, there or else in the system's own place.

    In `scratch_on` that folder is made when it is first needed, so that who may not write there may still read.

    >>> with engine() as duck:
    ...     duck.make("answer", "select 42 as value")
    ...     duck.query("select value from answer").to_pylist()
    1
    [{'value': 42}]
    """
    with scratch_folder(scratch_on) as scratch:
        made = DuckDB(limits, scratch)
        try:
            yield made
        finally:
            made.close()
