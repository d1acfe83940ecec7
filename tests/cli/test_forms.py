"""What answers look like: the keys of JSON, CSV that no spreadsheet runs, Parquet, and tables for eyes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from answerback.present.formats import write_csv, write_json, write_parquet
from tests.cli.terminal import Terminal

LINKS = ["action_id", "effort_id", "basis", "grade", "lag_seconds"]
OUTCOMES = ["effort_id", "rep_id", "account_id", "play", "occurred_at", "reactive", "state", "answered_at", "action_id"]
ON_BASE = ["efforts", "on_base", "answered", "still_open", "unseen", "matured", "rate", "low", "high", "reason"]
LISTINGS = ("efforts", "actions", "links", "outcomes", "deals", "lags", "coverage", "bases", "reactive", "doubtful")
EVERY_ANSWER = [
    *(["show", what] for what in (*LISTINGS, "rejects", "batches", "on-base")),
    ["sources"],
    ["doctor"],
    ["explain", "on-base", "rep=ann"],
    ["explain", "link", "b103"],
    ["explain", "effort", "e103"],
    ["sql", "select kind, count(*) as n from effort group by kind"],
]


def in_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["links"], LINKS),
        (["outcomes"], OUTCOMES),
        (["on-base"], ["rep", "play", *ON_BASE]),
        (["on-base", "--by", "week,kind,rep"], ["week", "kind", "rep", *ON_BASE]),
        (["on-base", "--by", ""], ON_BASE),
    ],
    ids=str,
)
def test_the_keys_and_their_order(team: Terminal, words: list[str], keys: list[str]) -> None:
    rows = team.rows("show", *words)
    assert all(list(row)[: len(keys)] == keys for row in rows)
    assert rows
    header = in_csv(team("show", *words, "--format", "csv").text)[0]
    assert header[: len(keys)] == keys
    assert pq.read_table(io.BytesIO(team("show", *words, "--format", "parquet").out)).column_names[: len(keys)] == keys


def test_links_have_no_other_keys(team: Terminal) -> None:
    assert {tuple(row) for row in team.rows("show", "links")} == {tuple(LINKS)}


@pytest.mark.parametrize("words", EVERY_ANSWER, ids=" ".join)
def test_every_answer_in_every_form(team: Terminal, words: list[str]) -> None:
    ran = team(*words, "--format", "json")
    rows = ran.rows
    assert isinstance(rows, list)
    assert all(isinstance(row, dict) for row in rows)
    assert ran.err == ""
    table = team(*words)
    assert (table.code, table.err, table.out.endswith(b"\n")) == (0, "", True)
    lines = in_csv(team(*words, "--format", "csv").text)
    parquet = pq.read_table(io.BytesIO(team(*words, "--format", "parquet").out))
    assert lines[0] == parquet.column_names
    assert len(lines) - 1 == parquet.num_rows
    if words[0] != "explain":  # of which the rows are one part of the document
        assert len(rows) == parquet.num_rows
        assert not rows or list(rows[0]) == parquet.column_names


def test_instants_and_ids_are_as_in_the_source(team: Terminal) -> None:
    rows = {row["effort_id"]: row for row in team.rows("show", "outcomes")}
    assert rows["e2"]["rep_id"] == "ann"
    assert rows["e2"]["account_id"] == "a6"
    assert rows["e2"]["occurred_at"] == "2026-01-09T11:39:00Z"
    assert rows["e2"]["reactive"] is False
    assert rows["e2"]["action_id"] == "b2"
    assert rows["e1"]["answered_at"] is None


def test_rates_are_numbers_or_null_and_a_reason(team: Terminal) -> None:
    for row in team.rows("show", "on-base", "--by", "rep,week"):
        assert (row["rate"] is None) == (row["reason"] is not None) == (row["reason_text"] is not None)
        if row["rate"] is not None:
            assert 0 <= row["low"] <= row["rate"] <= row["high"] <= 1


def test_a_table_for_eyes_stops_and_says_how_to_get_the_rest(team: Terminal) -> None:
    assert "more rows: use --format json, csv or parquet" in team("show", "efforts").text
    assert len(team.rows("show", "efforts")) == 1015


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "＝1"])  # noqa: RUF001
def test_no_cell_is_a_formula(risky: str) -> None:
    out = io.BytesIO()
    write_csv(pa.table({"a": [risky, "plain", None], "n": [-1, 2, None], "l": [[risky], None, []]}), out)
    rows = in_csv(out.getvalue().decode())
    assert rows[1][0] == f"'{risky}"
    assert rows[1][1] == "-1"  # a number is a number
    assert rows[2:] == [["plain", "2", ""], ["", "", "[]"]]


def test_a_hostile_id_moves_no_cursor_and_is_no_formula(fresh: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "effort.csv").write_text(
        'effort_id,rep_id,occurred_at,kind\n"=cmd()\x1b[2Jx[red]","[bold]\x07",2026-03-01T09:00:00Z,email\n',
        encoding="utf-8",
    )
    assert fresh("load", folder).code == 0
    assert fresh("build").code == 0
    for words in (
        ["show", "efforts"],
        ["show", "on-base"],
        ["explain", "effort", "=cmd()\x1b[2Jx[red]"],
        ["explain", "on-base", "--by", "rep"],
    ):
        text = fresh(*words).text
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "[bold]" in text
    assert in_csv(fresh("show", "efforts", "--format", "csv").text)[1][0] == "'=cmd()\x1b[2Jx[red]"
    assert fresh.rows("show", "efforts")[0]["effort_id"] == "=cmd()\x1b[2Jx[red]"  # a machine gets it as it is
    refused = fresh("explain", "effort", "no\x1b[2Jsuch")
    assert (refused.code, "\x1b" in refused.err) == (6, False)


AWKWARD = """select 'nan'::double as nan, 'inf'::float as inf, date '2026-01-02' as day, time '10:00' as at,
 interval '1 day' as i, [1, 2] as list, {'a': 1.5, 'b': date '2026-01-02'} as struct, map {'k': 2} as map,
 'x'::blob as blob, 1.5::decimal(4, 2) as money, sum(9223372036854775807) as huge,
 timestamptz '2026-01-01 02:00:00+02' as zoned,
 null as nothing, 1 as n, 2 as n"""


def test_whatever_sql_returns_can_be_written(team: Terminal) -> None:
    (row,) = team.rows("sql", AWKWARD)
    assert (row["nan"], row["inf"], row["nothing"]) == (None, None, None)
    assert (row["day"], row["at"], row["zoned"]) == ("2026-01-02", "10:00:00", "2026-01-01T00:00:00Z")
    assert (row["list"], row["struct"]) == ([1, 2], {"a": 1.5, "b": "2026-01-02"})
    assert (row["money"], row["huge"]) == (1.5, 9223372036854775807)
    assert [value for name, value in row.items() if name.startswith("n_") or name == "n"] == [1, 2]
    header, line = in_csv(team("sql", AWKWARD, "--format", "csv").text)
    assert dict(zip(header, line, strict=True))["struct"] == '{"a": 1.5, "b": "2026-01-02"}'
    assert pq.read_table(io.BytesIO(team("sql", AWKWARD, "--format", "parquet").out)).num_rows == 1
    assert team("sql", AWKWARD).code == 0


def test_json_of_many_rows_is_one_array() -> None:
    out = io.BytesIO()
    write_json(pa.table({"n": range(40_000)}), out)
    assert [row["n"] for row in json.loads(out.getvalue())] == list(range(40_000))
    empty = io.BytesIO()
    write_json(pa.table({"n": pa.array([], pa.int64())}), empty)
    assert empty.getvalue() == b"[]\n"


def test_parquet_keeps_types() -> None:
    out = io.BytesIO()
    table = pa.table({"n": [1, None], "at": pa.array([0, None], pa.timestamp("us"))})
    write_parquet(table, out)
    assert pq.read_table(io.BytesIO(out.getvalue())) == table
