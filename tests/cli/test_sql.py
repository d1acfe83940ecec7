"""`answerback sql`: one SELECT over the snapshot's relations; nothing else can be read, written or set."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from answerback.domain.errors import Exit
from answerback.domain.log import name_columns
from answerback.domain.records import RECORDS
from tests.cli.terminal import Terminal

BEYOND = (
    "copy effort to 'PLACE/out.csv'",
    "copy (select 1) to 'PLACE/out.parquet' (format parquet)",
    "attach 'PLACE/other.db'",
    "export database 'PLACE'",
    "pragma database_list",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "create table t as select 1",
    "create or replace view effort as select 1",
    "insert into effort select * from effort",
    "update effort set kind = 'x'",
    "delete from effort",
    "drop view effort",
    "call pragma_version()",
    "explain select 1",
    "prepare q as select 1",
    "vacuum",
    "use memory",
    "checkpoint",
    "begin",
    "select 1; select 2",
    "select 1; copy effort to 'PLACE/out.csv'",
    "with t as (copy (select 1) to 'PLACE/out.csv') select * from t",
    "with t as (insert into effort select * from effort returning kind) select * from t",
    "-- nothing",
    ";",
)
"""No SELECT, or not one."""

OUTSIDE = (
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from glob('HOME/**')",
    "select * from read_parquet('HOME/log/*/ids.parquet')",
    "select * from parquet_schema('HOME/log/*/ids.parquet')",
    "select * from read_blob('HOME/secret')",
    "select * from read_text('HOME/playbook.toml')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from read_csv('https://example.com/x.csv')",
    "select * from sqlite_scan('PLACE/x.db', 't')",
    "select getenv('HOME')",
    "select * from ids",
    "select * from names_rep",
    "select * from _names_rep",
    "with t as (select * from read_csv('/etc/passwd')) select * from t",
    "select (select content from read_text('/etc/passwd'))",
    "select * from table",
    "select * from settings",
)


def spelled(query: str, team: Terminal, place: Path) -> str:
    return query.replace("PLACE", str(place)).replace("HOME", str(team.home))


@pytest.mark.parametrize("query", BEYOND)
def test_only_one_select(team: Terminal, tmp_path: Path, query: str) -> None:
    for names in ([], ["--names"]):
        ran = team("sql", *names, "--", spelled(query, team, tmp_path))
        assert (ran.code, ran.out) == (Exit.USAGE, b""), ran.err
        assert ran.err.startswith("error[query]: ")
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


@pytest.mark.parametrize("query", OUTSIDE)
def test_nothing_outside_the_snapshot(team: Terminal, tmp_path: Path, query: str) -> None:
    assert (team.home / "secret").is_file()
    ran = team("sql", spelled(query, team, tmp_path))
    assert ran.code in (Exit.USAGE, Exit.NOT_FOUND), ran.text
    assert ran.out == b""
    assert "Traceback" not in ran.err
    assert "root:" not in ran.err


def test_outside_stays_outside_with_names(team: Terminal) -> None:
    for query in OUTSIDE:
        if "ids" not in query and "names_" not in query:
            assert team("sql", "--names", spelled(query, team, team.home)).out == b""


def test_relations_hold_no_ids_and_no_names(team: Terminal) -> None:
    """Nothing that names anybody is in a relation: every value of every text column is a word of the trade."""
    columns = team.rows("sql", "select table_name, column_name from duckdb_columns() where not internal")
    found = {(row["table_name"], row["column_name"]) for row in columns}
    assert len(found) > 100
    personal = {name for record in RECORDS.values() for name in name_columns(record)}
    of_things = {(table, name) for table, name in found if table.startswith("playbook_")}
    of_things |= {("attribute", "name"), ("happening", "text")}
    assert {name for _, name in found - of_things} & (personal | {"id"}) == set()
    texts = team.rows("sql", "select distinct team, kind, purpose, source, play from outcome")
    assert not [row for row in texts if {"Ann", "ann", "a0", "e1"} & {str(value) for value in row.values()}]


def test_with_names_ids_and_names_can_be_joined(team: Terminal) -> None:
    query = """select ids.id, names_rep.name from names_rep join ids on ids.key = names_rep.rep_key
        where ids.space = 'rep' order by all"""
    assert team.rows("sql", "--names", query)[0] == {"id": "ann", "name": "Ann"}
    assert team("sql", query).code == Exit.USAGE


def test_every_use_is_written_down(fresh: Terminal) -> None:
    assert fresh("build").code == 0
    fresh("sql", "select 1 as one")
    fresh("sql", "--names", "select 2 as two")
    fresh("sql", "drop view effort")
    log = fresh.home / "usage.log"
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["purpose"], line["detail"]) for line in lines] == [
        ("sql", "select 1 as one"),
        ("sql --names", "select 2 as two"),
        ("sql", "drop view effort"),
    ]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_old_snapshots_can_be_asked(fresh: Terminal, tmp_path: Path) -> None:
    assert fresh("build").code == 0
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "effort.csv").write_text(
        "effort_id,rep_id,occurred_at,kind\ne,r,2026-03-01,email\n", encoding="utf-8"
    )
    assert fresh("load", tmp_path / "t").code == 0
    assert fresh("build").code == 0
    query = "select count(*) as n from effort"
    assert fresh.rows("sql", query) == [{"n": 1}]
    assert fresh.rows("sql", query, "--snapshot", "1") == [{"n": 0}]
