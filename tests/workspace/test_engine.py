"""The engine in a workspace: where it spills, and that whatever goes wrong in it is told in words."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from answerback.domain.errors import NoRoomError
from answerback.domain.playbook import Keep
from answerback.engine.duckdb import Limits, QueryError, engine
from answerback.workspace.home import Home
from answerback.workspace.snapshots import LEASE_SECONDS, prune
from tests.workspace.test_disk import small_files

SMALL = Limits(threads=1, memory="60MB")
MUCH = "select range::varchar || repeat('x', 80) as text from range(1_000_000)"


def test_it_spills_in_the_workspace_and_leaves_nothing(home: Home) -> None:
    with engine(SMALL, home.pool) as duck:
        assert duck.make("few", "select 1 as one") == 1
        assert list(home.pool.iterdir()) == [], "made when it is needed"
        duck.confine()
        duck.make("much", MUCH)
        (scratch,) = home.pool.iterdir()
        assert any(scratch.iterdir())
    assert list(home.pool.iterdir()) == []


def test_who_may_not_write_there_may_read(tmp_path: Path) -> None:
    with engine(SMALL, tmp_path / "no" / "such folder") as duck:
        assert duck.query("select 1 as one").to_pylist() == [{"one": 1}]


def test_what_a_killed_reader_spilled_goes_after_the_lease(home: Home) -> None:
    now = datetime.now(UTC)
    with engine(SMALL, home.pool) as duck:
        duck.make("much", MUCH)
        (scratch,) = home.pool.iterdir()
        stray = scratch.rename(home.pool / ".scratch-of-a-killed-reader")
    assert list(home.pool.iterdir()) == [stray]
    for path in (stray, *stray.iterdir()):
        os.utime(path, (now.timestamp(),) * 2)
    prune(home, Keep(), now + timedelta(seconds=LEASE_SECONDS - 1))
    assert list(home.pool.iterdir()) == [stray]
    prune(home, Keep(), now + timedelta(seconds=LEASE_SECONDS + 1))
    assert list(home.pool.iterdir()) == []


def test_a_full_disk_is_told_by_the_folder_that_is_full(home: Home) -> None:
    with (
        engine(SMALL, home.pool) as duck,
        small_files(100_000),
        pytest.raises(NoRoomError, match="file too large") as told,
    ):
        duck.make("much", MUCH)
    assert told.value.where == str(home.pool)


def test_a_file_that_cannot_be_written_is_named_by_its_folder(home: Home) -> None:
    with engine(SMALL, home.pool) as duck:
        duck.view("much", "select range from range(100_000)")
        with small_files(100), pytest.raises(NoRoomError, match="file too large") as told:
            duck.write("much", home.pool / "much", ())
    assert told.value.where == str(home.pool)


@pytest.mark.parametrize(
    "sql", ["select * from force_checkpoint()", "select * from checkpoint('x')", "select error('no')"]
)
def test_what_the_engine_refuses_is_a_query_error(sql: str) -> None:
    with engine() as duck, pytest.raises(QueryError):
        duck.select_only(sql)
