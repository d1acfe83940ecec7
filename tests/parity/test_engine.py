"""Spark keeps the promises of an engine: typed relations, files in order, errors in words, nothing left over."""

from __future__ import annotations

import builtins
import socket
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answerback.cli.building import engine_choice
from answerback.domain.errors import UsageError, WorkspaceError
from answerback.domain.log import ColumnType
from answerback.engine.opening import EngineChoice, EngineName, open_engine
from answerback.engine.protocol import Engine, EngineError, Limits, QueryError

CHOICE = EngineChoice(EngineName.SPARK)
TABLE = pa.table(
    {
        "key": pa.array([3, None, 1, 2], pa.int64()),
        "text": pa.array(["c", None, "a", "b"]),
        "instant": pa.array([datetime(2026, 1, 1), None, None, datetime(1900, 1, 1)], pa.timestamp("us")),  # noqa: DTZ001
        "yes": pa.array([True, None, False, True]),
    }
)
COLUMNS = {
    "key": ColumnType.BIGINT,
    "text": ColumnType.VARCHAR,
    "instant": ColumnType.TIMESTAMP,
    "yes": ColumnType.BOOLEAN,
}


@pytest.fixture
def engine(spark: Engine, tmp_path: Path) -> Iterator[Engine]:
    """An engine of its own, within the session of the run."""
    del spark
    with open_engine(CHOICE, scratch_on=tmp_path) as own:
        yield own


def test_engines_in_one_session_do_not_see_each_other(engine: Engine, spark: Engine) -> None:
    engine.put("mine", TABLE)
    assert engine.query("select * from mine").equals(TABLE)
    with pytest.raises(QueryError, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.query("select * from mine")


def test_files_with_columns_or_without_or_none_at_all(engine: Engine, tmp_path: Path) -> None:
    odd = tmp_path / "odd [1] {a,b} ?*" / "month=2026-01"
    odd.mkdir(parents=True)
    pq.write_table(TABLE, odd / "one.parquet")
    pq.write_table(TABLE.slice(0, 1), odd / "two.parquet")
    paths = [odd / "one.parquet", odd / "two.parquet"]
    engine.over_files("chosen", paths, {"text": ColumnType.VARCHAR, "key": ColumnType.BIGINT})
    assert engine.query("select * from chosen").column_names == ["text", "key"]
    assert engine.query("select count(*) as n, count(key) as keys from chosen").to_pylist() == [{"n": 5, "keys": 4}]
    engine.over_files("whole", paths[:1])
    assert engine.query("select * from whole order by key").schema.equals(TABLE.schema)
    engine.over_files("none", [], COLUMNS)
    assert engine.query("select * from none").equals(TABLE.schema.empty_table())
    with pytest.raises(ValueError, match="no file, and no columns"):
        engine.over_files("none", [])


def test_a_view_follows_what_it_reads_and_what_was_made_does_not(engine: Engine) -> None:
    engine.put("given", TABLE)
    engine.view("seen", "select count(*) as n from given")
    assert engine.make("made", "select count(*) as n from given") == 1
    engine.put("given", TABLE.slice(0, 1))
    assert engine.query("select n from seen").to_pylist() == [{"n": 1}]
    assert engine.query("select n from made").to_pylist() == [{"n": 4}]


def test_dropping_frees_and_closing_leaves_nothing(spark: Engine, tmp_path: Path) -> None:
    del spark
    with open_engine(CHOICE, scratch_on=tmp_path) as engine:
        engine.put("given", TABLE)
        engine.make("made", "select key from given")
        assert sum(1 for _ in tmp_path.glob(".scratch-*/*")) == 2
        engine.drop("made")
        engine.drop("was_never_there")
        assert [path.name.split("-")[0] for path in tmp_path.glob(".scratch-*/*")] == ["given"]
        with pytest.raises(QueryError):
            engine.query("select * from made")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_sorted_within_and_across_files(engine: Engine, tmp_path: Path) -> None:
    many = pa.table({"key": pa.array([n * 7919 % 5000 for n in range(5000)], pa.int64())})
    engine.put("many", many)
    half = "select key, key + key as two, cast(1 as bigint) as one from many where key"
    engine.view("twofold", f"{half} < 2000 union all {half} >= 2000")
    paths = engine.write("twofold", tmp_path / "out" / "twofold", ("key",))
    assert [path.name for path in paths] == [f"twofold-{number}.parquet" for number in range(1, len(paths) + 1)]
    assert len(paths) > 1
    assert sorted((tmp_path / "out").iterdir()) == sorted(paths), "and nothing else lies there"
    assert pa.concat_tables(map(pq.read_table, paths))["key"].to_pylist() == list(range(5000))


def test_groups_of_rows_are_as_small_as_asked(engine: Engine, tmp_path: Path) -> None:
    engine.put("many", pa.table({"key": pa.array(range(5000), pa.int64())}))
    paths = engine.write("many", tmp_path / "many", ("key",), rows_in_group=1000)
    described = [pq.read_metadata(path) for path in paths]
    groups = [each.row_group(number).num_rows for each in described for number in range(each.num_row_groups)]
    assert sum(groups) == 5000
    assert max(groups) == 1000


def test_an_empty_relation_is_a_file_with_its_columns(engine: Engine, tmp_path: Path) -> None:
    engine.over_files("none", [], COLUMNS)
    (path,) = engine.write("none", tmp_path / "none", ("key",))
    assert pq.read_table(path).replace_schema_metadata(None).equals(TABLE.schema.empty_table())


def test_scattered_rows_lie_apart(engine: Engine, tmp_path: Path) -> None:
    engine.put("given", TABLE)
    engine.view("placed", "select key, text, case when yes then 7 else 2 end as block from given")
    found = engine.scatter("placed", "block", tmp_path / "apart")
    assert list(found) == [2, 7]
    for block, keys in ((2, [None, 1]), (7, [2, 3])):
        engine.over_files("part", found[block])
        answer = engine.query("select * from part")
        assert answer.column_names == ["key", "text"]
        assert sorted(answer["key"].to_pylist(), key=str) == sorted(keys, key=str)


def test_errors_say_what_and_where(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="nowhere"):
        engine.query("select a from nowhere")
    with pytest.raises(QueryError, match="drops what finds nothing"):
        engine.view("x", "select a.x from a asof left join b on a.k = b.k and a.t >= b.t")
    with pytest.raises(QueryError) as told:
        engine.query("select cast('no number' as bigint) as n")
    assert "\tat " not in str(told.value)
    assert "\n" not in str(told.value)
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 this is none PAR1")
    engine.over_files("damaged", [damaged], COLUMNS)
    with pytest.raises(WorkspaceError, match="gone or damaged") as told_of:
        engine.query("select * from damaged")
    assert told_of.value.where == str(damaged)
    pq.write_table(TABLE, tmp_path / "gone.parquet")
    engine.over_files("gone", [tmp_path / "gone.parquet"], COLUMNS)
    (tmp_path / "gone.parquet").unlink()
    with pytest.raises(WorkspaceError, match="gone or damaged"):
        engine.query("select * from gone")


def test_columns_of_other_sorts_are_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="price"):
        engine.put("given", pa.table({"price": pa.array([1.5], pa.float32())}))


