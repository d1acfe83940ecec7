"""Apache Spark, in the process or on a cluster: for what one machine cannot hold. The only module that knows it.

It keeps the promises of `protocol.Engine` with the same SQL (translated by `dialect`) and writes the same files as the
default engine does. A relation that is made is a folder of Parquet files in the scratch folder, so that neither a lost
worker nor a long chain of relations means computing anything twice.

On a cluster every path, the scratch folder's too, must mean the same files to all machines, and their rights must let
the workers read and write them: the workspace lies on storage that all of them mount. Needs Java 17 and the extra
`spark`.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JError, Py4JJavaError, Py4JNetworkError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from answerback.domain.errors import AnswerbackError, NoRoomError, UsageError, WorkspaceError
from answerback.domain.log import ColumnType
from answerback.engine.dialect import SPARK, translated
from answerback.engine.protocol import EngineError, Limits, QueryError
from answerback.engine.scratch import scattered_files, scratch_folder

_SESSION = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.compression.codec": "zstd",
    # Chains of records that stand for one another may be long; what ends them is the data.
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
    # Files are listed here and not by a job of their own.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
}
"""What our SQL rests on, whatever a cluster has as its defaults."""

_TYPES = {
    "bool": "boolean",
    "double": "double",
    "int32": "int",
    "int64": "bigint",
    "large_string": "string",
    "string": "string",
    "timestamp[us]": "timestamp_ntz",
}
"""Arrow's types as Spark's."""

_NO_ROOM = re.compile(
    r"OutOfMemoryError|Java heap space|No space left on device|Disk quota exceeded|UNABLE_TO_ACQUIRE_MEMORY"
    r"|Permission denied|Mkdirs failed|Read-only file system",
    re.IGNORECASE,
)
_DAMAGED = re.compile(
    r"PATH_NOT_FOUND|FAILED_READ_FILE|FileNotFoundException|CANNOT_READ_FILE_FOOTER|not a Parquet file"
)
_LOST = re.compile(
    r"SparkContext (?:was|has been) (?:shut down|stopped)|stopped SparkContext|Connection refused|Master removed"
    r"|masters are unresponsive|ExecutorLostFailure|INVALID_HANDLE"
)
_PATH = re.compile(r"file:(?://)?(/[^\s,'\"]+[^\s,'\".:])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT])i?B?", re.IGNORECASE)
_MEGABYTES = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}
_WORKERS_WITHIN_SECONDS = 60


class Spark:
    """A session: its relations are views of its own over files of ours."""

    def __init__(self, session: SparkSession, scratch: Path) -> None:
        self._session = session
        self._scratch = scratch
        self._held: dict[str, Path] = {}
        """By relation that was put or made, the folder of its files."""
        for name, value in _SESSION.items():
            session.conf.set(name, value)

    def close(self) -> None:
        """Frees the scratch files. The session's end is its maker's."""
        for name in list(self._held):
            self.drop(name)

    def over_files(self, name: str, paths: Sequence[Path], columns: Mapping[str, ColumnType] | None = None) -> None:
        """A relation over Parquet files, with these columns or those that they have; typed and empty without files."""
        if not paths and not columns:
            raise ValueError(f"{name}: no file, and no columns")
        typed = {column: SPARK.types[kind] for column, kind in (columns or {}).items()}
        if not paths:
            nothing = ", ".join(f"cast(null as {kind}) as `{column}`" for column, kind in typed.items())
            self._sql(f"create or replace temporary view {name} as select {nothing} where false")
            return
        schema = ", ".join(f"`{column}` {kind}" for column, kind in typed.items())
        with _told(self._scratch):
            self._read(paths, schema or _schema_of(paths[0])).createOrReplaceTempView(name)

    def put(self, name: str, table: pa.Table) -> None:
        """A small relation from an Arrow table."""
        folder = self._new_folder(name)
        folder.mkdir(parents=True, mode=0o700)
        pq.write_table(table, folder / "part-0.parquet")
        self._hold(name, folder, _ddl(table.schema))

    def view(self, name: str, sql: str) -> None:
        """A relation that is computed when it is read."""
        self._sql(f"create or replace temporary view {name} as {_in_spark(sql)}")

    def make(self, name: str, sql: str) -> int:
        """A relation from SQL, computed now; its number of rows."""
        frame, folder = self._sql(_in_spark(sql)), self._new_folder(name)
        with _told(self._scratch):
            frame.write.parquet(_address(folder))
        self._hold(name, folder, frame.schema)
        return sum(pq.read_metadata(path).num_rows for path in folder.glob("part-*.parquet"))

    def drop(self, name: str) -> None:
        """Forgets a relation, and removes its files if it was put or made."""
        with _told(self._scratch):
            self._session.catalog.dropTempView(name)
        shutil.rmtree(self._held.pop(name, self._scratch / "nothing"), ignore_errors=True)

    def write(self, name: str, stem: Path, order: Sequence[str], rows_in_group: int = 0) -> list[Path]:
        """A relation into Parquet files `<stem>-<number>.parquet`, sorted within and across them."""
        by = f" order by {', '.join(order)}" if order else ""
        frame = self._sql(_in_spark(f"select * from {name}{by}"))
        half_written = stem.with_name(f".{stem.name}-{secrets.token_hex(6)}")
        try:
            with _told(self._scratch):
                writer = frame.write
                if rows_in_group:
                    writer = writer.option("parquet.block.row.count.limit", rows_in_group)
                writer.parquet(_address(half_written))
            parts = sorted(half_written.glob("part-*.parquet"))
            filled = [part for part in parts if pq.read_metadata(part).num_rows]
            paths = []
            for number, part in enumerate(filled or parts[:1], 1):
                paths.append(stem.with_name(f"{stem.name}-{number}.parquet"))
                part.replace(paths[-1])
            return paths
        finally:
            shutil.rmtree(half_written, ignore_errors=True)

    def scatter(self, name: str, by: str, folder: Path) -> dict[int, list[Path]]:
        """A relation into Parquet files, apart by an integer column, for this engine to read again."""
        frame = self._sql(f"select * from {name}")
        with _told(self._scratch):
            frame.hint("rebalance", by).write.partitionBy(by).parquet(_address(folder))
        return scattered_files(folder, by)

    def query(self, sql: str) -> pa.Table:
        """The answer to a query."""
        frame = self._sql(_in_spark(sql))
        with _told(self._scratch):
            answer = frame.toArrow()
        return answer.cast(pa.schema([field.with_nullable(True) for field in answer.schema]))

    def _sql(self, sql: str) -> DataFrame:
        with _told(self._scratch):
            return self._session.sql(sql)

    def _read(self, paths: Sequence[Path], schema: str | StructType) -> DataFrame:
        # Without recursion folders called name=value would become columns.
        reader = self._session.read.schema(schema).option("recursiveFileLookup", "true")
        return reader.parquet(*(_pattern(path) for path in paths))

    def _new_folder(self, name: str) -> Path:
        return self._scratch / f"{name}-{secrets.token_hex(6)}"

    def _hold(self, name: str, folder: Path, schema: str | StructType) -> None:
        """Makes a folder of files the relation of that name, in place of what had it."""
        with _told(self._scratch):
            self._read([folder], schema).createOrReplaceTempView(name)
        before, self._held[name] = self._held.get(name), folder
        if before:
            shutil.rmtree(before, ignore_errors=True)


def _in_spark(sql: str) -> str:
    try:
        return translated(sql, SPARK)
    except ValueError as error:
        raise QueryError(str(error), next_step="write it in a form that every engine has") from error


def _address(path: Path) -> str:
    return f"file://{path.resolve()}"


def _pattern(path: Path) -> str:
    """A path for reading, where some signs would be wild cards."""
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", _address(path))


def _schema_of(path: Path) -> str:
    return _ddl(pq.read_schema(path))


def _ddl(schema: pa.Schema) -> str:
    if unknown := [f"{field.name} ({field.type})" for field in schema if str(field.type) not in _TYPES]:
        raise ValueError(f"relations have no columns such as {', '.join(unknown)}")
    return ", ".join(f"`{field.name}` {_TYPES[str(field.type)]}" for field in schema)


@contextmanager
def _told(scratch: Path) -> Iterator[None]:
    """Turns Spark's and Java's errors into ones that say what to do."""
    try:
        yield
    except AnalysisException as error:
        raise _told_of(str(error), scratch) or _query_error(str(error)) from None
    except (PySparkException, Py4JJavaError) as error:
        raise _told_of(str(error), scratch) or _query_error(str(error)) from error
    except (Py4JNetworkError, Py4JError, ConnectionError) as error:
        raise _lost(str(error)) from error


def _told_of(said: str, scratch: Path) -> AnswerbackError | None:
    if found := _NO_ROOM.search(said):
        return NoRoomError(
            f"the build needs more memory or room than it may use: {found[0].lower()}",
            where=str(scratch.parent),
            next_step="raise --memory, free space on the disk of the workspace, or add workers; nothing was published",
        )
    if _DAMAGED.search(said):
        named = _PATH.search(said)
        return WorkspaceError(
            "a file is gone or damaged, or not all machines of the cluster see it",
            where=named[1] if named else _first_line(said),
            next_step="keep the workspace on storage that all of them mount; else restore the file, or build again",
        )
    return _lost(said) if _LOST.search(said) else None


def _query_error(said: str) -> QueryError:
    return QueryError(_first_line(said), next_step="correct the query")


def _lost(said: str) -> EngineError:
    return EngineError(
        f"Spark was lost: {_first_line(said)}", next_step="see the logs of the cluster, then run the same command again"
    )


def _first_line(said: str) -> str:
    """The sentence of an error, without Java's trace."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("\tat ")]
    return next((line for line in lines if line.startswith((": ", "["))), lines[0] if lines else "no reason given")


