"""Event logs: the table they become, and the logs that mean harm."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from answerback.domain.errors import SourceError
from answerback.domain.playbook import Playbook
from answerback.domain.reading import Note, Reading, Reject, Table
from answerback.sources import files
from answerback.sources.tables import Rows
from answerback.sources.xes import XesSource, parser, read_events

LOG = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="event">
    <string key="concept:name" value="none"/><date key="time:timestamp" value="1970-01-01"/>
  </global>
  <global scope="trace"><string key="kind" value="loan"/></global>
  <float key="average" value="1.5"><float key="inner" value="2"/></float>
  <trace>
    <string key="concept:name" value="T1"/>
    <event>
      <string key="concept:name" value="A &amp; B"/><date key="time:timestamp" value="2026-03-01T09:00:00Z"/>
    </event>
    <event>
      <string value="last" key="concept:name"><string key="nested" value="no"/></string>
      <list key="many"><values><string key="x" value="no"/></values></list>
      <int key="cost" value="3"/>
    </event>
  </trace>
  <trace>
    <event><string key="who" value="a"/><string key="who" value="b"/></event>
    <string key="concept:name" value="T2"/>
    <string key="kind" value="overdraft"/>
  </trace>
  <trace/>
</log>
"""


def read(path: Path) -> tuple[list[dict[str, str | None]], dict[int, str]]:
    rows: list[dict[str, str | None]] = []
    rejects: dict[int, str] = {}
    for item in read_events(path):
        if isinstance(item, Rows):
            assert item.numbers.to_pylist() == list(range(len(rows) + 1, len(rows) + 1 + item.batch.num_rows))
            rows += item.batch.to_pylist()
        elif isinstance(item, Reject):
            rejects[item.place.at] = item.reason
    return rows, rejects


def wrote(tmp_path: Path, content: str | bytes, name: str = "a.xes") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def shown(rows: list[dict[str, str | None]]) -> list[dict[str, str]]:
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


EXPECTED = [
    {"concept:name": "A & B", "time:timestamp": "2026-03-01T09:00:00Z", "case:concept:name": "T1", "case:kind": "loan"},
    {"concept:name": "last", "cost": "3", "case:concept:name": "T1", "case:kind": "loan"},
    {"concept:name": "none", "who": "b", "case:concept:name": "T2", "case:kind": "overdraft"},
]


def test_a_log_as_a_table(tmp_path: Path) -> None:
    rows, rejects = read(wrote(tmp_path, LOG))
    assert (shown(rows), rejects) == (EXPECTED, {})


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_where_pieces_end_does_not_matter(tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "_CHUNK", chunk)
    assert shown(read(wrote(tmp_path, LOG))[0]) == EXPECTED


@pytest.mark.parametrize("chunk", [16, 150, 200, 250, 300])
def test_where_batches_end_does_not_matter(tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "BATCH_ROWS", 1)
    monkeypatch.setattr(parser, "_CHUNK", chunk)
    # A trace's attribute behind its events comes too late for a batch that has gone.
    assert shown(read(wrote(tmp_path, LOG))[0])[:2] == EXPECTED[:2]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(LOG.encode(), mtime=0),
        LOG.replace("UTF-8", "UTF-16").encode("utf-16"),
        b"\xef\xbb\xbf" + LOG.encode(),
        LOG.replace("<event", "<xes:event").replace("</event", "</xes:event").replace("xmlns=", "xmlns:xes=").encode(),
    ],
)
def test_other_dress(tmp_path: Path, content: bytes) -> None:
    assert shown(read(wrote(tmp_path, content))[0]) == EXPECTED


def test_a_cut_log_gives_its_whole_events(tmp_path: Path) -> None:
    rows, rejects = read(wrote(tmp_path, LOG[: LOG.index('<list key="many"')]))
    assert (shown(rows), rejects) == (EXPECTED[:1], {2: "truncated"})


def test_a_cut_gzip_gives_its_whole_events(tmp_path: Path) -> None:
    event = '<event><string key="concept:name" value="{}"/></event>'
    body = "".join(event.format(n * 7919 % 100_003) for n in range(50_000))
    packed = gzip.compress(f"<log><trace>{body}</trace></log>".encode())
    rows, rejects = read(wrote(tmp_path, packed[: len(packed) // 2]))
    assert len(rows) > 20_000
    assert rows[:2] == [{"concept:name": "0"}, {"concept:name": "7919"}]
    assert rejects == {len(rows) + 1: "truncated"}


def test_broken_xml_ends_the_reading_with_a_reject(tmp_path: Path) -> None:
    rows, rejects = read(wrote(tmp_path, LOG.replace("<event>\n      <string value", "<event\n      <string value", 1)))
    assert (shown(rows), rejects) == (EXPECTED[:1], {2: "bad_xml"})


LAUGHS = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><log><trace/></log>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (LAUGHS, "document type"),
        ("<html><body/></html>", "no event log"),
        ("concept:name,time\n", "no event log"),
        ("", "no event log"),
        ("<log>" + "<string>" * 200, "deep"),
        ('<?xml version="1.0" encoding="klingon"?><log/>', "encoding"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        read(wrote(tmp_path, content))


def test_an_endless_element_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 1 << 20)
    with pytest.raises(SourceError, match="element of more than"):
        read(
            wrote(
                tmp_path, '<log><trace><event><string key="a" value="' + "x" * (4 << 20) + '"/></event></trace></log>'
            )
        )


def test_countless_attributes_are_refused(tmp_path: Path) -> None:
    attributes = "".join(f'<string key="k{n}" value="v"/>' for n in range(3000))
    with pytest.raises(SourceError, match="columns"):
        read(wrote(tmp_path, f"<log><trace><event>{attributes}</event></trace></log>"))


def test_through_a_mapping(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        """otherwise = "other"
[source]
name = "log"
[[record]]
type = "deal_change"
when = { "concept:name" = { present = true }, "time:timestamp" = { present = true } }
[record.fields]
id = { template = "{case:concept:name}/{time:timestamp}" }
deal_id = "case:concept:name"
occurred_at = "time:timestamp"
field = { const = "stage" }
new = "concept:name"
old = "never:there"
"""
    )
    reading = Reading(playbook=Playbook(), exported_at=datetime(2026, 5, 1, tzinfo=UTC), mapping=mapping)
    items = list(XesSource().read(wrote(tmp_path, LOG), reading))
    (table,) = (item for item in items if isinstance(item, Table))
    assert table.columns.__class__.__name__ == "Table"
    assert [note.field for note in items if isinstance(note, Note)] == ["never:there"]


def test_recognition(tmp_path: Path) -> None:
    source = XesSource()
    assert source.recognise(wrote(tmp_path, LOG)).sure > 0.8
    assert source.recognise(wrote(tmp_path, gzip.compress(LOG.encode()), "a.xml.gz")).sure > 0.7
    assert source.recognise(wrote(tmp_path, "<html/>", "a.xml")).sure == 0.0
    assert source.recognise(tmp_path).sure == 0.0
