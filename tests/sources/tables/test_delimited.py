"""Delimited text: rows, their numbers and their rejects, whatever the file looks like."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.errors import SourceError
from answerback.domain.reading import Progress, Reject
from answerback.sources import files
from answerback.sources.tables import Header, ReadOptions, Rows, delimited, read_rows
from answerback.sources.tables.framing import Framer

Read = tuple[tuple[str, ...], dict[int, dict[str, str | None]], dict[int, str]]


def read(path: Path, options: ReadOptions | None = None) -> Read:
    """Header, rows by number, reasons of rejects by number."""
    header: tuple[str, ...] = ()
    rows: dict[int, dict[str, str | None]] = {}
    rejects: dict[int, str] = {}
    for item in read_rows(path, options=options):
        if isinstance(item, Header):
            header = item.columns
        elif isinstance(item, Rows):
            numbers = item.numbers.to_pylist()
            assert not set(numbers) & set(rows)
            rows |= zip(numbers, item.batch.to_pylist(), strict=True)
        elif isinstance(item, Reject):
            assert item.place.at not in rejects
            rejects[item.place.at] = item.reason
        else:
            assert isinstance(item, Progress)
            assert item.done <= item.total
    return header, rows, rejects


def wrote(tmp_path: Path, content: bytes, name: str = "effort.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_plain_file(tmp_path: Path) -> None:
    path = wrote(tmp_path, b"id,when\n1,today\n\n2,\n")
    assert read(path) == (("id", "when"), {1: {"id": "1", "when": "today"}, 2: {"id": "2", "when": None}}, {})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "amount", "text"], ["1", "1,50", "a; b"], ["2", "2,50", "c"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    header, found, rejects = read(wrote(tmp_path, out.getvalue().encode()))
    assert header == ("id", "amount", "text")
    assert [list(row.values()) for row in found.values()] == rows[1:]
    assert not rejects


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert read(wrote(tmp_path, b"rep\nanna\nben\n"))[1] == {1: {"rep": "anna"}, 2: {"rep": "ben"}}


@pytest.mark.parametrize(
    "content",
    [
        "id;näme\n1;Müller\n".encode("utf-8-sig"),
        "id;näme\n1;Müller\n".encode("utf-16"),
        "id;näme\n1;Müller\n".encode("utf-16-le"),
        "id;näme\n1;Müller\n".encode("utf-16-be"),
        '\ufeff"id";"näme"\r\n"1";"Müller"\r\n'.encode("utf-16-le"),
        "id;näme\r1;Müller\r".encode(),
        gzip.compress("id;näme\n1;Müller".encode(), mtime=0),
    ],
)
def test_unicode_in_any_dress(tmp_path: Path, content: bytes) -> None:
    assert read(wrote(tmp_path, content)) == (("id", "näme"), {1: {"id": "1", "näme": "Müller"}}, {})


def test_a_byte_order_mark_before_a_named_encoding(tmp_path: Path) -> None:
    path = wrote(tmp_path, '\ufeff"id","a"\n1,2\n'.encode("utf-16-le"))
    assert read(path, ReadOptions(encoding="utf-16-le"))[0] == ("id", "a")


def test_a_row_that_is_not_in_the_encoding_is_rejected(tmp_path: Path) -> None:
    path = wrote(tmp_path, b"id,name\n1,M\xfcller\n2,Maier\n3,\xff\xfe\n")
    assert read(path)[1:] == ({2: {"id": "2", "name": "Maier"}}, {1: "bad_encoding", 3: "bad_encoding"})
    hints = [item.hint for item in read_rows(path) if isinstance(item, Reject)]
    assert all("--set encoding=cp1252" in hint and "[read]" in hint for hint in hints)
    _, rows, rejects = read(path, ReadOptions(encoding="cp1252"))
    assert (rows[1]["name"], rows[3]["name"], rejects) == ("Müller", "ÿþ", {})


def test_what_a_named_encoding_does_not_know_is_rejected(tmp_path: Path) -> None:
    path = wrote(tmp_path, b"id,name\n1,\x81\n2,M\xfcller\n")
    _, rows, rejects = read(path, ReadOptions(encoding="cp1252"))
    assert (list(rows), rejects) == ([2], {1: "bad_encoding"})


@pytest.mark.parametrize("header", [b"id,name\n1,a\n", b"id,names\n1,a\n"])
def test_a_hole_of_zeros_is_no_utf16(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(SourceError, match="not a text file"):
        read(wrote(tmp_path, header + b"\0" * 5000))


def test_utf16_that_ends_inside_a_character(tmp_path: Path) -> None:
    _, rows, rejects = read(wrote(tmp_path, "id,name\n1,a\n2,b".encode("utf-16")[:-1]))
    assert (list(rows), rejects) == ([1], {2: "bad_encoding"})


def test_an_unknown_encoding_is_an_error(tmp_path: Path) -> None:
    for name in ("klingon", "rot13"):
        with pytest.raises(SourceError, match="no text encoding"):
            read(wrote(tmp_path, b"a,b\n"), ReadOptions(encoding=name))


def test_ragged_rows_behind_quoted_line_ends_keep_their_numbers(tmp_path: Path) -> None:
    path = wrote(tmp_path, b'a,b\n1,"x\ny"\n2\n\n3,"p""q\n\nr"\n4,5,6\n7,8\n')
    _, rows, rejects = read(path)
    assert rows == {1: {"a": "1", "b": "x\ny"}, 3: {"a": "3", "b": 'p"q\n\nr'}, 5: {"a": "7", "b": "8"}}
    assert rejects == {2: "wrong_column_count", 4: "wrong_column_count"}


def test_an_unclosed_quote_costs_one_row(tmp_path: Path) -> None:
    path = wrote(tmp_path, b'a,b\n1,x\n2,"open\n3,"fine"\n4,y\n')
    assert read(path)[1:] == (
        {1: {"a": "1", "b": "x"}, 3: {"a": "3", "b": "fine"}, 4: {"a": "4", "b": "y"}},
        {2: "unclosed_quote"},
    )


def test_an_unclosed_quote_at_the_end_costs_one_row(tmp_path: Path) -> None:
    path = wrote(tmp_path, b'a,b\n1,x\n2,"open\n3,z\n4,y')
    assert read(path)[1:] == (
        {1: {"a": "1", "b": "x"}, 3: {"a": "3", "b": "z"}, 4: {"a": "4", "b": "y"}},
        {2: "unclosed_quote"},
    )


def test_inches_are_no_quotes(tmp_path: Path) -> None:
    path = wrote(tmp_path, b'a,b\n1,5" pipe\n2,"6"" pipe"\n3,"x"y\n')
    assert [row["b"] for row in read(path)[1].values()] == ['5" pipe', '6" pipe', "xy"]


def test_a_cut_gzip_gives_its_whole_rows_and_one_reject(tmp_path: Path) -> None:
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919 % 1000) for i in range(50_000)))
    _, rows, rejects = read(wrote(tmp_path, packed[: len(packed) // 2], "effort.csv.gz"))
    assert len(rows) > 10_000
    assert list(rows) == list(range(1, len(rows) + 1))
    assert all(row == {"a": str(i - 1), "b": str((i - 1) * 7919 % 1000)} for i, row in rows.items())
    assert rejects == {len(rows) + 1: "truncated"}


def test_a_gzip_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FREE_BYTES", 1 << 20)
    with pytest.raises(files.Bomb):
        read(wrote(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 5_000_000), "effort.csv.gz"))


def test_an_endless_line_is_given_up_and_reading_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1 << 18)
    path = tmp_path / "effort.csv"
    with path.open("wb") as out:
        out.write(b"a,b\n" + b"1,x\n" * 5000 + b"2,")
        out.seek(64 << 20, io.SEEK_CUR)  # a hole: 64 MB of zeros that take no room on the disk
        out.write(b"\n3,y\n4")
    tracemalloc.start()
    _, rows, rejects = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(rows) == [*range(1, 5001), 5002]
    assert rejects == {5001: "line_too_long", 5003: "wrong_column_count"}
    assert peak < 16 << 20


def test_an_endless_quoted_text_costs_its_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 1 << 16)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1 << 14)
    path = wrote(tmp_path, b'a,b\n1,"open\n' + b"2,x\n" * 50_000)
    _, rows, rejects = read(path)
    assert (len(rows), rejects) == (50_000, {1: "unclosed_quote"})


def test_rejects_take_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even while a block is read: 200,000 of them in blocks of 32 KB, so a million is no different."""
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1 << 15)
    path = wrote(tmp_path, b"a,b\n" + b"x\n" * 200_000 + b"1,2\n")
    tracemalloc.start()
    count, last = 0, 0
    for item in read_rows(path):
        if isinstance(item, Reject):
            count += 1
            last = item.place.at
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, last) == (200_000, 200_000)
    assert peak < 4 << 20


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\n\n", "empty"), (b"\xff\xff,b\n1,2\n", "header"), (b"\x00\x01\x02\x03,\n", "not a text file")],
)
def test_what_is_no_table_is_an_error(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        read(wrote(tmp_path, content))


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert read(wrote(tmp_path, b"a,b")) == (("a", "b"), {}, {})


def test_repeated_and_empty_names_are_told_apart(tmp_path: Path) -> None:
    assert read(wrote(tmp_path, b"a, a ,,a (2)\n1,2,3,4\n"))[0] == ("a", "a (3)", "column 3", "a (2)")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder"):
        read(tmp_path)


CELLS = st.text(st.sampled_from('ab"",;\n\r \x00é'), max_size=6)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)


