"""Rows that are wrong in two ways at once."""

from __future__ import annotations

from pathlib import Path

from answerback.domain.reading import Reject
from answerback.sources.tables import Rows, read_rows


def test_a_row_of_another_width_that_is_no_utf_8_spoils_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes("a,b\nå,2\n".encode() + b"\x80only\n3,\xff\n" + "5,ü\n".encode())
    items = list(read_rows(path))
    rejects = [(item.place.at, item.reason) for item in items if isinstance(item, Reject)]
    assert rejects == [(2, "wrong_column_count"), (3, "bad_encoding")]
    (rows,) = [item for item in items if isinstance(item, Rows)]
    assert rows.batch.to_pylist() == [{"a": "å", "b": "2"}, {"a": "5", "b": "ü"}]
    assert rows.numbers.to_pylist() == [1, 4]
