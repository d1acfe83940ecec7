"""The interchange format: files named after records, columns after fields."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from answerback.domain.errors import SourceError, UsageError
from answerback.domain.playbook import Playbook
from answerback.domain.reading import Also, FullExtract, Item, Note, Place, Reading, Record, Reject, Table
from answerback.sources.folder import FolderSource
from answerback.sources.registry import recognise
from tests.sources.tables.workbook import cell, write_workbook

EXPORTED = datetime(2026, 5, 1, tzinfo=UTC)
EFFORT = "effort_id,rep_id,occurred_at,kind,reference\ne1,ann,2026-03-01T09:00:00Z,email,message:1@x\n"


def load(path: Path, **options: str) -> list[Item]:
    reading = Reading(playbook=Playbook(), exported_at=EXPORTED, options=options)
    return list(FolderSource().read(path, reading))


def tables(items: list[Item]) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for item in items:
        if isinstance(item, Table):
            found.setdefault(item.type, []).extend(pa.table(item.columns).to_pylist())
    return found


def test_every_format(tmp_path: Path) -> None:
    (tmp_path / "effort.csv.gz").write_bytes(gzip.compress(EFFORT.encode()))
    (tmp_path / "rep.tsv").write_text("rep_id\tname\nann\tAnn, the first\n")
    (tmp_path / "deals.jsonl").write_text(json.dumps({"deal_id": 7, "amount_minor": 1250}) + "\n")
    write_workbook(tmp_path / "account.xlsx", {1: [cell("A1", "account_id"), cell("B1", "name")], 2: [cell("A2", 3)]})
    when = pa.array([datetime(2026, 3, 2, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    action = pa.table({"action_id": ["a1"], "occurred_at": when, "kind": ["replied"], "refers_to": ["message:1@x"]})
    parquet.write_table(action, tmp_path / "buyer_action.parquet")
    assert tables(load(tmp_path)) == {
        "effort": [
            {
                "source_id": "e1",
                "rep_id": "ann",
                "occurred_at": "2026-03-01T09:00:00Z",
                "kind": "email",
                "reference": "message:1@x",
            }
        ],
        "rep": [{"source_id": "ann", "name": "Ann, the first"}],
        "deal": [{"source_id": "7", "amount_minor": "1250"}],
        "account": [{"source_id": "3", "name": None}],
        "buyer_action": [
            {
                "source_id": "a1",
                "occurred_at": datetime(2026, 3, 2, tzinfo=UTC),
                "kind": "replied",
                "refers_to": "message:1@x",
            }
        ],
    }


def test_one_file_alone(tmp_path: Path) -> None:
    (tmp_path / "Efforts.CSV").write_text(EFFORT)
    assert list(tables(load(tmp_path / "Efforts.CSV"))) == ["effort"]


def test_column_names_in_any_dress(tmp_path: Path) -> None:
    (tmp_path / "effort.csv").write_text("Rep ID,Occurred-At, KIND \nann,2026-03-01,call\n")
    assert tables(load(tmp_path))["effort"] == [{"rep_id": "ann", "occurred_at": "2026-03-01", "kind": "call"}]


def test_unknown_columns_are_told_and_count_nowhere(tmp_path: Path) -> None:
    (tmp_path / "rep.csv").write_text("id,name,shoe size,rep_id\n1,Ann,39,ann\n")
    items = load(tmp_path)
    assert tables(items) == {"rep": [{"source_id": "ann", "name": "Ann"}]}
    assert [(item.reason, item.field) for item in items if isinstance(item, Note)] == [
        ("unknown_column", "id"),
        ("unknown_column", "shoe size"),
    ]
    assert not any(isinstance(item, Reject) for item in items)


def test_json_columns_that_come_later_are_told_too(tmp_path: Path) -> None:
    (tmp_path / "rep.jsonl").write_text('{"rep_id": "a"}\n{"rep_id": "b", "name": "Ben", "shoe": 1}\n')
    items = load(tmp_path)
    assert tables(items)["rep"] == [{"source_id": "a", "name": None}, {"source_id": "b", "name": "Ben"}]
    assert [item.field for item in items if isinstance(item, Note)] == ["shoe"]


def test_a_file_without_a_required_column_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "effort.csv").write_text("rep_id,when\nann,2026-03-01\n")
    (tmp_path / "rep.csv").write_text("rep_id\nann\n")
    items = load(tmp_path)
    assert list(tables(items)) == ["rep"]
    rejects = [item for item in items if isinstance(item, Reject)]
    assert [(each.place, each.reason, each.field) for each in rejects] == [
        (Place("effort.csv", 0), "missing_column", "occurred_at, kind")
    ]


def test_a_file_that_cannot_be_read_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "effort.csv").write_bytes(b"")
    (tmp_path / "deal.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "rep.csv").write_text("rep_id\nann\n")
    items = load(tmp_path)
    assert list(tables(items)) == ["rep"]
    assert Counter(item.reason for item in items if isinstance(item, Reject)) == {"source": 2}


def test_a_folder_in_which_nothing_loads_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "effort.csv").write_text("rep_id,when\nann,2026-03-01\n")
    with pytest.raises(SourceError, match=r"effort needs the columns occurred_at, kind \(effort.csv\)"):
        load(tmp_path)
    (tmp_path / "effort.csv").rename(tmp_path / "efort.csv")
    with pytest.raises(SourceError, match="named after a record"):
        load(tmp_path)
    with pytest.raises(SourceError, match="no such file"):
        load(tmp_path / "effort.csv")


def test_other_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "rep.csv").write_text("rep_id\nann\n")
    (tmp_path / "notes.csv").write_text("a\n1\n")
    (tmp_path / "README.md").write_text("hello")
    assert [(item.file, item.reason) for item in load(tmp_path) if isinstance(item, Note)] == [
        ("notes.csv", "not_a_record")
    ]


def test_coverage_of_buyer_actions_reaches_to_the_export(tmp_path: Path) -> None:
    (tmp_path / "effort.csv").write_text(EFFORT)
    (tmp_path / "buyer_action.csv").write_text("occurred_at,kind\nbad,called\n2026-02-03,Called\n")
    expected = Also((Record("coverage", {"to": EXPORTED}),))
    assert [item for item in load(tmp_path) if isinstance(item, Also)] == [expected]
    assert [item for item in load(tmp_path / "buyer_action.csv") if isinstance(item, Also)] == [expected]
    (tmp_path / "coverage.csv").write_text("channel,from,to\nemail,2026-01-01,2026-04-01\n")
    items = load(tmp_path)
    assert not [item for item in items if isinstance(item, Also)]
    assert tables(items)["coverage"] == [{"channel": "email", "from": "2026-01-01", "to": "2026-04-01"}]


@pytest.mark.parametrize("rows", ["", "bad,called\n", "2026-02-03,waved\n"])
def test_efforts_alone_claim_no_coverage(tmp_path: Path, rows: str) -> None:
    (tmp_path / "effort.csv").write_text(EFFORT)
    assert not [item for item in load(tmp_path) if isinstance(item, Also)]
    (tmp_path / "buyer_action.csv").write_text("occurred_at,kind\n" + rows)
    assert not [item for item in load(tmp_path) if isinstance(item, Also)], "no action that can be one"


def test_full_extracts(tmp_path: Path) -> None:
    (tmp_path / "rep.csv").write_text("rep_id\nann\n")
    (tmp_path / "deal.csv").write_text("deal_id\n1\n")

    def full(**options: str) -> list[str]:
        return [item.type for item in load(tmp_path, **options) if isinstance(item, FullExtract)]

    assert (full(), full(full="true"), full(full="deal"), full(full="deal,account")) == (
        [],
        ["deal", "rep"],
        ["deal"],
        ["deal"],
    )
    (tmp_path / "manifest.toml").write_text('full = ["rep"]\n')
    assert (full(), full(full="false")) == (["rep"], [])


def test_mistakes_in_options_and_manifest(tmp_path: Path) -> None:
    (tmp_path / "rep.csv").write_text("rep_id\nann\n")
    with pytest.raises(UsageError, match=r"no option ful.*full, encoding"):
        load(tmp_path, ful="true")
    with pytest.raises(UsageError, match="full is 'deals', did you mean deal"):
        load(tmp_path, full="deals")
    (tmp_path / "manifest.toml").write_text('full = ["reps"]\n')
    with pytest.raises(SourceError, match="line 1: full is 'reps', did you mean rep"):
        load(tmp_path)


def test_encoding_and_delimiter_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "rep.csv").write_bytes(b"rep_id;name\nann;J\xf6rg\n")
    assert tables(load(tmp_path, encoding="cp1252"))["rep"] == [{"source_id": "ann", "name": "Jörg"}]


def test_recognition(tmp_path: Path) -> None:
    source = FolderSource()
    (tmp_path / "effort.csv").write_text(EFFORT)
    assert source.recognise(tmp_path).sure > 0.9
    assert source.recognise(tmp_path / "effort.csv").sure > 0.9
    (tmp_path / "effort.csv").write_text("Id,Subject,Status,Priority\n1,a,b,c\n")
    assert source.recognise(tmp_path).sure == 0.0
    assert source.recognise(tmp_path / "nowhere").sure == 0.0


def test_a_file_of_ours_that_cannot_be_loaded_is_told_by_us(tmp_path: Path) -> None:
    file = tmp_path / "effort.csv"
    for content, says in (
        ("", "the file is empty (effort.csv)"),
        ("\n", "the file is empty (effort.csv)"),
        ("effort_id,rep_id,date,kind\ne1,ann,2026-03-01,call\n", "effort needs the columns occurred_at (effort.csv)"),
    ):
        file.write_text(content)
        for path in (file, tmp_path):
            assert recognise(path).name == "folder"
            with pytest.raises(SourceError) as refused:
                load(path)
            assert str(refused.value).startswith(says)


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:
    file = tmp_path / "effort.csv"
    file.write_text(EFFORT.splitlines()[0] + "\n")
    assert FolderSource().recognise(file).sure > 0.9
    assert tables(load(file)) == {}


def test_an_empty_file_beside_tables_of_others_is_theirs(tmp_path: Path) -> None:
    (tmp_path / "Account.csv").write_text("")
    (tmp_path / "Contact.csv").write_text("Id,AccountId,FirstName,LastName,OwnerId\n1,2,a,b,3\n")
    assert FolderSource().recognise(tmp_path).sure == 0.0