@given(table=TABLES, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), block=st.integers(32, 128))
def test_what_csv_writes_is_read_back(
    table: list[list[str]], quoting: int, block: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Against the standard library's writer; blocks of a few bytes put every row on a border once."""
    width = len(table[0])
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if width == 1 else quoting)  # type: ignore[arg-type]
    writer.writerow([f"c{n}" for n in range(width)])
    writer.writerows(table)
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK_BYTES", block)
        if "\x00" in out.getvalue():
            return
        _, rows, rejects = read(path, ReadOptions(delimiter=","))
    assert not rejects
    assert [[cell or "" for cell in row.values()] for row in rows.values()] == table


@given(text=st.text(st.sampled_from('a"",\n'), max_size=40))
def test_cutting_and_parsing_see_the_same_rows(text: str) -> None:
    """Whatever the quotes do: every row of the frame is one row of the parser, and nothing is lost between frames."""
    framer = Framer(",")
    buffer = (text + "\n").encode()
    frame = framer.frame(buffer)
    pieces = list(_rows_by_hand(frame.data.decode()))
    table, misfits = delimited.parse_block(frame.data, 2, ",")
    assert table.num_rows + len(misfits) == len(pieces)
    if frame.ordinals is not None:
        assert len(frame.ordinals) == len(pieces)
        assert sorted(frame.ordinals + frame.unclosed) == list(range(1, len(pieces) + len(frame.unclosed) + 1))
    assert frame.used <= len(buffer)
    assert buffer[: frame.used].endswith(b"\n") or not frame.used


def _rows_by_hand(text: str) -> Iterator[str]:
    """The rows of a text, letter by letter."""
    row, state = "", "start"
    for letter in text:
        row += letter
        if state == "quoted":
            state = "closing" if letter == '"' else "quoted"
        elif letter == '"' and state in {"start", "closing"}:
            state = "quoted"
        elif letter == "\n":
            if row != "\n":
                yield row
            row, state = "", "start"
        else:
            state = "start" if letter == "," else "inside"
    if row:
        yield row
