"""What inspect says of tables nobody has explained; and that its draft loads, whatever the table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerback.domain.errors import SourceError
from answerback.domain.playbook import Playbook
from answerback.domain.reading import Also, NonEvent, Reading, Reject, Source, Table
from answerback.sources.inspect import Inspection, inspect_file
from answerback.sources.mapping import MappingSource
from answerback.sources.xes import XesSource


def load(path: Path, found: Inspection, folder: Path, source: Source) -> tuple[dict[str, list[dict[str, object]]], int]:
    """The records that the draft makes of the file, and how many rows it read."""
    mapping = folder / "draft.toml"
    mapping.write_text(found.toml, encoding="utf-8")
    records: dict[str, list[dict[str, object]]] = {}
    read = 0
    reading = Reading(playbook=Playbook(), exported_at=datetime(2026, 5, 1, tzinfo=UTC), mapping=mapping)
    for item in source.read(path, reading):
        if isinstance(item, Table):
            rows = pa.table(item.columns).to_pylist()
            records.setdefault(item.type, []).extend(rows)
            read += len(rows) if item.counted else 0
        elif isinstance(item, NonEvent):
            read += item.count
        elif isinstance(item, Reject):
            read += 1
    return records, read


def fields(found: Inspection) -> dict[str, str]:
    return {each.column: each.field for each in found.columns if each.field}


DIALLER = {
    "en": (
        "Call ID,Agent,Start Time,Direction,Disposition,Customer",
        "{n:02d}/03/2026 09:15",
        "outbound",
        "inbound",
        "Answered",
    ),
    "de": (
        "Anruf-ID;Agent;Startzeit;Richtung;Ergebnis;Kunde",
        "{n:02d}.03.2026 09:15",
        "ausgehend",
        "eingehend",
        "angenommen",
    ),
    "nl": (
        "Gesprek-ID;Medewerker;Tijdstip;Richting;Resultaat;Klant",
        "{n:02d}-03-2026 09:15",
        "uitgaand",
        "inkomend",
        "beantwoord",
    ),
}


@pytest.mark.parametrize("language", DIALLER)
def test_a_dialler(tmp_path: Path, language: str) -> None:
    header, time, out, inward, reached = DIALLER[language]
    mark = ";" if ";" in header else ","
    rows = [
        mark.join(
            (
                f"c{n}",
                f"a{n % 3}",
                time.format(n=n),
                out if n % 3 else inward,
                reached if n % 2 else "busy",
                f"k{n % 5}",
            )
        )
        for n in range(1, 29)
    ]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([header, *rows]))
    found = inspect_file(path)
    wanted = ["effort.id", "effort.rep_id", "effort.occurred_at", "effort", "buyer_action", "effort.account_id"]
    assert [each.field.removesuffix(" (chooses rows)") for each in found.columns] == wanted
    records, read = load(path, found, tmp_path, MappingSource())
    assert read == 28
    assert {row["kind"] for row in records["effort"]} == {"call"}
    assert len(records["effort"]) == sum(1 for n in range(1, 29) if n % 3)
    kinds = [row["kind"] for row in records["buyer_action"]]
    assert kinds.count("called") == sum(1 for n in range(1, 29) if not n % 3)
    assert kinds.count("answered_call") == sum(1 for n in range(1, 29) if n % 3 and n % 2)
    assert records["effort"][0]["occurred_at"] == datetime(2026, 3, 1, 9, 15, tzinfo=UTC)


def test_a_day_and_a_month_that_could_be_either_are_told(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("agent,date,kind\n" + "".join(f"a,{n:02d}/03/2026,call\n" for n in range(1, 12)))
    assert '# (?) "%m/%d/%Y" would fit as well as "%d/%m/%Y"' in inspect_file(path).toml


def test_every_guess_says_why(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("Address,Firma,xyz,empty\nann@acme.example,Acme,q,\nben@acme.example,Acme,r,\n")
    found = inspect_file(path)
    assert fields(found) == {"Address": "contact.id", "Firma": "contact.account_id"}
    told = {each.column: (each.sure, each.why) for each in found.columns}
    assert told["Address"] == (0.6, "its values are e-mail addresses")
    assert told["Firma"][0] > 0.8
    assert told["empty"] == (0.0, "it is empty")
    assert 'id = "Address" # (?) its values are e-mail addresses' in found.toml


def test_salesforce_ids_are_known_by_their_beginning(tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    rows = "".join(f"006A0000001Bc{n:02d},005A0000001Bc{n % 3:02d},001A0000001Bc{n % 4:02d},{n}.5\n" for n in range(20))
    path.write_text("x,y,z,amount\n" + rows)
    assert fields(inspect_file(path)) == {
        "x": "deal.id",
        "y": "deal.owner_id",
        "z": "deal.account_id",
        "amount": "deal.amount_minor",
    }


def test_a_file_without_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    with pytest.raises(SourceError, match="no rows"):
        inspect_file(tmp_path / "a.csv")


def test_a_name_that_toml_cannot_hold_in_the_open(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text('"deal\x7fid","amount ""net"" \t€"\n1,2\n2,3\n')
    records, _ = load(path, inspect_file(path), tmp_path, MappingSource())
    assert [row["amount_minor"] for row in records["deal"]] == [200, 300]


NAME = st.one_of(
    st.sampled_from(
        ["agent", "date", "type", "deal", "stage", "amount", "email", "kunde", "call id", "result", "richtung"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8),
)
CELL = st.sampled_from(
    ["", "1", "2,5", "2026-03-01", "a@b.example", "call", 'say "hi"', "in", "out", "reply", "x]#", "{y}"]
)


@given(data=st.data(), names=st.lists(NAME, min_size=1, max_size=6, unique=True))
def test_a_draft_loads_whatever_the_table(
    data: st.DataObject, names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = data.draw(st.lists(st.lists(CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=8))
    folder = tmp_path_factory.mktemp("i")
    path = folder / "things.csv"
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [names, *rows]]
    path.write_text("\n".join(quoted), encoding="utf-8")
    found = inspect_file(path)
    _, read = load(path, found, folder, MappingSource())
    assert read == len(rows)
    assert len(found.columns) == len(names)
    assert all(0 <= each.sure <= 1 and each.why for each in found.columns)


def test_maven_deals(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "maven_crm" / "sales_pipeline.csv"
    found = inspect_file(path)
    assert fields(found) == {
        "opportunity_id": "deal.id",
        "sales_agent": "deal.owner_id",
        "product": "deal.product_line",
        "account": "deal.account_id",
        "deal_stage": "deal_change.new",
        "engage_date": "deal.created_at",
        "close_date": "deal_change.occurred_at",
        "close_value": "deal.amount_minor",
    }
    assert all(each.sure > 0.8 for each in found.columns)
    records, read = load(path, found, tmp_path, MappingSource())
    assert (read, len(records["deal"]), len(records["deal_change"])) == (8_800, 8_800, 6_711)


@pytest.mark.parametrize(("file", "record"), [("accounts.csv", "account"), ("sales_teams.csv", "rep")])
def test_maven_people(shared_data: Path, tmp_path: Path, file: str, record: str) -> None:
    path = shared_data / "maven_crm" / file
    records, read = load(path, inspect_file(path), tmp_path, MappingSource())
    assert len(records[record]) == read > 30


@pytest.mark.parametrize("form", ["xes", "csv"])
def test_an_event_log(shared_data: Path, tmp_path: Path, form: str) -> None:
    names = {"xes": "BPI_Challenge_2012.xes.gz", "csv": "bpic2012_events_flat.csv.gz"}
    path = shared_data / "bpic2012" / names[form]
    found = inspect_file(path)
    assert sorted(fields(found).values()) == [
        "(may choose rows)",
        "effort.account_id",
        "effort.kind",
        "effort.occurred_at",
        "effort.rep_id",
    ]
    assert "#   O_CREATED: " in found.toml
    records, read = load(path, found, tmp_path, XesSource() if form == "xes" else MappingSource())
    assert read == 262_200
    assert {row["subkind"] for row in records["effort"]} == {"W_Nabellen offertes", "W_Nabellen incomplete dossiers"}
    assert {row["kind"] for row in records["buyer_action"]} == {"inquired", "returned_offer"}


EFFORT = (
    "effort_id,rep_id,account_id,contact_id,deal_id,occurred_at,kind,subkind,purpose,origin,template,evidence,minutes,"
    "cost_minor,reference,refers_to,about"
)


@pytest.mark.parametrize("file", ["effort.csv", "export.csv"])
def test_our_own_names_are_certain(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    row = (
        "e1,ann,acme,c1,d1,2026-03-01T09:00:00Z,email,x,proposal,hand,t,captured,5,100,message:1@x,message:0@x,offer:1"
    )
    path.write_text(f"{EFFORT},shoe size\n{row},39\n")
    found = inspect_file(path)
    names = EFFORT.split(",")
    told = {each.column: (each.field, each.sure) for each in found.columns}
    assert told.pop("shoe size") == ("", 0.0)
    assert told == {name: (f"effort.{'id' if name == 'effort_id' else name}", 1.0) for name in names}
    assert "# Columns that are not used:\n#   shoe size\n" in found.toml
    records, read = load(path, found, tmp_path, MappingSource())
    (effort,) = records["effort"]
    assert (read, effort["purpose"], effort["refers_to"], effort["minutes"]) == (1, "proposal", "message:0@x", 5)


def test_actions_are_told_from_efforts_by_their_kinds(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,contact_id,deal_id,occurred_at,kind,evidence\n1,c,d,2026-03-01,Replied,seen\n")
    found = inspect_file(path)
    assert set(fields(found).values()) >= {"buyer_action.id", "buyer_action.kind"}
    assert 'evidence = "evidence" # (?) it holds other words than captured, claimed' in found.toml


def test_a_field_name_in_a_foreign_table_is_used_too(tmp_path: Path) -> None:
    path = tmp_path / "activities.csv"
    path.write_text(
        "agent,date,type,purpose,shoe\n" + "".join(f"a,2026-03-0{n},call,follow_up,3\n" for n in range(1, 9))
    )
    found = inspect_file(path)
    told = {each.column: (each.field, each.sure) for each in found.columns}
    assert (told["purpose"], told["shoe"]) == (("effort.purpose", 1.0), ("", 0.0))
    assert load(path, found, tmp_path, MappingSource())[0]["effort"][0]["purpose"] == "follow_up"


@pytest.mark.parametrize("header", ["effort_id,rep_id,occurred_at,kind", "call id,agent,date,type"])
def test_a_draft_for_efforts_claims_no_coverage(tmp_path: Path, header: str) -> None:
    path = tmp_path / "efforts.csv"
    path.write_text(f"{header}\n" + "".join(f"{n},a,2026-03-0{n},call\n" for n in range(1, 9)))
    mapping = tmp_path / "draft.toml"
    mapping.write_text(inspect_file(path).toml)
    reading = Reading(playbook=Playbook(), exported_at=datetime(2026, 5, 1, tzinfo=UTC), mapping=mapping)
    items = list(MappingSource().read(path, reading))
    assert any(isinstance(item, Table) for item in items)
    assert not any(isinstance(item, Also) for item in items)
