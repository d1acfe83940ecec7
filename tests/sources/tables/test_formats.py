"""JSON Lines, Parquet and XLSX: rows, numbers, rejects; and files that mean harm."""

from __future__ import annotations

import gzip
import json
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from answerback.domain.errors import SourceError
from answerback.sources import files
from answerback.sources.tables import Header, ReadOptions, Rows, read_rows, workbook_size
from answerback.sources.tables.rows import BATCH_ROWS
from tests.sources.tables.test_delimited import read
from tests.sources.tables.workbook import cell, write_workbook


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "deal.jsonl.gz"
    objects = [
        {"id": 12, "amount": 1.50, "open": True, "tokens": ["a", "b"], "more": {"x": 1}},
        {"id": "13", "amount": None, "name": ""},
    ]
    path.write_bytes(gzip.compress("\n".join(json.dumps(each) for each in objects).encode()))
    _, rows, rejects = read(path)
    assert rows[1] == {"id": "12", "amount": "1.5", "open": "true", "tokens": "a b", "more": '{"x": "1"}', "name": None}
    assert rows[2] == {"id": "13", "amount": None, "open": None, "tokens": None, "more": None, "name": None}
    assert not rejects


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "deal.jsonl"
    path.write_text('{"id": 12345678901234567890123, "amount": 0.10}\n')
    assert read(path)[1] == {1: {"id": "12345678901234567890123", "amount": "0.10"}}


def test_bad_lines_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "deal.jsonl"
    deep = b"[" * 100_000 + b"]" * 100_000
    lines = [
        b'{"a": "1"}',
        b"[1]",
        b"{",
        deep,
        b'{"a": NaN}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"",
        b'{"a": "9"}',
    ]
    path.write_bytes(b"\n".join(lines))
    _, rows, rejects = read(path)
    assert rows == {1: {"a": "1"}, 8: {"a": "9"}}
    assert [rejects[at] for at in range(2, 8)] == ["bad_json"] * 4 + ["bad_encoding", "bad_json"]


def test_an_endless_json_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 1 << 20)
    path = tmp_path / "deal.jsonl"
    path.write_bytes(b'{"a": "1"}\n{"a": "' + b"x" * (5 << 20) + b'"}\n{"a": "3"}\n')
    assert read(path)[1:] == ({1: {"a": "1"}, 3: {"a": "3"}}, {2: "line_too_long"})


def test_cut_json_lines(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(b'{"a": "%d"}\n' % (i * 7919 % 100_003) for i in range(100_000)))
    path = tmp_path / "deal.jsonl"
    path.write_bytes(packed[: len(packed) // 2])
    _, rows, rejects = read(path)
    assert len(rows) > BATCH_ROWS // 2
    assert rejects == {len(rows) + 1: "truncated"}


def test_json_columns_that_come_later(tmp_path: Path) -> None:
    path = tmp_path / "deal.jsonl"
    path.write_text('{"a": 1}\n' * BATCH_ROWS + '{"b": 2}\n')
    items = [item for item in read_rows(path) if isinstance(item, Header | Rows)]
    assert items[0] == Header(("a",), open=True)
    assert [item.batch.schema.names for item in items[1:] if isinstance(item, Rows)] == [["a"], ["a", "b"]]


def test_parquet_keeps_types(tmp_path: Path) -> None:
    path = tmp_path / "effort.parquet"
    when = datetime(2026, 3, 1, 9, tzinfo=UTC)
    table = pa.table(
        {
            "id": [1, 2],
            "when": pa.array([when, None], pa.timestamp("us", "UTC")),
            "kind": pa.array(["call", "email"]).dictionary_encode(),
            "nested": [[1], [2]],
        }
    )
    parquet.write_table(table, path)
    header, rows, _ = read(path)
    assert header == ("id", "when", "kind")
    assert rows[1] == {"id": 1, "when": when, "kind": "call"}


@pytest.mark.parametrize("cut", [20, 400])
def test_half_a_parquet_file_is_an_error(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "effort.parquet"
    parquet.write_table(pa.table({"a": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(SourceError, match="whole Parquet"):
        read(path)


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "account.xlsx"
    rows = {
        2: [cell("A2", "id"), cell("B2", "when"), cell("C2", "count")],
        3: [cell("A3", 12), cell("B3", 45352.5, date=True), cell("C3", 1.5)],
        5: [cell("A5", "b"), cell("C5", True)],
    }
    write_workbook(path, rows)
    header, found, _ = read(path)
    assert header == ("id", "when", "count")
    assert found == {
        1: {"id": "12", "when": "2024-03-01T12:00:00", "count": "1.5"},
        3: {"id": "b", "when": None, "count": "true"},
    }


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "account.xlsx"
    write_workbook(path, {1: [cell("A1", "id")]})
    with pytest.raises(SourceError, match=r"no sheet 'Else'.*choose one of: Accounts"):
        read(path, ReadOptions(sheet="Else"))


def test_two_cells_far_apart_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "account.xlsx"
    write_workbook(path, {1: [cell("A1", "id")], 1048576: [cell("XFD1048576", 1)]})
    with pytest.raises(files.Bomb, match="cells"):
        read(path)


def test_a_swelling_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_size, "FREE_BYTES", 1 << 20)
    path = tmp_path / "account.xlsx"
    write_workbook(path, {1: [cell("A1", "id")]}, extra=b" " * (8 << 20))
    with pytest.raises(files.Bomb, match="swells"):
        read(path)


def test_a_directory_that_lies_about_its_sizes_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_size, "FREE_BYTES", 1 << 20)
    path = tmp_path / "account.xlsx"
    write_workbook(path, {1: [cell("A1", "id")]}, extra=b" " * (8 << 20))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        large = max(archive.infolist(), key=lambda part: part.file_size)
    true_size = large.file_size.to_bytes(4, "little")
    assert content.count(true_size) == 2
    path.write_bytes(content.replace(true_size, (100).to_bytes(4, "little")))
    with pytest.raises(files.Bomb, match="swells"):
        read(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 100, b"\xd0\xcf\x11\xe0" + b"x" * 100])
def test_what_is_no_workbook_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "account.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="XLSX"):
        read(path)


@given(damage=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_file_is_an_error_or_rows(
    damage: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    book, pack = folder / "a.xlsx", folder / "a.parquet"
    write_workbook(book, {n: [cell(f"A{n}", "id"), cell(f"B{n}", n)] for n in range(1, 30)})
    parquet.write_table(pa.table({"a": [str(n) for n in range(100)], "b": list(range(100))}), pack)
    for path in (book, pack):
        content = bytearray(path.read_bytes())
        for at, value in damage:
            content[at % len(content)] = value
        path.write_bytes(content)
        with suppress(SourceError):
            read(path)