@contextmanager
def spark(
    limits: Limits = Limits(),  # noqa: B008 - frozen
    scratch_on: Path | None = None,
    master: str = "",
) -> Iterator[Spark]:
    """An engine for a while: on this machine, or on the cluster at `master`, such as `spark://host:7077`.

    Where Spark runs in this process already, it is shared: its place and memory stay what they are.
    What a cluster's administrators have set (`spark-defaults.conf`) holds.

    Raises EngineError where it cannot be started.
    """
    with scratch_folder(scratch_on) as scratch:
        running = SparkSession.getActiveSession()
        if running is not None:
            with closing(Spark(running.newSession(), scratch)) as engine:
                yield engine
            return
        session = _started(limits, scratch, master or "local")
        try:
            with closing(Spark(session, scratch)) as engine:
                yield engine
        finally:
            session.stop()


def _started(limits: Limits, scratch: Path, master: str) -> SparkSession:
    local = master.startswith("local")
    if not local:
        _check_address(master)
    builder = SparkSession.builder.appName("answerback").config(map=_settings(limits, scratch, local=local))
    try:
        session = builder.master(_threaded(master, limits)).getOrCreate()
    except (PySparkException, Py4JError, ConnectionError) as error:
        if "JAVA_GATEWAY_EXITED" in str(error):
            raise EngineError(
                "Java does not start, or is too old",
                where=os.environ.get("JAVA_HOME", "no JAVA_HOME"),
                next_step="install Java 17 (Debian: openjdk-17-jre-headless; macOS: brew install openjdk@17)"
                " and set JAVA_HOME to it",
            ) from error
        raise EngineError(
            f"Spark cannot be started: {_first_line(str(error))}",
            where=master,
            next_step="check the address, and that the cluster runs the same version of Spark",
        ) from error
    if not local:
        _wait_for_workers(session, master)
    return session