def test_a_cluster_that_is_not_there_is_told_at_once() -> None:
    from answerback.engine.spark import _check_address

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # nobody listens there
        with pytest.raises(EngineError, match="no Spark cluster answers") as told:
            _check_address(f"spark://127.0.0.1:{port}")
        assert told.value.where == f"spark://127.0.0.1:{port}"
        taken.listen()
        _check_address(f"spark://127.0.0.1:{port}")
    _check_address("yarn")
    with pytest.raises(EngineError):
        _check_address("spark://no-port")


@pytest.mark.parametrize("memory", ["much", "10", "100MB"])
def test_memory_that_is_none_or_too_little(memory: str) -> None:
    from answerback.engine.spark import _megabytes

    with pytest.raises(UsageError, match="--memory"):
        _megabytes(memory)
    assert [_megabytes(size) for size in ("500MB", "1.5 GB", "2g", "1TiB")] == [500, 1536, 2048, 1048576]


def test_limits_become_settings(tmp_path: Path) -> None:
    from answerback.engine.spark import _settings, _threaded

    limits = Limits(threads=3, memory="2GB")
    assert _threaded("local", limits) == "local[3]"
    assert _threaded("local", Limits()) == "local[*]"
    assert _threaded("spark://host:1", limits) == "spark://host:1"
    here, there = (_settings(limits, tmp_path, local=local) for local in (True, False))
    assert here["spark.driver.memory"] == "2048m"
    assert "spark.executor.memory" not in here
    assert (there["spark.executor.memory"], there["spark.cores.max"]) == ("2048m", 3)
    assert str(_settings(Limits(), tmp_path, local=True)["spark.driver.memory"]).removesuffix("m").isdecimal()


def test_spark_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if name.startswith("answerback.engine.spark"):
            raise ModuleNotFoundError("No module named 'pyspark'", name="pyspark")
        return usual(name, globals_, locals_, fromlist, level)

    usual = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(EngineError, match=r"install answerback\[spark\]"), open_engine(CHOICE):
        pass


def test_the_words_of_the_command() -> None:
    assert engine_choice("duckdb", "") == EngineChoice()
    with pytest.raises(UsageError, match="there is no engine 'presto'"):
        engine_choice("presto", "")
    with pytest.raises(UsageError, match="add --engine spark"):
        engine_choice("duckdb", "spark://host:7077")