def _threaded(master: str, limits: Limits) -> str:
    return f"local[{limits.threads or '*'}]" if master == "local" else master


def _settings(limits: Limits, scratch: Path, *, local: bool) -> dict[str, bool | float | int | str | None]:
    """What is settled when Java starts: memory, processors, where to spill, and that nobody else can reach it."""
    memory = _megabytes(limits.memory) if limits.memory else 0
    settings: dict[str, bool | float | int | str | None] = {
        **_SESSION,
        "spark.log.level": "ERROR",
        "spark.ui.showConsoleProgress": False,
    }
    if local:
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**21
        settings |= {
            "spark.driver.memory": f"{memory or half}m",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": False,
            "spark.local.dir": str(scratch.resolve() / "spill"),
        }
    elif memory:
        settings["spark.executor.memory"] = f"{memory}m"
    if limits.threads and not local:
        settings["spark.cores.max"] = limits.threads
    return settings


def _megabytes(memory: str) -> int:
    found = _SIZE.fullmatch(memory.strip())
    size = int(float(found[1]) * _MEGABYTES[found[2].upper()]) if found else 0
    if size < 500:
        raise UsageError(
            f"Spark cannot run with memory {memory!r}", where="--memory", next_step="name at least 500MB, such as 4GB"
        )
    return size


def _check_address(master: str) -> None:
    """Says at once that nobody is there; Spark itself would try for a minute."""
    hosts = re.findall(r"([^,/:]+):(\d+)", master.removeprefix("spark://")) if master.startswith("spark://") else []
    for host, port in hosts:
        try:
            with socket.create_connection((host, int(port)), timeout=10):
                return
        except OSError:
            continue
    if hosts or master.startswith("spark://"):
        raise EngineError("no Spark cluster answers", where=master, next_step="check the address, and that it runs")


def _wait_for_workers(session: SparkSession, master: str) -> None:
    """Until the first worker has joined: else the first query would wait for ever, without a word."""
    until = time.monotonic() + _WORKERS_WITHIN_SECONDS
    context = session.sparkContext._jsc.sc()  # noqa: SLF001 - Python's side has no such question
    while context.getExecutorMemoryStatus().size() < 2:  # the driver is one of them
        if time.monotonic() > until:
            session.stop()
            raise EngineError(
                "the cluster has no worker that is free and has the memory asked for",
                where=master,
                next_step="start workers, wait for other jobs to end, or lower --memory",
            )
        time.sleep(0.2)
